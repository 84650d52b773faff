"""The door of this Notion: who may come in, how often, to which endpoint, and what goes wrong on the way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import format_datetime

from sync.sandbox.clock import Clock
from sync.sandbox.exchange import Reply, Request
from sync.sandbox.faults import Faults
from sync.sandbox.notion import (
    blocks,
    comments,
    content,
    databases,
    files,
    identity,
    pages,
    plain,
    query,
    search,
    texts,
    times,
    users,
)
from sync.sandbox.notion.call import WITHOUT_ARCHIVED, Call, Route
from sync.sandbox.notion.editor import plainly
from sync.sandbox.notion.habits import Habits
from sync.sandbox.notion.limits import CONNECTION, Windows
from sync.sandbox.notion.markdown import endpoints as markdown
from sync.sandbox.notion.markdown.pages import text
from sync.sandbox.notion.markdown.showing import Showing
from sync.sandbox.notion.model import Ids, Json, Page, Parent, Raw
from sync.sandbox.notion.person import Person
from sync.sandbox.notion.refusals import (
    Refused,
    committed,
    conflict,
    limited,
    overloaded,
    restricted,
    unavailable,
)
from sync.sandbox.notion.world import World
from sync.sandbox.notion.writing import defaults

VERSIONS = ("2025-09-03", "2026-03-11")
TOKEN = "sandbox-notion"  # noqa: S105 - everybody may know it
ROUTES: list[Route] = [
    *users.ROUTES,
    *databases.ROUTES,
    *query.ROUTES,
    *blocks.ROUTES,
    *pages.ROUTES,
    *markdown.ROUTES,
    *files.ROUTES,
    *comments.ROUTES,
    *search.ROUTES,
]
READS = frozenset({query.query, search.search})
"""What is asked with a POST and changes nothing."""


class Notion:
    """A workspace behind Notion's API, and what tests and demonstrations do to it directly."""

    def __init__(
        self,
        clock: Clock,
        faults: Faults,
        base_url: str = "https://api.notion.com",
        *,
        token: str = TOKEN,
        seed: int = 0,
    ) -> None:
        self.faults, self.token = faults, token
        self.habits = Habits(faults)
        self.world = World(clock, self.habits, seed=seed, base_url=base_url.rstrip("/"))
        self._windows = Windows(self.habits)

    # The API

    @staticmethod
    def reads(request: Request) -> bool:
        """Tell whether a request with a writing verb only reads."""
        return any(route.endpoint in READS and route.match(request) for route in ROUTES)

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        file = files.download(self.world, request)
        if file is not None:
            return file
        request_id = self.world.ids.uuid()
        try:
            status, body, retry_after = 200, self._answer(request), None
        except Refused as refused:
            status, body, retry_after = refused.status, refused.body(), refused.retry_after
        self._dress(body, request)
        body["request_id"] = request_id
        headers = {
            "content-type": "application/json; charset=utf-8",
            "x-notion-request-id": request_id,
            "date": format_datetime(self.world.clock.now(), usegmt=True),
            "cf-ray": f"{request_id[:8]}{request_id[9:13]}0000-SBX",
        }
        if retry_after is not None:
            headers["retry-after"] = str(retry_after)
        return Reply(status, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), headers)

    def _answer(self, request: Request) -> Json:
        self._admit(request)
        for route in ROUTES:
            found = route.match(request)
            if found:
                return self._perform(route, route.call(request, found), request)
        raise Refused(400, "invalid_request_url", message="Invalid request URL.")

    def _admit(self, request: Request) -> None:
        """Check token, version and limits, in this order."""
        if request.headers.get("authorization") != f"Bearer {self.token}":
            raise Refused(401, "unauthorized", message="API token is invalid.")
        version = request.headers.get("notion-version")
        if version not in VERSIONS:
            should = "defined" if version is None else " or ".join(f'`"{each}"`' for each in VERSIONS)
            was = "undefined" if version is None else f'"{version}"'
            message = (
                "Notion-Version header failed validation: "
                f"Notion-Version header should be {should}, instead was `{was}`."
            )
            raise Refused(400, "missing_version", message=message)
        self._windows.enter(self.world.clock.now())
        self._trip(request)

    def _trip(self, request: Request) -> None:
        """Raise the fault that is armed for this request and answers in the endpoint's place."""
        if not self.faults.armed:
            return
        told = self.faults.take("rate_limited", request)
        if told is not None:
            raise limited(int(told.get("seconds", 7)), str(told.get("reason", CONNECTION)))
        told = self.faults.take("overloaded", request)
        if told is not None:
            raise overloaded(int(told.get("seconds", 5)))
        if self.faults.take("unavailable", request) is not None:
            raise unavailable()

    def _perform(self, route: Route, call: Call, request: Request) -> Json:
        if route.needs and not self.world.may(route.needs):
            raise restricted()
        writes = route.verb != "GET" and route.endpoint not in READS
        if writes and self.faults.take("conflict", request) is not None:
            raise conflict()
        late = None if writes else self.faults.take("stale", request)
        self.world.stale = float(late.get("seconds", 60)) if late is not None else 0.0
        body = route.endpoint(self.world, call)
        if writes and self.faults.take("committed_503", request) is not None:
            made = [body["id"]] if route.creates else []
            raise committed(*(blocks.made(call, body) if route.endpoint is blocks.append else made))
        return body

    def _dress(self, body: Json, request: Request) -> None:
        """Add what older versions show, and now and then a field that nobody knows."""
        objects = [body, *(each for each in body.get("results", ()) if isinstance(each, dict))]
        if request.headers.get("notion-version", "") < WITHOUT_ARCHIVED:
            for each in objects:
                if "in_trash" in each:
                    each["archived"] = each["in_trash"]
        if self.habits.on("unknown_fields"):
            for each in objects:
                if self.world.ids.random.random() < 1 / 2:
                    each["sandbox_surprise"] = {"unknown": True}

    # The workspace

    def add_user(self, name: str, email: str | None = None, **kind: Raw) -> str:
        """Let somebody join (`kind`: person, guest or bot) and return the id."""
        return self.world.add_user(name, email, **kind).id

    def person(self, who: str = "somebody") -> Person:
        """Return somebody at work, by id or name; a name that nobody has joins the workspace."""
        known = next((each.id for each in self.world.users.values() if who in {each.id, each.name}), None)
        return Person(self.world, known or self.add_user(who, f"{who.lower()}@example.com"))

    def create_database(self, title: str, properties: Mapping[str, Raw] | None = None) -> Ids:
        """Make a shared database with columns described as in the API; the owner made it."""
        made = databases.add(
            self.world,
            Parent("page_id", self.world.root.id),
            texts.shown(title),
            properties=properties,
            actor=self.world.owner.id,
        )
        return Ids(made.id, made.sources[0].id)

    def load(
        self, data_source: str, rows: Iterable[Mapping[str, Raw]], *, by: str | None = None, at: datetime | None = None
    ) -> list[str]:
        """Add many rows of plain values at once and return their ids."""
        source, parent = self.world.sources[data_source], Parent("data_source_id", data_source)
        author, start = by or self.world.owner.id, defaults(self.world, source)
        return [
            self.world.add_page(author, parent, {**start, **plain.kept(self.world, source, row)}, at=at).id
            for row in rows
        ]

    def page(self, page: str) -> Json:
        """Return one page in plain values: id, in_trash, is_archived, parent, edited_by, properties.

        Its `content` is Markdown of version 2, in which every file has the same signature.
        """
        return self._plain(self.world.pages[identity.dashed(page)])

    def blocks(self, page: str) -> list[Json]:
        """Return what a page holds in plain values: id, type, text and children of each block."""
        return [plainly(each) for each in content.living(self.world.pages[identity.dashed(page)].now.content)]

    def pages(self, data_source: str) -> list[Json]:
        """Return all rows in plain values, oldest first, trashed and archived ones too."""
        found = [each for each in self.world.sources[data_source].rows.values() if each.now.parent.id == data_source]
        return [self._plain(each) for each in sorted(found, key=lambda each: each.number)]

    def comments(self, page: str) -> list[Json]:
        """Return the comments of a page in plain values, oldest first, resolved ones too."""
        return [
            {
                "id": each.id,
                "text": texts.plain(each.rich_text),
                "by": each.created_by,
                "name": each.display_name["resolved_name"],
                "discussion": each.discussion,
                "resolved": each.discussion in self.world.resolved,
            }
            for each in self.world.comments.values()
            if each.page == identity.dashed(page)
        ]

    def _plain(self, page: Page) -> Json:
        state = page.now
        return {
            "id": page.id,
            "in_trash": state.in_trash,
            "is_archived": state.is_archived,
            "parent": state.parent.id,
            "created_by": page.created_by,
            "edited_by": state.edited_by,
            "edited": times.minute(state.edited_at),
            "properties": plain.told(self.world, page, state),
            "content": text(Showing(self.world, page.id, signature="0"), state.content, "v2"),
        }
