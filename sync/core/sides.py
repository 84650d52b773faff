"""One link as a person compares it: each field on both sides, and what both last agreed on; nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from sync.core.bind import bind
from sync.core.bound import Bound, Field
from sync.core.documents import Body
from sync.core.errors import Misconfigured, Problem
from sync.core.fieldkey import field_name, property_id
from sync.core.mapping import Mapping as MappingFile
from sync.core.mapping import Policy
from sync.core.model import UNREAD, Facet, Kind, Reading, Record, Schema, Shadow, Side, Value
from sync.core.state import Known
from sync.core.transforms import Plain
from sync.core.values import same


@dataclass(frozen=True)
class Compared:
    """One field: its name and value on each side, what each showed when both last agreed, and a word for it all."""

    key: str
    labels: Mapping[Side, str]
    values: Mapping[Side, Reading]
    shadow: Shadow | None
    tone: str
    word: str


@dataclass(frozen=True)
class Naming:
    """What people call things of a mapping: bound rows where they bind, properties and people by id."""

    bound: Bound | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    containers: Mapping[Side, tuple[str, ...]] = field(default_factory=dict)

    def label(self, side: Side | None, key: str) -> str:
        """Return what a side calls a field of a write; a row that is in no file any more has its first part left."""
        row = self.bound.field(key) if self.bound and side else None
        return row.facet(side).label if row and side else field_name(key)


def named(file: MappingFile | None, schemas: Mapping[Side, Schema], bodies: Mapping[Side, Body]) -> Naming:
    """Return the names as the mapping's schemas had them when they were read last."""
    if not schemas:
        return Naming()
    notion = schemas[Side.NOTION]
    try:
        bound = bind(file, schemas[Side.GITHUB], notion, bodies) if file else None
    except Misconfigured:
        bound = None  # what is wrong with the file is told elsewhere
    return Naming(
        bound,
        {each.id: each.name for each in notion.properties},
        {person.id: person.name for person in notion.people or ()},
        {side: tuple(name for _, name in schema.containers) for side, schema in schemas.items()},
    )


def keys_called(name: str, named: Naming, more: Iterable[str] = ()) -> frozenset[str]:
    """Return the keys of the fields that people call so: the issue's names go before the page's.

    `more` are keys of fields that may be in no row any more. Raises Misconfigured, with the nearest name, where neither
    side calls any field so; while nothing binds, nobody can tell.
    """
    rows = named.bound.fields if named.bound else ()
    keys = dict.fromkeys((*(row.key for row in rows), *more))
    issues = [(field_name(key), key) for key in keys]
    labels = [(row.facet(side).label, row.key) for side in Side for row in rows]
    for names in (issues, labels):
        if found := frozenset(key for each, key in names if each.casefold() == name.casefold()):
            return found
    if named.bound is None:
        return frozenset()
    there = {each.casefold(): each for each, _ in (*labels, *issues)}
    near = get_close_matches(name.casefold(), there, n=1)
    cure = f"it has {', '.join(dict.fromkeys(each for each, _ in issues))}" if issues else None
    raise Misconfigured(
        [Problem(f"the mapping has no field {name!r}", nearest=there[near[0]] if near else None, cure=cure)]
    )


def compared(known: Known, named: Naming) -> list[Compared]:
    """Return the fields of a link in the mapping's order, or, where it does not bind, those that ever agreed."""
    rows = named.bound.fields if named.bound else [_remains(key) for key in known.shadows]
    return [_compared(known, row) for row in rows]


def others(record: Record, named: Naming) -> list[tuple[str, Reading]]:
    """Return all that a record shows, by the names that people know."""
    return [(named.properties.get(name, name), value) for name, value in record.fields.items()]


def _compared(known: Known, row: Field) -> Compared:
    values: dict[Side, Reading] = {}
    for side in Side:
        observed = known.on(side)
        values[side] = row.read(observed.record) if observed else UNREAD
    shadow = known.shadows.get(row.key)
    moved = [side for side in Side if shadow and _moved(row, side, values[side], shadow)]
    tone, word = _told(shadow, moved, differ=_differ(row, values))
    return Compared(row.key, {side: row.facet(side).label for side in Side}, values, shadow, tone, word)


def _moved(row: Field, side: Side, shown: Reading, shadow: Shadow) -> bool:
    """Tell whether a side shows something else than when both last agreed, as far as it takes part."""
    return shown is not UNREAD and not same(row.facet(side).kind, row.transform.seen(side, shown), shadow.on(side))


def _differ(row: Field, values: Mapping[Side, Reading]) -> bool:
    github, notion = values[Side.GITHUB], values[Side.NOTION]
    return github is not UNREAD and notion is not UNREAD and not row.transform.agree(github, notion)


def _told(shadow: Shadow | None, moved: list[Side], *, differ: bool) -> tuple[str, str]:
    if shadow is None:
        return "rests", "not agreed yet"
    if len(moved) == len(Side):
        return "asks", "changed on both sides"
    if moved:
        return "busy", f"changed {'on GitHub' if moved == [Side.GITHUB] else 'in Notion'}"
    if differ:
        return "rests", "differs, and neither changed since"
    return ("good", "in step") if shadow.confirmed else ("busy", "sent, not shown back yet")


def _remains(key: str) -> Field:
    """Return a field for a row that is in no file any more: its values are shown as they are."""
    parts = dict(zip(Side, (field_name(key), property_id(key)), strict=True))
    issue, page = (Facet(side, name, name, Kind.TEXT) for side, name in parts.items())
    return Field(key, issue, page, _Unknown(), Policy.HOLD, frozenset())


class _Unknown(Plain):
    """What a row without a file means is not known, so that nothing is said to differ."""

    def agree(self, github: Value, notion: Value) -> bool:
        """Return that nothing is known against it."""
        del github, notion
        return True
