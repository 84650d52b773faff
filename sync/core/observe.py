"""How a reading becomes knowledge: an observation never goes backwards, and a doubtful one is not used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sync.core.model import UNREAD, Presence, Reading, Record
from sync.core.state import Ack, Observation


class Use(StrEnum):
    """What a reading is good for."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    OLDER = "older"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class Moment:
    """When a call began: the tick drawn before it, our clock then, and the complete listing it belongs to, if any."""

    seq: int
    at: datetime
    listing: int = 0


def absorb(known: Observation | None, record: Record, moment: Moment, stale: timedelta) -> tuple[Use, Observation]:
    """Return what a reading is good for, and the observation that is known from now on.

    `stale` is how long after our write, or after a later picture, an old one is doubted.
    """
    if known is None:
        since: dict[str, datetime | None] = dict.fromkeys(record.fields, record.time)
        return Use.NEW, Observation(record, moment.seq, moment.at, since, listing=moment.listing)
    if moment.seq < known.seq:
        return Use.OLDER, known
    if _doubtful(known, record, moment.at - stale):
        return Use.DOUBTFUL, known
    merged = replace(
        _named(known.record, record), fields=_filled(known.record, record, settled=_settled(known, record))
    )
    changed = _changed(known.record, merged)
    observation = replace(
        known,
        record=merged,
        seq=moment.seq,
        read_at=moment.at,
        since={**known.since, **dict.fromkeys(changed, _time(known.ack, merged))},
        listing=moment.listing or known.listing,
    )
    unchanged = not changed and _place(known.record) == _place(merged)
    return Use.UNCHANGED if unchanged else Use.CHANGED, observation


def acknowledged(known: Observation | None, reply: Record, ack: Ack) -> Observation:
    """Return the observation after a write: a reply is a reading that nothing earlier can overtake.

    What was written and is not shown by the reply is unknown until it is read.
    """
    if known is None:
        return Observation(reply, ack.seq, ack.at, dict.fromkeys(reply.fields), ack)
    unshown = {name: UNREAD for name in ack.before if reply.read(name) is UNREAD}
    merged = replace(reply, fields=_filled(known.record, reply, settled=True) | unshown)
    since = {**known.since, **dict.fromkeys(_changed(known.record, merged))}
    return replace(known, record=merged, seq=ack.seq, read_at=ack.at, since=since, ack=ack)


def _doubtful(known: Observation, record: Record, since: datetime) -> bool:
    """Tell whether a reading may be a replica's old picture of what was seen or written `since` then."""
    ack = known.ack if known.ack and known.ack.at > since else None
    return (known.read_at > since and _overtaken(known, record)) or (ack is not None and _replaced(known, ack, record))


def _overtaken(known: Observation, record: Record) -> bool:
    """Tell whether a reading is a picture from before the one that is known, by the record's own time."""
    both = record.presence.in_sight and known.record.presence.in_sight
    return both and record.time < known.record.time


def _replaced(known: Observation, ack: Ack, record: Record) -> bool:
    """Tell whether a reading shows what our write replaced.

    A record whose own time is later than the acknowledgement's was edited since, whatever it shows.
    """
    return record.time <= ack.time and any(
        record.read(name) == before != known.record.read(name)
        for name, before in ack.before.items()
        if record.read(name) is not UNREAD
    )


def _filled(old: Record, new: Record, *, settled: bool) -> dict[str, Reading]:
    """Return the new fields, with the old value of what was not read: unread is unchanged.

    A field that the answer cut off is unknown, though, where the record may have been edited since it was last read.
    """
    return {
        **old.fields,
        **{name: value for name, value in new.fields.items() if value is not UNREAD or not settled},
    }


def _named(old: Record, new: Record) -> Record:
    """Return a record that no answer showed under the name it had; one that was deleted has no address any more."""
    if new.fields or new.presence.in_sight:
        return new
    return replace(new, label=old.label, address=old.address if new.presence is Presence.HIDDEN else new.address)


def _settled(known: Observation, record: Record) -> bool:
    """Tell whether the record is certainly the one that was read last: a coarse time may hide an edit just after it."""
    certain = record.time + 2 * timedelta(seconds=record.grain)
    return record.time == known.record.time and known.read_at >= certain


def _changed(old: Record, new: Record) -> tuple[str, ...]:
    return tuple(name for name, value in new.fields.items() if value != old.read(name))


def _place(record: Record) -> tuple[object, ...]:
    return record.presence, record.address, record.label, record.ref.container, record.moved_to


def _time(ack: Ack | None, record: Record) -> datetime | None:
    """Return the service's time of a change, None where it may be the time of our own write."""
    return None if ack and record.time <= ack.time else record.time
