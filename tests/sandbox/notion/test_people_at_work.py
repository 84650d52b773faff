from __future__ import annotations

import pytest


def test_a_person_is_the_one_who_edited(desk, page, person):
    person.edit(page, {"Points": 3})
    assert desk.get(f"/v1/pages/{page}")["last_edited_by"] == {"object": "user", "id": person.id}


def test_somebody_is_known_by_name_and_by_id_and_joins_if_new(notion):
    ada = notion.person("Ada")
    assert notion.person("Ada").id == notion.person(ada.id).id == ada.id
    assert notion.person("Grace").id != ada.id


def test_plain_values_go_in_and_come_out(notion, source, person):
    said = {
        "Name": "A title",
        "Notes": "x" * 2500,
        "Status": "Done",
        "Priority": "New one",
        "Tags": ["a", "b"],
        "Due": "2026-05-01",
        "Points": 3,
        "Done": True,
        "People": [person.id],
        "Link": "https://x.example",
        "Mail": None,
    }
    made = person.create(source, said)
    seen = notion.page(made)["properties"]
    assert {name: seen[name] for name in said} == said
    assert (seen["No"], seen["Created"]) == ({"prefix": "T", "number": 1}, "2026-03-04T10:20:00.000Z")


def test_people_are_not_bound_by_the_limits_of_requests(desk, notion, source, person):
    crowd = [notion.add_user(f"U{n}") for n in range(150)]
    made = person.create(source, {"People": crowd})
    assert notion.page(made)["properties"]["People"] == crowd
    column = desk.get(f"/v1/pages/{made}")["properties"]["People"]["id"]
    assert len(desk.get(f"/v1/pages/{made}/properties/{column}")["results"]) == 100


@pytest.mark.parametrize("values", [{"Nope": 1}, {"Status": "Nope"}])
def test_a_person_cannot_name_what_is_not_there(person, source, values):
    with pytest.raises(KeyError):
        person.create(source, values)


def test_a_page_is_moved_out_and_back_with_its_values(desk, notion, source, page, person):
    person.edit(page, {"Points": 3})
    person.move_out(page)
    assert desk.get(f"/v1/pages/{page}")["parent"]["type"] == "page_id"
    assert desk.walk(source) == []
    assert notion.pages(source) == []
    person.edit(page, {"title": "Out here"})
    person.move(page, source)
    assert desk.value(page, "Points") == 3
    assert notion.page(page)["properties"]["Name"] == "Out here"


def test_a_page_taken_away_is_not_found(desk, source, page, person):
    person.take_away(page)
    assert desk.refused("GET", f"/v1/pages/{page}")["code"] == "object_not_found"
    assert desk.walk(source) == []


def test_a_page_deleted_for_good_is_not_found(desk, notion, source, page, person):
    person.trash(page)
    person.delete_forever(page)
    assert desk.refused("GET", f"/v1/pages/{page}")["code"] == "object_not_found"
    assert notion.pages(source) == []


def test_a_copy_has_the_same_values_and_another_id(notion, source, page, person):
    person.edit(page, {"Link": "https://github.com/acme/api/issues/7"})
    copy = person.duplicate(page)
    first, second = (each["properties"] for each in notion.pages(source))
    assert copy != page
    assert (second["Name"], second["Link"]) == ("First (1)", first["Link"])
    assert second["No"]["number"] == first["No"]["number"] + 1


def test_renaming_a_property_or_an_option_keeps_ids_and_values(desk, notion, source, page, person):
    person.edit(page, {"Priority": "High"})
    before = desk.get(f"/v1/pages/{page}")["properties"]["Priority"]
    person.rename_property(source, "Priority", "Urgency")
    person.rename_option(source, "Urgency", old="High", new="Very high")
    after = desk.get(f"/v1/pages/{page}")["properties"]["Urgency"]
    assert after["id"] == before["id"]
    assert after["select"] == {**before["select"], "name": "Very high"}


def test_a_deleted_option_leaves_rows_without_a_value(desk, source, page, person):
    person.edit(page, {"Priority": "High"})
    person.delete_option(source, "Priority", "High")
    assert desk.value(page, "Priority") is None
    with pytest.raises(KeyError):
        person.delete_option(source, "Priority", "High")


def test_a_deleted_property_is_gone_from_every_row(desk, source, page, person):
    person.delete_property(source, "Points")
    assert "Points" not in desk.get(f"/v1/pages/{page}")["properties"]
    with pytest.raises(KeyError):
        person.delete_property(source, "Points")


def test_people_add_properties_and_options_a_statuss_too(desk, source, page, person):
    person.add_property(source, "Budget", {"number": {}})
    made = person.add_option(source, "Status", "Blocked")
    person.edit(page, {"Status": "Blocked", "Budget": 3})
    assert desk.value(page, "Status")["id"] == made


def test_a_restored_database_works_again(desk, ids, page, person):
    person.trash_database(ids.database)
    person.restore_database(ids.database)
    assert [row["id"] for row in desk.walk(ids.data_source)] == [page]


def test_the_past_of_a_page_is_forgotten_after_an_hour(notion, clock, page, person):
    for n in range(10):
        clock.advance(1200)
        person.edit(page, {"Points": n})
    assert len(notion.world.pages[page].versions) < 7


def test_comments_are_told_in_plain_values(notion, page, person):
    made = person.comment(page, "Hello")
    person.resolve(made)
    (told,) = notion.comments(page)
    assert (told["id"], told["text"], told["by"], told["name"], told["resolved"]) == (
        made,
        "Hello",
        person.id,
        "Ada",
        True,
    )
