from __future__ import annotations

import pytest

from tests.sandbox.notion.desk import text


def said(words, kind="paragraph", **more):
    return {kind: {"rich_text": text(words), **more}}


@pytest.fixture
def full(desk, page):
    """A page with three paragraphs."""
    desk.patch(f"/v1/blocks/{page}/children", {"children": [said("one"), said("two"), said("three")]})
    return page


def row(desk, of):
    return desk.get(f"/v1/blocks/{of}/children")["results"]


def words(desk, of):
    return ["".join(each["plain_text"] for each in block[block["type"]]["rich_text"]) for block in row(desk, of)]


def test_blocks_have_authors_minutes_and_parents(desk, notion, full):
    (first, *_), bot = row(desk, full), notion.world.bot.id
    assert first["parent"] == {"type": "page_id", "page_id": full}
    assert (first["created_time"], first["created_by"]["id"]) == ("2026-03-04T10:20:00.000Z", bot)
    assert desk.get(f"/v1/blocks/{first['id']}") | {"request_id": ""} == first | {"request_id": ""}
    assert desk.get(f"/v1/blocks/{full}")["has_children"] is True


@pytest.mark.parametrize(
    ("position", "order"),
    [
        ({"type": "start"}, ["new", "one", "two", "three"]),
        ({"type": "end"}, ["one", "two", "three", "new"]),
        ("after one", ["one", "new", "two", "three"]),
    ],
)
def test_new_blocks_go_where_the_position_says_and_are_answered_with_all_that_follow(desk, full, position, order):
    if position == "after one":
        position = {"type": "after_block", "after_block": {"id": row(desk, full)[0]["id"]}}
    answer = desk.patch(f"/v1/blocks/{full}/children", {"children": [said("new")], "position": position})
    assert words(desk, full) == order
    told = [each["paragraph"]["rich_text"][0]["plain_text"] for each in answer["results"]]
    assert told == order[order.index("new") :]


def test_after_is_of_the_older_version_alone(desk, full):
    body = {"children": [said("new")], "after": row(desk, full)[0]["id"]}
    error = desk.refused("PATCH", f"/v1/blocks/{full}/children", body)
    assert "body.after should be not present" in error["message"]
    desk.patch(f"/v1/blocks/{full}/children", body, version="2025-09-03")
    assert words(desk, full) == ["one", "new", "two", "three"]


def test_an_append_that_was_saved_and_not_answered_names_what_it_made(desk, faults, full):
    faults.arm("committed_503", method="PATCH")
    body = {"children": [said("new"), said("newer")], "position": {"type": "start"}}
    told = desk.refused("PATCH", f"/v1/blocks/{full}/children", body)["additional_data"]
    assert told["committed_resource_id"] == full
    assert told["committed_child_ids"] == [each["id"] for each in row(desk, full)][:2]


def test_children_come_in_pages(desk, page):
    for _ in range(3):
        desk.patch(f"/v1/blocks/{page}/children", {"children": [said(str(n)) for n in range(50)]})
    first = desk.get(f"/v1/blocks/{page}/children")
    assert (len(first["results"]), first["has_more"]) == (100, True)
    rest = desk.get(f"/v1/blocks/{page}/children?start_cursor={first['next_cursor']}&page_size=30")
    assert [each["paragraph"]["rich_text"][0]["plain_text"] for each in rest["results"]] == [str(n) for n in range(30)]
    assert rest["has_more"] is True


def nested(levels):
    block = said("deep", "bulleted_list_item")
    for _ in range(levels):
        block = said("above", "bulleted_list_item", children=[block])
    return block


@pytest.mark.parametrize(
    ("children", "message"),
    [
        ([said("x")] * 101, "body.children.length should be ≤ `100`, instead was `101`."),
        ([nested(3)], "bulleted_list_item.children should be not present"),
        ([said("x", "toggle", children=[said("y")] * 100)] * 10, "body.children.length should be ≤ `1000`"),
        ([said("x" * 2001)], "rich_text[0].text.content.length should be ≤ `2000`, instead was `2001`."),
        ([said("😀" * 1001)], "rich_text[0].text.content.length should be ≤ `2000`, instead was `2002`."),
        ([{"paragraph": {"rich_text": text("x") * 101}}], "rich_text.length should be ≤ `100`, instead was `101`."),
        ([{"equation": {"expression": "x" * 1001}}], "equation.expression.length should be ≤ `1000`"),
        ([{"code": {"rich_text": [], "language": "tsv"}}], "code.language should be a valid language"),
        ([{"divider": {}, "paragraph": {"rich_text": []}}], "paragraph should be not present"),
        ([{"nonsense": {}}], "body.children[0].type should be a type of block"),
        ([{"unsupported": {}}], "body.children[0].type should be a type of block"),
        ([said("x", "heading_1", children=[said("y")])], "heading_1.children should be not present"),
        ([{"table": {"table_width": 2, "children": [{"table_row": {"cells": [[]]}}]}}], "match the table width"),
        ([{"table_row": {"cells": []}}], "does not stand here"),
        ([{"image": {"external": {"url": "nowhere"}}}], "Invalid URL for media block."),
        ("x", "body.children should be an array"),
    ],
)
def test_what_is_too_much_or_no_block_is_refused_and_changes_nothing(desk, full, children, message):
    error = desk.refused("PATCH", f"/v1/blocks/{full}/children", {"children": children})
    assert error["code"] == "validation_error"
    assert message in error["message"]
    assert words(desk, full) == ["one", "two", "three"]


