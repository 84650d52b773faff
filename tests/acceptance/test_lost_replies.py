"""Creates whose answer is lost, and services that ask to be left alone: nothing twice, and everything in the end."""

from __future__ import annotations

import threading
import time

import pytest

from sync.cli.sandbox import REPOSITORY
from sync.core.model import Side
from sync.sandbox.seed import populate

COUNT = 4
BIRTHS = {Side.GITHUB: r"/issues$", Side.NOTION: r"/pages$"}


@pytest.fixture
def two(place):
    """Issues without pages and pages without issues."""
    place.set(CREATE_SETTLE_SECONDS="4")
    populate(place.running.github, REPOSITORY, COUNT)
    for number in range(COUNT):
        place.added(f"Page {number}", Status="To do")
    return place


def everything_once(place):
    assert len(place.issues()) == len(place.pages()) == 2 * COUNT
    assert place.duplicates() == 0
    assert place.differences() == []
    before = place.count("writes")
    place.synced("--full")
    assert place.count("writes") == before


def struck(place, side):
    """Return the faults that did strike, by name."""
    return [each.fault for each in place.running.fronts[side].counters.exchanges if each.fault]


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("fault", ["drop_after", "error_after"])
def test_a_create_whose_answer_was_lost_is_found_and_not_repeated(two, side, fault):
    two.faults(side).arm(fault, method="POST", path=BIRTHS[side], after=1, times=2)
    two.synced()
    assert struck(two, side) == [fault] * 2
    everything_once(two)


def meanwhile(two, done):
    """Have somebody do something as soon as it can be done, while a pass runs."""

    def wait():
        while not done():
            time.sleep(0.05)

    thread = threading.Thread(target=wait)
    thread.start()
    two.synced()
    thread.join()


@pytest.mark.parametrize("labels", [["bug"], []])
def test_what_somebody_edits_on_a_newborn_page_before_it_is_found_flows_to_its_issue(place, labels):
    place.opened("First", labels=labels)
    place.faults(Side.NOTION).arm("drop_after", method="POST", path=BIRTHS[Side.NOTION])

    def edited():
        with place.running.lock:
            pages = place.pages()
            if pages:
                place.ada.edit(pages[0]["id"], {"Name": "Renamed", "Labels": ["ui"]})
            return bool(pages)

    meanwhile(place, edited)
    assert struck(place, Side.NOTION) == ["drop_after"]
    place.synced()
    assert (place.issue()["title"], place.page()["properties"]["Name"]) == ("Renamed", "Renamed")
    assert [label["name"] for label in place.issue()["labels"]] == place.page()["properties"]["Labels"] == ["ui"]
    assert place.run("conflicts").document == {"conflicts": []}


@pytest.mark.parametrize("labels", [["bug"], []])
def test_what_somebody_edits_on_a_newborn_issue_before_it_is_found_flows_to_its_page(place, labels):
    place.added("First", Status="To do", Labels=labels)
    place.faults(Side.GITHUB).arm("drop_after", method="POST", path=BIRTHS[Side.GITHUB])

    def edited():
        issues = place.issues()
        if issues:
            place.person().edit(REPOSITORY, 1, title="Renamed", labels=["ui"])
        return bool(issues)

    meanwhile(place, edited)
    assert struck(place, Side.GITHUB) == ["drop_after"]
    place.synced()
    assert (place.issue()["title"], place.page()["properties"]["Name"]) == ("Renamed", "Renamed")
    assert [label["name"] for label in place.issue()["labels"]] == place.page()["properties"]["Labels"] == ["ui"]
    assert place.run("conflicts").document == {"conflicts": []}


def test_labels_that_github_did_not_take_at_a_lost_birth_are_not_taken_off_the_page(place):
    place.person().allow(REPOSITORY, "tandem-bot", "pull")
    place.added("First", Status="To do", Labels=["bug", "ui"])
    place.faults(Side.GITHUB).arm("drop_after", method="POST", path=BIRTHS[Side.GITHUB])
    place.run("sync")
    assert struck(place, Side.GITHUB) == ["drop_after"]
    place.run("sync")
    assert place.issue()["labels"] == []
    assert place.page()["properties"]["Labels"] == ["bug", "ui"]


@pytest.mark.parametrize("side", Side)
def test_a_create_that_never_arrived_is_repeated_once_it_was_looked_for_long_enough(two, side):
    two.faults(side).arm("drop_before", method="POST", path=BIRTHS[side], after=1)
    two.synced()
    assert struck(two, side) == ["drop_before"]
    everything_once(two)


def test_a_create_that_was_saved_behind_a_503_is_taken_by_the_name_it_was_given(two):
    two.faults(Side.NOTION).arm("committed_503", method="POST", path=BIRTHS[Side.NOTION], times=2)
    two.synced()
    statuses = two.running.fronts[Side.NOTION].counters.snapshot()["statuses"]
    assert statuses["503"] == 2
    everything_once(two)


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("fault", ["drop_after", "error_after", "drop_before"])
def test_an_edit_whose_answer_was_lost_arrives_all_the_same(place, side, fault):
    place.set(STALE_SECONDS="3")
    place.opened("First")
    place.synced()
    place.faults(side).arm(fault, method="PATCH")
    if side is Side.GITHUB:
        place.ada.edit(place.page()["id"], {"Name": "Renamed"})
    else:
        place.person().edit(REPOSITORY, 1, title="Renamed")
    place.synced()
    assert struck(place, side) == [fault]
    assert (place.issue()["title"], place.page()["properties"]["Name"]) == ("Renamed", "Renamed")


def test_notion_asks_to_wait_and_is_left_alone_for_so_long(two):
    two.faults(Side.NOTION).arm("rate_limited", method="POST", path=BIRTHS[Side.NOTION], after=1, seconds=3)
    ran = two.run("sync")
    assert ran.only["converged"]
    assert ran.document["seconds"] >= 3
    assert two.count("limited") == 1
    everything_once(two)


def test_a_secondary_limit_of_github_is_waited_for(two):
    message = "You have exceeded a secondary rate limit and have been temporarily blocked from content creation."
    refusal = {"status": 403, "body": {"message": message}, "headers": {"retry-after": "3"}}
    two.faults(Side.GITHUB).arm("status", method="POST", path=BIRTHS[Side.GITHUB], after=1, **refusal)
    ran = two.run("sync")
    assert ran.only["converged"]
    assert ran.document["seconds"] >= 3
    assert two.running.fronts["github"].counters.snapshot()["statuses"]["403"] == 1
    everything_once(two)


@pytest.mark.parametrize("side", Side)
def test_a_service_that_is_away_for_a_moment_loses_nothing(two, side):
    two.faults(side).arm("error_before", method="GET" if side is Side.GITHUB else "POST", path=r"issues$|query$")
    first = two.run("sync")
    assert first.code in (0, 1)
    two.synced()
    everything_once(two)
