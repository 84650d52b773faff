"""All that the simulated GitHub remembers, and how things are found in it; no HTTP and no rules about edits."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from sync.sandbox.clock import Clock
from sync.sandbox.faults import Faults
from sync.sandbox.github.refusals import not_found
from sync.sandbox.github.state import Asset, History, IssueType, Repository, User, node_id, stamp

T = TypeVar("T")

FIRST_ID = 4_600_000_000
"""Above 2^32, as issue ids have been since 2026 (recorded: 4570308119)."""

SWITCHES: dict[str, bool | int | float | str] = {
    # How late reads are, in seconds.
    "list_lag_seconds": 0.0,
    "read_lag_seconds": 0.0,
    # Links of issue lists by cursor, as on large repositories since 2025.
    "cursor_links": False,
    # What is not known to bump an issue's updated_at (see also isaacs/github#1676 on labels).
    "labels_bump": True,
    "type_bumps": False,
    "lock_bumps": False,
    "comment_edit_bumps": False,
    "empty_patch_bumps": False,
    # A closed issue's reason given anew together with state "closed".
    "reason_of_closed_changes": False,
    # More than ten assignees: 422, or the first ten are taken.
    "assignees_over_limit_refused": True,
    # milestone: "" clears it (recorded in 2012 only).
    "empty_milestone_clears": True,
    # Saving in the web editor makes every line end CRLF (actions/runner#1462, 2025-02).
    "web_editor_crlf": True,
    # A token is given files of private repositories. Off: it is a fine-grained one, which is not
    # (josegonzalez/python-github-backup#477, 2026-01).
    "files_for_tokens": True,
    # Limits; 0 is none.
    "requests_per_hour": 5000,
    "points_per_minute": 900,
    "creates_per_minute": 80,
    "creates_per_hour": 500,
    "limit_status": 403,
    "retry_after": True,
}

FAULTS = {"empty_list": "a list answers [] (the search index is down)"}


@dataclass(frozen=True)
class Grant:
    """What a token stands for: a user, how far it reaches itself (`issues`: write, read or none), and when it ends."""

    token: str
    user: User
    issues: str = "write"
    expires: str = ""


class World:
    """Users, tokens and repositories of one GitHub."""

    def __init__(self, clock: Clock, faults: Faults) -> None:
        self.clock, self.faults = clock, faults
        self.lock = threading.RLock()
        self.users: dict[int, User] = {}
        self.grants: dict[str, Grant] = {}
        self.repositories: dict[int, Repository] = {}
        self.former: dict[str, int] = {}
        self.assets: dict[str, Asset] = {}
        self._by_login: dict[str, int] = {}
        self._last_id = FIRST_ID
        faults.declare(FAULTS, SWITCHES)

    def now(self) -> str:
        """Return the present as GitHub writes it."""
        return stamp(self.clock.now())

    def new_id(self) -> int:
        """Mint an id."""
        self._last_id += 7
        return self._last_id

    def on(self, switch: str) -> bool:
        """Tell whether a switch is on."""
        return bool(self.faults.switches[switch])

    def number(self, switch: str) -> float:
        """Return the value of a switch that is a number."""
        return float(self.faults.switches[switch])

    def seen_at(self, lag: float) -> datetime | None:
        """Return the instant that a late read shows; None is the present."""
        return self.clock.now() - timedelta(seconds=lag) if lag else None

    # --- users and tokens

    def user(self, login: str) -> User | None:
        """Find a user by login in any case."""
        return self.users.get(self._by_login.get(login.casefold(), 0))

    def add_user(self, login: str, *, name: str | None = None, kind: str = "User") -> User:
        """Return the user of that login, made now if there was none."""
        found = self.user(login)
        if found:
            return found
        number = self.new_id() - FIRST_ID + 40_000_000
        return self.keep_user(User(number, login, node_id("U" if kind != "Organization" else "O", number), kind, name))

    def keep_user(self, user: User) -> User:
        """Store a user as given."""
        self.users[user.id] = user
        self._by_login[user.login.casefold()] = user.id
        return user

    def grant(self, token: str, login: str, *, issues: str = "write", expires: str = "") -> Grant:
        """Let a token stand for a user; `issues` is how far it reaches: write, read or none; `expires` is only told."""
        self.grants[token] = Grant(token, self.add_user(login), issues, expires)
        return self.grants[token]

    def revoke_token(self, token: str) -> None:
        """Make a token worthless: 401 from now on."""
        self.grants.pop(token, None)

    # --- repositories

    def add_repository(
        self,
        full_name: str,
        *,
        access: Mapping[str, str] | None = None,
        private: bool = False,
        types: Iterable[str] | None = None,
    ) -> Repository:
        """Make a repository where the bot may push; `types` makes its owner an organisation."""
        login, name = full_name.split("/")
        owner = self.add_user(login, kind="Organization" if types is not None else "User")
        number, now = (self.new_id() - FIRST_ID) + 700_000_000, self.now()
        repository = Repository(number, node_id("R", number), owner, name, now, now, private)
        repository.types = [self._type(owner, each) for each in types or ()]
        for each, role in {"tandem-bot": "push", **(access or {})}.items():
            repository.access[self.add_user(each).id] = role
        self.repositories[number] = repository
        return repository

    def _type(self, owner: User, name: str) -> IssueType:
        number = self.new_id() - FIRST_ID + 20_000_000
        return IssueType(number, node_id("IT", owner.id, number), name, f"Work of the kind {name.lower()}")

    def repository(self, full_name: str) -> Repository:
        """Find a repository by its present name. Raises 404."""
        wanted = full_name.casefold()
        for repository in self.repositories.values():
            if repository.full_name.casefold() == wanted:
                return repository
        raise not_found()

    def rename(self, repository: Repository, name: str, *, owner: str | None = None) -> None:
        """Rename a repository or give it to another owner; the old name redirects from now on."""
        self.former[repository.full_name.casefold()] = repository.id
        repository.name, repository.epoch = name, repository.epoch + 1
        repository.owner = self.add_user(owner) if owner else repository.owner
        self.former.pop(repository.full_name.casefold(), None)

    def drop_label(self, repository: Repository, number: int) -> None:
        """Delete a label and take it off every issue, which bumps none of them."""
        del repository.labels[number]
        now = self.clock.now()
        for issue in list(present(repository.issues, None)):
            if number in issue.labels:
                repository.put(replace(issue, labels=tuple(each for each in issue.labels if each != number)), now)


def present(histories: Mapping[int, History[T]], instant: datetime | None) -> Iterable[T]:
    """Yield what was there at an instant, in order of number; None asks for the present."""
    for history in histories.values():
        version = history.at(instant)
        if version is not None:
            yield version
