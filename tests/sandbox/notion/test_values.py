from __future__ import annotations

import pytest

from tests.sandbox.notion.desk import text

UNTOUCHED = {
    "Notes": [],
    "Priority": None,
    "Tags": [],
    "Due": None,
    "Points": None,
    "Done": False,
    "People": [],
    "Link": None,
    "Mail": None,
    "Phone": None,
    "Files": [],
}


def write(desk, page, name, kind, value):
    shown = desk.patch(f"/v1/pages/{page}", {"properties": {name: {kind: value}}})["properties"][name]
    return shown[kind]


def complaint(desk, page, name, kind, value):
    error = desk.refused("PATCH", f"/v1/pages/{page}", {"properties": {name: {kind: value}}})
    assert (error["status"], error["code"]) == (400, "validation_error")
    return error["message"]


@pytest.mark.parametrize(("name", "empty"), UNTOUCHED.items())
def test_a_value_that_nobody_set_is_empty(desk, page, name, empty):
    assert desk.value(page, name) == empty


@pytest.mark.parametrize(
    ("name", "value", "seen"),
    [
        ("Points", {"number": 3.0}, 3),
        ("Points", {"number": 2.5}, 2.5),
        ("Points", {"number": None}, None),
        ("Done", {"checkbox": True}, True),
        ("Link", {"url": "https://github.com/acme/api/issues/7"}, "https://github.com/acme/api/issues/7"),
        ("Mail", {"email": "ada@example.com"}, "ada@example.com"),
        ("Phone", {"phone_number": "any text"}, "any text"),
        ("Link", {"url": None}, None),
        ("Due", {"date": {"start": "2021-01-01"}}, {"start": "2021-01-01", "end": None, "time_zone": None}),
        ("Due", {"date": None}, None),
        (
            "Due",
            {"date": {"start": "2026-06-27T18:01:15.377824", "time_zone": "Europe/London"}},
            {"start": "2026-06-27T18:01:00.000+01:00", "end": None, "time_zone": None},
        ),
        (
            "Due",
            {"date": {"start": "2026-07-25T16:57:28.513237Z", "time_zone": "UTC"}},
            {"start": "2026-07-25T16:57:00.000+00:00", "end": None, "time_zone": None},
        ),
        (
            "Due",
            {"date": {"start": "2026-07-25T16:57:28+02:00", "end": "2026-07-26"}},
            {"start": "2026-07-25T16:57:00.000+02:00", "end": "2026-07-26", "time_zone": None},
        ),
    ],
)
def test_a_value_reads_back_in_notions_own_form(desk, page, name, value, seen):
    ((kind, raw),) = value.items()
    assert write(desk, page, name, kind, raw) == seen
    assert desk.value(page, name) == seen


def test_rich_text_reads_back_with_everything_that_was_left_out(desk, page):
    written = [{"text": {"content": "bold", "link": {"url": "https://x.example"}}, "annotations": {"bold": True}}]
    (seen,) = write(desk, page, "Notes", "rich_text", written)
    assert seen["type"] == "text"
    assert seen["plain_text"] == "bold"
    assert seen["href"] == "https://x.example"
    assert seen["annotations"]["bold"] is True
    assert seen["annotations"]["color"] == "default"


def test_empty_elements_of_rich_text_are_gone(desk, page):
    assert write(desk, page, "Notes", "rich_text", [*text(""), *text("kept")])[0]["plain_text"] == "kept"
    assert write(desk, page, "Notes", "rich_text", []) == []


def test_the_bare_array_of_a_title_is_taken_too(desk, source):
    made = desk.row(source, {"title": text("Bare")})
    assert made["properties"]["Name"]["title"][0]["plain_text"] == "Bare"


def test_mentions_and_equations_read_back(desk, page, notion):
    me = notion.world.owner.id
    written = [
        {"mention": {"user": {"id": me}}},
        {"mention": {"page": {"id": page}}},
        {"mention": {"date": {"start": "2026-01-01"}}},
        {"equation": {"expression": "E=mc^2"}},
    ]
    seen = write(desk, page, "Notes", "rich_text", written)
    assert [each["type"] for each in seen] == ["mention", "mention", "mention", "equation"]
    assert seen[3]["plain_text"] == "E=mc^2"


def test_an_element_holds_2000_characters_counted_in_utf16(desk, page):
    assert write(desk, page, "Notes", "rich_text", text("x" * 2000))
    message = complaint(desk, page, "Notes", "rich_text", text("x" * 4046))
    assert message == (
        "body failed validation: body.properties.Notes.rich_text[0].text.content.length "
        "should be ≤ `2000`, instead was `4046`."
    )
    assert "`2002`" in complaint(desk, page, "Notes", "rich_text", text("😀" * 1001))


def test_rich_text_has_100_elements_at_most(desk, page):
    assert len(write(desk, page, "Notes", "rich_text", text("x") * 100)) == 100
    assert "rich_text.length should be ≤ `100`, instead was `101`" in complaint(
        desk, page, "Notes", "rich_text", text("x") * 101
    )


