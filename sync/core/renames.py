"""Names of the file that were renamed in Notion: they are remembered by id and told; nothing is bound or read here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sync.core.errors import Problem
from sync.core.mapping import Births, Row, When
from sync.core.mapping import Mapping as MappingFile
from sync.core.model import Property, Schema

OWN = frozenset({"content", "comments"})
"""What a row may be tied to that is the page itself and no property."""


@dataclass(frozen=True)
class TiedIds:
    """Which ids the names of a file were tied to when it last ran.

    `properties` are name: property id, `options` are property id: (name: option id).
    """

    properties: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Today:
    """A mapping in the names that Notion uses today, what is to be remembered of it, and what was renamed."""

    mapping: MappingFile
    names: TiedIds
    renamed: tuple[Problem, ...] = ()


def today(mapping: MappingFile, notion: Schema, remembered: TiedIds, *, edited: bool) -> Today:
    """Return the mapping with the names of today.

    What a name was tied to goes on under whatever name it has now. Where the file was `edited` since, a name of it that
    exists again means what is called so; what was deleted keeps its name, and whoever binds it finds it missing.
    """
    resolver = Resolver(notion, remembered, edited=edited)
    rows = tuple(resolver.row(row) for row in mapping.rows)
    link = resolver.property(mapping.notion.link_property, "notion.link_property")
    return Today(
        replace(
            mapping,
            notion=replace(mapping.notion, link_property=link),
            rows=rows,
            create=_births(mapping.create, resolver),
        ),
        TiedIds(resolver.properties, resolver.options),
        tuple(resolver.renamed),
    )


def _births(births: Births, resolver: Resolver) -> Births:
    """Return who may be born, the conditions on pages in today's names; issues are asked in GitHub's own."""
    if not isinstance(births.issues, When):
        return births
    where = "create.issues.when"
    conditions = tuple(
        (
            resolver.property(name, f"{where}.{name}"),
            resolver.names(name, values, f"{where}.{name}"),
        )
        for name, values in births.issues.conditions
    )
    return replace(births, issues=When(conditions))


class Resolver:
    """One file read with today's schema at hand: every name is answered, remembered, and told if it moved."""

    def __init__(self, notion: Schema, remembered: TiedIds, *, edited: bool) -> None:
        self._notion, self._remembered, self._edited = notion, remembered, edited
        self.properties: dict[str, str] = {}
        self.options: dict[str, dict[str, str]] = {}
        self.renamed: list[Problem] = []
        self._told: set[tuple[str, str]] = set()

    def row(self, row: Row) -> Row:
        """Return a row in today's names."""
        if row.notion in OWN:
            return row
        values = row.values and tuple(
            (github, self.names(row.notion, each, f"{row.where}.values.{github}")) for github, each in row.values
        )
        constant = row.constant and self.names(row.notion, (row.constant,), f"{row.where}.constant")[0]
        return replace(row, notion=self.property(row.notion, f"{row.where}.notion"), values=values, constant=constant)

    def property(self, name: str, where: str) -> str:
        """Return what the property is called today; its own name where nothing is known of it."""
        found = self._property(name)
        if found is None:
            return name
        self.properties[name] = found.id
        self._tell("property", (name, found.name), where)
        return found.name

    def names(self, name: str, values: Iterable[str], where: str) -> tuple[str, ...]:
        """Return what options of the property are called today."""
        found = self._property(name)
        return tuple(self._option(found, each, where) for each in values) if found else tuple(values)

    def _property(self, name: str) -> Property | None:
        by_id = {each.id: each for each in self._notion.properties}
        by_name = {each.name: each for each in self._notion.properties}
        tied = by_id.get(self._remembered.properties.get(name, ""))
        return (by_name.get(name) or tied) if self._edited else (tied or by_name.get(name))

    def _option(self, found: Property, value: str, where: str) -> str:
        by_name = {name: id_ for id_, name in found.options}
        remembered = self._remembered.options.get(found.id, {}).get(value)
        tied = remembered if remembered in dict(found.options) else None
        id_ = (by_name.get(value) or tied) if self._edited else (tied or by_name.get(value))
        if id_ is None:
            return value
        self.options.setdefault(found.id, {})[value] = id_
        now = dict(found.options)[id_]
        self._tell(f"option of {found.name!r}", (value, now), where)
        return now

    def _tell(self, what: str, names: tuple[str, str], where: str) -> None:
        old, now = names
        if old == now or (what, old) in self._told:
            return
        self._told.add((what, old))
        message = f"the {what} that the file calls {old!r} is called {now!r} in Notion by now"
        cure = f"nothing is lost; write {now!r} in the file, so that whoever reads it finds it in Notion"
        self.renamed.append(Problem(message, where=where, nearest=None, level="warning", cure=cure))
