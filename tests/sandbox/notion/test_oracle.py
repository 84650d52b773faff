from __future__ import annotations

import json

import pytest

from sync.sandbox.exchange import Request
from sync.sandbox.notion.api import ROUTES
from tests.sandbox.notion.desk import TRUTH, judged, oracle, text
from tests.sandbox.notion.every import CHANGES, EVERY

pytestmark = pytest.mark.skipif(oracle() is None, reason=f"no schemas in {TRUTH}")


def test_the_oracle_is_awake(desk, page):
    shown = desk.get(f"/v1/pages/{page}")
    assert judged("GET", f"/v1/pages/{page}", shown, 200) == []
    assert judged("GET", f"/v1/pages/{page}", {**shown, "archived": False}, 200)
    assert judged("GET", f"/v1/pages/{page}", {**shown, "in_trash": "no"}, 200)


def tour(desk, notion, ids, page, person):
    """Pass every route that there is, with requests that the service's own description allows."""
    source, owner = ids.data_source, notion.world.owner.id
    full = {
        "Name": {"title": text("Full")},
        "Notes": {"rich_text": [*text("x"), {"mention": {"user": {"id": owner}}}, {"equation": {"expression": "x"}}]},
        "Status": {"status": {"name": "Done"}},
        "Priority": {"select": {"name": "New"}},
        "Tags": {"multi_select": [{"name": "a"}]},
        "Due": {"date": {"start": "2026-01-01", "end": "2026-01-02"}},
        "Points": {"number": 1.5},
        "Done": {"checkbox": True},
        "People": {"people": [{"id": owner}]},
        "Link": {"url": "https://x.example"},
        "Mail": {"email": "a@x.example"},
        "Phone": {"phone_number": "1"},
        "Files": {
            "files": [
                {"name": "f", "file_upload": {"id": owner}},
                {"name": "x", "external": {"url": "https://x.example"}},
            ]
        },
    }
    for name in ("me", owner):
        desk.get(f"/v1/users/{name}")
    desk.get("/v1/users")
    below = {"type": "page_id", "page_id": notion.world.root.id}
    first = {"properties": {"Name": {"title": {}}}}
    made = desk.post("/v1/databases", {"parent": below, "icon": {"emoji": "🚀"}, "initial_data_source": first})
    columns = {
        "Name": {"title": {}},
        "Size": {"number": {"format": "number"}},
        "Pick": {"select": {"options": [{"name": "a", "color": "red"}]}},
        "Calc": {"formula": {"expression": "1"}},
        "No": {"unique_id": {"prefix": "T"}},
    }
    second = {"parent": {"database_id": made["id"]}, "title": text("Second"), "properties": columns}
    desk.post("/v1/data_sources", second)
    desk.patch(f"/v1/databases/{made['id']}", {"description": text("Words"), "is_inline": True})
    desk.get(f"/v1/databases/{made['id']}")
    columns = {
        "Rel": {"relation": {"data_source_id": source, "type": "dual_property", "dual_property": {}}},
        "One": {"relation": {"data_source_id": source, "type": "single_property", "single_property": {}}},
        "Where": {"place": {}},
    }
    desk.patch(f"/v1/data_sources/{source}", {"properties": columns})
    rollup = {"relation_property_name": "One", "rollup_property_name": "Name", "function": "count"}
    desk.patch(f"/v1/data_sources/{source}", {"properties": {"Roll": {"rollup": rollup}}, "title": text("Renamed")})
    desk.get(f"/v1/data_sources/{source}")
    row = desk.row(source, {**full, "One": {"relation": [{"id": page}]}})["id"]
    desk.patch(f"/v1/pages/{row}", {"properties": {"Done": {"checkbox": False}}, "icon": {"emoji": "🚀"}})
    for column in desk.get(f"/v1/pages/{row}")["properties"].values():
        desk.get(f"/v1/pages/{row}/properties/{column['id']}")
    desk.query(source, sorts=[{"property": "Due", "direction": "ascending"}], page_size=1)
    comment = desk.post("/v1/comments", {"parent": {"page_id": row}, "rich_text": text("x")})["id"]
    person.comment(row, "theirs")
    desk.get(f"/v1/comments?block_id={row}")
    desk.get(f"/v1/comments/{comment}")
    desk.patch(f"/v1/comments/{comment}", {"rich_text": text("y")})
    desk.delete(f"/v1/comments/{comment}")
    desk.post("/v1/search", {})
    write(desk, row)
    upload = desk.post("/v1/file_uploads", {"filename": "a.png"})["id"]
    desk.send(upload, b"bytes")
    desk.get(f"/v1/file_uploads/{upload}")
    desk.get("/v1/file_uploads")
    desk.post(f"/v1/pages/{row}/move", {"parent": {"page_id": notion.world.root.id}})
    desk.delete(f"/v1/blocks/{row}")


def write(desk, page):
    """Write blocks of every type into a page, and change its Markdown in every way."""
    desk.patch(f"/v1/pages/{page}/markdown", {"type": "replace_content", "replace_content": {"new_str": "- x"}})
    desk.get(f"/v1/pages/{page}/markdown")
    desk.get(f"/v1/blocks/{page}")
    (item,) = desk.get(f"/v1/blocks/{page}/children")["results"]
    desk.patch(f"/v1/blocks/{page}/children", {"children": EVERY})
    desk.patch(f"/v1/blocks/{page}/children", {"children": [{"divider": {}}], "position": {"type": "start"}})
    after = {"type": "after_block", "after_block": {"id": item["id"]}}
    desk.patch(f"/v1/blocks/{page}/children", {"children": [{"divider": {}}], "position": after})
    made = desk.get(f"/v1/blocks/{page}/children")["results"]
    for raw, block in zip(EVERY, made[3:], strict=True):
        body = {
            name: value for name, value in raw[block["type"]].items() if name not in {"children", "type", "table_width"}
        }
        desk.get(f"/v1/blocks/{block['id']}/children")
        desk.get(f"/v1/blocks/{block['id']}")
        if block["type"] not in {"column_list", "tab", "synced_block"}:
            desk.patch(f"/v1/blocks/{block['id']}", {block["type"]: body})
    desk.delete(f"/v1/blocks/{item['id']}")
    for told in CHANGES:
        desk.patch(f"/v1/pages/{page}/markdown", {"type": next(iter(told)), **told, "markdown_version": "v2"})


def test_every_endpoint_answers_in_the_official_shape(desk, notion, ids, page, person):
    """The desk asks the oracle about every answer."""
    tour(desk, notion, ids, page, person)
    passed = [Request(verb, path) for verb, path in desk.seen]
    assert [route for route in ROUTES if not any(route.match(each) for each in passed)] == []


@pytest.mark.parametrize("switch", ["personal_token", "unset_status_is_null", "app_urls", "short_pages"])
@pytest.mark.parametrize("value", [True, False])
def test_no_switch_changes_the_shape(desk, faults, source, page, switch, value):
    faults.switch(switch, value)
    desk.get("/v1/users/me")
    desk.query(source)
    desk.get(f"/v1/pages/{page}")


def test_answers_are_compact_json_in_utf8(desk, source):
    reply = desk.ask(
        "POST", "/v1/pages", {"parent": {"data_source_id": source}, "properties": {"title": text("Ünï 🚀")}}
    )
    assert "Ünï 🚀" in reply.body.decode()
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert json.loads(reply.body)["object"] == "page"
