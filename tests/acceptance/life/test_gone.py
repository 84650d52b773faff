"""What is gone for good on one side, and what of it lives on where a person edited the other."""

from __future__ import annotations

from contextlib import suppress

import pytest

from sync.cli.sandbox import REPOSITORY
from sync.core.errors import TandemError
from tests.acceptance.life.home import full, later, passed, rested, shown, trashed


@pytest.mark.parametrize(("fate", "wrote"), [("trash_page", {("notion", "trash"): 1}), ("keep", {})])
def test_a_deleted_issue_trashes_its_page_or_leaves_it_alone(linked, fate, wrote):
    linked.map(f"deletions: {{issue_deleted: {fate}}}")
    page = linked.page()["id"]
    linked.person().delete(REPOSITORY, 1)
    assert full(linked) == wrote
    assert trashed(linked, page) is (fate == "trash_page")
    assert linked.links == 0
    rested(linked)
    linked.ada.restore(page)
    linked.ada.edit(page, {"Name": "Here again"})
    rested(linked)
    assert linked.issues() == {}
    linked.ada.edit(page, {"GitHub": None})
    assert passed(linked)["github", "create"] == 1


def test_a_pair_gone_on_both_sides_rests_for_ever(linked):
    page = linked.page()["id"]
    linked.person().delete(REPOSITORY, 1)
    linked.ada.trash(page)
    assert full(linked) == {}
    assert linked.links == 0
    linked.ada.restore(page)
    rested(linked)
    assert linked.issues() == {}


def hidden_repository(place):
    place.person().set_repository(REPOSITORY, private=True)
    place.person().allow(REPOSITORY, "tandem-bot", "none")
    return lambda: place.person().allow(REPOSITORY, "tandem-bot", "push")


def disabled_issues(place):
    place.person().set_repository(REPOSITORY, has_issues=False)
    return lambda: place.person().set_repository(REPOSITORY, has_issues=True)


def unshared_database(place):
    place.ada.unshare(place.ids.database)
    return lambda: place.ada.share(place.ids.database)


def trashed_database(place):
    place.ada.trash_database(place.ids.database)
    return lambda: place.ada.restore_database(place.ids.database)


@pytest.mark.parametrize("vanish", [hidden_repository, disabled_issues, unshared_database, trashed_database])
def test_nothing_is_concluded_from_a_container_that_is_gone_and_all_goes_on_when_it_is_back(linked, vanish):
    page = linked.page()["id"]
    back = vanish(linked)
    before = linked.count("writes")
    for mode in (False, True):
        with suppress(TandemError):
            linked.ran(full=mode)
    assert linked.count("writes") == before
    assert linked.links == 1
    back()
    later(linked)
    linked.person().edit(REPOSITORY, 1, title="Renamed")
    assert passed(linked) == {("notion", "update"): 1}
    assert (linked.page()["id"], linked.issue()["state"]) == (page, "open")
    rested(linked)


def test_an_edit_of_the_issue_brings_its_trashed_page_back(linked):
    page = linked.page()["id"]
    linked.ada.trash(page)
    linked.person().edit(REPOSITORY, 1, title="Still wanted")
    assert full(linked) == {("notion", "restore"): 1, ("notion", "update"): 1}
    assert (trashed(linked, page), shown(linked, page)["Name"]) == (False, "Still wanted")
    assert linked.issue()["state"] == "open"
    rested(linked)


def test_an_edit_after_the_page_was_trashed_brings_it_back_and_reopens_the_issue(linked):
    page = linked.page()["id"]
    linked.ada.trash(page)
    full(linked)
    later(linked)
    linked.person().edit(REPOSITORY, 1, title="Still wanted")
    passed(linked)
    assert (trashed(linked, page), shown(linked, page)["Name"]) == (False, "Still wanted")
    assert linked.issue()["state"] == "open"
    rested(linked)


def test_an_edited_page_whose_issue_is_deleted_gets_a_new_one_just_once(linked):
    page = linked.page()["id"]
    linked.person().delete(REPOSITORY, 1)
    linked.ada.edit(page, {"Name": "Still wanted"})
    assert full(linked) == {("github", "create"): 1, ("notion", "unlink"): 1, ("notion", "link"): 1}
    (issue,) = linked.issues().values()
    assert (issue["number"], issue["title"]) == (2, "Still wanted")
    assert shown(linked, page)["GitHub"] == issue["html_url"]
    rested(linked)


def test_no_issue_is_born_for_an_edited_page_where_none_may_be(linked):
    linked.map(births="{pages: true, issues: false, quiet: 0}")
    page = linked.page()["id"]
    linked.person().delete(REPOSITORY, 1)
    linked.ada.edit(page, {"Name": "Still wanted"})
    full(linked)
    assert (linked.issues(), trashed(linked, page), linked.links) == ({}, False, 0)
    rested(linked)


ONE_WAY = ("{github: title, notion: Name, direction: to_notion}", "{github: labels, notion: Labels}")


def test_an_edit_in_a_one_way_row_brings_nothing_back(place):
    place.map(fields=ONE_WAY)
    place.opened("First")
    place.opened("Second")
    passed(place)
    later(place)
    first, second = (place.page(place.issue(number)["html_url"])["id"] for number in (1, 2))
    place.person().edit(REPOSITORY, 1, title="New title")
    place.ada.trash(first)
    place.person().delete(REPOSITORY, 2)
    place.ada.edit(second, {"Name": "New name", "Owner": []})
    assert full(place) == {("github", "close"): 1, ("notion", "trash"): 1}
    rested(place)


def test_our_own_write_is_nobodys_edit(linked):
    """A page that was written because its issue changed is not edited by a person when the issue goes."""
    page = linked.page()["id"]
    linked.person().edit(REPOSITORY, 1, title="Renamed", labels=["bug"], state="closed", state_reason="duplicate")
    passed(linked)
    linked.person().delete(REPOSITORY, 1)
    assert full(linked) == {("notion", "trash"): 1}
    assert trashed(linked, page)
