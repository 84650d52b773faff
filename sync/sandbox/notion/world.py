"""A workspace in memory and the few ways in which it changes; whether somebody may, others decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sync.sandbox.clock import Clock
from sync.sandbox.notion import content, identity, texts
from sync.sandbox.notion.habits import Habits
from sync.sandbox.notion.model import (
    Block,
    Blocks,
    Comment,
    Database,
    DataSource,
    Page,
    Parent,
    Property,
    Raw,
    Sketch,
    State,
    Upload,
    User,
)
from sync.sandbox.notion.refusals import Refused, not_found

CAPABILITIES = frozenset(
    {
        "read_content",
        "update_content",
        "insert_content",
        "read_comments",
        "insert_comments",
        "read_users",
        "read_emails",
    }
)
"""All that a connection can be allowed; in Notion the two for comments are off at first (guide, "Capabilities")."""
KEPT = timedelta(hours=1)
"""How much of a page's past is kept for late reads."""


class World:
    """Everything there is, by id; `bot` is the connection, `capabilities` what it may do.

    `homes` tells in which page a block is.
    """

    def __init__(
        self, clock: Clock, habits: Habits, *, seed: int = 0, name: str = "tandem sandbox", base_url: str = ""
    ) -> None:
        self.clock, self.habits, self.base_url = clock, habits, base_url
        self.ids = identity.Ids(seed)
        self.users: dict[str, User] = {}
        self.databases: dict[str, Database] = {}
        self.sources: dict[str, DataSource] = {}
        self.pages: dict[str, Page] = {}
        self.comments: dict[str, Comment] = {}
        self.homes: dict[str, str] = {}
        self.uploads: dict[str, Upload] = {}
        self.resolved: set[str] = set()
        self.stale = 0.0
        self.cursors: dict[str, tuple[str, list[Page], int]] = {}
        self.capabilities = set(CAPABILITIES)
        self.workspace_id, self.workspace_name = self.ids.uuid(), "Sandbox"
        self.bot = self.add_user(name, None, kind="bot")
        self.owner = self.add_user("Sandbox Owner", "owner@example.com")
        self.root = self.add_page(self.owner.id, Parent("workspace"), {identity.TITLE: texts.shown("Sandbox")})

    def add_user(self, name: str, email: str | None, **kind: Raw) -> User:
        """Let somebody join."""
        user = User(self.ids.uuid(), name, email, **kind)
        self.users[user.id] = user
        return user

    def add_page(
        self, actor: str, parent: Parent, values: Mapping[str, Raw], *, at: datetime | None = None, **rest: Raw
    ) -> Page:
        """Create a page, now or at another time."""
        now = at or self.clock.now()
        state = State(values, parent, now, actor, **rest)
        page = Page(self.ids.uuid(), now, actor, self.ids.random.random(), [state])
        self.pages[page.id] = page
        if parent.kind == "data_source_id":
            source = self.sources[parent.id]
            source.numbered += 1
            page.number = source.numbered
            self._place(page, source)
        self.hang(parent, page.id, actor=actor, type="child_page")
        return page

    def commit(self, page: Page, actor: str, **changes: Raw) -> State:
        """Change a page."""
        now = self.clock.now()
        before = page.now
        state = replace(before, **changes, edited_at=now, edited_by=actor, saved_at=None)
        while len(page.versions) > 1 and page.versions[1].edited_at < now - KEPT:
            del page.versions[0]
        page.versions.append(state)
        for parent in {before.parent, state.parent}:
            if parent.kind == "data_source_id":
                self._place(page, self.sources[parent.id])
        if state.parent != before.parent:
            self.unhang(before.parent, page.id)
            self.hang(state.parent, page.id, actor=actor, type="child_page")
        return state

    def rewrite(self, page: Page, actor: str, blocks: Blocks) -> None:
        """Change a page's content; whether it is an edit of the page when the connection does it, a switch says."""
        if actor == self.bot.id and not self.habits.on("body_writes_touch_page"):
            page.versions.append(replace(page.now, content=blocks, saved_at=self.clock.now()))
        else:
            self.commit(page, actor, content=blocks)

    def born(self, page: Page, sketches: Iterable[Sketch], actor: str) -> Blocks:
        """Return new blocks for a page, which are not in it yet."""
        now, made = self.clock.now(), []
        for each in sketches:
            below = self.born(page, each.children, actor)
            id_ = self.ids.uuid()
            self.homes[id_] = page.id
            made.append(_block(each, id_, below, now=now, actor=actor))
        return tuple(made)

    def hang(self, parent: Parent, id_: str, *, actor: str, type: str) -> None:  # noqa: A002 - Notion's word
        """Show a child page or database as the last block of the page that it is in."""
        above = self.pages.get(parent.id)
        if above is not None and id_ != above.id:
            new = _block(Sketch(type=type), id_, (), now=self.clock.now(), actor=actor)
            above.versions[-1] = replace(above.now, content=(*above.now.content, new))

    def unhang(self, parent: Parent, id_: str) -> None:
        """Show a child page or database no longer where it was."""
        above = self.pages.get(parent.id)
        if above is not None:
            above.versions[-1] = replace(above.now, content=content.without(above.now.content, id_))

    def forget(self, page: Page) -> None:
        """Delete a page for good."""
        del self.pages[page.id]
        for source in self.sources.values():
            if source.rows.pop(page.id, None):
                source.revision += 1

    def touch(self, source: DataSource, actor: str) -> None:
        """Note that a data source's schema or title was changed."""
        source.edited_at, source.edited_by = self.clock.now(), actor
        source.database.edited_at = source.edited_at
        source.revision += 1

    def source_of(self, state: State) -> DataSource | None:
        """Return the data source in which a page is a row."""
        return self.sources[state.parent.id] if state.parent.kind == "data_source_id" else None

    def properties(self, state: State) -> list[Property]:
        """Return the columns of a page in the recorded order: by id as spelled, the title last."""
        source = self.source_of(state)
        if source is None:
            return [Property(identity.TITLE, identity.TITLE, "title")]
        return sorted(source.properties.values(), key=lambda each: (each.type == "title", each.spelled))

    def title(self, state: State) -> str:
        """Return the title of a page."""
        return texts.plain(state.values.get(identity.TITLE) or [])

    def visible(self, parent: Parent, *, shared: bool = True) -> bool:
        """Tell whether the connection can see what lives there."""
        if parent.kind == "data_source_id":
            return self.sources[parent.id].database.shared
        if parent.kind == "page_id":
            above = self.pages.get(parent.id)
            return above is not None and self.visible(above.now.parent, shared=above.shared)
        return shared

    def buried(self, state: State) -> bool:
        """Tell whether something above a page is in the trash."""
        source = self.source_of(state)
        if source is not None:
            return source.in_trash or source.database.in_trash
        above = self.pages.get(state.parent.id)
        return above is not None and (above.now.in_trash or self.buried(above.now))

    def may(self, capability: str) -> bool:
        """Tell whether the connection has a capability."""
        return capability in self.capabilities

    def missing(self, kind: str, id_: str) -> Refused:
        """Return the 404 for what the connection does not see."""
        return not_found(kind, id_, integration=self.bot.name, integration_id=self.bot.id)

    def page(self, id_: str, kind: str = "page") -> Page:
        """Return a page that the connection sees; raises the 404."""
        found = self.pages.get(id_)
        if found is None or not self.visible(found.now.parent, shared=found.shared):
            raise self.missing(kind, id_)
        return found

    def database(self, id_: str) -> Database:
        """Return a database that the connection sees; raises the 404."""
        found = self.databases.get(id_)
        if found is None or not found.shared:
            raise self.missing("database", id_)
        return found

    def source(self, id_: str) -> DataSource:
        """Return a data source that the connection sees; raises the 404."""
        found = self.sources.get(id_)
        if found is None or not found.database.shared:
            raise self.missing("data_source", id_)
        return found

    def url(self, id_: str, title: str = "") -> str:
        """Return an address for people: the title's letters and digits, then the id (recorded in both forms)."""
        slug = "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in title).split())
        start = "https://app.notion.com/p/" if self.habits.on("app_urls") else "https://www.notion.so/"
        return start + (f"{slug}-" if slug else "") + id_.replace("-", "")

    def moment(self, switch: str) -> datetime | None:
        """Return the time whose state a late read shows, None for now."""
        lag = max(self.habits.amount(switch), self.stale)
        return self.clock.now() - timedelta(seconds=lag) if lag else None

    def _place(self, page: Page, source: DataSource) -> None:
        """Put a row last, so that the rows stand in the order of their last edit."""
        source.rows.pop(page.id, None)
        if source.rows and source.ordered:
            last = next(reversed(source.rows.values()))
            source.ordered = last.now.edited_at <= page.now.edited_at
        source.rows[page.id] = page
        source.revision += 1


def _block(sketch: Sketch, id_: str, below: Blocks, *, now: datetime, actor: str) -> Block:
    return Block(
        type=sketch.type,
        body=sketch.body,
        children=below,
        id=id_,
        created_at=now,
        created_by=actor,
        edited_at=now,
        edited_by=actor,
    )
