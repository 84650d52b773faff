"""What changed in one data source since a cursor, page by page; it asks queries and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sync.core.errors import Denied, Vanished
from sync.core.model import Batch
from sync.remotes.notion.client import Door, Reply
from sync.remotes.notion.records import moment, record

Json = Mapping[str, Any]

OVERLAP = timedelta(minutes=3)
"""How far behind the service's own time a cursor stays: a page's time is rounded down to the minute."""
CREATED, EDITED = "created_time", "last_edited_time"


@dataclass(frozen=True)
class _Window:
    """A query from some time on, in the order of that time; one shows 10,000 rows at most (changelog, 2026-04-20).

    Either rows that are archived or those that are not (changelog, 2026-07-15).
    """

    by: str
    since: str | None
    archived: bool = False

    def body(self, start: str | None) -> dict[str, Any]:
        body: dict[str, Any] = {"sorts": [{"timestamp": self.by, "direction": "ascending"}], "page_size": 100}
        if self.archived:
            body["is_archived"] = True
        if self.since:
            body["filter"] = {"timestamp": self.by, self.by: {"on_or_after": self.since}}
        return body | ({"start_cursor": start} if start else {})


def changes(door: Door, container: str, cursor: str | None) -> Iterator[Batch]:
    """Yield the pages that were edited since the cursor, or all; the last batch carries the next cursor.

    A cursor stays as it is while its answer fits one page. Rows that are trashed or archived do not come.
    """
    window = _Window(EDITED, json.loads(cursor)["since"]) if cursor else _Window(CREATED, None)
    following, shown = None, _Shown()
    for reply, last, complete in _walk(door, container, window):
        if following is None:
            following = cursor if cursor and last else _moved(reply, cursor)
        fresh = shown.fresh(_pages(reply), window.by)
        records = tuple(record(raw, container) for raw in fresh)
        yield Batch(records, following if last else None, complete)


def archived(door: Door, container: str) -> Iterator[Batch]:
    """Yield the pages that are archived; one batch is one call."""
    for reply, _, complete in _walk(door, container, _Window(CREATED, None, archived=True)):
        yield Batch(tuple(record(raw, container) for raw in _pages(reply)), complete=complete)


def _pages(reply: Reply) -> list[Json]:
    """Return the rows that are pages: a wiki's may be data sources themselves."""
    return [row for row in reply.body["results"] if row["object"] == "page"]


def _walk(door: Door, container: str, window: _Window) -> Iterator[tuple[Reply, bool, bool]]:
    """Yield every answer, told whether it is the last and whether the list is complete.

    A list that was cut begins again at the time of its last row, until that does not lead on any more.
    """
    start = None
    while True:
        reply = _query(door, container, window.body(start))
        body = reply.body
        if body.get("has_more"):
            yield reply, False, True
            start = body["next_cursor"]
            continue
        if not _cut(body):
            yield reply, True, True
            return
        since = body["results"][-1][window.by] if body["results"] else window.since
        if since is None or since == window.since:
            yield reply, True, False
            return
        yield reply, False, True
        window, start = replace(window, since=since), None


class _Shown:
    """The rows of the last time that was shown: a list that begins again there shows them twice."""

    def __init__(self) -> None:
        self._time, self._ids = "", set[str]()

    def fresh(self, rows: list[Json], by: str) -> list[Json]:
        """Return the rows that were not shown already."""
        fresh = [row for row in rows if row[by] != self._time or row["id"] not in self._ids]
        for row in fresh:
            if row[by] != self._time:
                self._time, self._ids = row[by], set()
            self._ids.add(row["id"])
        return fresh


def _query(door: Door, container: str, body: Json) -> Reply:
    try:
        return door.read(f"data_sources/{container}/query", body=body)
    except Vanished as unseen:
        raise Denied(
            f"Notion shows no rows of this data source: {unseen}", "share the database with the connection again"
        ) from unseen


def _cut(body: Json) -> bool:
    return (body.get("request_status") or {}).get("type") == "incomplete"


def _moved(first: Reply, cursor: str | None) -> str:
    """Return the cursor at the service's own time of the first answer, minus the overlap and the seconds.

    Where a proxy took the Date header away, the newest edit in that answer is certainly not later than it.
    """
    edits = (moment(row[EDITED]) for row in first.body["results"])
    began = first.served_at or max(edits, default=None)
    if began is None:
        return cursor or json.dumps({"since": None})
    since = (began - OVERLAP).replace(second=0, microsecond=0)
    return json.dumps({"since": since.strftime("%Y-%m-%dT%H:%M:%SZ")})
