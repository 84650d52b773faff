"""What a pass overwrote is put back: as ordinary edits, only where nothing moved since, and never done again."""

from dataclasses import replace

import pytest

from sync.core.mapping import Direction, Guards, Limit, Policy
from sync.core.model import Action, Presence, Side
from sync.core.state import PassMode
from sync.core.undo import FOLLOWS, STAYS, Wrote
from sync.flow import run as flow
from sync.flow.undo import APART, NOT_TAKEN, undo
from tests.machine.team import MAPPING, Fault, lost

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


def linked(team, count=1):
    """Have issues with pages that are in step, and return their ids."""
    for number in range(count):
        team.create(Side.GITHUB, f"issue {number}")
    team.sync(full=True)
    pairs = sorted(team.pairs(), key=lambda pair: pair[Side.GITHUB])
    return [pair[Side.GITHUB] for pair in pairs], [pair[Side.NOTION] for pair in pairs]


def passed(team, *, full=True, mode="full", work=None):
    """Run a pass that has a name, and return its name."""
    team.clock.advance(120)
    pass_id = team.store.begin_pass(MAPPING.name, mode, team.clock.now())
    world = replace(team.world("shell"), pass_id=pass_id)
    done = work(world) if work else flow.run(world, full=full, wait=team.clock.advance)
    team.store.end_pass(pass_id, "done", team.clock.now(), {})
    return pass_id if work is None else (pass_id, done)


def undone(team, pass_id, **how):
    """Undo a pass as a pass, and return its name and what came of it."""
    lines = team.store.written_in(pass_id)
    writes = [Wrote(line.link, line.side, Action(line.action), line.replaced) for line in lines]
    return passed(team, mode=PassMode.UNDO, work=lambda world: undo(world, writes, wait=team.clock.advance, **how))


def everything(team):
    """Return all that both sides show."""
    return {
        (side, id_): (versions[-1].presence, dict(versions[-1].fields))
        for side, shelf in team.shelves.items()
        for id_, versions in shelf.versions.items()
    }


def quiet(team):
    """Assert that further full passes write nothing."""
    before = {side: shelf.writes for side, shelf in team.shelves.items()}
    for _ in range(2):
        team.clock.advance(300)
        assert team.sync(full=True).converged
    assert {side: shelf.writes for side, shelf in team.shelves.items()} == before


EDITS = [
    (Side.GITHUB, "title", "renamed"),
    (Side.NOTION, "title", "renamed"),
    (Side.GITHUB, "state", "closed:completed"),
    (Side.NOTION, "state", "Dropped"),
    (Side.GITHUB, "labels", ("bug", "late")),
    (Side.NOTION, "labels", ("bug",)),
    (Side.NOTION, "labels", None),
    (Side.GITHUB, "assignees", ("ada", "bob")),
    (Side.NOTION, "assignees", ("id-ada",)),
]


@pytest.mark.parametrize(("side", "name", "value"), EDITS)
def test_both_sides_show_again_what_they_showed_before_the_edit_that_was_carried(team, side, name, value):
    (issue,), (page,) = linked(team)
    team.edit(Side.GITHUB, issue, "labels", ("old", "bug"))
    team.edit(Side.NOTION, page, "state", "In progress")
    passed(team)
    before = everything(team)
    team.edit(side, {Side.GITHUB: issue, Side.NOTION: page}[side], name, value)
    pass_id = passed(team)
    assert everything(team) != before
    _, found = undone(team, pass_id)
    assert (bool(found.back), found.moved, found.left, found.refused) == (True, set(), {}, {})
    assert everything(team) == before
    quiet(team)
    assert everything(team) == before


def test_an_undo_is_a_pass_that_can_be_undone(team):
    (issue,), _ = linked(team)
    team.edit(Side.GITHUB, issue, "title", "renamed")
    team.edit(Side.GITHUB, issue, "labels", ("bug",))
    pass_id = passed(team)
    after = everything(team)
    undo_id, _ = undone(team, pass_id)
    assert everything(team) != after
    _, found = undone(team, undo_id)
    assert len(found.back) == 2
    assert everything(team) == after
    quiet(team)


def test_undoing_twice_does_nothing_more(team):
    (issue,), _ = linked(team)
    team.edit(Side.GITHUB, issue, "title", "renamed")
    pass_id = passed(team)
    undone(team, pass_id)
    before = {side: shelf.writes for side, shelf in team.shelves.items()}
    _, found = undone(team, pass_id)
    assert (found.back, found.moved, found.unfinished) == (set(), set(), {})
    assert {side: shelf.writes for side, shelf in team.shelves.items()} == before


