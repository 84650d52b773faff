"""What a plan shows: all that the next pass would write, and nothing that it would not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.core.mapping import Guards, Limit, Policy
from sync.core.model import Side
from sync.flow import run as flow
from sync.flow.turn import turn
from tests.flow.test_guards import Deaf
from tests.machine.team import MAPPING


@pytest.fixture
def tied(team):
    """Give six tied pairs, an hour after the first pass."""
    for number in range(6):
        team.create(Side.GITHUB, f"issue {number}")
    team.sync(full=True)
    team.clock.advance(3600)
    return team


def planned(team):
    """Return the links of a plan, with side and action of every write, and what the guards would refuse."""
    with team.store.copy() as copy:
        found = flow.plan(team.world().over(copy), full=False)
    return sorted(
        (known.link.id, op.side, op.action) for known, plan in found.plans() for op in plan.ops
    ), found.refused


def test_what_is_queued_already_is_planned(tied):
    tied.edit(Side.GITHUB, tied.here(Side.GITHUB)[0], "title", "renamed")
    turn(tied.world(), Deaf())
    assert tied.store.waiting(MAPPING.name) == 1
    ((_, side, action),), _ = planned(tied)
    assert (side, action) == (Side.NOTION, "update")
    assert tied.store.waiting(MAPPING.name) == 1
    assert tied.sync(full=False).written == {(Side.NOTION, "update"): 1}
    assert planned(tied) == ([], {})


def test_what_was_refused_for_good_is_not_planned_again(tied):
    issue, page = (tied.here(side)[0] for side in Side)
    tied.edit(Side.GITHUB, issue, "state", "closed:completed")
    tied.sync(full=False)
    tied.clock.advance(3600)
    # GitHub keeps the reason with which an issue was closed.
    tied.shelves[Side.GITHUB].canonical = lambda name, value: "closed:completed" if name == "state" else value
    tied.edit(Side.NOTION, page, "state", "Dropped")
    tied.sync(full=False)
    assert tied.store.failures(MAPPING.name)
    assert planned(tied) == ([], {})
    tied.edit(Side.GITHUB, issue, "title", "renamed")
    assert [each[1:] for each in planned(tied)[0]] == [(Side.NOTION, "update")]
    assert tied.sync(full=False).written == {(Side.NOTION, "update"): 1}


def test_a_choice_that_lapsed_because_a_value_moved_is_not_planned(tied):
    tied.mapping = replace(tied.mapping, conflict=Policy.HOLD)
    issue, page = (tied.here(side)[0] for side in Side)
    tied.edit(Side.GITHUB, issue, "title", "hers")
    tied.edit(Side.NOTION, page, "title", "his")
    tied.sync(full=False)
    (row,) = tied.store.conflicts(MAPPING.name)
    assert tied.store.resolve(row.id, Side.NOTION, ("hers", "his"))
    assert [each[1:] for each in planned(tied)[0]] == [(Side.GITHUB, "update")]
    tied.edit(Side.GITHUB, issue, "title", "hers, later")
    assert planned(tied) == ([], {})
    tied.sync(full=False)
    assert tied.shown(Side.GITHUB, issue, "title") == "hers, later"


def test_a_pass_counts_all_its_rounds_against_a_guard(tied):
    """The second write of a link is decided once its first is done: in a later round than others' first ones."""
    issues, pages = (tied.here(side) for side in Side)
    for issue in issues:
        tied.edit(Side.GITHUB, issue, "labels", ("bug",))
    tied.sync(full=False)
    tied.clock.advance(3600)
    tied.mapping = replace(tied.mapping, guards=Guards(max_destructive=Limit(3)))
    for number in range(2):
        tied.edit(Side.GITHUB, issues[number], "labels", None)
    for number in (2, 3):
        tied.edit(Side.NOTION, pages[number], "title", f"renamed {number}")
        tied.edit(Side.GITHUB, issues[number], "labels", None)
    done = tied.sync(full=True)
    assert (emptied(tied), set(done.refused)) == (2, {"max_destructive"})
    assert flow.run(tied.world(), full=True, let_through=True, wait=tied.clock.advance).converged
    assert emptied(tied) == 4


def emptied(team):
    return sum(team.shown(Side.NOTION, page, "labels") is None for page in team.here(Side.NOTION))
