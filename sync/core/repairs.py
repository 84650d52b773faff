"""What a mapping names and Notion lacks, as far as it may be added for it; nothing is added here, nor ever changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from sync.core.errors import Problem
from sync.core.mapping import Mapping, When
from sync.core.model import Property, Schema
from sync.core.transforms import ALIKE

OPTIONED = frozenset({"select", "status", "multi_select"})
"""The types of properties that have options."""


@dataclass(frozen=True)
class Lack:
    """An option that a place of the file names and its property does not have."""

    property: Property
    option: str
    where: str


def unlinked(mapping: Mapping, notion: Schema) -> bool:
    """Tell whether the link property does not exist under its name; one of another type is left to a person."""
    return all(each.name != mapping.notion.link_property for each in notion.properties)


def lacking(mapping: Mapping, notion: Schema) -> tuple[Lack, ...]:
    """Return every option that is named by `values`, a constant or a condition of births and does not exist."""
    properties = {each.name: each for each in notion.properties if each.type in OPTIONED}
    return tuple(
        Lack(properties[name], option, where)
        for name, option, where in _named(mapping)
        if name in properties and option not in {ALIKE, *(label for _, label in properties[name].options)}
    )


def conditions(mapping: Mapping, notion: Schema) -> tuple[Problem, ...]:
    """Return the options in conditions of births that do not exist: such a birth would never happen."""
    return tuple(
        Problem(
            f"property {each.property.name!r} has no option {each.option!r}, so that this condition never holds",
            where=each.where,
            nearest=next(iter(get_close_matches(each.option, [name for _, name in each.property.options], n=1)), None),
            cure="add the option in Notion, or run `tandem check --fix`",
        )
        for each in lacking(mapping, notion)
        if each.where.startswith("create.")
    )


def _named(mapping: Mapping) -> Iterator[tuple[str, str, str]]:
    """Yield property, option and place of every option in the file."""
    for row in mapping.rows:
        for github, options in row.values or ():
            yield from ((row.notion, option, f"{row.where}.values.{github}") for option in options)
        if row.constant is not None:
            yield row.notion, row.constant, f"{row.where}.constant"
    if isinstance(mapping.create.issues, When):
        for name, options in mapping.create.issues.conditions:
            yield from ((name, option, f"create.issues.when.{name}") for option in options)
