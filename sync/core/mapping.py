"""The nouns of a mapping file as it was parsed, frozen; what they mean in the live services is not known here."""

from __future__ import annotations

import hashlib
from collections import abc
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property


class Policy(StrEnum):
    """Who wins where both sides changed one field and disagree; hold asks a person."""

    NEWEST = "newest"
    GITHUB = "github"
    NOTION = "notion"
    HOLD = "hold"


class Direction(StrEnum):
    """Which way a row flows."""

    BOTH = "both"
    TO_NOTION = "to_notion"
    TO_GITHUB = "to_github"


class Fate(StrEnum):
    """What becomes of a record whose partner is gone."""

    TRASH_PAGE = "trash_page"
    CLOSE_ISSUE = "close_issue"
    KEEP = "keep"


@dataclass(frozen=True)
class GitHubScope:
    """Which issues: those of the repositories (`owner/name`) with all of `labels` and none of `exclude_labels`."""

    repositories: tuple[str, ...]
    labels: tuple[str, ...] = ()
    exclude_labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotionScope:
    """Which pages: those of the database (a dashed id), or of one data source of it, by name or id.

    `link_property` is the name of the property that holds the issue's URL.
    """

    database: str
    data_source: str | None = None
    link_property: str = "GitHub"


@dataclass(frozen=True)
class When:
    """A birth's conditions, all of which must hold: a name on the record's own side, and the values it may show."""

    conditions: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Births:
    """Who may be born where; `quiet` is how many seconds a record is left alone first."""

    pages: bool | When
    issues: bool | When
    quiet: int = 60


@dataclass(frozen=True)
class Deletions:
    """What follows when one record of a link is deleted or trashed."""

    issue_deleted: Fate = Fate.TRASH_PAGE
    page_trashed: Fate = Fate.CLOSE_ISSUE


@dataclass(frozen=True)
class Limit:
    """How many writes of one kind may happen: a number, or a share of the links but never less than `floor`."""

    amount: int | Fraction
    floor: int = 0

    def of(self, links: int) -> int:
        """Return the highest count that still passes among so many links."""
        return self.amount if isinstance(self.amount, int) else max(self.floor, int(self.amount * links))


SHARE_FLOOR = 5
"""No share of a small mapping refuses fewer writes than this: half of one link would let nothing through at all."""


@dataclass(frozen=True)
class Guards:
    """The limits above which none of a kind is written until a person agrees."""

    max_destructive: Limit = Limit(Fraction(10, 100), SHARE_FLOOR)
    max_new_issues: Limit = Limit(100)
    max_new_comments: Limit = Limit(100)
    max_overwrites: Limit = Limit(Fraction(50, 100), SHARE_FLOOR)

    def limit(self, name: str) -> Limit:
        """Return the limit of that name."""
        limit = getattr(self, name)
        assert isinstance(limit, Limit)
        return limit


Values = tuple[tuple[str, tuple[str, ...]], ...]
"""GitHub's key with Notion's values, of which the first is written and all are read; in the file's order."""


@dataclass(frozen=True)
class Row:
    """One line of `fields`: a field of an issue (empty for a constant) tied to a property of the page.

    `stated` tells that the file says the direction; otherwise it is the widest that the issue's field allows, and a
    property that cannot be written may narrow it. `transform` is a name with its argument, `where` the row's YAML path.
    """

    github: str
    notion: str
    direction: Direction = Direction.BOTH
    conflict: Policy | None = None
    values: Values | None = None
    transform: tuple[str, str] | None = None
    constant: str | None = None
    history: bool = False
    stated: bool = field(default=False, compare=False)
    line: int | None = field(default=None, compare=False)
    where: str = field(default="", compare=False)


@dataclass(frozen=True)
class Mapping:
    """One mapping file, sound in itself.

    `users` are (login, e-mail or name or user id). `positions` says at which line of `path` each YAML path stands.
    """

    name: str
    github: GitHubScope
    notion: NotionScope
    create: Births
    rows: tuple[Row, ...]
    match: tuple[str, ...] = ("link", "title")
    conflict: Policy = Policy.NEWEST
    deletions: Deletions = Deletions()
    guards: Guards = Guards()
    users: tuple[tuple[str, str], ...] = ()
    path: str = field(default="", compare=False)
    positions: abc.Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def digest(self) -> str:
        """Return a stable hash of what the mapping means, whatever the order of its rows and keys."""
        meaning = (
            self.name,
            [name.casefold() for name in self.github.repositories],
            sorted(name.casefold() for name in self.github.labels),
            sorted(name.casefold() for name in self.github.exclude_labels),
            self.notion,
            (_gate(self.create.pages), _gate(self.create.issues), self.create.quiet),
            sorted(self.match),
            self.deletions,
            self.guards,
            sorted(self.users, key=lambda user: user[1]),
            sorted(repr(self._meaning(row)) for row in self.rows),
        )
        return hashlib.sha256(repr(meaning).encode()).hexdigest()

    def _meaning(self, row: Row) -> tuple[object, ...]:
        policy = row.conflict or self.conflict
        values = None if row.values is None else _table(row.values)
        return (row.github, row.notion, row.direction, policy, values, row.transform, row.constant, row.history)


def _gate(birth: object) -> object:
    if isinstance(birth, When):
        return sorted((name, sorted(values)) for name, values in birth.conditions)
    return birth


def _table(values: Values) -> tuple[object, ...]:
    """Return what a table says: what each key writes and reads, and which keys stand first for a shared value."""
    shared = sorted({value for _, each in values for value in each})
    return sorted(values), [(value, [key for key, each in values if value in each]) for value in shared]
