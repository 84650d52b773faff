from __future__ import annotations

import re
import sys
from datetime import UTC, datetime

import pytest

from tests.sandbox.notion.desk import text

UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def titles(rows):
    return [row["properties"]["Name"]["title"][0]["plain_text"] for row in rows]


def where(desk, source, **filter_):
    return sorted(titles(desk.walk(source, filter=filter_)))


@pytest.fixture
def rows(notion, source, clock):
    said = [
        {
            "Name": "Alpha",
            "Points": 1,
            "Priority": "High",
            "Tags": ["x", "y"],
            "Due": "2026-03-01",
            "Link": "https://x.example/A",
        },
        {"Name": "beta", "Points": 2, "Priority": "Low", "Tags": ["y"], "Due": "2026-03-04", "Done": True},
        {"Name": "Gamma", "Points": 3, "Status": "Done", "Due": "2026-03-09T12:00:00+00:00", "Notes": "some words"},
        {"Name": "delta", "People": [notion.world.owner.id]},
    ]
    made = []
    for each in said:
        made += notion.load(source, [each])
        clock.advance(60)
    return dict(zip(["Alpha", "beta", "Gamma", "delta"], made, strict=True))


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ({"property": "Name", "title": {"equals": "beta"}}, ["beta"]),
        ({"property": "title", "title": {"contains": "ALPH"}}, ["Alpha"]),
        ({"property": "Name", "title": {"does_not_contain": "ta"}}, ["Alpha", "Gamma"]),
        ({"property": "Name", "title": {"starts_with": "g"}}, ["Gamma"]),
        ({"property": "Name", "title": {"ends_with": "TA"}}, ["beta", "delta"]),
        ({"property": "Notes", "rich_text": {"is_not_empty": True}}, ["Gamma"]),
        ({"property": "Link", "url": {"equals": "https://x.example/A"}}, ["Alpha"]),
        ({"property": "Link", "url": {"equals": "https://x.example/a"}}, []),
        ({"property": "Points", "number": {"greater_than_or_equal_to": 2}}, ["Gamma", "beta"]),
        ({"property": "Points", "number": {"does_not_equal": 2}}, ["Alpha", "Gamma", "delta"]),
        ({"property": "Points", "number": {"is_empty": True}}, ["delta"]),
        ({"property": "No", "unique_id": {"less_than": 3}}, ["Alpha", "beta"]),
        ({"property": "Done", "checkbox": {"equals": True}}, ["beta"]),
        ({"property": "Done", "checkbox": {"equals": False}}, ["Alpha", "Gamma", "delta"]),
        ({"property": "Priority", "select": {"equals": "High"}}, ["Alpha"]),
        ({"property": "Priority", "select": {"equals": ["High", "Low"]}}, ["Alpha", "beta"]),
        ({"property": "Priority", "select": {"does_not_equal": "High"}}, ["Gamma", "beta", "delta"]),
        ({"property": "Status", "status": {"equals": "Done"}}, ["Gamma"]),
        ({"property": "Tags", "multi_select": {"contains": "y"}}, ["Alpha", "beta"]),
        ({"property": "Tags", "multi_select": {"does_not_contain": "x"}}, ["Gamma", "beta", "delta"]),
        ({"property": "People", "people": {"is_not_empty": True}}, ["delta"]),
        ({"property": "People", "people": {"contains": "me"}}, []),
        ({"property": "Due", "date": {"equals": "2026-03-04"}}, ["beta"]),
        ({"property": "Due", "date": {"equals": "2026-03-09"}}, ["Gamma"]),
        ({"property": "Due", "date": {"after": "2026-03-04"}}, ["Gamma"]),
        ({"property": "Due", "date": {"on_or_before": "2026-03-04"}}, ["Alpha", "beta"]),
        ({"property": "Due", "date": {"on_or_before": "2026-03-09"}}, ["Alpha", "Gamma", "beta"]),
        ({"property": "Due", "date": {"before": "today"}}, ["Alpha"]),
        ({"property": "Due", "date": {"this_week": {}}}, ["beta"]),
        ({"property": "Due", "date": {"past_week": {}}}, ["Alpha", "beta"]),
        ({"property": "Due", "date": {"is_empty": True}}, ["delta"]),
        ({"property": "Created", "created_time": {"on_or_after": "2026-03-04T10:22:00Z"}}, ["Gamma", "delta"]),
        ({"timestamp": "created_time", "created_time": {"before": "2026-03-04T10:21:00Z"}}, ["Alpha"]),
        (
            {"timestamp": "last_edited_time", "last_edited_time": {"on_or_after": "2026-03-04T11:22:00+01:00"}},
            ["Gamma", "delta"],
        ),
        ({"timestamp": "last_edited_time", "last_edited_time": {"after": "2026-03-04T10:22:30Z"}}, ["delta"]),
        (
            {
                "and": [
                    {"property": "Due", "date": {"is_not_empty": True}},
                    {
                        "or": [
                            {"property": "Points", "number": {"equals": 1}},
                            {"property": "Points", "number": {"equals": 3}},
                        ]
                    },
                ]
            },
            ["Alpha", "Gamma"],
        ),
        ({"or": [{"property": "Done", "checkbox": {"equals": True}}]}, ["beta"]),
    ],
)
@pytest.mark.usefixtures("rows")
def test_a_filter_finds(desk, source, filter_, found):
    assert where(desk, source, **filter_) == sorted(found)


