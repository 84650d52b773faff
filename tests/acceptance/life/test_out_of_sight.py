"""What is archived, moved, transferred or out of the scope: left alone, without a twin, and resumed when it is back."""

from __future__ import annotations

import pytest

from sync.cli.sandbox import REPOSITORY
from sync.core.model import Side
from sync.flow.fetch import MANY
from sync.sandbox.seed import populate
from tests.acceptance.life.home import BOTH, WEB, full, later, passed, rested, state


def test_an_archived_page_stays_linked_and_is_read_by_its_id(linked):
    page = linked.page()["id"]
    linked.ada.archive(page)
    assert full(linked) == {}
    linked.person().edit(REPOSITORY, 1, title="Renamed")
    assert passed(linked) == {("notion", "update"): 1}
    linked.ada.edit(page, {"Status": "Done"})
    assert full(linked) == {("github", "close"): 1}
    assert (linked.issue()["title"], state(linked.issue())) == ("Renamed", ("closed", "completed"))
    linked.ada.unarchive(page)
    rested(linked)


def looks(place):
    """Return how many pages were read by their id."""
    return place.asked(Side.NOTION).get("GET /v1/pages/{id}", 0)


@pytest.mark.parametrize("refused", [False, True])
def test_archived_pages_are_listed_where_there_are_many_and_looked_at_where_they_cannot_be(linked, refused):
    for number in range(2, MANY + 2):
        linked.opened(f"Issue {number}")
    passed(linked)
    pages = [each["id"] for each in linked.pages()]
    for page in pages[1:]:
        linked.ada.archive(page)
    linked.added("Nobody's", Status="To do")
    linked.ada.archive(next(each["id"] for each in linked.pages() if each["properties"]["Name"] == "Nobody's"))
    full(linked)
    before = looks(linked)
    linked.ada.edit(pages[2], {"Status": "Done"})
    if refused:  # the second list of the pass
        no_archives = {"object": "error", "status": 400, "code": "validation_error", "message": "no archives here"}
        said = {"status": 400, "body": no_archives}
        linked.faults(Side.NOTION).arm("status", method="POST", path="/query$", after=1, **said)
    assert full(linked) == {("github", "close"): 1}
    assert looks(linked) - before == (MANY if refused else 0)
    assert (linked.links, len(linked.issues())) == (MANY + 1, MANY + 1)
    linked.ada.unarchive(pages[1])
    rested(linked)


def moved_out(place, page):
    place.ada.move_out(page)
    return lambda: place.ada.move(page, place.ids.data_source)


def unshared(place, page):
    place.ada.take_away(page)

    def back():
        place.running.notion.world.pages[page].shared = True
        place.ada.move(page, place.ids.data_source)

    return back


@pytest.mark.parametrize("leave", [moved_out, unshared])
def test_a_page_moved_away_is_left_alone_has_no_twin_and_resumes_on_its_return(linked, leave):
    page = linked.page()["id"]
    back = leave(linked, page)
    assert full(linked) == {}
    linked.person().edit(REPOSITORY, 1, title="Meanwhile")
    rested(linked)
    assert linked.links == 1
    back()
    linked.ada.edit(page, {"GitHub": linked.issue()["html_url"], "Name": "First", "Status": "To do"})
    full(linked)
    assert (len(linked.pages()), linked.page()["id"], linked.differences()) == (1, page, [])
    assert linked.page()["properties"]["Name"] == "Meanwhile"
    rested(linked)


def test_a_write_to_a_page_that_just_moved_away_is_no_failure(linked):
    page = linked.page()["id"]
    linked.ada.move_out(page)
    linked.person().label(REPOSITORY, 1, "bug")
    passed(linked)
    rested(linked)


@pytest.mark.parametrize(
    ("scope", "leave", "back"),
    [
        ("labels: [sync]", "unlabel", "label"),
        ("exclude_labels: [sync]", "label", "unlabel"),
    ],
)
def test_an_issue_that_leaves_the_scope_is_left_alone_has_no_twin_and_resumes(place, scope, leave, back):
    place.map(repository=f"{REPOSITORY}], {scope.rstrip(']')}")
    place.opened("First", labels=["sync"] if leave == "unlabel" else [])
    passed(place)
    page = place.page()["id"]
    later(place)
    getattr(place.person(), leave)(REPOSITORY, 1, "sync")
    assert passed(place) == {}
    place.ada.edit(page, {"Name": "Meanwhile"})
    assert passed(place) == {}
    rested(place)
    assert (place.issue()["title"], place.links, len(place.pages())) == ("First", 1, 1)
    later(place)
    getattr(place.person(), back)(REPOSITORY, 1, "sync")
    assert passed(place) == {("github", "update"): 1}
    assert place.issue()["title"] == "Meanwhile"
    rested(place)


@pytest.mark.parametrize("seen", [passed, full])
def test_an_issue_transferred_out_is_left_alone_has_no_twin_and_resumes_on_its_return(linked, seen):
    populate(linked.running.github, WEB, 0)
    page = linked.page()["id"]
    linked.person().transfer(REPOSITORY, 1, WEB)
    assert full(linked) == {}
    linked.ada.edit(page, {"Name": "Meanwhile"})
    rested(linked)
    assert linked.links == 1
    later(linked)
    there = linked.running.github.issues(WEB)[0]["number"]
    linked.person().transfer(WEB, there, REPOSITORY)
    seen(linked)
    assert (len(linked.pages()), linked.page()["id"], linked.differences()) == (1, page, [])
    assert linked.page()["properties"]["GitHub"].endswith("/issues/2")
    assert linked.issue(2)["title"] == "Meanwhile"
    rested(linked)


def test_an_issue_transferred_to_where_nobody_may_look_is_left_alone(linked):
    populate(linked.running.github, WEB, 0)
    linked.person().set_repository(WEB, private=True)
    linked.person().allow(WEB, "tandem-bot", "none")
    linked.person().transfer(REPOSITORY, 1, WEB)
    assert full(linked) == {}
    assert not linked.page()["in_trash"]
    rested(linked)


def test_an_issue_that_is_deleted_where_it_was_transferred_to_proves_nothing_here(linked):
    populate(linked.running.github, WEB, 0)
    linked.person().transfer(REPOSITORY, 1, WEB)
    linked.person().delete(WEB, linked.running.github.issues(WEB)[0]["number"])
    assert full(linked) == {}
    assert not linked.page()["in_trash"]
    rested(linked)


def test_a_repository_taken_out_of_the_mapping_parks_its_links_until_it_is_back(two):
    two.map()
    full(two)
    later(two)
    two.person().edit(WEB, 1, title="Meanwhile")
    rested(two)
    assert (two.links, len(two.pages())) == (2, 2)
    two.map(repository=BOTH)
    assert full(two) == {("notion", "update"): 1}
    rested(two)
