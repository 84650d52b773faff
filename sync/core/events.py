"""What a service tells us unasked: an event names what to look at, or proves that it was seen.

A hint is what is kept of an event that is news.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sync.core.errors import TandemError
from sync.core.limits import Lane
from sync.core.model import Record, Ref, Side
from sync.core.state import Observation

SKEW = timedelta(seconds=5)
"""How far our clock may be ahead of a service's: a read that began no later than this after an event proves nothing."""


class Mode(StrEnum):
    """What a hint asks for: a look, everything read anew, the names bound anew, or what the guards refused let go.

    A deep look is a person's at one record: what stands below it is read as well, on both sides.
    """

    HINT = "hint"
    DEEP = "deep"
    FULL = "full"
    BIND = "bind"
    APPROVE = "approve"


@dataclass(frozen=True)
class Hint:
    """A wish that something be looked at: one record, or the whole mapping where `ref` is None."""

    mapping: str
    ref: Ref | None
    lane: Lane
    at: datetime
    mode: Mode = Mode.HINT


class BadDelivery(TandemError):
    """What came is no delivery: nothing can be read from it, and sending it again would not help."""


@dataclass(frozen=True)
class Event:
    """One thing that a service says has happened.

    `containers` are ids of repositories, data sources or databases, any of which may be a mapping's; `ref` is the
    record, None where the container as such is meant. `time` is the service's own time of it, and `shown` the record as
    the delivery itself shows it: both serve to tell that it is no news, and nothing else.
    """

    side: Side
    containers: tuple[str, ...]
    ref: Ref | None = None
    mode: Mode = Mode.HINT
    time: datetime | None = None
    shown: Record | None = None


def is_news(event: Event, known: Observation | None) -> bool:
    """Tell whether an event is worth a look: not where what is known was read after it, or shows the very same.

    Dropping one wrongly loses nothing: the next poll reads what changed. A record that came or went is always news.
    """
    if known is None or not known.record.presence.in_sight:
        return True
    if event.shown is not None:
        return not _seen(event.shown, known.record)
    return event.time is None or _read_at(known) <= event.time


def _seen(shown: Record, known: Record) -> bool:
    """Tell by the service's own times: a later record has the change in it, one of the same second if all is equal."""
    if known.time != shown.time:
        return known.time > shown.time
    return all(known.read(name) == value for name, value in shown.fields.items())


def _read_at(known: Observation) -> datetime:
    """Return the moment whose state is certainly known: an acknowledgement shows our own write, whatever the skew."""
    acknowledged = known.ack is not None and known.ack.seq == known.seq
    return known.read_at if acknowledged else known.read_at - SKEW