def test_two_levels_below_a_block_are_allowed_and_more_by_another_call(desk, page):
    (top,) = desk.patch(f"/v1/blocks/{page}/children", {"children": [nested(2)]})["results"]
    (middle,) = row(desk, top["id"])
    (deep,) = row(desk, middle["id"])
    assert (top["has_children"], deep["has_children"]) == (True, False)
    assert deep["parent"] == {"type": "block_id", "block_id": middle["id"]}
    desk.patch(f"/v1/blocks/{deep['id']}/children", {"children": [said("deeper")]})
    assert words(desk, deep["id"]) == ["deeper"]


@pytest.mark.parametrize(
    "block", [{"divider": {}}, said("x", "heading_2"), {"code": {"rich_text": [], "language": "c"}}]
)
def test_what_holds_nothing_takes_no_children(desk, page, block):
    (made,) = desk.patch(f"/v1/blocks/{page}/children", {"children": [block]})["results"]
    error = desk.refused("PATCH", f"/v1/blocks/{made['id']}/children", {"children": [said("x")]})
    assert error["message"] == "Block does not support children."


def test_words_of_one_look_are_one_however_long(desk, page):
    """As recorded: 2,000 and 1 are 2,001."""
    children = [{"paragraph": {"rich_text": [*text("x" * 2000), *text("y"), *text("")]}}]
    (made,) = desk.patch(f"/v1/blocks/{page}/children", {"children": children})["results"]
    assert [len(each["plain_text"]) for each in made["paragraph"]["rich_text"]] == [2001]


def test_an_update_changes_what_it_names_and_never_the_type(desk, clock, page):
    body = {"children": [said("task", "to_do", color="red", children=[said("below")])]}
    (made,) = desk.patch(f"/v1/blocks/{page}/children", body)["results"]
    clock.advance(60)
    shown = desk.patch(f"/v1/blocks/{made['id']}", {"to_do": {"checked": True}})
    assert shown["to_do"] == {**made["to_do"], "checked": True}
    assert (shown["has_children"], shown["last_edited_time"]) == (True, "2026-03-04T10:21:00.000Z")
    error = desk.refused("PATCH", f"/v1/blocks/{made['id']}", said("x"))
    assert "body.paragraph should be not present" in error["message"]


def test_a_deleted_block_is_in_the_trash_and_can_be_taken_out_where_it_was(desk, full):
    first = row(desk, full)[0]["id"]
    assert desk.delete(f"/v1/blocks/{first}")["in_trash"] is True
    assert words(desk, full) == ["two", "three"]
    assert desk.get(f"/v1/blocks/{first}")["in_trash"] is True
    assert "archived" in desk.refused("PATCH", f"/v1/blocks/{first}", said("x"))["message"]
    assert "archived" in desk.refused("DELETE", f"/v1/blocks/{first}")["message"]
    desk.patch(f"/v1/blocks/{first}", {"in_trash": False})
    assert words(desk, full) == ["one", "two", "three"]


def test_what_is_in_a_deleted_block_cannot_be_edited(desk, page):
    (top,) = desk.patch(f"/v1/blocks/{page}/children", {"children": [nested(1)]})["results"]
    (below,) = row(desk, top["id"])
    desk.delete(f"/v1/blocks/{top['id']}")
    assert "archived" in desk.refused("PATCH", f"/v1/blocks/{below['id']}", {"in_trash": True})["message"]


def test_pages_and_databases_in_a_page_are_among_its_blocks(desk, notion, full, person):
    child = person.add_page(full, "Child")
    database = desk.post(
        "/v1/databases",
        {
            "parent": {"type": "page_id", "page_id": full},
            "title": text("Table"),
            "initial_data_source": {"title": text("Table"), "properties": {"Name": {"title": {}}}},
        },
    )["id"]
    shown = {each["id"]: each for each in row(desk, full)[3:]}
    assert shown[child]["child_page"] == {"title": "Child"}
    assert shown[database]["type"] == "child_database"
    desk.delete(f"/v1/blocks/{child}")
    desk.delete(f"/v1/blocks/{database}")
    assert notion.page(child)["in_trash"] is True
    assert notion.world.databases[database].in_trash is True
    assert len(row(desk, full)) == 3


