"""Issues that get another name, number or repository, and their pages."""

from __future__ import annotations

import pytest

from sync.cli.sandbox import REPOSITORY
from tests.acceptance.life.home import WEB, full, later, passed, rested, shown


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


def test_an_issue_that_became_a_pull_request_is_left_alone(linked):
    linked.person().convert_to_pull(REPOSITORY, 1)
    assert full(linked) == {}
    linked.ada.edit(linked.page()["id"], {"Name": "Meanwhile"})
    rested(linked)
    assert (linked.links, linked.issue()["title"]) == (1, "First")
