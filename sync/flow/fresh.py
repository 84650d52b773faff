"""Whether a record was seen just now, so that nothing need be read before something is concluded from it."""

from __future__ import annotations

from sync.core.model import COMMENT, Presence
from sync.core.state import Observation
from sync.flow.world import World


def fresh(world: World, seen: Observation) -> bool:
    """Tell whether a record was read, or a list would have shown that it moved, within `patience.fresh`."""
    # No list shows what is archived, and none that is asked here shows comments. Soon after a write of ours a list may
    # have shown what was not believed.
    ref, doubt = seen.record.ref, seen.ack is not None and world.now() < seen.ack.at + world.patience.stale
    listed = seen.record.presence is Presence.PRESENT and ref.kind != COMMENT and not doubt
    polled = world.store.polled_at(world.name, ref.side, ref.container) if listed else None
    at = max(seen.read_at, polled) if polled else seen.read_at
    # What was seen in the future was seen by a clock that has been set back since.
    return abs(world.now() - at) <= world.patience.fresh
