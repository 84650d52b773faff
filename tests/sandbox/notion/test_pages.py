from __future__ import annotations

import pytest

from tests.sandbox.notion.desk import text


def test_a_new_row_is_a_page_in_the_recorded_shape(desk, notion, ids):
    made = desk.row(ids.data_source, {"Name": {"title": text("Khaki pants!")}})
    hex_id = made["id"].replace("-", "")
    assert made["parent"] == {
        "type": "data_source_id",
        "data_source_id": ids.data_source,
        "database_id": ids.database,
    }
    assert made["url"] == f"https://app.notion.com/p/Khaki-pants-{hex_id}"
    assert made["created_by"] == made["last_edited_by"] == {"object": "user", "id": notion.world.bot.id}
    assert (made["in_trash"], made["is_archived"], made["is_locked"]) == (False, False, False)
    assert (made["icon"], made["cover"], made["public_url"]) == (None, None, None)


def test_properties_stand_in_the_order_of_their_ids_with_the_title_last(desk, page):
    shown = [each["id"] for each in desk.get(f"/v1/pages/{page}")["properties"].values()]
    assert shown == [*sorted(shown[:-1]), "title"]


def test_times_of_pages_are_floored_to_the_minute(desk, page, clock):
    clock.advance(12.8)  # 10:20:59.9
    desk.patch(f"/v1/pages/{page}", {"properties": {"Points": {"number": 1}}})
    shown = desk.get(f"/v1/pages/{page}")
    assert shown["last_edited_time"] == "2026-03-04T10:20:00.000Z"
    clock.advance(1)
    desk.patch(f"/v1/pages/{page}", {"properties": {"Points": {"number": 2}}})
    shown = desk.get(f"/v1/pages/{page}")
    assert (shown["created_time"], shown["last_edited_time"]) == (
        "2026-03-04T10:20:00.000Z",
        "2026-03-04T10:21:00.000Z",
    )
    assert shown["properties"]["Edited"]["last_edited_time"] == shown["last_edited_time"]


@pytest.mark.parametrize("app", [True, False])
def test_addresses_come_in_both_forms(desk, faults, page, app):
    faults.switch("app_urls", app)
    start = "https://app.notion.com/p/" if app else "https://www.notion.so/"
    assert desk.get(f"/v1/pages/{page}")["url"].startswith(f"{start}First-")


def test_what_a_patch_does_not_name_stays(desk, page):
    desk.patch(f"/v1/pages/{page}", {"properties": {"Points": {"number": 1}, "Done": {"checkbox": True}}})
    desk.patch(f"/v1/pages/{page}", {"properties": {"Points": {"number": 2}}})
    assert desk.value(page, "Done") is True
    assert desk.value(page, "Name")[0]["plain_text"] == "First"


def test_filter_properties_shows_the_named_ones_alone(desk, page):
    column = desk.get(f"/v1/pages/{page}")["properties"]["Points"]["id"]
    shown = desk.get(f"/v1/pages/{page}?filter_properties={column}&filter_properties=Name")
    assert set(shown["properties"]) == {"Points", "Name"}


def test_icon_and_cover_are_kept_and_cleared(desk, page):
    icon, cover = {"emoji": "🚀"}, {"external": {"url": "https://x.example/c.png"}}
    shown = desk.patch(f"/v1/pages/{page}", {"icon": icon, "cover": cover})
    assert shown["icon"] == {"type": "emoji", **icon}
    assert shown["cover"] == {"type": "external", **cover}
    assert desk.patch(f"/v1/pages/{page}", {"icon": None})["icon"] is None


def test_a_trashed_page_is_still_read_and_comes_back(desk, page):
    assert desk.patch(f"/v1/pages/{page}", {"in_trash": True})["in_trash"] is True
    assert desk.get(f"/v1/pages/{page}")["in_trash"] is True
    assert desk.patch(f"/v1/pages/{page}", {"in_trash": False})["in_trash"] is False


def test_a_trashed_page_is_not_edited(desk, page):
    desk.patch(f"/v1/pages/{page}", {"in_trash": True})
    body = {"properties": {"Points": {"number": 1}}}
    assert desk.refused("PATCH", f"/v1/pages/{page}", body)["message"] == (
        "Can't edit block that is archived. You must unarchive the block before editing."
    )
    assert desk.patch(f"/v1/pages/{page}", {"in_trash": False, **body})["properties"]["Points"]["number"] == 1


