"""(what repositories have to offer) -> the properties of a new database that suits them; none is made here."""

from __future__ import annotations

from collections.abc import Iterable

from sync.core.draft import LINK, Column, Survey
from sync.core.families import POINTS, PRIORITY, belongs, kin, prefix_of
from sync.core.values import key

NOT_PLANNED = "Won't do"
"""The option that a new database's status gets beside Notion's own three, for issues closed as not planned."""
MOST_OPTIONS, LONGEST_OPTION = 100, 100
"""How many options one request may name, and how many characters each (Notion, "Request limits")."""


def columns(survey: Survey) -> tuple[Column, ...]:
    """Return the properties of a new database that suits the repositories."""
    prefixes = {stem: prefix_of(stem, survey.labels) for stem in (PRIORITY, POINTS)}
    plain = [name for name in survey.labels if not any(belongs(prefix, name) for prefix in prefixes.values())]
    made = [
        Column("Name", "title"),
        Column("Status", "status", (NOT_PLANNED,)),
        Column("Labels", "multi_select", _options(plain)),
        Column("Owner", "people"),
        Column("Milestone", "select", _options(survey.milestones)),
    ]
    if survey.types:
        made.append(Column("Type", "select", _options(survey.types)))
    if prefixes[PRIORITY]:
        made.append(Column("Priority", "select", _options(kin(prefixes[PRIORITY], survey.labels))))
    if prefixes[POINTS]:
        made.append(Column("Estimate", "number"))
    if len(survey.repositories) > 1:
        made.append(Column("Repository", "select", _options(survey.repositories)))
    return (*made, Column("No.", "number"), Column("Author", "rich_text"), Column(LINK, "url"))


def _options(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that can be options of a new property: no comma, none twice, not too many, not too long."""
    found: dict[str, str] = {}
    for name in names:
        if "," not in name and len(name) <= LONGEST_OPTION:
            found.setdefault(key(name), name)
    return tuple(found.values())[:MOST_OPTIONS]
