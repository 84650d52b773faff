"""Properties and options that are renamed in Notion while a team is at work: nothing is written, nothing is lost."""

from dataclasses import replace

import pytest

from sync.core.errors import Misconfigured
from sync.core.model import Side
from sync.flow.bind import renamed, repositories_called
from tests.machine.team import MAPPING, PAGE, Team


def rename(team: Team, id_, name=None, **options):
    """Rename a property of the page, and options of it in the schema and on every page."""
    schema = team.remotes[Side.NOTION]._schema
    properties = tuple(
        replace(
            each, name=name or each.name, options=tuple((key, options.get(key, label)) for key, label in each.options)
        )
        if each.id == id_
        else each
        for each in schema.properties
    )
    team.remotes[Side.NOTION]._schema = replace(schema, properties=properties)
    for page in team.here(Side.NOTION):
        shown = team.shelves[Side.NOTION].versions[page][-1].fields.get(id_)
        if shown in options:
            team.shelves[Side.NOTION].put(page, {id_: options[shown]})


def linked(team, count=3):
    issues = [team.create(Side.GITHUB, f"issue {number}") for number in range(count)]
    team.edit(Side.GITHUB, issues[0], "state", "closed:completed")
    team.sync(full=True)
    team.clock.advance(600)
    return issues, team.here(Side.NOTION)


def writes(team):
    return [shelf.writes for shelf in team.shelves.values()]


@pytest.mark.parametrize("full", [True, False])
def test_a_renamed_option_writes_nothing_and_goes_on_meaning_what_it_meant(team, full):
    issues, pages = linked(team)
    rename(team, "st", **{"Done": "Finished", "To do": "Backlog"})
    before = writes(team)
    team.sync(full=full)
    assert writes(team) == before
    assert team.store.unmapped(MAPPING.name) == []
    team.edit(Side.GITHUB, issues[1], "state", "closed:completed")
    team.edit(Side.NOTION, pages[2], "state", "Finished")
    team.clock.advance(600)
    team.sync(full=False)
    assert team.shown(Side.NOTION, pages[1], "state") == "Finished"
    assert team.shown(Side.GITHUB, issues[2], "state").startswith("closed")


def test_a_renamed_property_writes_nothing_and_both_renamings_are_told(team):
    issues, pages = linked(team)
    rename(team, "st", "State", Done="Finished")
    rename(team, "link", "Issue")
    before = writes(team)
    team.sync(full=True)
    assert writes(team) == before
    told = renamed(team.mapping, team.store.mapping(MAPPING.name))
    assert {each.where for each in told} == {"fields.1.notion", "fields.1.values.closed", "notion.link_property"}
    team.edit(Side.NOTION, pages[1], "state", "Finished")
    team.sync(full=False)
    assert team.shown(Side.GITHUB, issues[1], "state").startswith("closed")


def test_a_file_that_takes_over_the_new_names_writes_nothing_and_is_told_nothing(team):
    linked(team)
    rename(team, "st", "State")
    team.sync(full=True)
    before = writes(team)
    rows = tuple(replace(row, notion={"Status": "State"}.get(row.notion, row.notion)) for row in team.mapping.rows)
    team.mapping = replace(team.mapping, rows=rows)
    team.sync(full=True)
    assert writes(team) == before
    assert renamed(team.mapping, team.store.mapping(MAPPING.name)) == ()


def test_a_deleted_property_is_a_fault_with_the_nearest_name_and_nothing_is_written(team):
    linked(team)
    other = replace(PAGE.properties[1], id="x", name="Stat")
    left = (other, *(each for each in PAGE.properties if each.id != "st"))
    team.remotes[Side.NOTION]._schema = replace(PAGE, properties=left)
    before = writes(team)
    with pytest.raises(Misconfigured) as raised:
        team.sync(full=True)
    (problem,) = raised.value.problems
    assert (problem.where, problem.nearest) == ("fields.1.notion", "Stat")
    assert writes(team) == before


def test_a_repository_is_found_by_its_name_of_today_and_by_the_files_own(team):
    linked(team)
    schema = team.remotes[Side.GITHUB]._schema
    ((place, old),) = schema.containers
    team.remotes[Side.GITHUB]._schema = replace(schema, containers=((place, "acme/core"),))
    team.sync(full=True)
    state = team.store.mapping(MAPPING.name)
    assert [repositories_called(each, MAPPING, state) for each in ("Acme/Core", old.upper())] == [(place,), (place,)]
    assert repositories_called("acme/web", MAPPING, state) == ()
    edited = replace(MAPPING, github=replace(MAPPING.github, labels=("late",)))
    assert repositories_called(old, edited, state) == ()