@pytest.mark.parametrize(
    ("name", "kind", "limit"), [("Link", "url", 2000), ("Mail", "email", 200), ("Phone", "phone_number", 200)]
)
def test_a_string_has_its_limit_and_is_never_empty(desk, page, name, kind, limit):
    assert write(desk, page, name, kind, "x" * limit) == "x" * limit
    assert f"≤ `{limit}`" in complaint(desk, page, name, kind, "x" * (limit + 1))
    assert "should be populated or `null`" in complaint(desk, page, name, kind, "")


def test_a_select_makes_the_option_that_it_names(desk, page, source):
    seen = write(desk, page, "Priority", "select", {"name": "Blocked", "color": "red"})
    assert (seen["name"], seen["color"]) == ("Blocked", "red")
    options = desk.get(f"/v1/data_sources/{source}")["properties"]["Priority"]["select"]["options"]
    assert [each["name"] for each in options] == ["High", "Low", "Blocked"]
    assert options[2]["id"] == seen["id"]


def test_a_known_option_is_taken_by_name_and_by_id_and_keeps_its_colour(desk, page):
    by_name = write(desk, page, "Priority", "select", {"name": "High", "color": "blue"})
    assert by_name["color"] == "red"
    assert write(desk, page, "Priority", "select", {"id": by_name["id"]}) == by_name
    assert write(desk, page, "Priority", "select", None) is None


def test_a_multi_select_replaces_the_whole_list_and_makes_what_is_missing(desk, page):
    write(desk, page, "Tags", "multi_select", [{"name": "a"}, {"name": "b"}])
    seen = write(desk, page, "Tags", "multi_select", [{"name": "c"}, {"name": "a"}, {"name": "c"}])
    assert [each["name"] for each in seen] == ["c", "a"]


@pytest.mark.parametrize(("name", "kind"), [("Priority", "select"), ("Tags", "multi_select")])
def test_an_option_holds_no_comma(desk, page, name, kind):
    value = {"name": "a, b"}
    message = complaint(desk, page, name, kind, value if kind == "select" else [value])
    assert message == f"Invalid {kind} option, commas not allowed: a, b"


def test_options_are_limited_to_100_by_name_and_number(desk, page):
    assert "≤ `100`" in complaint(desk, page, "Priority", "select", {"name": "x" * 101})
    assert "≤ `100`" in complaint(desk, page, "Tags", "multi_select", [{"name": str(n)} for n in range(101)])


def test_an_option_id_that_nobody_has_is_refused(desk, page):
    assert 'invalid select option "nobody"' in complaint(desk, page, "Priority", "select", {"id": "nobody"})


def test_nothing_is_made_by_a_write_that_is_refused(desk, page, source):
    body = {"properties": {"Priority": {"select": {"name": "New"}}, "Points": {"number": "seven"}}}
    desk.refused("PATCH", f"/v1/pages/{page}", body)
    options = desk.get(f"/v1/data_sources/{source}")["properties"]["Priority"]["select"]["options"]
    assert [each["name"] for each in options] == ["High", "Low"]


def test_a_status_is_never_made_by_a_write(desk, page):
    message = complaint(desk, page, "Status", "status", {"name": "Blocked"})
    assert message.startswith('Invalid status option. Status option "Blocked" does not exist')


def test_null_sets_a_status_to_its_default(desk, page):
    assert write(desk, page, "Status", "status", {"name": "Done"})["name"] == "Done"
    assert write(desk, page, "Status", "status", None)["name"] == "Not started"


@pytest.mark.parametrize("is_null", [True, False])
def test_a_new_row_has_the_default_status_or_none_by_switch(desk, faults, source, is_null):
    faults.switch("unset_status_is_null", is_null)
    status = desk.row(source, {})["properties"]["Status"]["status"]
    assert status is None if is_null else status["name"] == "Not started"


def test_people_read_back_in_full(desk, page, notion):
    ada = notion.add_user("Ada", "ada@example.com")
    assert write(desk, page, "People", "people", [{"id": ada}]) == [
        {
            "object": "user",
            "id": ada,
            "name": "Ada",
            "avatar_url": None,
            "type": "person",
            "person": {"email": "ada@example.com"},
        }
    ]


def test_people_beyond_25_are_left_out_of_the_page_without_a_word(desk, page, notion):
    crowd = [notion.add_user(f"U{n}") for n in range(30)]
    shown = desk.patch(f"/v1/pages/{page}", {"properties": {"People": {"people": [{"id": each} for each in crowd]}}})
    assert [each["id"] for each in shown["properties"]["People"]["people"]] == crowd[:25]
    assert set(shown["properties"]["People"]) == {"id", "type", "people"}
    column = shown["properties"]["People"]["id"]
    first = desk.get(f"/v1/pages/{page}/properties/{column}?page_size=20")
    assert first["property_item"]["next_url"].endswith(first["next_cursor"])
    second = desk.get(f"/v1/pages/{page}/properties/{column}?start_cursor={first['next_cursor']}")
    assert [each["people"]["id"] for each in first["results"] + second["results"]] == crowd


