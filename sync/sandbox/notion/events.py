"""What happened to pages, comments and schemas since somebody last looked, as Notion tells it; nothing is sent here.

Shapes and types: reference, "Webhook events & delivery". They hold no value, and what happened to one page between two
looks is told together, as Notion aggregates it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sync.sandbox.notion.identity import spelled
from sync.sandbox.notion.model import Comment, DataSource, Json, Page, Parent, State
from sync.sandbox.notion.world import World
from sync.sandbox.webhooks import Event

FLAGS = {"in_trash": ("undeleted", "deleted"), "is_locked": ("unlocked", "locked")}
"""What a page's flag is called when it goes down and when it goes up."""
SILENT = ("is_archived", "icon", "cover")
"""What no type of event is known for."""


class Events:
    """A look-out over one workspace; what was there when it was made is no news."""

    signature = "x-notion-signature"
    attempts = 8
    """A delivery that fails is repeated so often in all (reference, "Webhook events & delivery")."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._pages: dict[str, State] = {}
        self._comments: dict[str, tuple[Comment, datetime]] = {}
        self._edited: dict[str, object] = {}
        self._schemas: dict[str, Mapping[str, str]] = {}
        self._subscription, self._connection = world.ids.uuid(), world.ids.uuid()
        self.look()

    def hello(self, secret: str) -> Event:
        """Return the handshake, which shows the token that all others are signed with."""
        return Event("", {"verification_token": secret})

    def headers(self, _: Event) -> Mapping[str, str]:
        """Return what a delivery carries beside its signature."""
        return {}

    def body(self, event: Event, attempt: int) -> Mapping[str, object]:
        """Return what is sent: the same event at each attempt, which is counted."""
        return {**event.payload, "attempt_number": attempt} if event.name else event.payload

    def look(self) -> list[Event]:
        """Return what has happened since the last look."""
        found = [event for page in list(self._world.pages.values()) for event in self._page(page)]
        found += [event for source in list(self._world.sources.values()) for event in self._schema(source)]
        return [*found, *self._discussions()]

    def _page(self, page: Page) -> Iterator[Event]:
        before, now = self._pages.get(page.id), page.now
        if before is now:
            return
        self._pages[page.id] = now
        if not self._world.visible(now.parent, shared=page.shared):
            return
        for kind, more in _happened(before, now):
            data = {"parent": self._parent(now.parent), **more}
            yield self._event(f"page.{kind}", page.id, data, (now.since, _authors(page, before)))

    def _schema(self, source: DataSource) -> Iterator[Event]:
        known, names = self._schemas.get(source.id), {each.spelled: each.name for each in source.properties.values()}
        edited, self._edited[source.id] = self._edited.get(source.id), source.edited_at
        self._schemas[source.id] = names
        if known is None or edited == source.edited_at:
            return
        changed = [{"id": id_, "name": name, "action": action} for id_, name, action in _columns(known, names)]
        data = {"parent": {"id": source.database.id, "type": "database"}, "updated_properties": changed}
        yield self._event("data_source.schema_updated", source.id, data, (source.edited_at, [source.edited_by]))

    def _discussions(self) -> Iterator[Event]:
        # A comment is changed in place: what tells is the time beside it.
        now = {id_: (each, each.edited_at) for id_, each in dict(self._world.comments).items()}
        before, self._comments = self._comments, now
        if not self._world.may("read_comments"):
            return
        for id_, (comment, edited) in {**before, **now}.items():
            if id_ in before and id_ in now and before[id_][1] == edited:
                continue
            kind = "created" if id_ not in before else "updated" if id_ in now else "deleted"
            data = {"page_id": comment.page, "parent": {"id": comment.page, "type": "page"}}
            at = edited if id_ in now else self._world.clock.now()
            yield self._event(f"comment.{kind}", id_, data, (at, [comment.created_by]))

    def _parent(self, parent: Parent) -> Json:
        """Return where a page lives; a row names its database and its data source (seen live in 2025)."""
        if parent.kind == "data_source_id":
            database = self._world.sources[parent.id].database.id
            return {"id": database, "type": "database", "data_source_id": parent.id}
        if parent.kind == "page_id":
            return {"id": parent.id, "type": "page"}
        return {"id": self._world.workspace_id, "type": "space"}

    def _event(self, name: str, about: str, data: Json, happened: tuple[datetime, Iterable[str]]) -> Event:
        """Return an event that happened then and by those hands; its time is when it occurred (same reference)."""
        world, (at, by) = self._world, happened
        payload = {
            "id": world.ids.uuid(),
            "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "workspace_id": world.workspace_id,
            "workspace_name": world.workspace_name,
            "subscription_id": self._subscription,
            "integration_id": self._connection,
            "authors": [{"id": each, "type": "bot" if each == world.bot.id else "person"} for each in by],
            "api_version": "2026-03-11",
            "entity": {"id": about, "type": name.partition(".")[0]},
            "type": name,
            "data": data,
        }
        return Event(name, payload)


def _happened(before: State | None, now: State) -> Iterator[tuple[str, Json]]:
    """Yield the types of what happened to a page, each with what it says beyond the parent."""
    if before is None:
        yield "created", {}
        return
    for flag, (down, up) in FLAGS.items():
        if getattr(before, flag) != getattr(now, flag):
            yield up if getattr(now, flag) else down, {}
    if before.parent != now.parent:
        yield "moved", {}
    ids = {id_ for id_ in {*before.values, *now.values} if before.values.get(id_) != now.values.get(id_)}
    if ids:
        yield "properties_updated", {"updated_properties": sorted(map(spelled, ids))}
    # An edit that shows nowhere else was made in the page itself.
    watched = (*FLAGS, *SILENT, "parent")
    if not ids and all(getattr(before, name) == getattr(now, name) for name in watched):
        yield "content_updated", {"updated_blocks": []}


def _authors(page: Page, before: State | None) -> list[str]:
    """Return who made the versions since that one, each once."""
    found: dict[str, None] = {}
    for state in reversed(page.versions):
        if state is before:
            break
        found[state.edited_by] = None
    return list(found)


def _columns(known: Mapping[str, str], now: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for id_ in {**known, **now}:
        if id_ not in known:
            yield id_, now[id_], "created"
        elif id_ not in now:
            yield id_, known[id_], "deleted"
        elif known[id_] != now[id_]:
            yield id_, now[id_], "updated"
