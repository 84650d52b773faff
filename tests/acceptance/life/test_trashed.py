"""A page that is trashed and restored, and its issue that is closed and reopened."""

from __future__ import annotations

import pytest

from sync.cli.sandbox import REPOSITORY
from tests.acceptance.life.home import full, later, passed, rested, state, trashed
from tests.acceptance.place import FIELDS


def test_a_trashed_page_closes_its_issue_as_not_planned_and_is_not_written_any_more(linked):
    page = linked.page()["id"]
    linked.ada.trash(page)
    assert full(linked) == {("github", "close"): 1}
    assert state(linked.issue()) == ("closed", "not_planned")
    writes = linked.running.fronts["notion"].counters.snapshot()["writes"]
    linked.person().comment(REPOSITORY, 1, "Why?")
    rested(linked)
    assert linked.running.fronts["notion"].counters.snapshot()["writes"] == writes


def test_a_trashed_page_leaves_its_issue_alone_where_the_mapping_says_keep(linked):
    linked.map("deletions: {page_trashed: keep}")
    linked.ada.trash(linked.page()["id"])
    assert full(linked) == {}
    assert state(linked.issue()) == ("open", None)
    rested(linked)


def test_a_page_whose_issue_a_person_had_closed_leaves_it_as_it_is(linked):
    page = linked.page()["id"]
    linked.person().close(REPOSITORY, 1)
    passed(linked)
    linked.ada.trash(page)
    assert full(linked) == {}
    linked.ada.restore(page)
    assert full(linked) == {}
    assert state(linked.issue()) == ("closed", "completed")


def test_a_restored_page_reopens_its_issue(linked):
    page = linked.page()["id"]
    linked.ada.trash(page)
    full(linked)
    linked.ada.restore(page)
    assert full(linked) == {("github", "reopen"): 1}
    assert linked.issue()["state"] == "open"
    linked.ada.edit(page, {"Name": "In step again"})
    assert passed(linked) == {("github", "update"): 1}
    rested(linked)


def test_a_restored_page_does_not_reopen_what_somebody_reopened_and_closed_again(linked):
    page = linked.page()["id"]
    linked.ada.trash(page)
    full(linked)
    later(linked)
    linked.person().reopen(REPOSITORY, 1)
    linked.person().close(REPOSITORY, 1, "not_planned")
    linked.ada.restore(page)
    assert full(linked) == {("notion", "update"): 1}
    assert state(linked.issue()) == ("closed", "not_planned")
    assert linked.page()["properties"]["Status"] == "Won't do"
    rested(linked)


@pytest.mark.parametrize("fields", [4, 1], ids=["with a row of the state", "without one"])
def test_a_parked_issue_that_is_reopened_restores_its_page(place, fields):
    place.map(fields=FIELDS[:fields])
    place.opened("First")
    passed(place)
    page = place.page()["id"]
    place.ada.trash(page)
    assert full(place) == {("github", "close"): 1}
    later(place)
    place.person().reopen(REPOSITORY, 1)
    assert passed(place) == {("notion", "restore"): 1}
    assert not trashed(place, page)
    assert place.issue()["state"] == "open"
    rested(place)
