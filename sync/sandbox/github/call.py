"""One request on its way through the simulated GitHub: who asks, for what, with which body; no rule about issues."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from sync.sandbox.exchange import Request
from sync.sandbox.github.refusals import (
    Refused,
    fault,
    forbidden,
    invalid,
    issue_deleted,
    issues_disabled,
    malformed,
    moved,
    not_found,
)
from sync.sandbox.github.render import Render
from sync.sandbox.github.state import Issue, Moved, Repository, User, stamp
from sync.sandbox.github.world import Grant, World

READS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Answer:
    """A success: status, JSON value (bytes are JSON already written; None is no body), headers."""

    status: int
    value: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """One line of the table of routes; `creates` marks content creation, `charged` is off for what costs nothing."""

    method: str
    template: str
    answer: Callable[[Call], Answer]
    docs: str = ""
    creates: bool = False
    charged: bool = True

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return the template as an expression over the still percent-encoded path."""
        return re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.template) + "$")


@dataclass
class Call:
    """What an answering function may use."""

    world: World
    render: Render
    request: Request
    parts: Mapping[str, str]
    grant: Grant | None = None
    known: Repository | None = None

    @property
    def user(self) -> User | None:
        """Return who asks; None is anybody."""
        return self.grant.user if self.grant else None

    @property
    def actor(self) -> User:
        """Return who asks, for what nobody may do namelessly. Raises 401."""
        if self.user is None:
            raise Refused(401, "Requires authentication")
        return self.user

    @property
    def repository(self) -> Repository:
        """Return the repository of a route that names one."""
        if self.known is None:
            raise not_found()
        return self.known

    @property
    def reading(self) -> bool:
        """Tell whether the verb only reads."""
        return self.request.method in READS

    @property
    def pushes(self) -> bool:
        """Tell whether labels, assignees, milestone and type are this caller's to set (triage may, pull may not)."""
        return self.repository.may(self.user, "triage")

    def part(self, name: str) -> str:
        """Return a decoded part of the path."""
        return unquote(self.parts[name])

    def number(self, name: str) -> int:
        """Return a part of the path that is a number. Raises 404."""
        text = self.parts[name]
        if not text.isascii() or not text.isdigit():
            raise not_found()
        return int(text)

    def body(self) -> dict[str, Any]:
        """Return the body, an object. Raises 400."""
        try:
            value = json.loads(self.request.body or b"{}")
        except ValueError as error:
            raise malformed() from error
        if not isinstance(value, dict):
            raise Refused(400, "Body should be a JSON object")
        return value

    def demand(self, role: str) -> None:
        """Require a role in the repository. Raises 403."""
        if not self.repository.may(self.actor, role):
            raise forbidden("Must have admin rights to Repository.")

    def demand_issues(self) -> None:
        """Require a repository with issues, and a token that reaches them. Raises 410, 403 or 401."""
        if not self.repository.has_issues:
            raise issues_disabled()
        reach = self.grant.issues if self.grant else "read"
        if not self.reading:
            _ = self.actor
        if reach == "none" or (reach == "read" and not self.reading):
            raise forbidden("Resource not accessible by personal access token")

    def lag(self, switch: str) -> datetime | None:
        """Return the instant that this read shows; None is the present."""
        late = self.world.faults.take("stale", self.request) if self.reading else None
        seconds = float(late.get("seconds", 60)) if late is not None else self.world.number(switch)
        return self.world.seen_at(seconds if self.reading else 0)

    def issue(self) -> Issue:
        """Return the issue the path names. Raises 301, 307, 404 or 410."""
        number = self.number("number")
        history = self.repository.issues.get(number)
        issue = history.at(self.lag("read_lag_seconds")) if history else None
        return issue if issue is not None else self._absent(number)

    def _absent(self, number: int) -> Issue:
        trace = self.repository.gone.get(number)
        if isinstance(trace, Moved):
            self._follow(trace)
        raise issue_deleted() if trace == "deleted" else not_found()

    def _follow(self, trace: Moved) -> None:
        """Redirect to where an issue went, if the caller may see that; what lies below an issue is not redirected.

        Measured 2026-09-17 in Systemorph/MeshWeaver#4629: the issue answers 301, its comments and events 404.
        """
        target = self.world.repositories.get(trace.repository)
        alone = unquote(self.request.path).rstrip("/").endswith(f"/issues/{self.number('number')}")
        if target and target.may(self.user, "pull") and alone:
            raise moved(f"{self.render.api}/repositories/{target.id}/issues/{trace.number}", write=not self.reading)

    def since(self) -> str:
        """Return the `since` of the query as GitHub writes times, "" if there is none. Raises 422."""
        text = self.request.first("since")
        if not text:
            return ""
        try:
            instant = datetime.fromisoformat(text.replace(" ", "+"))
        except ValueError as error:
            raise invalid([fault("Issue", "since", value=text)]) from error
        return stamp(instant if instant.tzinfo else instant.replace(tzinfo=UTC))

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """Return a query value out of a closed list whose first member is the default. Raises 422."""
        value = self.request.first(name) or allowed[0]
        if value not in allowed:
            raise invalid([fault("Issue", name, value=value)])
        return value
