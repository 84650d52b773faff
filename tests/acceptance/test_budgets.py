"""What each everyday situation costs, counted where the calls arrive and compared with what the command says."""

from __future__ import annotations

from math import ceil

import pytest

from sync.cli.sandbox import REPOSITORY
from sync.core.model import Side
from sync.sandbox.seed import PEOPLE, populate

LIST = "GET /repos/{repo}/issues"
POST = "POST /repos/{repo}/issues"
ISSUE = "PATCH /repos/{repo}/issues/{number}"
QUERY = "POST /v1/data_sources/{id}/query"
BIRTH = "POST /v1/pages"
PAGE = "PATCH /v1/pages/{id}"
LOOKS = {Side.GITHUB: "GET /repos/{repo}/issues/{number}", Side.NOTION: "GET /v1/pages/{id}"}
FIXED = 10
"""What a first pass may ask once, whatever there is: schemas, who we are, what is empty."""


@pytest.fixture
def linked(place):
    place.opened("First", body="As it was.")
    place.synced()
    place.synced()
    return place


def total(done):
    return sum(done["calls"].values())


def without_looks(done):
    """Return the calls but for looks at the written record, of which there may be one."""
    asked = {side: dict(calls) for side, calls in done["asked"].items()}
    looks = sum(asked[side].pop(path, 0) for side, path in LOOKS.items())
    assert looks <= 1
    return asked


def test_an_idle_pass_is_one_unmodified_list_and_one_query(linked):
    done = linked.counted()
    assert done["asked"] == {"github": {LIST: 1}, "notion": {QUERY: 1}}
    assert linked.running.fronts["github"].counters.snapshot()["not_modified"] == 1


def test_an_idle_pass_asks_each_repository_once(place):
    populate(place.running.github, "acme/web", 0)
    place.map(repository=f"{REPOSITORY}, acme/web")
    place.person().create("acme/web", "Elsewhere")
    for _ in range(3):
        place.synced()
    assert place.counted()["asked"] == {"github": {LIST: 2}, "notion": {QUERY: 1}}


def test_an_edit_on_github_is_two_looks_and_one_write(linked):
    linked.person().edit(REPOSITORY, 1, title="Renamed")
    assert without_looks(linked.counted()) == {"github": {LIST: 1}, "notion": {QUERY: 1, PAGE: 1}}
    assert linked.differences() == []


def test_an_edit_in_notion_is_two_looks_and_one_write(linked):
    linked.ada.edit(linked.page()["id"], {"Name": "Renamed"})
    assert without_looks(linked.counted()) == {"github": {LIST: 1, ISSUE: 1}, "notion": {QUERY: 1}}
    assert linked.differences() == []


def test_edits_of_many_fields_of_one_page_are_one_write(linked):
    linked.ada.edit(linked.page()["id"], {"Name": "Renamed", "Status": "Done", "Labels": ["ui", "api"]})
    assert without_looks(linked.counted()) == {"github": {LIST: 1, ISSUE: 1}, "notion": {QUERY: 1}}
    assert linked.differences() == []


def test_edits_of_many_fields_of_one_issue_are_one_write(linked):
    linked.person().edit(REPOSITORY, 1, title="Renamed", labels=["bug"], assignees=["octocat"], state="closed")
    assert without_looks(linked.counted()) == {"github": {LIST: 1}, "notion": {QUERY: 1, PAGE: 1}}
    assert linked.differences() == []


@pytest.mark.parametrize("count", [30, 110])
def test_a_first_import_is_one_write_per_issue_its_lists_and_a_fixed_rest(place, count):
    populate(place.running.github, REPOSITORY, count)
    done = place.counted()
    assert total(done) <= count + ceil(count / 100) + FIXED + 2 + ceil(len(PEOPLE) / 100)
    assert done["asked"]["notion"][BIRTH] == count
    assert done["converged"]
    assert place.differences() == []


@pytest.mark.parametrize(("status", "patches"), [("To do", 0), ("Done", 1)])
def test_a_birth_from_a_page_is_one_post_and_one_link(linked, status, patches):
    linked.added("Second", Status=status)
    asked = without_looks(linked.counted())
    assert asked["github"].pop(POST) == 1
    assert asked["github"].pop(ISSUE, 0) == patches
    assert asked["notion"].pop(PAGE) == 1
    assert asked["github"].keys() | asked["notion"].keys() == {LIST, QUERY}
    assert linked.differences() == []


@pytest.mark.parametrize("count", [25])
def test_an_adoption_is_the_lists_and_one_write_per_page(place, count):
    for number in range(count):
        place.opened(f"Title {number}")
        place.added(f"Title {number}", Status="To do")
    done = place.counted()
    assert done["writes"]["github"]["create"] == done["writes"]["notion"]["create"] == 0
    assert total(done) <= 2 * ceil(count / 100) + count + FIXED + 2 + ceil(len(PEOPLE) / 100)
    assert place.differences() == []


def test_a_plan_writes_nothing_and_foretells_the_writes(place):
    populate(place.running.github, REPOSITORY, 12)
    place.added("Born in Notion", Status="Done")
    planned = place.run("plan")
    assert place.count("writes") == 0
    done = place.counted()
    written = sum(done["asked"]["github"].get(each, 0) for each in (POST, ISSUE))
    written += sum(done["asked"]["notion"].get(each, 0) for each in (BIRTH, PAGE))
    assert planned.code == 2
    assert len(planned.only["operations"]) == 13
    assert written == 12 + 3
    assert sum(planned.only["calls"].values()) >= total(done) - FIXED
