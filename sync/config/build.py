"""The parts of a sound file made into the core's nouns; nothing is checked here."""

from __future__ import annotations

from collections.abc import Mapping as Table
from fractions import Fraction

from sync.config.fields import default_direction
from sync.config.grammar import Birth, CreatePart, DeletionsPart, FilePart, GuardsPart, RowPart
from sync.core.mapping import (
    Births,
    Deletions,
    Fate,
    GitHubScope,
    Guards,
    Limit,
    Mapping,
    NotionScope,
    Row,
    When,
)


def built(part: FilePart, name: str, path: str, lines: Table[str, int]) -> Mapping:
    """Return the mapping that a file says."""
    scope, notion = part.github, part.notion
    return Mapping(
        name=name,
        github=GitHubScope(tuple(scope.repositories), tuple(scope.labels), tuple(scope.exclude_labels)),
        notion=NotionScope(notion.database, notion.data_source, notion.link_property),
        create=_births(part.create),
        rows=tuple(_row(row, f"fields.{index}", lines) for index, row in enumerate(part.fields)),
        match=tuple(part.match),
        conflict=part.conflict,
        deletions=_deletions(part.deletions),
        guards=_guards(part.guards),
        users=tuple(part.users.items()),
        path=path,
        positions=lines,
    )


def _births(part: CreatePart) -> Births:
    return Births(_gate(part.pages), _gate(part.issues), part.quiet)


def _gate(birth: Birth) -> bool | When:
    if isinstance(birth, bool):
        return birth
    return When(tuple((name, tuple(values)) for name, values in birth.when.items()))


def _deletions(part: DeletionsPart) -> Deletions:
    return Deletions(Fate(part.issue_deleted), Fate(part.page_trashed))


def _guards(part: GuardsPart) -> Guards:
    """Return the limits that the file sets, and the others as they are by default."""
    default = Guards()
    return Guards(**{name: _limit(amount, default.limit(name)) for name, amount in part if amount is not None})


def _limit(amount: int | Fraction, default: Limit) -> Limit:
    return Limit(amount, default.floor if isinstance(amount, Fraction) else 0)


def _row(part: RowPart, where: str, lines: Table[str, int]) -> Row:
    github = part.github or ""
    return Row(
        github=github,
        notion=part.notion,
        direction=part.direction or default_direction(github, constant=part.constant is not None),
        conflict=part.conflict,
        values=None if part.values is None else tuple((key, tuple(each)) for key, each in part.values.items()),
        transform=next(iter(part.transform.items())) if part.transform else None,
        constant=part.constant,
        history=bool(part.history),
        stated=part.direction is not None,
        line=lines.get(where),
        where=where,
    )
