"""One link as a person compares it: each field on both sides, and what both last agreed on; nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.core.bind import bind
from sync.core.bound import Bound
from sync.core.errors import Misconfigured
from sync.core.model import UNREAD, Facet, Kind, Reading, Record, Shadow, Side
from sync.core.state import Known
from sync.core.values import same
from sync.flow.bind import remembered
from sync.wiring import Sync


@dataclass(frozen=True)
class Compared:
    """One field: its name and value on each side, what each showed when both last agreed, and a word for it all."""

    labels: Mapping[Side, str]
    values: Mapping[Side, Reading]
    shadow: Shadow | None
    tone: str
    word: str


@dataclass(frozen=True)
class Names:
    """What people call things of a mapping: bound rows where they bind, properties and people by id."""

    bound: Bound | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    containers: Mapping[Side, tuple[str, ...]] = field(default_factory=dict)


def names(sync: Sync, mapping: str) -> Names:
    """Return the names as the mapping's schemas had them when they were read last; neither service is asked."""
    schemas = remembered(sync.store.mapping(mapping))
    file = next((each for each in sync.mappings if each.name == mapping), None)
    if not schemas:
        return Names()
    notion = schemas[Side.NOTION]
    try:
        bound = bind(file, schemas[Side.GITHUB], notion) if file else None
    except Misconfigured:
        bound = None  # what is wrong with the file is told elsewhere
    return Names(
        bound,
        {each.id: each.name for each in notion.properties},
        {person.id: person.name for person in notion.people or ()},
        {side: tuple(name for _, name in schema.containers) for side, schema in schemas.items()},
    )


def compared(known: Known, named: Names) -> list[Compared]:
    """Return the fields of a link in the mapping's order, or, where it does not bind, those that ever agreed."""
    seen = {side: observed.record if (observed := known.on(side)) else None for side in Side}
    if named.bound is None:
        return [_compared(known, key, {side: _facet(side, key) for side in Side}, seen) for key in known.shadows]
    rows = named.bound.fields
    return [_compared(known, row.key, {side: row.facet(side) for side in Side}, seen) for row in rows]


def others(record: Record, named: Names) -> list[tuple[str, Reading]]:
    """Return all that a record shows, by the names that people know."""
    return [(named.properties.get(name, name), value) for name, value in record.fields.items()]


def _compared(known: Known, key: str, facets: Mapping[Side, Facet], seen: Mapping[Side, Record | None]) -> Compared:
    values: dict[Side, Reading] = {}
    for side in Side:
        record = seen[side]
        values[side] = record.read(facets[side].name) if record else UNREAD
    shadow = known.shadows.get(key)
    moved = [side for side in Side if shadow and _moved(facets[side], values[side], shadow)]
    tone, word = _told(shadow, moved)
    return Compared({side: facets[side].label for side in Side}, values, shadow, tone, word)


def _moved(facet: Facet, shown: Reading, shadow: Shadow) -> bool:
    return shown is not UNREAD and not same(facet.kind, shown, shadow.on(facet.side))


def _told(shadow: Shadow | None, moved: list[Side]) -> tuple[str, str]:
    if shadow is None:
        return "rests", "not agreed yet"
    if len(moved) == len(Side):
        return "asks", "changed on both sides"
    if moved:
        return "busy", f"changed {'on GitHub' if moved == [Side.GITHUB] else 'in Notion'}"
    return ("good", "in step") if shadow.confirmed else ("busy", "sent, not shown back yet")


def _facet(side: Side, key: str) -> Facet:
    """Return a facet for a row that is in no file any more."""
    name = key.partition("~")[0 if side is Side.GITHUB else 2]
    return Facet(side, name, name, Kind.TEXT)
