"""Copied pages, and link properties that somebody edited or pasted."""

from __future__ import annotations

import pytest

from sync.cli.sandbox import REPOSITORY
from tests.acceptance.life.home import passed, rested, shown


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
