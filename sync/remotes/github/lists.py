"""What changed in one repository since a cursor, page by page; it reads lists and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from sync.core.errors import Denied
from sync.core.model import Batch, Record
from sync.remotes.github import records
from sync.remotes.github.answers import Answer
from sync.remotes.github.client import Door

OVERLAP = timedelta(minutes=15)
"""How far behind the service's own time a cursor stays: lists lag by minutes (github.com/judell/bram issue 253)."""
STEP = timedelta(seconds=1)
STAMP = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Cursor:
    """Where a list goes on; the ETag is of that very URL, and good for one token only (github/docs issue 34689)."""

    since: str | None = None
    etag: str | None = None
    token: str | None = None

    @staticmethod
    def of(text: str | None) -> Cursor:
        """Return the cursor that was kept as text."""
        return Cursor(**json.loads(text)) if text else Cursor()

    def __str__(self) -> str:
        return json.dumps({name: value for name, value in vars(self).items() if value})


@dataclass(frozen=True)
class Feed:
    """One list of a repository: `rows` makes what an answer shows records, `what` is what people call them."""

    path: str
    what: str
    rows: Callable[[Sequence[Any], str], tuple[Record, ...]]


def issues(raw: Sequence[Any], container: str, *, bodies: bool = False) -> tuple[Record, ...]:
    """Return what a list of issues shows, without the pull requests in it."""
    return tuple(records.record(each, container, bodies=bodies) for each in raw if records.is_issue(each))


PATH = "issues"
ISSUES = Feed(PATH, "issues", issues)
WITH_BODIES = Feed(PATH, "issues", partial(issues, bodies=True))


def changes(door: Door, container: str, text: str | None, feed: Feed = ISSUES) -> Iterator[Batch]:
    """Yield what was updated since the cursor, or all; the last batch carries the next cursor.

    A cursor stays as it is while its answer fits one page, so that the next answer may be a free 304.
    """
    cursor, asked = Cursor.of(text), _Asked(door, container, feed)
    first = asked.list(cursor, ask=text is not None)
    if first.status == HTTPStatus.NOT_MODIFIED:
        yield Batch((), str(cursor))
        return
    if text is not None and following(first) is None:
        yield asked.batch(first, _stayed(cursor, first, door.fingerprint(asked.url)))
        return
    for answer, last in asked.walk(first, cursor):
        yield asked.batch(answer, _moved(cursor, first) if last else None)


def following(answer: Answer) -> str | None:
    """Return the next page's URL, to be asked as it is: page numbers end at 10,000 records (go-github issue 3565)."""
    for part in answer.headers.get("link", "").split(","):
        url, _, rest = part.partition(">")
        if 'rel="next"' in rest:
            return url.strip().removeprefix("<")
    return None


@dataclass(frozen=True)
class _Asked:
    """A list as it is asked of one repository."""

    door: Door
    container: str
    feed: Feed

    @property
    def url(self) -> str:
        """Return where the list is found."""
        return f"/repositories/{self.container}/{self.feed.path}"

    def walk(self, first: Answer, cursor: Cursor) -> Iterator[tuple[Answer, bool]]:
        """Yield all pages, each told whether it is the last.

        The next page begins at the time of this one's last record, not at its offset: one that is edited meanwhile
        moves to the end and would push another one over the edge of an offset, unseen. Where a whole page shares one
        time the offset is all there is.
        """
        answer, since = first, cursor.since
        while (url := following(answer)) is not None:
            yield answer, False
            later = _edge(answer)
            if since is None or later > since:
                since = later
                answer = self.list(Cursor(since))
            else:
                answer = self._readable(self.door.read(url))
        yield answer, True

    def list(self, cursor: Cursor, *, ask: bool = False) -> Answer:
        """Read one page in the order of updates; pull requests and labels out of scope are in it."""
        query = {"sort": "updated", "direction": "asc", "per_page": "100"}
        if self.feed.path == PATH:
            query["state"] = "all"
        if cursor.since:
            query["since"] = cursor.since
        unchanged = ask and cursor.etag and cursor.token == self.door.fingerprint(self.url)
        headers = {"If-None-Match": cursor.etag} if unchanged and cursor.etag else None
        return self._readable(self.door.read(self.url, parameters=query, headers=headers))

    def batch(self, answer: Answer, cursor: Cursor | None) -> Batch:
        """Return what a page shows."""
        return Batch(self.feed.rows(answer.body, self.container), None if cursor is None else str(cursor))

    def _readable(self, answer: Answer) -> Answer:
        """Return a list's answer; raises Denied where there is no list: nothing may be concluded from that."""
        if answer.status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED) and not answer.moved:
            return answer
        raise Denied(
            f"GitHub shows no {self.feed.what} of this repository: {answer.message}",
            "give the token access to it again, enable Issues in its settings, or take it out of the mapping",
        )


def _edge(answer: Answer) -> str:
    """Return where the next page begins: a second early, for nobody says whether `since` takes in its own second."""
    return (records.moment(answer.body[-1]["updated_at"]) - STEP).strftime(STAMP)


def _stayed(cursor: Cursor, answer: Answer, token: str) -> Cursor:
    return replace(cursor, etag=answer.headers.get("etag"), token=token)


def _moved(cursor: Cursor, first: Answer) -> Cursor:
    """Return the cursor at the service's own time of the first page, minus the overlap.

    Where a proxy took the Date header away, the newest update in that page is certainly not later than it.
    """
    updates = (records.moment(raw["updated_at"]) for raw in first.body)
    began = first.served_at or max(updates, default=None)
    return Cursor((began - OVERLAP).strftime(STAMP)) if began else replace(cursor, etag=None, token=None)