@pytest.mark.parametrize("mover", Side)
@pytest.mark.parametrize("policy", [Policy.NEWEST, Policy.HOLD])
def test_what_moved_since_is_left_alone_and_becomes_a_conflict(team, mover, policy):
    team.mapping = replace(team.mapping, conflict=policy)
    (issue,), (page,) = linked(team)
    ids = {Side.GITHUB: issue, Side.NOTION: page}
    team.edit(Side.GITHUB, issue, "title", "renamed")
    pass_id = passed(team)
    team.clock.advance(120)
    team.edit(mover, ids[mover], "title", "moved")
    _, found = undone(team, pass_id)
    assert (len(found.moved), found.back) == (1, set())
    assert team.shown(mover, ids[mover], "title") == "moved"
    assert team.shown(mover.other, ids[mover.other], "title") == "issue 0"
    (row,) = team.store.conflicts(MAPPING.name)
    assert (row.state, row.base.on(mover)) == ("held", "renamed")
    team.store.resolve(row.id, mover.other)
    team.sync(full=True)
    assert {team.shown(side, ids[side], "title") for side in Side} == {"issue 0"}
    quiet(team)


def test_what_moved_on_both_sides_is_left_alone(team):
    (issue,), (page,) = linked(team)
    team.edit(Side.GITHUB, issue, "title", "renamed")
    pass_id = passed(team)
    team.edit(Side.NOTION, page, "title", "renamed again")
    passed(team)
    before = everything(team)
    _, found = undone(team, pass_id)
    assert (len(found.moved), found.back) == (1, set())
    assert everything(team) == before
    quiet(team)


def test_single_names_go_and_come_back_whatever_else_was_added_since(team):
    (issue,), (page,) = linked(team)
    team.edit(Side.GITHUB, issue, "labels", ("bug", "old"))
    passed(team)
    team.edit(Side.GITHUB, issue, "labels", ("bug", "new"))
    pass_id = passed(team)
    team.edit(Side.NOTION, page, "labels", ("bug", "new", "extra"))
    _, found = undone(team, pass_id)
    assert (len(found.back), found.moved) == (1, set())
    for side, id_ in ((Side.GITHUB, issue), (Side.NOTION, page)):
        assert team.shown(side, id_, "labels") == ("bug", "extra", "old")
    quiet(team)


def test_sets_that_were_united_are_parted_again(team):
    (issue,), (page,) = linked(team)
    team.edit(Side.GITHUB, issue, "labels", ("hers",))
    team.edit(Side.NOTION, page, "labels", ("his",))
    pass_id = passed(team)
    assert team.shown(Side.GITHUB, issue, "labels") == team.shown(Side.NOTION, page, "labels") == ("hers", "his")
    _, found = undone(team, pass_id)
    assert len(found.back) == 1
    assert (team.shown(Side.GITHUB, issue, "labels"), team.shown(Side.NOTION, page, "labels")) == (("hers",), ("his",))
    quiet(team)


def test_the_loser_of_a_conflict_gets_its_value_back_and_the_winner_follows(team):
    team.mapping = replace(team.mapping, conflict=Policy.GITHUB)
    (issue,), (page,) = linked(team)
    team.edit(Side.GITHUB, issue, "title", "hers")
    team.edit(Side.NOTION, page, "title", "his")
    pass_id = passed(team)
    undone(team, pass_id)
    assert (team.shown(Side.GITHUB, issue, "title"), team.shown(Side.NOTION, page, "title")) == ("his", "his")
    quiet(team)


def test_a_first_tie_that_a_policy_decided_gives_the_loser_its_value_back_and_leaves_the_other_alone(team):
    team.mapping = replace(team.mapping, conflict=Policy.GITHUB)
    issue, page = (team.create(side, "twin") for side in Side)
    team.edit(Side.NOTION, page, "state", "Done")
    pass_id = passed(team)
    assert team.shown(Side.NOTION, page, "state") == "To do"
    undone(team, pass_id)
    assert (team.shown(Side.GITHUB, issue, "state"), team.shown(Side.NOTION, page, "state")) == ("open", "Done")
    quiet(team)


def test_an_issue_that_was_closed_for_its_page_opens_again_and_the_page_comes_back(team):
    (issue,), (page,) = linked(team)
    before = everything(team)
    team.presence(Side.NOTION, page, Presence.TRASHED)
    pass_id = passed(team)
    assert team.shown(Side.GITHUB, issue, "state") == "closed:not_planned"
    _, found = undone(team, pass_id)
    assert len(found.back) == 1
    assert everything(team) == before
    quiet(team)