def test_a_list_that_fits_one_page_ends_there(desk, page, notion):
    crowd = [notion.add_user(f"U{n}") for n in range(20)]
    shown = desk.patch(f"/v1/pages/{page}", {"properties": {"People": {"people": [{"id": each} for each in crowd]}}})
    path = f"/v1/pages/{page}/properties/{shown['properties']['People']['id']}"
    assert desk.get(f"{path}?page_size=20")["has_more"] is False
    assert desk.refused("GET", f"{path}?start_cursor=o:20")["code"] == "validation_error"


def test_people_are_limited_to_100_and_have_to_exist(desk, page, notion):
    assert "≤ `100`" in complaint(desk, page, "People", "people", [{"id": notion.world.owner.id}] * 101)
    nobody = "00000000-0000-4000-8000-000000000001"
    assert nobody in complaint(desk, page, "People", "people", [{"id": nobody}])


def test_relations_beyond_25_are_told_by_has_more(desk, notion, source):
    other = notion.create_database(
        "Other", {"Name": {"title": {}}, "Rel": {"relation": {"data_source_id": source, "single_property": {}}}}
    )
    targets = notion.load(source, ({"Name": str(n)} for n in range(30)))
    page = desk.row(other.data_source, {"Rel": {"relation": [{"id": each} for each in targets]}})
    shown = page["properties"]["Rel"]
    assert shown["has_more"] is True
    assert len(shown["relation"]) == 25
    answer = desk.get(f"/v1/pages/{page['id']}/properties/{shown['id']}")
    assert [each["relation"]["id"] for each in answer["results"]] == targets


def test_external_files_read_back(desk, page):
    file = {"name": "Log", "external": {"url": "https://x.example/log"}}
    assert write(desk, page, "Files", "files", [file]) == [{"type": "external", **file}]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("No", "unique_id"),
        ("Created", "created_time"),
        ("Edited", "last_edited_time"),
        ("Author", "created_by"),
        ("Editor", "last_edited_by"),
        ("Sum", "formula"),
        ("Press", "button"),
    ],
)
def test_a_read_only_property_is_not_written(desk, page, name, kind):
    assert "should be not present" in complaint(desk, page, name, kind, "x")


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("Points", "number", "7"),
        ("Points", "number", True),
        ("Done", "checkbox", "yes"),
        ("Done", "checkbox", None),
        ("Notes", "rich_text", "text"),
        ("Notes", "rich_text", [{"text": {}}]),
        ("Notes", "rich_text", [{"text": {"content": "x"}, "annotations": {"colour": "red"}}]),
        ("Due", "date", {"start": "tomorrow"}),
        ("Due", "date", {"end": "2026-01-01"}),
        ("Due", "date", {"start": "2026-01-01", "time_zone": "Mars/Base"}),
        ("Link", "url", 7),
        ("Tags", "multi_select", {"name": "a"}),
        ("Tags", "multi_select", [{}]),
        ("People", "people", [{"id": "ada"}]),
        ("Files", "files", [{"name": "x"}]),
    ],
)
def test_a_value_of_a_wrong_shape_is_refused_with_its_place(desk, page, name, kind, value):
    assert f"body.properties.{name}.{kind}" in complaint(desk, page, name, kind, value)


def test_a_value_of_another_type_is_refused_in_notions_words(desk, page):
    assert complaint(desk, page, "Points", "rich_text", []) == "Points is expected to be number."


def test_an_unknown_property_is_refused_in_notions_words(desk, page):
    assert complaint(desk, page, "Nope", "number", 1) == "Nope is not a property that exists."


def test_a_property_may_be_named_by_its_id_encoded_or_not(desk, notion, source, page):
    columns = notion.world.sources[source].properties
    column = next(each for each in columns.values() if each.name == "Points")
    del columns[column.id]
    column.id = "f\\:p"
    columns[column.id] = column
    assert desk.get(f"/v1/data_sources/{source}")["properties"]["Points"]["id"] == "f%5C%3Ap"
    for value, name in enumerate(["f%5C%3Ap", "f\\:p"]):
        desk.patch(f"/v1/pages/{page}", {"properties": {name: {"number": value}}})
        assert desk.value(page, "Points") == value
    assert desk.get(f"/v1/pages/{page}/properties/f%5C%3Ap")["number"] == 1


def test_unique_ids_count_the_rows_of_a_data_source(desk, source):
    rows = [desk.row(source, {})["properties"]["No"]["unique_id"] for _ in range(3)]
    assert rows == [{"prefix": "T", "number": n} for n in (1, 2, 3)]


@pytest.mark.parametrize("name", ["Name", "Points", "Status", "Due", "Author", "Sum", "Tags", "People", "No"])
def test_every_kind_of_property_has_an_endpoint_of_its_own(desk, page, name):
    column = desk.get(f"/v1/pages/{page}")["properties"][name]
    answer = desk.get(f"/v1/pages/{page}/properties/{column['id']}")
    assert answer["object"] == ("list" if column["type"] in {"title", "people"} else "property_item")
