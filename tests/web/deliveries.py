"""What the services tell us, as they spell it, and what a mapping knows before they do."""

from __future__ import annotations

from datetime import UTC, datetime

from sync.core.model import Presence, Record, Ref, Side
from sync.core.state import Ack, Observation
from tests.web.desk import API, DATABASE, SOURCE

PAGE = "aa000000-0000-4000-8000-000000000001"
TOKEN = "secret_of_a_handshake"


def issue(number=7, **more):
    return {
        "id": 1000 + number,
        "number": number,
        "title": "The title",
        "state": "open",
        "labels": [{"name": "bug"}],
        "assignees": [],
        "html_url": f"https://github.example/acme/api/issues/{number}",
        "repository_url": "https://api.github.example/repos/acme/api",
        "user": {"login": "octocat"},
        "comments": 0,
        "created_at": "2026-03-01T12:00:00Z",
        "updated_at": "2026-03-01T12:00:00Z",
        **more,
    }


def told(action="edited", number=7, repository=API, **more):
    return {"action": action, "issue": issue(number), "repository": {"id": int(repository)}, **more}


def page_event(type_="page.properties_updated", page=PAGE, parent=None, **more):
    parent = parent or {"id": DATABASE, "type": "database", "data_source_id": SOURCE}
    return {
        "id": "e",
        "timestamp": "2026-03-01T12:00:30.500Z",
        "type": type_,
        "entity": {"id": page, "type": "page"},
        "data": {"parent": parent},
        **more,
    }


def observed(desk, record, *, ack=False, read_at=None, mapping="roadmap"):
    """Have the mapping know a record as of now or then."""
    tick = desk.store.tick()
    read_at = read_at or desk.sync.clock.now()
    acked = Ack(tick, read_at, record.time, {}) if ack else None
    desk.store.observe(mapping, [Observation(record, tick, read_at, ack=acked)], [], tick)


def named(hints):
    return [(hint.ref.side, hint.ref.id, hint.ref.container, hint.ref.number, hint.mode) for hint in hints]


def a_page(presence=Presence.PRESENT):
    time = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    return Record(Ref(Side.NOTION, PAGE, SOURCE), {"title": "One"}, time, PAGE, "One", presence, grain=60)
