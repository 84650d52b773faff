"""The port over a Notion data source: each thing that is asked, as calls to the door; no rule of the sync is here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sync.core.documents import Body
from sync.core.errors import Denied, Moved, Unsafe, Vanished
from sync.core.model import UNREAD, Batch, Facet, Presence, Put, Reading, Record, Ref, Schema, Side
from sync.core.ports import Writing
from sync.remotes.door import Behind
from sync.remotes.notion import content, lists, records, values
from sync.remotes.notion.client import Door
from sync.remotes.notion.gallery import NO_FILES, Gallery
from sync.remotes.notion.markdown import NotionBody
from sync.remotes.notion.schema import ASKED, Asked, schema


class NotionRemote(Behind[Door]):
    """The pages of the data source of one mapping; the gallery is for the files in them."""

    side = Side.NOTION
    body: Body = NotionBody()

    def __init__(
        self,
        door: Door,
        *,
        database: str,
        data_source: str | None = None,
        asked: Asked = ASKED,
        gallery: Gallery = NO_FILES,
    ) -> None:
        super().__init__(door)
        self._database = database
        self._data_source = data_source
        self._asked = asked
        self._gallery = gallery

    def schema(self) -> Schema:
        """Return the data source with its properties; raises Misconfigured with everything that is wrong."""
        return schema(self._door, database=self._database, data_source=self._data_source, asked=self._asked)

    def changes(self, container: str, cursor: str | None) -> Iterator[Batch]:
        """Yield what was edited since the cursor, or everything; one batch is one call."""
        return lists.changes(self._door, container, cursor)

    def archived(self, container: str) -> Iterator[Batch]:
        """Yield the pages that are archived."""
        return lists.archived(self._door, container)

    def read(self, ref: Ref) -> Record:
        """Return the page now; one that was deleted for good is hidden."""
        try:
            return records.record(self._door.read(f"pages/{ref.id}").body, ref.container)
        except Vanished:
            return records.absent(ref, Presence.HIDDEN)

    def complete(self, record: Record, facets: Sequence[Facet]) -> Record:
        """Return the page with what it holds, and with the people whom it does not show."""
        try:
            found = {each.name: self._whole(record.ref.id, each) for each in facets if each.apart or _people(each)}
        except Vanished:
            return records.absent(record.ref, Presence.HIDDEN)
        return replace(record, fields={**record.fields, **found})

    def alive(self, container: str) -> bool:
        """Tell whether the data source and its database answer and are not in the trash."""
        try:
            source = self._door.read(f"data_sources/{container}").body
            database = (source.get("parent") or {}).get("database_id")
            if source.get("in_trash") or not database:
                return not source.get("in_trash")
            return not self._door.read(f"databases/{database}").body.get("in_trash")
        except (Vanished, Denied):
            return False

    def address(self, written: str) -> str:
        """Return the id in an id or a page's URL."""
        return records.page_id(written) or written

    def create(self, container: str, puts: Sequence[Put]) -> Record:
        """Create a page, once."""
        parent = {"type": "data_source_id", "data_source_id": container}
        body: dict[str, Any] = {"parent": parent, "properties": records.properties(_properties(puts))}
        images = [content.copies(self._door, self._gallery, put) for put in puts if put.facet.apart]
        for put in puts:
            body |= content.born(put) if put.facet.apart else {}
        page = _shown(self._door.write("POST", "pages", body).body, container)
        for each in images:
            each.hang(page.ref.id)
        return page

    def update(self, ref: Ref, puts: Sequence[Put]) -> Record:
        """Write those properties in one PATCH."""
        return self._patch(ref, {"properties": records.properties(puts)})

    def rewrite(self, record: Record, put: Put) -> Record:
        """Write what the page holds."""
        try:
            shown = content.way(put.facet.type, self._gallery).rewrite(self._door, record.ref.id, put)
        except content.Edited as edited:
            seen = replace(record, fields={**record.fields, put.facet.name: edited.shown})
            raise Moved(seen) from edited
        return replace(record, fields={} if shown is UNREAD else {put.facet.name: shown})

    def beyond(self, planned: Sequence[Writing]) -> int:
        """Return what content takes: a look before each edit, and after a birth what a page is not born with."""
        return sum(content.calls_beyond(put, birth=each.birth) for each in planned for put in each.puts)

    def trash(self, ref: Ref) -> Record:
        """Move the page to the trash."""
        return self._patch(ref, {"in_trash": True})

    def restore(self, ref: Ref) -> Record:
        """Take the page back out of the trash."""
        return self._patch(ref, {"in_trash": False})

    def find(self, container: str, mark: Put, trail: int | None) -> Record | None:  # noqa: ARG002 - pages have no number
        """Look for the page whose link property holds the URL, the oldest of several."""
        body = {
            "filter": {"property": records.spelled(mark.facet.name), mark.facet.type: {"equals": mark.value}},
            "sorts": [{"timestamp": "created_time", "direction": "ascending"}],
            "page_size": 10,
        }
        found = self._door.read(f"data_sources/{container}/query", body=body).body["results"]
        return records.record(found[0], container) if found else None

    def _patch(self, ref: Ref, body: Mapping[str, Any]) -> Record:
        seen = _shown(self._door.write("PATCH", f"pages/{ref.id}", body).body, ref.container)
        if seen.ref != ref:
            raise Vanished(f"{seen.ref.id} answered in place of {ref.id}")
        return seen

    def _whole(self, page: str, facet: Facet) -> Reading:
        if facet.apart:
            return content.way(facet.type, self._gallery).read(self._door, page)
        return self._everybody(page, facet.name)

    def _everybody(self, page: str, name: str) -> Reading:
        """Return all people of a property: its own endpoint shows those that a page leaves out."""
        path, query, users = f"pages/{page}/properties/{records.spelled(name)}", {"page_size": 100}, list[Any]()
        while True:
            body = self._door.read(path, query=query).body
            users += [each["people"] for each in body["results"]]
            if not body.get("has_more"):
                return values.people(users)
            query["start_cursor"] = body["next_cursor"]


def _people(facet: Facet) -> bool:
    return facet.type == "people"


def _properties(puts: Sequence[Put]) -> list[Put]:
    return [put for put in puts if not put.facet.apart]


def _shown(raw: Any, container: str) -> Record:  # noqa: ANN401 - JSON is any shape until it is looked at
    """Return what a write's reply shows.

    Without the capability to read content a write is answered with a bare id (reference, "Create a page").
    """
    if not isinstance(raw, dict) or "properties" not in raw:
        raise Unsafe("Notion answered a write without the page", raw.get("id") if isinstance(raw, dict) else None)
    return records.record(raw, container)
