"""The life of a link, as data: what its state and what was seen of both records lead to; no word of fields."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from sync.core.model import LinkState, Record, Ref


class Sighting(StrEnum):
    """What is known of one of a link's records: there, gone on purpose, out of sight, or not born yet."""

    HERE = "here"
    GONE = "gone"
    AWAY = "away"
    UNBORN = "unborn"


class Step(StrEnum):
    """What a link's turn is about."""

    BIRTH = "birth"
    MERGE = "merge"
    RESUME = "resume"
    ONE_GONE = "one gone"
    PARK = "park"
    REST = "rest"
    END = "end"


_CLAIMED, _LINKED, _PARKED = LinkState.CLAIMED, LinkState.LINKED, LinkState.PARKED
_HERE, _GONE, _AWAY, _UNBORN = Sighting.HERE, Sighting.GONE, Sighting.AWAY, Sighting.UNBORN

LIFE: dict[tuple[LinkState, Sighting, Sighting], Step] = {
    # state      GitHub   Notion
    (_CLAIMED, _HERE, _UNBORN): Step.BIRTH,
    (_CLAIMED, _UNBORN, _HERE): Step.BIRTH,
    (_CLAIMED, _AWAY, _UNBORN): Step.REST,
    (_CLAIMED, _UNBORN, _AWAY): Step.REST,
    (_CLAIMED, _GONE, _UNBORN): Step.END,
    (_CLAIMED, _UNBORN, _GONE): Step.END,
    (_LINKED, _HERE, _HERE): Step.MERGE,
    (_LINKED, _HERE, _GONE): Step.ONE_GONE,
    (_LINKED, _GONE, _HERE): Step.ONE_GONE,
    (_LINKED, _GONE, _GONE): Step.END,
    (_LINKED, _HERE, _AWAY): Step.PARK,
    (_LINKED, _AWAY, _HERE): Step.PARK,
    (_LINKED, _GONE, _AWAY): Step.PARK,
    (_LINKED, _AWAY, _GONE): Step.PARK,
    (_LINKED, _AWAY, _AWAY): Step.PARK,
    (_PARKED, _HERE, _HERE): Step.RESUME,
    (_PARKED, _HERE, _GONE): Step.ONE_GONE,
    (_PARKED, _GONE, _HERE): Step.ONE_GONE,
    (_PARKED, _GONE, _GONE): Step.END,
    (_PARKED, _HERE, _AWAY): Step.REST,
    (_PARKED, _AWAY, _HERE): Step.REST,
    (_PARKED, _GONE, _AWAY): Step.REST,
    (_PARKED, _AWAY, _GONE): Step.REST,
    (_PARKED, _AWAY, _AWAY): Step.REST,
}


def sighting(record: Record | None, *, in_scope: bool) -> Sighting:
    """Return what a record's presence means for its link; leaving the scope is leaving sight."""
    if record is None:
        return Sighting.UNBORN
    if record.presence.gone:
        return Sighting.GONE
    return Sighting.HERE if record.presence.in_sight and in_scope else Sighting.AWAY


def followed(record: Record, containers: Collection[str]) -> Ref | None:
    """Return the identity under which a record lives on inside the mapping, None where it did not move or left it."""
    moved = record.moved_to
    return moved if moved is not None and moved.container in containers else None


def step(state: LinkState, github: Sighting, notion: Sighting) -> Step:
    """Return what the link's turn is about; a tombstoned link rests for ever."""
    return LIFE.get((state, github, notion), Step.REST)