def test_a_page_that_was_trashed_for_its_issue_comes_back_alone(team):
    (issue,), (page,) = linked(team)
    team.presence(Side.GITHUB, issue, Presence.DELETED)
    pass_id = passed(team)
    assert team.shelves[Side.NOTION].versions[page][-1].presence is Presence.TRASHED
    _, found = undone(team, pass_id)
    assert len(found.back) == 1
    assert team.shelves[Side.NOTION].versions[page][-1].presence is Presence.PRESENT
    assert team.store.status(MAPPING.name).oldest_unsynced_seconds is None
    quiet(team)
    assert team.here(Side.GITHUB) == []


def test_a_birth_stays(team):
    team.create(Side.GITHUB, "one")
    pass_id = passed(team)
    before = everything(team)
    _, found = undone(team, pass_id)
    assert found.back == set()
    assert everything(team) == before


def test_above_a_guards_limit_nothing_is_put_back_until_a_person_agrees(team):
    issues, _ = linked(team, 8)
    for issue in issues:
        team.edit(Side.GITHUB, issue, "labels", ("bug",))
    pass_id = passed(team)
    team.mapping = replace(team.mapping, guards=Guards(max_destructive=Limit(7)))
    after = everything(team)
    _, found = undone(team, pass_id)
    assert "max_destructive" in found.refused
    assert everything(team) == after
    _, found = undone(team, pass_id, let_through=True)
    assert len(found.back) == 8
    assert {team.shown(Side.GITHUB, issue, "labels") for issue in issues} == {None}
    quiet(team)


def test_a_write_that_was_lost_before_it_happened_is_sent_again(team):
    (issue,), (page,) = linked(team)
    team.edit(Side.NOTION, page, "state", "In progress")
    passed(team)
    team.edit(Side.NOTION, page, "state", "Done")
    pass_id = passed(team)
    team.storm.quiet = False
    team.storm.faults.append(Fault(1, False, lost, writes_only=True))
    _, found = undone(team, pass_id)
    assert team.storm.happened == {"before update": 1}
    assert (found.unfinished, found.moved) == ({}, set())
    assert (team.shown(Side.GITHUB, issue, "state"), team.shown(Side.NOTION, page, "state")) == ("open", "In progress")
    team.storm.clear()
    quiet(team)


def test_a_write_that_is_not_taken_is_tried_once_and_told_as_unfinished(team):
    (issue,), (page,) = linked(team)
    team.edit(Side.NOTION, page, "labels", ("bug",))
    pass_id = passed(team)
    team.shelves[Side.GITHUB].canonical = lambda name, value: ("bug",) if name == "labels" else value
    before = team.shelves[Side.GITHUB].writes
    _, found = undone(team, pass_id)
    assert found.back == set()
    assert list(found.unfinished.values()) == [NOT_TAKEN]
    assert team.shelves[Side.GITHUB].writes == before + 1
    assert team.shown(Side.NOTION, page, "labels") == ("bug",)
    assert team.shown(Side.GITHUB, issue, "labels") == ("bug",)


def reopened(team):
    """Have a pass open an issue again whose page was done, and return the issue, the page and the pass."""
    (issue,), (page,) = linked(team)
    team.edit(Side.NOTION, page, "state", "Done")
    passed(team)
    team.edit(Side.NOTION, page, "state", "To do")
    return issue, page, passed(team)


@pytest.mark.parametrize("policy", [Policy.NEWEST, Policy.HOLD])
def test_an_edit_that_said_the_same_to_the_other_side_becomes_a_conflict_too(team, policy):
    team.mapping = replace(team.mapping, conflict=policy)
    issue, page, pass_id = reopened(team)
    team.edit(Side.NOTION, page, "state", "In progress")
    passed(team)
    _, found = undone(team, pass_id)
    (row,) = team.store.conflicts(MAPPING.name)
    assert (row.state, row.github, row.notion) == ("held", "closed:completed", "In progress")
    assert (found.held, found.back) == ({(row.link, row.field)}, set())
    assert team.shown(Side.NOTION, page, "state") == "In progress"
    team.store.resolve(row.id, Side.NOTION)
    team.sync(full=True)
    assert (team.shown(Side.GITHUB, issue, "state"), team.shown(Side.NOTION, page, "state")) == ("open", "In progress")
    quiet(team)


@pytest.mark.parametrize("synced", [True, False])
@pytest.mark.parametrize("policy", [Policy.GITHUB, Policy.NOTION])
def test_under_a_policy_that_decides_a_later_edit_is_left_alone(team, policy, synced):
    team.mapping = replace(team.mapping, conflict=policy)
    issue, page, pass_id = reopened(team)
    team.edit(Side.NOTION, page, "state", "In progress")
    if synced:
        passed(team)
    _, found = undone(team, pass_id)
    assert (len(found.moved), found.held, found.back) == (1, set(), set())
    assert (team.shown(Side.GITHUB, issue, "state"), team.shown(Side.NOTION, page, "state")) == ("open", "In progress")
    assert team.store.conflicts(MAPPING.name) == []
    quiet(team)


