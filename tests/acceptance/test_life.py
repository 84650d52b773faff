"""The life of a link, row by row of the contract's table, as people live it on both sides of the sandbox."""

from __future__ import annotations

from contextlib import ExitStack, suppress

import pytest

from sync import wiring
from sync.cli.sandbox import REPOSITORY
from sync.core.errors import TandemError
from sync.flow.run import run
from sync.sandbox.seed import populate
from tests.acceptance.place import FIELDS, Place

WEB = "acme/web"
BOTH = f"{REPOSITORY}, {WEB}"
LATER = 120
"""Seconds that pass between what people do and the next pass: longer than any late read."""


class Home(Place):
    """A place whose passes are run without the command around them; a mapping that changed is read anew."""

    def open(self):
        self._stack, self._text = ExitStack(), ""
        self.set(STALE_SECONDS="1", CREATE_SETTLE_SECONDS="2")

    def close(self):
        self._stack.close()

    @property
    def ready(self):
        if self._text != self.file.read_text():
            self._stack.close()
            self._ready = self._stack.enter_context(wiring.opened())
            self._text = self.file.read_text()
        return self._ready

    def ran(self, *, full):
        """Let time pass and run a pass; what it raises goes on to whoever asked."""
        self.running.clock.advance(LATER)
        (mapping,) = self.ready.mappings
        return run(self.ready.foreground(mapping), full=full, wait=wiring.sleeper())

    @property
    def links(self):
        return self.ready.store.links_count("roadmap")

    @property
    def quarantined(self):
        return [each.ref.id for each in self.ready.store.quarantined("roadmap")]


@pytest.fixture
def place(place):
    place.__class__ = Home
    place.open()
    yield place
    place.close()


@pytest.fixture
def linked(place):
    """One issue and its page, in step for a while."""
    place.opened("First", body="As it was.")
    passed(place)
    return place


@pytest.fixture
def two(place):
    """A mapping of two repositories, an issue of each and their pages."""
    populate(place.running.github, WEB, 0)
    place.map(repository=BOTH)
    place.opened("First")
    place.person().create(WEB, "Elsewhere")
    passed(place)
    return place


def passed(place, *, full=False):
    """Run a pass that must end converged, and return what it wrote."""
    done = place.ran(full=full)
    assert (done.converged, done.failed) == (True, 0)
    return written(done)


def full(place):
    return passed(place, full=True)


def written(done):
    return {(str(side), str(action)): count for (side, action), count in done.written.items()}


def rested(place):
    """Assert that nothing more is written, and no twin waits to be."""
    assert full(place) == {}


def later(place):
    place.running.clock.advance(LATER)


def state(issue):
    return issue["state"], issue["state_reason"]


def row(place, page):
    """Return a page, whether it is in the trash or not."""
    return next(each for each in place.running.notion.pages(place.ids.data_source) if each["id"] == page)


def shown(place, page):
    return row(place, page)["properties"]


def trashed(place, page):
    return row(place, page)["in_trash"]


# A page trashed, restored; an issue reopened


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


# Archived


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


# Out of sight


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


# Another identity


@pytest.mark.parametrize("seen", [passed, full])
@pytest.mark.parametrize("born", ["issue", "page"])
def test_an_issue_transferred_inside_the_mapping_keeps_its_page_which_names_it_anew(two, seen, born):
    if born == "page":
        page = two.added("First from Notion", Status="To do")
        passed(two)
        number = next(each["number"] for each in two.issues().values() if each["title"] == "First from Notion")
    else:
        page, number = two.page(two.issue()["html_url"])["id"], 1
    later(two)
    there = two.person().transfer(REPOSITORY, number, WEB)
    assert seen(two) == {("notion", "link"): 1}
    assert (shown(two, page)["GitHub"], len(two.pages())) == (there["html_url"], 3 if born == "page" else 2)
    rested(two)
    two.ada.edit(page, {"Name": "Renamed"})
    assert passed(two) == {("github", "update"): 1}
    assert two.running.github.issues(WEB)[1]["title"] == "Renamed"
    assert two.quarantined == []


