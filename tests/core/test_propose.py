"""Whatever two sides look like, the draft for them is a sound mapping; and what it proposes is what a person would."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.config.draft import scalar, text
from sync.config.mappings import load_mappings
from sync.config.tree import read
from sync.core.bind import bind
from sync.core.columns import columns
from sync.core.draft import Column, Survey, Table
from sync.core.model import Person, Property, Schema, Side
from sync.core.partners import partners
from sync.core.propose import RULES, proposed
from sync.core.stages import states

DATABASE = "281211f9-0000-4000-8000-000000000001"
SOME = st.characters(exclude_categories=["Cs"])
WORDS = st.text(SOME, min_size=1, max_size=12).filter(str.strip)
KNOWN = sorted({name for rule in RULES for name in rule.names} | {"content", "comments", "GitHub", "Priority", "Size"})
OPTIONS = st.lists(
    WORDS | st.sampled_from(["Done", "In progress", "*", "yes", "1", "null", "Won't do", "a, b", "Bug", "high"]),
    unique=True,
    max_size=6,
)
TYPES = ["status", "select", "multi_select", "people", "rich_text", "number", "date", "checkbox", "url", "relation"]
GROUPS = st.sampled_from(["To-do", "In progress", "Complete"])
LABELS = st.lists(
    WORDS | st.sampled_from(["priority/high", "Priority/HIGH", "Priority: low", "points/5", "points/5,5", "bug"]),
    unique=True,
    max_size=6,
)
LOGINS = st.text("abz-09", min_size=1, max_size=4)


@st.composite
def tables(draw):
    names = draw(st.lists(WORDS | st.sampled_from(KNOWN), unique=True, min_size=1, max_size=8))
    title = next((each for each in names if each not in ("content", "comments")), "Name")
    properties, groups = [Property("title", title, "title")], {}
    for at, name in enumerate(each for each in names if each != title):
        kind = draw(st.sampled_from(TYPES))
        options = draw(OPTIONS) if kind in ("status", "select", "multi_select") else []
        found = tuple((f"{at}.{number}", option) for number, option in enumerate(options))
        properties.append(Property(f"p{at}", name, kind, found, open=kind != "status"))
        if kind == "status":
            groups |= {id_: draw(GROUPS) for id_, _ in found}
    people = draw(st.none() | st.lists(persons(), max_size=3))
    return Table(Schema(Side.NOTION, (("d", "Table"),), tuple(properties), people=people and tuple(people)), groups)


def persons():
    mails = st.none() | LOGINS.map(lambda each: f"{each}@example.com")
    return st.builds(Person, LOGINS, st.just("") | WORDS, mails)


SURVEYS = st.builds(
    Survey,
    st.sampled_from([("acme/api",), ("acme/api", "acme/web")]),
    LABELS.map(tuple),
    st.lists(WORDS | st.just("Bug"), unique=True, max_size=3).map(tuple),
    st.lists(WORDS | st.sampled_from(["bug", "Bug"]), unique=True, max_size=3).map(tuple),
    st.lists(persons(), max_size=4, unique_by=lambda each: each.id).map(tuple),
)


@given(SURVEYS, tables())
def test_every_draft_is_a_mapping_without_a_fault(survey, table):
    draft = proposed(survey, table, DATABASE)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "made.yaml").write_text(text(draft), encoding="utf-8")
        loaded = load_mappings(folder)
    faults = [str(each) for each in loaded.problems if each.level == "fault"]
    assert faults == [], text(draft)
    (mapping,) = loaded.mappings
    linked = Property("link", draft.link_property, "url")
    there = {each.name for each in table.schema.properties}
    added = () if draft.link_property in there else (linked,)
    notion = Schema(Side.NOTION, (("d", "T"),), (*table.schema.properties, *added), people=table.schema.people)
    github = Schema(Side.GITHUB, tuple((str(at), name) for at, name in enumerate(survey.repositories)))
    bind(mapping, github, notion)  # raises every fault
    assert [row.notion for row in mapping.rows] == [each.notion for each in draft.lines if each.active]


@given(SURVEYS)
def test_a_new_database_fits_its_repositories(survey):
    made = columns(survey)
    for each in made:
        assert len(each.options) == len({option.casefold() for option in each.options}) <= 100
        assert not any("," in option for option in each.options)
    properties = tuple(_made(each, at) for at, each in enumerate(made))
    table = Table(Schema(Side.NOTION, (("d", "Table"),), properties), {"2": "Complete", "3": "Complete"})
    draft = proposed(survey, table, DATABASE)
    tied = {each.notion for each in draft.lines if each.active} | {draft.link_property}
    assert tied == {each.name for each in made}, "every property serves"


def _made(column: Column, at: int) -> Property:
    options = ("Not started", "Done", *column.options) if column.type == "status" else column.options
    found = tuple((str(number), name) for number, name in enumerate(options, 1))
    return Property(column.type if column.type == "title" else f"p{at}", column.name, column.type, found)


@given(st.text(SOME, min_size=1))
def test_any_text_is_spelled_so_that_yaml_reads_it_back(said):
    found = read(f"[a: {scalar(said)}, {{{scalar(said)}: [{scalar(said)}, b]}}]\n".encode())
    assert (found.value, found.problems) == ([{"a": said}, {said: [said, "b"]}], ())


@pytest.mark.parametrize(
    ("options", "groups", "expected"),
    [
        (
            "To do, In progress, Done, Won't do",
            ["To-do", "In progress", "Complete", "Complete"],
            {"open": "To do, In progress", "closed": "Done", "closed:not_planned": "Won't do"},
        ),
        (
            "Läuft, Neu, Fertig",
            ["In progress", "To-do", "Complete"],
            {"open": "Neu, Läuft", "closed": "Fertig"},
        ),
        (
            "Backlog, ✅ Done, Duplicate, Cancelled, Shipped!",
            [],
            {
                "open": "Backlog",
                "closed": "✅ Done, Shipped!",
                "closed:not_planned": "Cancelled",
                "closed:duplicate": "Duplicate",
            },
        ),
        ("New, Dropped", [], {"open": "New", "closed": "Dropped"}),
        ("Backdrop, Done", [], {"open": "Backdrop", "closed": "Done"}),
        ("Rejected, Done", ["To-do", "Complete"], {"open": "Rejected", "closed": "Done"}),
        ("Done, Cancelled", ["Complete", "Complete"], None),
        ("Open, Half open", [], None),
        ("", [], None),
    ],
)
def test_options_mean_states_by_their_groups_and_else_by_their_names(options, groups, expected):
    names = [each for each in options.split(", ") if each]
    found = Property("s", "Status", "status", tuple((str(at), name) for at, name in enumerate(names)))
    table = Table(Schema(Side.NOTION, ()), {str(at): group for at, group in enumerate(groups)})
    values = states(found, table)
    assert (values and {state: ", ".join(each) for state, each in values}) == expected


def _table(*properties):
    columns_ = [
        Property(name, name, kind, tuple((each, each) for each in options)) for name, kind, *options in properties
    ]
    return Table(Schema(Side.NOTION, (("d", "T"),), (Property("title", "Name", "title"), *columns_)))


def test_the_better_name_wins_and_no_property_serves_twice():
    table = _table(("Tags", "multi_select"), ("Labels", "multi_select"), ("Reviewer", "people"), ("Owner", "people"))
    draft = proposed(Survey(("acme/api",)), table, DATABASE)
    assert {each.github: each.notion for each in draft.lines if each.active} == {
        "title": "Name",
        "labels": "Labels",
        "assignees": "Owner",
    }


def test_a_guess_by_the_type_alone_is_left_to_a_person():
    draft = proposed(Survey(("acme/api",)), _table(("Sprint", "multi_select"), ("Reviewer", "people")), DATABASE)
    assert [each.github for each in draft.lines if each.active] == ["title"]
    assert {each.notion for each in draft.lines if not each.active} >= {"Sprint", "Reviewer"}


def test_priorities_that_github_has_no_labels_for_are_offered_and_not_tied():
    (line,) = [
        each
        for each in proposed(Survey(("a/b",)), _table(("Priority", "select", "High")), DATABASE).lines
        if "prio" in each.github
    ]
    assert (line.github, line.active) == ("labels:priority/*", False)


def test_names_that_are_spelled_otherwise_are_tied_and_all_others_stay_what_they_are():
    survey = Survey(("acme/api",), types=("Bug", "Feature"))
    (line,) = [
        each for each in proposed(survey, _table(("Type", "select", "bug")), DATABASE).lines if each.github == "type"
    ]
    assert line.values == (("Bug", ("bug",)), ("*", ("*",)))


def test_a_name_that_is_taken_by_another_type_is_not_made_the_link():
    table = _table(("GitHub", "rich_text"), ("github issue", "checkbox"))
    assert proposed(Survey(("acme/api",)), table, DATABASE).link_property == "GitHub link"
    table = _table(*((name, "number") for name in ("GitHub", "GitHub issue", "GitHub link", "GitHub 2")))
    assert proposed(Survey(("acme/api",)), table, DATABASE).link_property == "GitHub 3"


def test_a_property_that_a_file_cannot_name_is_left_out():
    draft = proposed(Survey(("acme/api",)), _table(("comments", "number"), ("content", "multi_select")), DATABASE)
    assert [each.github for each in draft.lines if each.active] == ["title"]


ADA, ADELE, BOB = (
    Person("1", "Ada Byron", "ada@example.com"),
    Person("2", "Adele"),
    Person("3", "Bob", "bob@example.com"),
)


@pytest.mark.parametrize(
    ("github", "known", "strangers"),
    [
        ([Person("x", "", "ADA@example.com")], {"x": "ada@example.com"}, ()),
        ([Person("Ada", "")], {"Ada": "ada@example.com"}, ()),
        ([Person("x", "adele")], {"x": "Adele"}, ()),
        ([Person("x", "Adele"), Person("y", "Adele")], {}, ("x", "y")),
        ([Person("x", "Ada Byron"), Person("ada", "")], {"ada": "ada@example.com"}, ("x",)),
        ([Person("somebody", "")], {}, ("somebody",)),
    ],
)
def test_people_are_who_is_certain_and_nobody_is_two(github, known, strangers):
    assert partners(github, (ADA, ADELE, BOB)) == (tuple(known.items()), strangers)


def test_namesakes_in_notion_are_told_apart_by_their_ids_and_only_where_something_else_is_certain():
    twins = (Person("1", "Kim"), Person("2", "Kim", "kim@example.com"))
    assert partners([Person("kim", "")], twins) == ((("kim", "kim@example.com"),), ())
    assert partners([Person("x", "Kim")], twins) == ((), ("x",))
