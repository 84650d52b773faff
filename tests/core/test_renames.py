"""Names of a file against what Notion calls things today."""

from dataclasses import replace

import pytest

from sync.core.mapping import Births, GitHubScope, Mapping, NotionScope, Row, When
from sync.core.model import Property, Schema, Side
from sync.core.renames import TiedIds, today

STATUS = Property("st", "Status", "status", (("o1", "To do"), ("o2", "Done"), ("o3", "Won't do")), open=False)
TEAM = Property("tm", "Team", "select", (("t1", "API"),))
PAGE = Schema(
    Side.NOTION,
    (("d", "Roadmap"),),
    (Property("title", "Name", "title"), STATUS, TEAM, Property("gh", "GitHub", "url")),
)
FILE = Mapping(
    name="roadmap",
    github=GitHubScope(("acme/api",)),
    notion=NotionScope("d"),
    create=Births(pages=True, issues=When((("Status", ("To do",)),))),
    rows=(
        Row("title", "Name", where="fields.0"),
        Row("state", "Status", values=(("open", ("To do",)), ("closed", ("Done", "Won't do"))), where="fields.1"),
        Row("body", "content", where="fields.2"),
        Row("", "Team", constant="API", where="fields.3"),
    ),
)


def read(schema, remembered=None, *, file=FILE, edited=False):
    return today(file, schema, remembered or today(FILE, PAGE, TiedIds(), edited=True).names, edited=edited)


def called(schema, id_, name, **options):
    """Return a schema in which a property has another name, and options (by id) as well."""
    return replace(
        schema,
        properties=tuple(
            replace(
                each, name=name, options=tuple((option, options.get(option, label)) for option, label in each.options)
            )
            if each.id == id_
            else each
            for each in schema.properties
        ),
    )


def test_a_file_that_agrees_with_notion_stays_as_it_is_and_nothing_is_told():
    found = today(FILE, PAGE, TiedIds(), edited=True)
    assert (found.mapping, found.renamed) == (FILE, ())
    assert found.names.properties == {"Name": "title", "Status": "st", "Team": "tm", "GitHub": "gh"}
    assert found.names.options == {"st": {"To do": "o1", "Done": "o2", "Won't do": "o3"}, "tm": {"API": "t1"}}


@pytest.mark.parametrize("edited", [False, True])
def test_everything_that_was_renamed_goes_on_under_its_new_name_and_is_told_once(edited):
    schema = called(PAGE, "st", "State", o1="Backlog", o2="Finished")
    schema = called(called(schema, "gh", "Issue"), "tm", "Squad", t1="Platform")
    found = read(schema, edited=edited)
    assert found.mapping.rows[1].notion == "State"
    assert found.mapping.rows[1].values == (("open", ("Backlog",)), ("closed", ("Finished", "Won't do")))
    assert (found.mapping.rows[3].notion, found.mapping.rows[3].constant) == ("Squad", "Platform")
    assert found.mapping.notion.link_property == "Issue"
    assert found.mapping.create.issues == When((("State", ("Backlog",)),))
    told = [(each.level, each.where) for each in found.renamed]
    assert told == [
        ("warning", "fields.1.values.open"),
        ("warning", "fields.1.values.closed"),
        ("warning", "fields.1.notion"),
        ("warning", "fields.3.constant"),
        ("warning", "fields.3.notion"),
        ("warning", "notion.link_property"),
    ]
    assert all("'State'" in each.message for each in found.renamed[:3])
    assert found.names == read(PAGE).names


def test_two_properties_that_swap_their_names_stay_what_they_are_until_the_file_changes():
    other = replace(PAGE, properties=(*PAGE.properties, Property("x", "Stage", "status", STATUS.options)))
    swapped = called(called(other, "st", "Stage"), "x", "Status")
    assert read(swapped).mapping.rows[1].notion == "Stage"
    assert read(swapped, edited=True).mapping.rows[1].notion == "Status"


def test_what_was_deleted_keeps_its_name_and_what_was_made_anew_is_taken_by_its_name():
    gone = replace(PAGE, properties=tuple(each for each in PAGE.properties if each.id != "st"))
    found = read(gone)
    assert (found.mapping.rows[1].notion, found.renamed) == ("Status", ())
    again = replace(gone, properties=(*gone.properties, replace(STATUS, id="new")))
    assert read(again).names.properties["Status"] == "new"


def test_an_option_that_was_deleted_keeps_its_name():
    left = replace(STATUS, options=STATUS.options[:1])
    found = read(replace(PAGE, properties=(PAGE.properties[0], left, *PAGE.properties[2:])))
    assert found.mapping.rows[1].values == FILE.rows[1].values
    assert found.renamed == ()


def test_what_the_file_names_no_more_is_forgotten():
    file = replace(FILE, rows=FILE.rows[:1], create=Births(pages=True, issues=True))
    assert read(PAGE, file=file, edited=True).names == TiedIds({"Name": "title", "GitHub": "gh"}, {})
