"""A mapping that is still to be written, as a value, and what is known of both sides then; it proposes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.core.mapping import Values
from sync.core.model import Person, Schema

LINK = "GitHub"
"""What the property that carries the issue's address is called where it is made."""


@dataclass(frozen=True)
class Survey:
    """What repositories have to offer: names of labels, milestones and issue types, and who may be assigned.

    `people` are (login, name, e-mail), of whom GitHub shows the last two only where they made them public.
    """

    repositories: tuple[str, ...]
    labels: tuple[str, ...] = ()
    milestones: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()


@dataclass(frozen=True)
class Table:
    """A data source as it is: `groups` are option id: name of the group of a status it is in."""

    schema: Schema
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """A property that is to be made; a status has Notion's own three options besides, and its own mean the end."""

    name: str
    type: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One proposed row; one that is not `active` is written as a comment, to be switched on by hand."""

    github: str
    notion: str
    why: str
    values: Values | None = None
    active: bool = True


@dataclass(frozen=True)
class Draft:
    """A mapping as it will stand in a file; `strangers` are logins for whom nobody was found in Notion.

    `sibling` is the file of another mapping that creates the issues of this data source.
    """

    repositories: tuple[str, ...]
    database: str
    link_property: str
    lines: tuple[Line, ...]
    data_source: str | None = None
    users: tuple[tuple[str, str], ...] = ()
    strangers: tuple[str, ...] = ()
    pages: bool = True
    issues: bool = True
    conflict: str = "newest"
    missing: tuple[str, ...] = ()
    sibling: str | None = None