def test_what_moved_to_what_is_put_back_on_the_other_side_is_no_conflict(team):
    (issue,), (page,) = linked(team)
    team.edit(Side.NOTION, page, "state", "Done")
    pass_id = passed(team)
    team.edit(Side.NOTION, page, "state", "In progress")
    _, found = undone(team, pass_id)
    assert (len(found.moved), found.held, found.left) == (1, set(), {})
    assert (team.shown(Side.GITHUB, issue, "state"), team.shown(Side.NOTION, page, "state")) == ("open", "In progress")
    quiet(team)


@pytest.mark.parametrize("state", [*Direction, None])
def test_an_issue_that_was_opened_since_its_page_came_back_stays_open(team, state):
    other = [row for row in MAPPING.rows if row.github != "state"]
    rows = [replace(row, direction=state) for row in MAPPING.rows if row.github == "state" and state]
    team.mapping = replace(team.mapping, rows=(*rows, *other))
    _, (page,) = linked(team)
    before = everything(team)
    team.presence(Side.NOTION, page, Presence.TRASHED)
    passed(team)
    team.presence(Side.NOTION, page, Presence.PRESENT)
    pass_id = passed(team)
    assert everything(team) == before
    _, found = undone(team, pass_id)
    assert (list(found.left.values()), found.back) == ([STAYS], set())
    assert everything(team) == before
    quiet(team)


def test_an_undo_that_brought_a_page_back_leaves_it_there_when_it_is_undone(team):
    _, (page,) = linked(team)
    before = everything(team)
    team.presence(Side.NOTION, page, Presence.TRASHED)
    undo_id, _ = undone(team, passed(team))
    assert everything(team) == before
    _, found = undone(team, undo_id)
    assert (list(found.left.values()), found.back) == ([STAYS], set())
    assert everything(team) == before
    quiet(team)


def test_a_page_that_came_back_alone_stays_when_its_undo_is_undone(team):
    (issue,), (page,) = linked(team)
    team.presence(Side.GITHUB, issue, Presence.DELETED)
    undo_id, _ = undone(team, passed(team))
    _, found = undone(team, undo_id)
    assert list(found.left.values()) == [STAYS]
    assert team.shelves[Side.NOTION].versions[page][-1].presence is Presence.PRESENT


def test_what_github_alone_makes_is_not_put_back(team):
    (issue,), (page,) = linked(team)
    team.edit(Side.GITHUB, issue, "locked", True)
    team.edit(Side.GITHUB, issue, "state", "closed:completed")
    pass_id = passed(team)
    _, found = undone(team, pass_id)
    assert (len(found.back), found.moved, found.left) == (1, set(), {})
    assert team.shown(Side.NOTION, page, "locked") is True
    assert team.shown(Side.NOTION, page, "closed_at") is None
    quiet(team)


def test_copies_of_comments_stay_as_births_do_and_follow_their_originals(team):
    (issue,), _ = linked(team)
    comment = team.say(Side.GITHUB, issue, "hello")
    pass_id = passed(team)
    assert [line.action for line in team.store.written_in(pass_id)] == [Action.COMMENT]
    _, found = undone(team, pass_id)
    assert (found.back, found.moved, found.left) == (set(), set(), {})
    team.talks[Side.GITHUB].change(comment, "hello again")
    pass_id = passed(team)
    assert [line.action for line in team.store.written_in(pass_id)] == [Action.UPDATE]
    _, found = undone(team, pass_id)
    assert list(found.left.values()) == [FOLLOWS]


def test_sides_that_differ_once_more_are_told(team):
    (issue,), (page,) = linked(team)
    team.edit(Side.GITHUB, issue, "labels", ("hers",))
    team.edit(Side.NOTION, page, "labels", ("his",))
    _, found = undone(team, passed(team))
    assert list(found.left.values()) == [APART]
    quiet(team)


def test_the_source_of_a_one_way_row_that_spoke_again_is_told(team):
    rows = [replace(row, direction=Direction.TO_NOTION) if row.github == "title" else row for row in MAPPING.rows]
    team.mapping = replace(team.mapping, rows=tuple(rows))
    (issue,), (page,) = linked(team)
    team.edit(Side.GITHUB, issue, "title", "renamed")
    pass_id = passed(team)
    team.edit(Side.GITHUB, issue, "title", "renamed again")
    _, found = undone(team, pass_id)
    assert (len(found.moved), found.held, found.back, found.left) == (1, set(), set(), {})
    assert team.shown(Side.NOTION, page, "title") == "renamed again"
    quiet(team)
