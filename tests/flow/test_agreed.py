"""An edit that makes both sides agree needs no write, and no look before one: the other side is read all the same."""

from dataclasses import replace

import pytest

from sync.core.errors import TryLater
from sync.core.limits import Lane
from sync.core.mapping import Policy
from sync.core.model import Ref, Side
from sync.flow.turn import heed, turn
from sync.remotes.memory import Fair
from tests.flow.test_turn import Asked, drained
from tests.machine.team import MAPPING


@pytest.fixture
def pair(team):
    """An issue and its page in step, which nobody read for ten minutes."""
    team.mapping = replace(team.mapping, conflict=Policy.HOLD)
    issue = team.create(Side.GITHUB, "one")
    team.sync(full=True)
    team.clock.advance(600)
    team.sync(full=False)
    team.clock.advance(600)
    return issue, team.here(Side.NOTION)[0]


def heard(team, page):
    """Have a worker hear of a page."""
    team.store.hint(MAPPING.name, Ref(Side.NOTION, page, "d"), Lane.PERSON, team.clock.now())
    heed(team.world(), Asked())


def moved(team, page, status="In progress"):
    """Have somebody move a page's card, and a worker hear of it."""
    team.edit(Side.NOTION, page, "state", status)
    heard(team, page)


def test_a_card_that_is_moved_after_its_issue_was_closed_is_a_conflict_though_nobody_had_heard_of_that(team, pair):
    issue, page = pair
    team.edit(Side.GITHUB, issue, "state", "closed:completed")
    moved(team, page)
    (conflict,) = team.store.conflicts(MAPPING.name)
    assert (conflict.github, conflict.notion) == ("closed:completed", "In progress")
    drained(team, team.world(), Asked())
    assert team.shown(Side.NOTION, page, "state") == "In progress"


def test_a_card_that_is_moved_costs_one_look_at_its_issue_and_none_where_that_was_read_just_now(team, pair):
    _, page = pair
    before = team.remotes[Side.GITHUB].calls
    moved(team, page)
    assert team.remotes[Side.GITHUB].calls == before + 1
    team.clock.advance(1)
    moved(team, page, "To do")
    assert team.remotes[Side.GITHUB].calls == before + 1
    assert team.store.conflicts(MAPPING.name) == []


def test_a_difference_that_waits_for_a_person_ends_only_where_both_sides_show_that_today(team, pair):
    issue, page = pair
    team.edit(Side.GITHUB, issue, "title", "theirs")
    team.edit(Side.NOTION, page, "title", "ours")
    turn(team.world(), Asked())
    team.clock.advance(600)
    team.edit(Side.GITHUB, issue, "title", "theirs again")
    team.edit(Side.NOTION, page, "title", "theirs")
    heard(team, page)
    (conflict,) = team.store.conflicts(MAPPING.name)
    assert (conflict.github, conflict.notion) == ("theirs again", "theirs")


def test_an_issue_that_cannot_be_read_does_not_keep_the_two_from_agreeing(team, pair):
    issue, page = pair

    class Away(Fair):
        def before(self, side, call):
            if (side, call) == (Side.GITHUB, "read"):
                raise TryLater(60, "away")

    team.remotes[Side.GITHUB].weather = Away()
    moved(team, page)
    known = team.store.known(team.store.link_of(MAPPING.name, Ref(Side.GITHUB, issue)).id)
    assert known.shadows["state~st"].notion == "In progress"


def test_a_difference_of_the_first_tie_too(team):
    team.mapping = replace(team.mapping, conflict=Policy.HOLD)
    issue, page = (team.create(side, "one") for side in Side)
    for side, id_, value in ((Side.GITHUB, issue, "v1"), (Side.NOTION, page, "v2")):
        team.edit(side, id_, "milestone", value)
    team.sync(full=True)
    team.clock.advance(600)
    team.edit(Side.GITHUB, issue, "milestone", "v3")
    team.edit(Side.NOTION, page, "milestone", "v1")
    heard(team, page)
    (conflict,) = team.store.conflicts(MAPPING.name)
    assert (conflict.github, conflict.notion) == ("v3", "v1")