def test_deleting_the_block_of_a_page_moves_it_to_the_trash(desk, page):
    block = desk.delete(f"/v1/blocks/{page}")
    assert (block["object"], block["type"], block["in_trash"]) == ("block", "child_page", True)
    assert block["child_page"] == {"title": "First"}
    assert desk.get(f"/v1/pages/{page}")["in_trash"] is True


def test_an_archived_page_is_no_trash_and_can_be_edited(desk, page):
    shown = desk.patch(f"/v1/pages/{page}", {"is_archived": True})
    assert (shown["is_archived"], shown["in_trash"]) == (True, False)
    desk.patch(f"/v1/pages/{page}", {"properties": {"Points": {"number": 1}}})
    assert desk.patch(f"/v1/pages/{page}", {"is_archived": False})["is_archived"] is False


def test_a_page_of_a_trashed_database_is_not_edited(desk, ids, page, person):
    person.trash_database(ids.database)
    assert "archived ancestor" in desk.refused("PATCH", f"/v1/pages/{page}", {"in_trash": True})["message"]
    assert desk.get(f"/v1/databases/{ids.database}")["in_trash"] is True
    assert desk.get(f"/v1/pages/{page}")["in_trash"] is False


def test_a_page_may_live_under_a_page_with_a_title_alone(desk, notion):
    body = {"parent": {"page_id": notion.world.root.id}, "properties": {"title": {"title": text("Sub")}}}
    made = desk.post("/v1/pages", body)
    assert made["parent"] == {"type": "page_id", "page_id": notion.world.root.id}
    assert set(made["properties"]) == {"title"}


def test_a_database_stands_for_its_only_data_source(desk, ids):
    made = desk.post("/v1/pages", {"parent": {"database_id": ids.database}, "properties": {}})
    assert made["parent"]["data_source_id"] == ids.data_source
    desk.post("/v1/data_sources", {"parent": {"database_id": ids.database}, "properties": {"Name": {"title": {}}}})
    assert desk.refused("POST", "/v1/pages", {"parent": {"database_id": ids.database}})["code"] == "validation_error"


@pytest.mark.parametrize("parent", [None, {}, {"data_source_id": "x"}, "page"])
def test_a_page_needs_a_parent(desk, parent):
    assert "body.parent" in desk.refused("POST", "/v1/pages", {"parent": parent, "properties": {}})["message"]


def test_a_page_is_born_with_one_kind_of_content_which_can_be_erased(desk, notion, source):
    body = {"parent": {"data_source_id": source}, "properties": {"title": text("T")}, "markdown": "# Hello"}
    made = desk.post("/v1/pages", body)["id"]
    assert notion.page(made)["content"] == "# Hello"
    assert "not present" in desk.refused("POST", "/v1/pages", {**body, "children": []})["message"]
    desk.patch(f"/v1/pages/{made}", {"erase_content": True})
    assert notion.page(made)["content"] == ""


def test_the_first_heading_is_the_title_of_a_page_that_gets_none(desk, notion, source):
    body = {
        "parent": {"data_source_id": source},
        "properties": {},
        "markdown": "# Hello\n\nwords",
        "markdown_version": "v2",
    }
    made = desk.post("/v1/pages", body)["id"]
    assert (notion.page(made)["properties"]["Name"], notion.page(made)["content"]) == ("Hello", "words")


def test_a_page_moves_to_another_table_with_what_fits_there(desk, notion, page):
    desk.patch(f"/v1/pages/{page}", {"properties": {"Points": {"number": 5}, "Priority": {"select": {"name": "High"}}}})
    other = notion.create_database(
        "Other", {"Title": {"title": {}}, "Points": {"number": {}}, "Priority": {"select": {}}, "Done": {"number": {}}}
    )
    moved = desk.post(f"/v1/pages/{page}/move", {"parent": {"data_source_id": other.data_source}})
    assert moved["parent"]["data_source_id"] == other.data_source
    assert notion.page(page)["properties"] == {"Title": "First", "Points": 5, "Priority": "High", "Done": None}


def test_the_database_address_does_not_answer_for_a_page_nor_the_other_way(desk, ids, page):
    assert "is a database, not a page" in desk.refused("GET", f"/v1/pages/{ids.database}")["message"]
    assert "is a page, not a database" in desk.refused("GET", f"/v1/databases/{page}")["message"]