def test_an_issue_transferred_while_its_page_is_in_the_trash_reopens_under_its_new_identity(two):
    page = two.page(two.issue()["html_url"])["id"]
    two.ada.trash(page)
    full(two)
    later(two)
    there = two.person().transfer(REPOSITORY, 1, WEB)
    assert full(two) == {}
    two.ada.restore(page)
    assert full(two) == {("github", "reopen"): 1, ("notion", "link"): 1}
    assert two.running.github.issues(WEB)[1]["state"] == "open"
    assert shown(two, page)["GitHub"] == there["html_url"]
    rested(two)


def test_a_renamed_repository_costs_its_link_properties_and_nothing_else(linked):
    linked.opened("Second")
    passed(linked)
    later(linked)
    linked.person().rename_repository(REPOSITORY, "core")
    assert full(linked) == {("notion", "link"): 2}
    assert {page["properties"]["GitHub"] for page in linked.pages()} == {
        issue["html_url"] for issue in linked.running.github.issues("acme/core")
    }
    rested(linked)
    (finding,) = linked.run("check").document["findings"]
    assert (finding["level"], "acme/core" in finding["message"]) == ("warning", True)
    linked.map(repository="acme/core")
    rested(linked)
    assert linked.links == 2


# Gone for good


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


# Gone here, edited there


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


# Copies and link properties


def test_a_copied_page_is_kept_out_until_its_link_property_is_cleared_and_then_gives_birth(linked):
    page = linked.page()["id"]
    copy = linked.ada.duplicate(page)
    assert (passed(linked), linked.quarantined) == ({}, [copy])
    linked.person().edit(REPOSITORY, 1, title="Renamed")
    assert passed(linked) == {("notion", "update"): 1}
    assert (shown(linked, page)["Name"], shown(linked, copy)["Name"]) == ("Renamed", "First (1)")
    linked.ada.edit(copy, {"GitHub": None})
    assert passed(linked) == {("github", "create"): 1, ("notion", "link"): 1}
    assert (linked.issue(2)["title"], shown(linked, copy)["GitHub"]) == ("First (1)", linked.issue(2)["html_url"])
    assert linked.quarantined == []
    rested(linked)


@pytest.mark.parametrize("edit", [None, "https://example.com/", "another issue's"])
def test_an_edited_link_property_is_put_back(linked, edit):
    linked.opened("Second")
    passed(linked)
    url, other = (linked.issue(number)["html_url"] for number in (1, 2))
    page = linked.page(url)["id"]
    linked.ada.edit(page, {"GitHub": other if edit and "issue" in edit else edit})
    assert passed(linked) == {("notion", "link"): 1}
    assert shown(linked, page)["GitHub"] == url
    rested(linked)


@pytest.mark.parametrize("spell", ["{}", "{}/", "{}#issuecomment-7", "{}?x=1", "PULL", "UPPER"])
def test_a_url_pasted_on_an_unlinked_page_ties_it_to_that_issue_if_it_is_free(linked, spell):
    linked.map(births="{pages: false, issues: false}")
    issue = linked.opened("Second", labels=["bug"])
    page = linked.added("Draft", Status="To do", Owner=[])
    passed(linked)
    assert linked.links == 1
    url = issue["html_url"]
    spelled = {"PULL": url.replace("/issues/", "/pull/"), "UPPER": url.replace("acme/api", "Acme/API")}
    linked.ada.edit(page, {"GitHub": spelled.get(spell, spell.format(url))})
    passed(linked)
    assert linked.links == 2
    assert (shown(linked, page)["Labels"], linked.issue(2)["labels"][0]["name"]) == (["bug"], "bug")
    (conflict,) = linked.run("conflicts").document["conflicts"]
    assert (conflict["github"], conflict["notion"]) == ("Second", "Draft")


def test_a_url_of_an_issue_that_is_taken_keeps_its_page_out(linked):
    page = linked.added("Draft", GitHub=linked.issue()["html_url"])
    assert (passed(linked), linked.quarantined) == ({}, [page])
    assert len(linked.issues()) == 1


# Numbers


def test_an_issue_that_became_a_pull_request_is_left_alone(linked):
    linked.person().convert_to_pull(REPOSITORY, 1)
    assert full(linked) == {}
    linked.ada.edit(linked.page()["id"], {"Name": "Meanwhile"})
    rested(linked)
    assert (linked.links, linked.issue()["title"]) == (1, "First")