def test_a_page_that_moves_away_takes_its_block_along(desk, notion, full, source, person):
    child = person.add_page(full, "Child")
    person.move(child, source)
    assert child not in [each["id"] for each in row(desk, full)]


def test_a_synced_block_shows_what_its_original_holds(desk, page):
    original = {"synced_block": {"synced_from": None, "children": [said("shared")]}}
    (first,) = desk.patch(f"/v1/blocks/{page}/children", {"children": [original]})["results"]
    copy = {"synced_block": {"synced_from": {"type": "block_id", "block_id": first["id"]}}}
    (second,) = desk.patch(f"/v1/blocks/{page}/children", {"children": [copy]})["results"]
    assert (second["has_children"], words(desk, second["id"])) == (True, ["shared"])


def test_a_page_is_born_with_blocks_under_the_same_limits(desk, source):
    body = {"parent": {"data_source_id": source}, "properties": {}, "children": [said("x")] * 101}
    assert "body.children.length" in desk.refused("POST", "/v1/pages", body)["message"]
    made = desk.post("/v1/pages", {**body, "children": [nested(2)]})["id"]
    assert words(desk, made) == ["above"]


@pytest.mark.parametrize("bumps", [True, False])
def test_whether_the_apis_writes_are_edits_of_the_page_is_a_switch_a_persons_always_are(
    desk, clock, faults, person, page, bumps
):
    faults.switch("body_writes_touch_page", bumps)
    before = desk.get(f"/v1/pages/{page}")["last_edited_time"]
    clock.advance(60)
    desk.patch(f"/v1/blocks/{page}/children", {"children": [said("x")]})
    assert (desk.get(f"/v1/pages/{page}")["last_edited_time"] != before) is bumps
    clock.advance(60)
    person.add_paragraph(page, "y")
    shown = desk.get(f"/v1/pages/{page}")
    assert (shown["last_edited_time"], shown["last_edited_by"]["id"]) == ("2026-03-04T10:22:00.000Z", person.id)


@pytest.mark.parametrize("bumps", [True, False])
def test_a_late_read_shows_the_blocks_of_then(desk, clock, faults, full, bumps):
    faults.switch("body_writes_touch_page", bumps)
    clock.advance(60)
    desk.patch(f"/v1/blocks/{full}/children", {"children": [said("new")]})
    faults.arm("stale", seconds=30, path="/children")
    assert words(desk, full) == ["one", "two", "three"]
    assert words(desk, full) == ["one", "two", "three", "new"]


def test_a_full_free_workspace_makes_no_blocks_and_lets_them_be_edited(desk, faults, full):
    faults.switch("block_limit", True)
    error = desk.refused("PATCH", f"/v1/blocks/{full}/children", {"children": [said("x")]})
    assert error["additional_data"] == {"block_limit": "block_creation"}
    longer = {"type": "insert_content", "insert_content": {"content": "x"}, "markdown_version": "v2"}
    assert desk.refused("PATCH", f"/v1/pages/{full}/markdown", longer)["code"] == "restricted_resource"
    desk.patch(f"/v1/blocks/{row(desk, full)[0]['id']}", said("changed"))


@pytest.mark.parametrize(
    ("capability", "verb", "path"),
    [
        ("read_content", "GET", "/v1/blocks/{}/children"),
        ("read_content", "GET", "/v1/pages/{}/markdown"),
        ("insert_content", "PATCH", "/v1/blocks/{}/children"),
        ("update_content", "PATCH", "/v1/blocks/{}"),
        ("update_content", "PATCH", "/v1/pages/{}/markdown"),
        ("update_content", "DELETE", "/v1/blocks/{}"),
    ],
)
def test_every_endpoint_needs_its_capability(desk, notion, full, capability, verb, path):
    notion.world.capabilities.discard(capability)
    error = desk.refused(verb, path.format(full), None if verb in {"GET", "DELETE"} else {})
    assert (error["status"], error["code"]) == (403, "restricted_resource")


def test_blocks_of_a_page_that_is_not_shared_are_not_found(desk, full, person):
    first = row(desk, full)[0]["id"]
    person.take_away(full)
    error = desk.refused("GET", f"/v1/blocks/{first}")
    assert (error["code"], f"Could not find block with ID: {first}" in error["message"]) == ("object_not_found", True)
