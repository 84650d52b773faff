from __future__ import annotations

import pytest

from tests.sandbox.notion.desk import text


def change(desk, source, properties):
    return desk.patch(f"/v1/data_sources/{source}", {"properties": properties})["properties"]


def complaint(desk, source, properties):
    error = desk.refused("PATCH", f"/v1/data_sources/{source}", {"properties": properties})
    assert (error["status"], error["code"]) == (400, "validation_error")
    return error["message"]


def names(column):
    return [each["name"] for each in column[column["type"]]["options"]]


def test_a_database_tells_its_times_in_milliseconds_and_its_data_sources(desk, ids):
    shown = desk.get(f"/v1/databases/{ids.database}")
    assert shown["created_time"] == "2026-03-04T10:20:47.123+00:00"
    assert shown["data_sources"] == [{"id": ids.data_source, "name": "Roadmap"}]
    assert "properties" not in shown


def test_a_data_source_tells_its_times_by_the_minute_and_both_parents(desk, ids, notion):
    shown = desk.get(f"/v1/data_sources/{ids.data_source}")
    assert shown["created_time"] == "2026-03-04T10:20:00.000Z"
    assert shown["parent"] == {"type": "database_id", "database_id": ids.database}
    assert shown["database_parent"] == {"type": "page_id", "page_id": notion.world.root.id}
    assert shown["properties"]["Name"]["id"] == "title"


def test_a_bot_makes_databases_and_further_data_sources(desk, notion):
    body = {
        "parent": {"type": "page_id", "page_id": notion.world.root.id},
        "title": text("Articles"),
        "is_inline": False,
        "initial_data_source": {"properties": {"Name": {"title": {}}, "Cost": {"number": {"format": "dollar"}}}},
    }
    made = desk.post("/v1/databases", body)
    (first,) = made["data_sources"]
    assert first["name"] == "Articles"
    assert desk.get(f"/v1/data_sources/{first['id']}")["properties"]["Cost"]["number"] == {"format": "dollar"}
    second = desk.post(
        "/v1/data_sources",
        {"parent": {"database_id": made["id"]}, "title": text("More"), "properties": {"Name": {"title": {}}}},
    )
    assert list(second["properties"]) == ["Name"]
    assert len(desk.get(f"/v1/databases/{made['id']}")["data_sources"]) == 2


def test_a_database_is_changed_apart_from_its_data_source(desk, ids):
    shown = desk.patch(f"/v1/databases/{ids.database}", {"title": text("New"), "is_locked": True, "in_trash": True})
    assert (shown["title"][0]["plain_text"], shown["is_locked"], shown["in_trash"]) == ("New", True, True)
    assert desk.get(f"/v1/data_sources/{ids.data_source}")["title"][0]["plain_text"] == "Roadmap"


def test_a_data_source_moves_to_another_database(desk, ids, notion):
    other = notion.create_database("Other")
    shown = desk.patch(f"/v1/data_sources/{ids.data_source}", {"parent": {"database_id": other.database}})
    assert shown["parent"]["database_id"] == other.database
    assert desk.get(f"/v1/databases/{ids.database}")["data_sources"] == []


def test_properties_are_added_renamed_and_deleted(desk, source):
    added = change(desk, source, {"Budget": {"number": {"format": "euro"}}})["Budget"]
    renamed = change(desk, source, {added["id"]: {"name": "Cost"}})
    assert "Budget" not in renamed
    assert renamed["Cost"]["id"] == added["id"]
    assert "Cost" not in change(desk, source, {"Cost": None})


def test_a_property_keeps_its_values_through_a_rename(desk, source, page):
    desk.patch(f"/v1/pages/{page}", {"properties": {"Points": {"number": 3}}})
    change(desk, source, {"Points": {"name": "Size"}})
    assert desk.value(page, "Size") == 3


def test_a_property_that_changes_its_type_loses_its_values(desk, source, page):
    desk.patch(f"/v1/pages/{page}", {"properties": {"Points": {"number": 3}}})
    change(desk, source, {"Points": {"checkbox": {}}})
    assert desk.value(page, "Points") is False


@pytest.mark.parametrize(
    "properties",
    [
        {"Name": None},
        {"Fine": {"number": {}}, "Points": {"checkbox": {}}, "Done": None, "Nope": None},
        {"Name": {"number": {}}},
        {"Second": {"title": {}}},
        {"Nope": None},
        {"Points": {"name": "Done"}},
        {"New": {}},
        {"New": {"nonsense": {}}},
        {"Tags": {"multi_select": {"options": [{"name": "a, b"}]}}},
        {"Tags": {"multi_select": {"options": [{}]}}},
        {"Tags": {"multi_select": {"options": "a"}}},
        {"Tags": {"multi_select": {"options": [{"name": "a", "color": "mauve"}]}}},
        {"Priority": {"select": {"options": [{"name": "High", "color": "blue"}]}}},
        {"Status": {"status": {"options": [{"name": "New", "group": "Later"}]}}},
    ],
)
def test_a_change_that_makes_no_sense_is_refused(desk, source, properties):
    before = desk.get(f"/v1/data_sources/{source}")["properties"]
    assert complaint(desk, source, properties)
    assert desk.get(f"/v1/data_sources/{source}")["properties"] == before


def test_options_left_out_of_a_list_are_gone_and_known_ones_keep_their_ids(desk, source):
    before = desk.get(f"/v1/data_sources/{source}")["properties"]["Priority"]["select"]["options"]
    after = change(desk, source, {"Priority": {"select": {"options": [{"name": "Low"}, {"name": "Mid"}]}}})["Priority"]
    assert names(after) == ["Low", "Mid"]
    assert after["select"]["options"][0]["id"] == before[1]["id"]


def test_a_switch_keeps_the_options_that_were_left_out(desk, faults, source):
    faults.switch("partial_options_kept", value=True)
    after = change(desk, source, {"Priority": {"select": {"options": [{"name": "Mid"}]}}})["Priority"]
    assert names(after) == ["High", "Low", "Mid"]


def test_the_full_list_by_id_with_additions_loses_nothing(desk, source):
    status = desk.get(f"/v1/data_sources/{source}")["properties"]["Status"]
    given = [{"id": each["id"]} for each in status["status"]["options"]]
    given += [{"name": "Blocked", "color": "red", "group": "In progress"}, {"name": "Idea"}]
    after = change(desk, source, {status["id"]: {"status": {"options": given}}})["Status"]
    assert names(after) == ["Not started", "In progress", "Done", "Blocked", "Idea"]
    ids = {each["name"]: each["id"] for each in after["status"]["options"]}
    groups = {each["name"]: each["option_ids"] for each in after["status"]["groups"]}
    assert groups == {
        "To-do": [ids["Not started"], ids["Idea"]],
        "In progress": [ids["In progress"], ids["Blocked"]],
        "Complete": [ids["Done"]],
    }


def test_a_row_whose_option_is_gone_shows_none(desk, source, page):
    body = {"Priority": {"select": {"name": "High"}}, "Tags": {"multi_select": [{"name": "a"}, {"name": "b"}]}}
    desk.patch(f"/v1/pages/{page}", {"properties": body})
    change(
        desk, source, {"Priority": {"select": {"options": []}}, "Tags": {"multi_select": {"options": [{"name": "b"}]}}}
    )
    assert desk.value(page, "Priority") is None
    assert [each["name"] for each in desk.value(page, "Tags")] == ["b"]
