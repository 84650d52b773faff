from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from sync.core.model import Facet, Kind, Ref, Side, Value
from sync.remotes.notion.client import Door
from sync.remotes.notion.remote import NotionRemote
from sync.remotes.notion.schema import Asked
from sync.sandbox.clock import Clock
from sync.sandbox.faults import Faults
from sync.sandbox.notion import Notion
from tests.contracts.serving import Serving
from tests.contracts.stage import Stage
from tests.contracts.suite import RemoteContract
from tests.remotes import truth
from tests.remotes.stand import Turnstile, standing

KINDS = {
    "title": Kind.TEXT,
    "multi_select": Kind.CHOICES,
    "url": Kind.URL,
    "people": Kind.PEOPLE,
    "status": Kind.CHOICE,
}
COLUMNS = {
    "Name": {"title": {}},
    "Labels": {"multi_select": {"options": []}},
    "GitHub": {"url": {}},
    "Owner": {"people": {}},
    "Status": {"status": {}},
}


class NotionStage(Stage):
    """The real remote over HTTP, before a simulated Notion that stands still between calls."""

    side = Side.NOTION

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.clock = Clock(datetime(2026, 11, 23, 9, 0, 10, tzinfo=UTC), scale=0)
        self.service = Notion(self.clock, Faults(), serving.stand.url)
        self.service.faults.switch("requests_per_minute", 0)
        self.database, self.container = self.service.create_database("Roadmap", COLUMNS)
        self.person = self.service.person()
        serving.serve(self.service, self.clock)
        self.gate = Turnstile()
        self.door = Door(self.service.token, self.gate, base_url=serving.stand.url)
        self.remote = NotionRemote(self.door, database=self.database, asked=Asked(people=True))
        self.facets = {
            each.name: Facet(self.side, each.id, each.name, KINDS[each.type], type=each.type)
            for each in self.remote.schema().properties
        }
        self.title, self.labels, self.mark = (self.facets[name] for name in ("Name", "Labels", "GitHub"))

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def person_creates(self, title: str) -> Ref:
        return Ref(self.side, self.person.create(self.container, {"Name": title}), self.container)

    def person_edits(self, ref: Ref, facet: Facet, value: Value) -> None:
        self.person.edit(ref.id, {facet.label: value})

    def person_takes_away(self, ref: Ref) -> None:
        self.person.trash(ref.id)

    def lose_request(self) -> None:
        self.serving.lose = "request"

    def lose_reply(self) -> None:
        self.serving.lose = "reply"

    def writes(self) -> int:
        return self.serving.writes


@pytest.fixture
def notion_stage():
    """Give a stage, and hold all that a test sent against the service's own description and against the gate."""
    with standing() as stand:
        stage = NotionStage(Serving(stand))
        yield stage
        stage.door.close()
    assert len(stage.gate.entered) >= len(stage.serving.exchanges)
    if truth.FOLDER.is_dir():
        for request, _ in stage.serving.exchanges:
            body = json.loads(request.body) if request.body else None
            assert truth.faults("notion", request.method, request.path, body) == []


class TestNotion(RemoteContract):
    never_was = Ref(Side.NOTION, "38c9ce7b-60a4-8186-b51f-ce28be392a4a")

    @pytest.fixture
    def stage(self, notion_stage):
        return notion_stage