def test_people_are_found_by_id_and_me_is_the_owner_of_a_personal_token(desk, notion, faults, source, rows):
    owner = notion.world.owner.id
    assert where(desk, source, property="People", people={"contains": owner}) == ["delta"]
    faults.switch("personal_token", value=True)
    assert where(desk, source, property="People", people={"contains": "me"}) == ["delta"]


@pytest.mark.parametrize(
    ("filter_", "message"),
    [
        ({"property": "Nope", "number": {"equals": 1}}, "Could not find property with name or id: Nope"),
        ({"property": "Name", "number": {"equals": 1}}, "database property title does not match filter number"),
        ({"property": "Name", "title": {"like": "x"}}, "body.filter.title.like should be not present"),
        ({"property": "Points", "number": {"contains": 1}}, "body.filter.number.contains"),
        ({"property": "Priority", "select": {"equals": "Mid"}}, 'Available options: "High", "Low".'),
        ({"property": "Due", "date": {"before": "soon"}}, "ISO 8601"),
        ({"timestamp": "born", "born": {}}, "body.filter.timestamp"),
        (
            {"and": [{"or": [{"and": [{"property": "Done", "checkbox": {"equals": True}}]}]}]},
            "body.filter.and[0].or[0].and should be not present",
        ),
        ([1], "body.filter should be an object"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(desk, source, filter_, message):
    error = desk.refused("POST", f"/v1/data_sources/{source}/query", {"filter": filter_})
    assert message in error["message"]


@pytest.mark.parametrize(
    ("sorts", "order"),
    [
        ([{"property": "Name", "direction": "ascending"}], ["Alpha", "beta", "delta", "Gamma"]),
        ([{"property": "Points", "direction": "descending"}], ["Gamma", "beta", "Alpha", "delta"]),
        ([{"property": "Due", "direction": "ascending"}], ["Alpha", "beta", "Gamma", "delta"]),
        ([{"timestamp": "created_time", "direction": "descending"}], ["delta", "Gamma", "beta", "Alpha"]),
        (
            [{"property": "Done", "direction": "descending"}, {"timestamp": "created_time", "direction": "ascending"}],
            ["beta", "Alpha", "Gamma", "delta"],
        ),
    ],
)
@pytest.mark.usefixtures("rows")
def test_rows_are_sorted_with_the_empty_ones_last(desk, source, sorts, order):
    assert titles(desk.walk(source, sorts=sorts)) == order


@pytest.mark.parametrize("sort", [{"property": "Nope"}, {"timestamp": "born"}, {"property": "Name", "direction": "up"}])
def test_a_sort_that_makes_no_sense_is_refused(desk, source, sort):
    assert desk.refused("POST", f"/v1/data_sources/{source}/query", {"sorts": [sort]})["status"] == 400


def test_without_a_sort_the_order_is_not_that_of_creation(desk, notion, source):
    made = notion.load(source, ({"Name": str(n)} for n in range(15)))
    seen = [row["id"] for row in desk.walk(source)]
    assert sorted(seen) == sorted(made)
    assert seen != made
    assert seen == [row["id"] for row in desk.walk(source)]


def test_rows_of_one_minute_have_no_order_among_themselves(desk, notion, source):
    made = notion.load(source, ({"Name": str(n)} for n in range(15)))
    seen = [row["id"] for row in desk.walk(source, sorts=[{"timestamp": "created_time", "direction": "ascending"}])]
    assert sorted(seen) == sorted(made)
    assert seen != made


def test_a_cursor_is_opaque_and_names_the_next_row(desk, notion, source):
    notion.load(source, ({"Name": str(n)} for n in range(5)))
    first = desk.query(source, page_size=2)
    assert re.fullmatch(f"s:{UUID}:{UUID}", first["next_cursor"])
    second = desk.query(source, page_size=2, start_cursor=first["next_cursor"])
    assert first["next_cursor"].endswith(second["results"][0]["id"])
    assert len(desk.walk(source, page_size=2)) == 5


def test_a_cursor_of_nowhere_or_of_another_table_is_refused(desk, notion, source):
    notion.load(source, ({"Name": str(n)} for n in range(3)))
    cursor = desk.query(source, page_size=1)["next_cursor"]
    other = notion.create_database("Other").data_source
    for table, start in ((source, "nowhere"), (other, cursor)):
        error = desk.refused("POST", f"/v1/data_sources/{table}/query", {"start_cursor": start})
        assert error["message"] == f"The start_cursor provided is invalid: {start}"


def test_a_walk_goes_on_where_the_row_of_its_cursor_was_trashed(desk, notion, source, person):
    made = notion.load(source, ({"Name": str(n)} for n in range(6)))
    first = desk.query(source, page_size=3)
    person.trash(first["next_cursor"].rpartition(":")[2])
    rest = desk.query(source, start_cursor=first["next_cursor"])
    assert len(first["results"] + rest["results"]) == len(made) - 1


def test_a_page_of_rows_shows_them_as_they_are_when_it_is_asked_for(desk, notion, source, person):
    notion.load(source, ({"Name": str(n)} for n in range(4)))
    first = desk.query(source, page_size=3)
    person.edit(first["next_cursor"].rpartition(":")[2], {"Name": "changed"})
    assert titles(desk.query(source, start_cursor=first["next_cursor"])["results"]) == ["changed"]


@pytest.mark.parametrize(
    ("size", "words"),
    [(101, "be ≤ `100`, instead was `101`"), (0, "be ≥ `1`"), (None, "be a number"), ("9", "be a number")],
)
def test_a_page_has_1_to_100_rows(desk, source, size, words):
    assert words in desk.refused("POST", f"/v1/data_sources/{source}/query", {"page_size": size})["message"]


def test_pages_may_be_short_by_switch_and_still_nothing_is_lost(desk, notion, faults, source):
    made = notion.load(source, ({"Name": str(n)} for n in range(20)))
    faults.switch("short_pages", value=True)
    lengths, rows, start = [], [], {}
    while True:
        answer = desk.query(source, page_size=10, **start)
        lengths.append(len(answer["results"]))
        rows += answer["results"]
        if not answer["has_more"]:
            break
        start = {"start_cursor": answer["next_cursor"]}
    assert sorted(row["id"] for row in rows) == sorted(made)
    assert min(lengths) < 10


def test_a_capped_list_says_so_on_each_of_its_pages_and_ends_there(desk, notion, faults, source):
    notion.load(source, ({"Name": str(n)} for n in range(12)))
    assert "request_status" not in desk.query(source)
    faults.switch("query_cap", 10)
    first = desk.query(source, page_size=6)
    last = desk.query(source, page_size=6, start_cursor=first["next_cursor"])
    told = {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}
    assert first["request_status"] == last["request_status"] == told
    assert (len(last["results"]), last["has_more"]) == (4, False)


def test_a_list_of_exactly_the_cap_is_complete(desk, notion, faults, source):
    notion.load(source, ({"Name": str(n)} for n in range(10)))
    faults.switch("query_cap", 10)
    assert "request_status" not in desk.query(source)


def test_trashed_rows_are_never_listed_and_archived_ones_on_request(desk, source, person, rows):
    person.trash(rows["Alpha"])
    person.archive(rows["beta"])
    assert sorted(titles(desk.walk(source))) == ["Gamma", "delta"]
    assert titles(desk.walk(source, is_archived=True)) == ["beta"]
    person.restore(rows["Alpha"])
    person.unarchive(rows["beta"])
    assert len(desk.walk(source)) == 4


def test_in_trash_is_no_key_of_a_query_unless_a_switch_says_so(desk, faults, source):
    assert "in_trash" in desk.refused("POST", f"/v1/data_sources/{source}/query", {"in_trash": True})["message"]
    faults.switch("query_in_trash_rejected", value=False)
    desk.query(source, in_trash=True)


def test_the_rows_of_a_trashed_database_are_not_listed(desk, ids, person, rows):
    assert len(desk.walk(ids.data_source)) == 4
    person.trash_database(ids.database)
    assert desk.walk(ids.data_source) == []


def test_filter_properties_cuts_the_rows(desk, source, rows):
    answer = desk.post(f"/v1/data_sources/{source}/query?filter_properties=Name&filter_properties=Points", {})
    assert set(answer["results"][0]["properties"]) == {"Name", "Points"}


def test_a_late_query_shows_rows_as_they_were_and_new_ones_not_at_all(desk, source, person, clock, page):
    clock.advance(3600)
    desk.notion.faults.switch("query_lag_seconds", 30)
    person.edit(page, {"Name": "Second"})
    newer = desk.row(source, {"Name": {"title": text("Newer")}})["id"]
    clock.advance(29)
    assert titles(desk.walk(source)) == ["First"]
    assert titles(desk.walk(source, filter={"property": "Name", "title": {"equals": "Second"}})) == []
    assert desk.value(page, "Name")[0]["plain_text"] == "Second"
    clock.advance(1)
    assert sorted(titles(desk.walk(source))) == ["Newer", "Second"]
    person.trash(newer)
    assert len(desk.walk(source)) == 2


def test_a_late_query_by_time_does_not_lose_a_row_that_was_edited_since(desk, source, person, clock, page):
    clock.advance(3600)
    person.edit(page, {"Name": "Second"})
    clock.advance(100)
    desk.notion.faults.switch("query_lag_seconds", 30)
    since = {"timestamp": "last_edited_time", "last_edited_time": {"on_or_after": "2026-03-04T11:20:00Z"}}
    person.edit(page, {"Name": "Third"})
    assert titles(desk.walk(source, filter=since)) == ["Second"]


def test_a_late_read_shows_a_page_as_it_was(desk, faults, source, clock, page):
    clock.advance(60)
    desk.patch(f"/v1/pages/{page}", {"properties": {"Points": {"number": 7}}})
    faults.switch("read_lag_seconds", 10)
    assert desk.value(page, "Points") is None
    clock.advance(10)
    assert desk.value(page, "Points") == 7
    new = desk.row(source, {})["id"]
    assert desk.refused("GET", f"/v1/pages/{new}")["code"] == "object_not_found"


def test_one_read_can_be_made_late(desk, faults, clock, page):
    clock.advance(60)
    desk.patch(f"/v1/pages/{page}", {"properties": {"Points": {"number": 7}}})
    faults.arm("stale", seconds=30)
    assert desk.value(page, "Points") is None
    assert desk.value(page, "Points") == 7


def test_an_edit_puts_a_row_within_reach_of_a_query_by_time_even_if_the_clock_went_back(desk, notion, source, clock):
    old, new = notion.load(source, [{"Name": "old"}, {"Name": "new"}])
    clock.set(datetime(2026, 3, 4, 12, 0, tzinfo=UTC))
    notion.person().edit(new, {"Points": 1})
    clock.set(datetime(2026, 3, 4, 11, 0, tzinfo=UTC))
    notion.person().edit(old, {"Points": 1})
    assert where(desk, source, timestamp="last_edited_time", last_edited_time={"after": "2026-03-04T11:30:00Z"}) == [
        "new"
    ]


def calls(work):
    """Return what some work returns and how many functions it called, which no other load changes."""
    count = 0

    def seen(_frame, event, _argument):
        nonlocal count
        count += event == "call"

    sys.setprofile(seen)
    try:
        return work(), count
    finally:
        sys.setprofile(None)


def test_a_walk_of_four_times_as_many_rows_is_about_four_times_the_work(notion, desk, source):
    desk.judge = False
    effort = []
    for rows in (500, 2_000):
        notion.load(source, ({"Name": f"Row {n}", "Points": n, "Tags": ["a"]} for n in range(rows - 500 * len(effort))))
        found, count = calls(lambda: desk.walk(source))
        assert len(found) == rows
        effort.append(count)
    assert effort[1] / effort[0] < 5
