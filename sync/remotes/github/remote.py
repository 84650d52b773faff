"""The port over GitHub Issues: each thing that is asked, as calls to the door; no rule of the sync is here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from sync.core.documents import Body
from sync.core.errors import Rejected, TryLater, Unsafe, Vanished
from sync.core.model import Batch, Facet, Presence, Put, Record, Ref, Schema, Side
from sync.core.ports import Writing
from sync.remotes.door import Behind
from sync.remotes.github import lists, records
from sync.remotes.github.answers import Answer
from sync.remotes.github.client import Door
from sync.remotes.github.markdown import GitHubBody
from sync.remotes.github.milestones import AGAIN, Milestones
from sync.remotes.github.schema import schema

AHEAD = 20
"""How many numbers past the last one known a lost create is looked for; deleted issues and pull requests take some."""
NO_TRASH = "GitHub has no trash for issues"


class GitHubRemote(Behind[Door]):
    """The issues of the repositories of one mapping; `types` and `bodies` tell that those matter to it."""

    side = Side.GITHUB
    body: Body = GitHubBody()

    def __init__(self, door: Door, repositories: Sequence[str], *, types: bool = False, bodies: bool = False) -> None:
        super().__init__(door)
        self._repositories = tuple(repositories)
        self._types = types
        self._bodies = bodies
        self._milestones = Milestones()

    def schema(self) -> Schema:
        """Return the repositories; raises Misconfigured with everything that is wrong at once."""
        return schema(self._door, self._repositories, types=self._types)

    def changes(self, container: str, cursor: str | None) -> Iterator[Batch]:
        """Yield what changed since the cursor, or everything; one batch is one call."""
        return lists.changes(self._door, container, cursor, lists.WITH_BODIES if self._bodies else lists.ISSUES)

    def read(self, ref: Ref) -> Record:
        """Return the issue now; where it is gone the answer's status says how (REST "Get an issue").

        410 is also what a repository answers whose issues are disabled, so it proves a deletion only while that lives,
        and nothing where a redirect led to another repository.
        """
        answer = self._door.read(_path(ref.container, ref.number))
        match answer.status:
            case HTTPStatus.OK:
                return self._found(ref, answer)
            case HTTPStatus.GONE if not answer.moved and self.alive(ref.container):
                return records.absent(ref, Presence.DELETED)
            case _:
                return records.absent(ref, Presence.HIDDEN)

    def archived(self, container: str) -> Iterator[Batch]:  # noqa: ARG002 - the port's signature
        """Yield nothing: an issue is never archived."""
        return iter(())

    def complete(self, record: Record, facets: Sequence[Facet]) -> Record:  # noqa: ARG002 - an issue is never cut
        """Return the record: every answer about an issue is whole."""
        return record

    def alive(self, container: str) -> bool:
        """Tell whether the repository answers and has its issues enabled."""
        answer = self._door.read(f"/repositories/{container}")
        return (
            answer.status == HTTPStatus.OK
            and bool(answer.body.get("has_issues"))
            and str(answer.body["id"]) == container
        )

    def address(self, written: str) -> str:
        """Return the issue's own URL for any that leads to it."""
        return records.address(written)

    def create(self, container: str, puts: Sequence[Put]) -> Record:
        """Post an issue, once."""
        body = self._body(container, puts)
        with self._known_milestone(container, body):
            answer = self._door.create(f"/repositories/{container}/issues", body)
        return self._written(answer, container, None)

    def update(self, ref: Ref, puts: Sequence[Put]) -> Record:
        """Write those fields in one PATCH."""
        if any(put.facet.name == records.MARK for put in puts):
            raise Rejected("a mark is written when its issue is born", "tie the two by the page's link property")
        body = self._body(ref.container, puts)
        with self._known_milestone(ref.container, body):
            answer = self._door.update(_path(ref.container, ref.number), body)
        return self._written(answer, ref.container, ref)

    def rewrite(self, record: Record, put: Put) -> Record:
        """Refuse: all that an issue holds is written in one PATCH."""
        raise Rejected(f"{record.label} has nothing that is apart: {put.facet.label}", "report this as a fault")

    def beyond(self, planned: Sequence[Writing]) -> int:
        """Return how many milestones have to be made first; they are listed, as they will be then."""
        wanted = {
            (each.container, str(put.value))
            for each in planned
            for put in each.puts
            if put.facet.name == "milestone" and put.value
        }
        return self._milestones.missing(self._door, sorted(wanted))

    def trash(self, ref: Ref) -> Record:
        """Refuse: an issue is closed instead."""
        raise Rejected(f"{NO_TRASH}: {ref.number}", "close the issue")

    def restore(self, ref: Ref) -> Record:
        """Refuse: an issue is reopened instead."""
        raise Rejected(f"{NO_TRASH}: {ref.number}", "reopen the issue")

    def find(self, container: str, mark: Put, trail: int | None) -> Record | None:
        """Look for a marked issue among our newest ones, then among the numbers that came after `trail`.

        A list may lag by minutes, a read by number is the freshest there is; the search lags most and is never asked.
        """
        listed = [each for each in self._ours(container, trail) if each.read(records.MARK) == mark.value]
        if listed:
            return min(listed, key=lambda each: each.ref.number or 0)
        for number in range(trail + 1, trail + 1 + AHEAD) if trail is not None else ():
            answer = self._door.read(_path(container, number))
            if answer.status == HTTPStatus.OK and records.is_issue(answer.body) and answer.body["number"] == number:
                found = self._record(answer.body, container)
                if found.read(records.MARK) == mark.value:
                    return found
        return None

    def _ours(self, container: str, trail: int | None) -> Iterator[Record]:
        """Yield our own issues, newest first, down to the trail; one page where there is none."""
        query = {
            "state": "all",
            "creator": self._door.login(),
            "sort": "created",
            "direction": "desc",
            "per_page": "100",
        }
        answer = self._door.read(f"/repositories/{container}/issues", parameters=query)
        while answer.status == HTTPStatus.OK:
            yield from (self._record(raw, container) for raw in answer.body if records.is_issue(raw))
            url = lists.following(answer)
            if url is None or trail is None or answer.body[-1]["number"] <= trail:
                return
            answer = self._door.read(url)

    def _found(self, ref: Ref, answer: Answer) -> Record:
        """Return the issue that answered, as moved away where it is not the one that was asked for.

        Another issue under our number, with no redirect to it, is a stranger: ours is nowhere to be seen.
        """
        container = self._container(ref.container, answer)
        seen = self._record(answer.body, container)
        same = seen.ref == ref and container == ref.container
        if same and records.is_issue(answer.body):
            return seen
        moved_to = seen.ref if answer.moved and not same else None
        return replace(seen, ref=ref, presence=Presence.AWAY, moved_to=moved_to)

    def _container(self, asked: str, answer: Answer) -> str:
        """Return the id of the repository that an answer is of, by the URL that gave it after all redirects."""
        if not answer.moved:
            return asked
        found = re.search(r"/repositories/(\d+)/", answer.url)
        if found:
            return found[1]
        moved = self._door.read(f"/repos/{records.repository_name(answer.body)}")
        return str(moved.body["id"]) if moved.status == HTTPStatus.OK else asked

    @contextmanager
    def _known_milestone(self, container: str, body: Mapping[str, Any]) -> Iterator[None]:
        """Look the milestone up again where its number is refused: it was deleted since."""
        try:
            yield
        except Rejected as refused:
            if not body.get("milestone") or "milestone" not in refused.reason:
                raise
            self._milestones.forget(container)
            raise TryLater(AGAIN, refused.reason) from refused

    def _record(self, raw: Any, container: str) -> Record:  # noqa: ANN401 - JSON
        return records.record(raw, container, bodies=self._bodies)

    def _written(self, answer: Answer, container: str, ref: Ref | None) -> Record:
        """Return what a write's reply shows; raises Vanished where it is a reply of another issue."""
        if "id" not in answer.body or "number" not in answer.body:
            raise Unsafe("GitHub answered a write without the issue")
        seen = self._record(answer.body, container)
        if ref is not None and (seen.ref != ref or seen.ref.number != ref.number):
            raise Vanished(f"{seen.label} answered in place of #{ref.number}")
        return seen

    def _body(self, container: str, puts: Sequence[Put]) -> dict[str, Any]:
        body = records.body_of(puts)
        if body.get("milestone"):
            body["milestone"] = self._milestones.number(self._door, container, str(body["milestone"]))
        return body


def _path(container: str, number: int | None) -> str:
    """Return an issue's path by the repository's id, which outlives its name."""
    return f"/repositories/{container}/issues/{number}"
