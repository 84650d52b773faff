"""Repositories as `init` and `check` need them: what they have to offer, and whether their issues show; only reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any

from sync.core.draft import Survey
from sync.core.errors import Denied, Problem, Rejected
from sync.core.model import Person
from sync.remotes.github import lists
from sync.remotes.github.client import Door
from sync.remotes.github.schema import schema

MOST_PEOPLE = 20
"""So many people are asked for their names: each is a call, and nobody wants to wait for a whole company."""


class Surveyor:
    """The port `sync.core.ports.Surveyor` over GitHub's REST API."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def survey(self, repositories: Sequence[str]) -> Survey:
        """Return what the repositories have to offer, each name once; raises Misconfigured where one is no good."""
        found = schema(self._door, repositories).containers
        places = [f"/repositories/{id_}" for id_, _ in found]
        logins = _once(self._all(f"{place}/assignees", "login") for place in places)
        return Survey(
            repositories=tuple(name for _, name in found),
            labels=_once(self._all(f"{place}/labels", "name") for place in places),
            milestones=_once(self._all(f"{place}/milestones", "title") for place in places),
            types=_once(self._all(f"{place}/issue-types", "name") for place in places),
            people=tuple(self._person(login) for login in logins[:MOST_PEOPLE] if not login.endswith("[bot]")),
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


def _once(many: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for each in many for name in each))
