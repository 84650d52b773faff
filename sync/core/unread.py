"""What of a record was not read, whether that can be news, and who waits for it."""

from __future__ import annotations

from sync.core.bound import Bound, Field
from sync.core.model import UNREAD, LinkState, Record, Side
from sync.core.state import Known, Observation
from sync.core.values import same


def untouched(bound: Bound, record: Record, known: Observation | None) -> bool:
    """Tell whether nobody but us changed a record since our own write to it was answered.

    The reply's time is the service's own; some replies show none, and then our clock has to do.
    """
    ours = bool(record.editor) and record.editor == bound.own.get(record.ref.side)
    ack = known.ack if known else None
    return ours and ack is not None and record.time <= max(ack.time, ack.at)


def as_left(bound: Bound, seen: Observation) -> bool:
    """Tell whether what stands apart of a record is as we left it: there can be nothing but what was sent."""
    return seen.ack is not None and seen.ack.ours and untouched(bound, seen.record, seen)


def awaited(bound: Bound, known: Known, side: Side) -> tuple[Field, ...]:
    """Return what of a link's record on that side was not read and is waited for.

    That is so before a birth, before both sides first agree, and before the other side's change is carried there.
    """
    seen = known.on(side)
    there = known.link.state in (LinkState.CLAIMED, LinkState.LINKED)
    if seen is None or not there or not seen.record.presence.in_sight:
        return ()
    return tuple(field for field in bound.unread(seen.record) if _changed(field, known, side.other))


def _changed(field: Field, known: Known, side: Side) -> bool:
    """Tell whether a side shows something new of a field, or may, since it was never agreed on."""
    shadow, seen = known.shadows.get(field.key), known.on(side)
    if shadow is None or seen is None:
        return True
    reading = field.read(seen.record)
    return reading is not UNREAD and not same(field.facet(side).kind, reading, shadow.on(side))
