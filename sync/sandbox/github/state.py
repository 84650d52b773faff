"""The nouns of the simulated GitHub as it stores them; no rules, no JSON, no HTTP."""

from __future__ import annotations

import base64
import struct
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar

T = TypeVar("T")

ROLES = ("pull", "triage", "push", "maintain", "admin")
"""What a user may do in a repository, from least to most."""


@dataclass(frozen=True)
class User:
    """A person, a bot or an organisation."""

    id: int
    login: str
    node_id: str
    kind: str = "User"
    name: str | None = None
    avatar_url: str | None = None
    view: str | None = "public"
    site_admin: bool = False


@dataclass(frozen=True)
class Label:
    """A label of one repository; issues name it by id."""

    id: int
    node_id: str
    name: str
    color: str = "ededed"
    description: str | None = None
    default: bool = False


@dataclass(frozen=True)
class Asset:
    """A file that somebody dropped into an issue of a repository."""

    repository: int
    kind: str
    content: bytes


@dataclass(frozen=True)
class Milestone:
    """A milestone of one repository; issues name it by number."""

    id: int
    node_id: str
    number: int
    title: str
    creator: int
    created_at: str
    updated_at: str
    description: str | None = None
    state: str = "open"
    due_on: str | None = None
    closed_at: str | None = None


@dataclass(frozen=True)
class IssueType:
    """An issue type of an organisation."""

    id: int
    node_id: str
    name: str
    description: str | None = None
    color: str = "blue"


@dataclass(frozen=True)
class Issue:
    """One version of an issue or pull request; users and labels by id, the milestone by number, times as text."""

    id: int
    node_id: str
    number: int
    title: str
    user: int
    created_at: str
    updated_at: str
    body: str | None = None
    state: str = "open"
    state_reason: str | None = None
    labels: tuple[int, ...] = ()
    assignees: tuple[int, ...] = ()
    milestone: int | None = None
    type: str | None = None
    comments: int = 0
    closed_at: str | None = None
    closed_by: int | None = None
    locked: bool = False
    lock_reason: str | None = None
    association: str = "NONE"
    pull: Mapping[str, object] | None = None
    reactions: Mapping[str, int] = field(default_factory=dict)
    by: int | None = field(default=None, compare=False)
    """Who made this version, where that is known."""


@dataclass(frozen=True)
class Comment:
    """One version of a comment."""

    id: int
    node_id: str
    number: int
    user: int
    body: str
    created_at: str
    updated_at: str
    association: str = "NONE"


class History(Generic[T]):
    """The versions of one thing, oldest first; None stands for not there."""

    __slots__ = ("_times", "_versions")

    def __init__(self) -> None:
        self._times: list[datetime] = []
        self._versions: list[T | None] = []

    def __len__(self) -> int:
        return len(self._versions)

    def after(self, count: int) -> list[T | None]:
        """Return the versions that came after the first so many."""
        return self._versions[count:]

    @property
    def latest(self) -> T | None:
        """Return the present version."""
        return self._versions[-1] if self._versions else None

    def put(self, version: T | None, now: datetime) -> None:
        """Add the newest version."""
        self._times.append(now)
        self._versions.append(version)

    def at(self, instant: datetime | None) -> T | None:
        """Return the version of that instant; None asks for the present one."""
        if instant is None:
            return self.latest
        place = bisect_right(self._times, instant)
        return self._versions[place - 1] if place else None


@dataclass(frozen=True)
class Moved:
    """Where a transferred issue went."""

    repository: int
    number: int


DELETED = "deleted"


@dataclass
class Repository:
    """A repository; `gone` remembers the numbers of deleted and transferred issues."""

    id: int
    node_id: str
    owner: User
    name: str
    created_at: str
    updated_at: str
    private: bool = False
    has_issues: bool = True
    archived: bool = False
    access: dict[int, str] = field(default_factory=dict)
    issues: dict[int, History[Issue]] = field(default_factory=dict)
    comments: dict[int, History[Comment]] = field(default_factory=dict)
    labels: dict[int, Label] = field(default_factory=dict)
    milestones: dict[int, Milestone] = field(default_factory=dict)
    types: list[IssueType] = field(default_factory=list)
    gone: dict[int, Moved | str] = field(default_factory=dict)
    tally: Counter[tuple[int | None, str]] = field(default_factory=Counter)
    epoch: int = 0
    last_number: int = 0

    @property
    def full_name(self) -> str:
        """Return owner/name as it is shown."""
        return f"{self.owner.login}/{self.name}"

    @property
    def tally_open(self) -> int:
        """Return how many issues and pull requests are open."""
        return sum(count for (_, state), count in self.tally.items() if state == "open")

    def put(self, issue: Issue, now: datetime) -> Issue:
        """Make this the newest version of the issue and keep the count of its milestone."""
        history = self.issues.setdefault(issue.number, History())
        self._count(history.latest, -1)
        history.put(issue, now)
        self._count(issue, 1)
        self.last_number = max(self.last_number, issue.number)
        return issue

    def remove(self, number: int, now: datetime, trace: Moved | str) -> Issue | None:
        """Take an issue away and remember where it went."""
        issue = self.issues[number].latest
        self._count(issue, -1)
        self.issues[number].put(None, now)
        self.gone[number] = trace
        return issue

    def label(self, name: str) -> Label | None:
        """Find a label by its name in any case."""
        wanted = name.casefold()
        return next((label for label in self.labels.values() if label.name.casefold() == wanted), None)

    def issue_type(self, name: str) -> IssueType | None:
        """Find an issue type by its name in any case."""
        return next((kind for kind in self.types if kind.name.casefold() == name.casefold()), None)

    def may(self, user: User | None, role: str) -> bool:
        """Tell whether the user has at least that role here; anybody may pull what is public."""
        has = self.access.get(user.id) if user else None
        if user and user.id == self.owner.id:
            has = "admin"
        return (role == "pull" and not self.private) or (has is not None and ROLES.index(has) >= ROLES.index(role))

    def _count(self, issue: Issue | None, step: int) -> None:
        if issue is not None:
            self.tally[issue.milestone, issue.state] += step


def stamp(instant: datetime) -> str:
    """Write an instant as GitHub does: UTC, whole seconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def node_id(prefix: str, *ids: int) -> str:
    """Mint a node id of the new form: the prefix and base64url of MessagePack [0, ids...].

    Decoded from node ids in recordings of 2025 and 2026, as I_kwDOGpsAJ88AAAABEGleFw.
    """
    packed = b"".join(struct.pack(">BI", 0xCE, i) if i < 1 << 32 else struct.pack(">BQ", 0xCF, i) for i in ids)
    return f"{prefix}_" + base64.urlsafe_b64encode(bytes([0x91 + len(ids), 0]) + packed).decode().rstrip("=")
