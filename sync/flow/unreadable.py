"""What cannot be read is told and stops nothing else; a service that is away, or a spent budget, stops all."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sync.core.errors import Busy, Rejected, TryLater
from sync.core.model import Ref
from sync.flow.world import World


def could_read(world: World, refs: Iterable[Ref], read: Callable[[], None]) -> bool:
    """Read something of those records, and tell whether that could be done; raises where their service is away.

    Whose fault it is, their container tells: where the service answers for that, it is these records alone. It is asked
    each time, so that a service that goes away in between ends the pass at once, however many wait; and no count of
    failures could tell many sick records from a service that is away.
    """
    try:
        read()
    except Busy:
        raise
    except (TryLater, Rejected) as error:
        for ref in refs:
            world.remote(ref.side).alive(ref.container)
            world.log("not read", {"mapping": world.name, "record": ref.id, "reason": error.reason or str(error)})
        return False
    return True
