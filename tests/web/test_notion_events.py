"""What Notion tells us: who is believed, what becomes a hint, and what is dropped unread."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from sync.core.model import Presence, Ref, Side
from sync.remotes.notion.records import page_id
from tests.remotes.truth import FOLDER, needed
from tests.web.deliveries import PAGE, TOKEN, a_page, named, observed, page_event
from tests.web.desk import DATABASE, SOURCE, environment, running


@pytest.fixture
def subscribed(desk):
    assert desk.notion({"verification_token": TOKEN}, None).status_code == 200
    return desk


def test_a_handshake_is_kept_and_a_second_one_never_replaces_it(subscribed):
    assert subscribed.notion({"verification_token": "another"}, None).status_code == 401
    assert subscribed.notion({"verification_token": "another"}, "another").status_code == 401
    assert subscribed.notion({"verification_token": TOKEN}, None).status_code == 200
    assert subscribed.notion(page_event(), "another").status_code == 401
    assert subscribed.notion(page_event(), TOKEN).status_code == 202


def test_a_signed_handshake_is_kept_and_one_that_another_token_signed_is_not(desk):
    assert desk.notion({"verification_token": TOKEN}, "another").status_code == 401
    assert desk.notion(page_event(), TOKEN).status_code == 401
    assert desk.notion({"verification_token": TOKEN}, TOKEN).status_code == 200
    assert desk.notion(page_event(), TOKEN).status_code == 202


def test_before_a_handshake_nobody_is_believed(desk):
    assert desk.notion(page_event(), None).status_code == 401
    assert desk.notion(page_event(), "").status_code == 401
    assert desk.notion({"verification_token": ""}, None).status_code == 401
    assert desk.notion({"verification_token": 7}, None).status_code == 401
    assert desk.notion([], None).status_code == 401


def test_a_token_of_the_settings_goes_before_any_handshake(folder, redis):
    with running(environment(folder, redis, NOTION_WEBHOOK_TOKEN="set by hand")) as desk:
        desk.remember()
        assert desk.notion({"verification_token": TOKEN}, None).status_code == 401
        assert desk.notion(page_event(), TOKEN).status_code == 401
        assert desk.notion(page_event(), "set by hand").status_code == 202


def test_the_token_is_shown_once_and_forgotten_only_when_asked(subscribed):
    shown = subscribed.client.post("/api/notion-token/show")
    assert (shown.status_code, shown.json()) == (200, {"verification_token": TOKEN})
    assert subscribed.client.post("/api/notion-token/show").status_code == 410
    assert TOKEN not in subscribed.client.get("/deliveries").text
    assert subscribed.client.post("/api/notion-token/forget").status_code == 200
    assert subscribed.notion(page_event(), TOKEN).status_code == 401
    assert subscribed.notion({"verification_token": "the next"}, None).status_code == 200
    assert subscribed.client.post("/api/notion-token/show").json() == {"verification_token": "the next"}


@pytest.mark.parametrize(
    "parent",
    [
        {"id": DATABASE, "type": "database", "data_source_id": SOURCE},
        {"id": DATABASE, "data_source_id": SOURCE.replace("-", "")},
        {"id": SOURCE, "type": "data_source"},
        {"id": DATABASE, "type": "database"},
    ],
)
def test_a_page_is_looked_for_in_the_mappings_own_data_source_however_its_parent_is_told(subscribed, parent):
    assert subscribed.notion(page_event(parent=parent), TOKEN).json() == {"hinted": ["roadmap"]}
    assert named(subscribed.hints()) == [(Side.NOTION, PAGE, SOURCE, None, "hint")]


def test_a_page_that_a_mapping_knows_is_heard_of_wherever_it_is_now(subscribed):
    elsewhere = {"id": "ee000000-0000-4000-8000-000000000001", "type": "page"}
    moved = page_event("page.moved", parent=elsewhere)
    assert subscribed.notion(moved, TOKEN).json() == {"hinted": []}
    observed(subscribed, a_page())
    assert subscribed.notion(moved, TOKEN).json() == {"hinted": ["roadmap"]}
    assert named(subscribed.hints()) == [(Side.NOTION, PAGE, SOURCE, None, "hint")]


EVENT = datetime(2026, 3, 1, 12, 0, 30, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("read", "ack", "news"),
    [
        (EVENT + timedelta(seconds=6), False, False),
        (EVENT + timedelta(seconds=4), False, True),
        (EVENT - timedelta(seconds=1), False, True),
        (EVENT + timedelta(milliseconds=300), True, False),
        (EVENT - timedelta(milliseconds=1), True, True),
    ],
)
def test_an_event_from_before_our_own_look_or_write_is_dropped_unread(subscribed, read, ack, news):
    observed(subscribed, a_page(), ack=ack, read_at=read)
    assert subscribed.notion(page_event(), TOKEN).json() == {"hinted": ["roadmap"] if news else []}


@pytest.mark.parametrize("type_", ["page.deleted", "page.undeleted", "page.moved"])
def test_a_page_that_came_or_went_is_looked_at_whenever_it_was_read(subscribed, type_):
    observed(subscribed, a_page())
    assert subscribed.notion(page_event(type_), TOKEN).json() == {"hinted": ["roadmap"]}


def test_a_page_that_was_out_of_sight_is_looked_at_whenever_it_was_read(subscribed):
    observed(subscribed, a_page(Presence.TRASHED))
    assert subscribed.notion(page_event(), TOKEN).json() == {"hinted": ["roadmap"]}


@pytest.mark.parametrize("kind", ["data_source", "database"])
@pytest.mark.parametrize("happened", ["schema_updated", "deleted", "undeleted", "moved"])
def test_a_schema_that_changed_has_the_names_bound_anew(subscribed, kind, happened):
    entity = {"id": SOURCE if kind == "data_source" else DATABASE, "type": kind}
    subscribed.notion(page_event(f"{kind}.{happened}", entity=entity), TOKEN)
    assert [(hint.ref, hint.mode) for hint in subscribed.hints()] == [(None, "bind")]


@pytest.mark.parametrize(
    "type_", ["page.locked", "view.updated", "file_upload.created", "data_source.content_updated", "x"]
)
def test_what_changes_no_value_is_ignored(subscribed, type_):
    assert subscribed.notion(page_event(type_), TOKEN).json() == {"hinted": []}


@pytest.mark.parametrize("parent", ["page", "block"])
def test_a_comment_is_looked_at_by_its_identity_also_where_it_stands_on_a_block(subscribed, parent):
    about = {"page_id": PAGE, "parent": {"id": PAGE, "type": parent}}
    payload = page_event("comment.created", entity={"id": SOURCE, "type": "comment"}, data=about)
    assert subscribed.notion(payload, TOKEN).json() == {"hinted": []}
    observed(subscribed, a_page())
    assert subscribed.notion(payload, TOKEN).json() == {"hinted": ["roadmap"]}
    (hint,) = subscribed.hints()
    assert (hint.ref, hint.ref.container) == (Ref.comment(Side.NOTION, SOURCE), PAGE)


def test_signed_nonsense_of_notions_is_taken_and_ignored(subscribed):
    for one in (None, 7, "text", [], {}, {"id": None}, {"id": "x"}):
        for type_ in ("page.created", "comment.created", "data_source.schema_updated", None, 7):
            payload = {"type": type_, "timestamp": one, "entity": one, "data": one}
            assert subscribed.notion(payload, TOKEN).status_code == 202
    assert subscribed.hints() == []
    assert subscribed.client.post("/webhooks/notion", content=b" " * (1024 * 1024 + 1)).status_code == 413


@needed
def test_any_real_delivery_of_notion_is_taken_and_only_what_concerns_the_mapping_becomes_a_hint(subscribed):
    heard = set()
    paths = sorted(path for path in (FOLDER / "notion-webhooks").glob("*.json") if path.stem != "index")
    for path in paths:
        payload = json.loads(path.read_text())
        assert subscribed.notion(payload, TOKEN).json() == {"hinted": []}, path.name
        parent = payload["data"]["parent"]
        named = parent.get("data_source_id") or (
            payload["entity"]["id"] if payload["entity"]["type"] != "page" else parent["id"]
        )
        subscribed.remember(sources=((page_id(named), "x"),))
        if subscribed.notion(payload, TOKEN).json()["hinted"]:
            heard.add(path.stem)
        subscribed.hints()
        subscribed.remember()
    assert len(paths) == 15
    assert heard == {
        "data_source.schema_updated",
        "data_source.undeleted",
        "database.schema_updated",
        "page.content_updated",
        "page.created",
        "page.deleted",
        "page.properties_updated",
        "page.properties_updated.live-2025",
    }
