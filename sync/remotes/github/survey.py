"""Repositories as `init` and `check` need them: what they have to offer, and whether their issues show; only reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from itertools import chain
from typing import Any

from sync.core.draft import Survey
from sync.core.errors import Denied, Problem, Rejected
from sync.core.model import Person
from sync.remotes.github import lists
from sync.remotes.github.client import Door
from sync.remotes.github.schema import schema

MOST_PEOPLE = 20
"""So many people are asked for their names: each is a call, and nobody wants to wait for a whole company."""
RECENT = {"state": "all", "sort": "updated", "per_page": "100"}
"""Which issues tell who works here: those that were changed last."""


class Surveyor:
    """The port `sync.core.ports.Surveyor` over GitHub's REST API."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def survey(self, repositories: Sequence[str]) -> Survey:
        """Return what the repositories have to offer, each name once; raises Misconfigured where one is no good."""
        found = schema(self._door, repositories).containers
        places = [f"/repositories/{id_}" for id_, _ in found]
        return Survey(
            repositories=tuple(name for _, name in found),
            labels=_once(self._all(f"{place}/labels", "name") for place in places),
            milestones=_once(self._all(f"{place}/milestones", "title") for place in places),
            types=_once(self._all(f"{place}/issue-types", "name") for place in places),
            people=tuple(self._person(login) for login in self._logins(places)),
        )

    def permissions(self, containers: Sequence[tuple[str, str]]) -> Sequence[Problem]:
        """Return the repositories whose issues the credential does not reach."""
        found = []
        for id_, name in containers:
            try:
                self._door.read(f"/repositories/{id_}/issues", parameters={"per_page": "1"})
            except Denied as denied:
                message = f"the credential may not read the issues of {name}: {denied.reason}"
                found.append(Problem(message, cure=denied.cure or None))
        return found

    def _logins(self, places: Sequence[str]) -> Sequence[str]:
        """Return the logins of people, first those who are assigned to issues, then others who may be."""
        working = (name for place in places for issue in self._recent(place) for name in _assigned(issue))
        others = (login for place in places for login in self._all(f"{place}/assignees", "login"))
        people = (login for login in chain(working, others) if not login.endswith("[bot]"))
        found: dict[str, None] = {}
        for login in people:
            found[login] = None
            if len(found) == MOST_PEOPLE:
                break
        return tuple(found)

    def _recent(self, place: str) -> Sequence[dict[str, Any]]:
        answer = self._door.read(f"{place}/issues", parameters=RECENT)
        return answer.body if answer.status == HTTPStatus.OK else ()

    def _all(self, path: str, key: str) -> Iterator[str]:
        """Yield one attribute of everything in a list; nothing where there is no such list, as of issue types."""
        url: str | None = path
        parameters: dict[str, str] | None = {"per_page": "100"}
        while url:
            try:
                answer = self._door.read(url, parameters=parameters)
            except (Denied, Rejected):
                return
            yield from (str(each[key]) for each in answer.body) if answer.status == HTTPStatus.OK else ()
            url, parameters = lists.following(answer), None

    def _person(self, login: str) -> Person:
        answer = self._door.read(f"/users/{login}")
        raw: dict[str, Any] = answer.body if answer.status == HTTPStatus.OK else {}
        return Person(login, str(raw.get("name") or ""), raw.get("email"))


def _assigned(issue: dict[str, Any]) -> Iterator[str]:
    return (str(each["login"]) for each in issue.get("assignees") or ())


def _once(many: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for each in many for name in each))
