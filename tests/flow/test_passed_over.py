"""Records that the rules do nothing with are left alone until they, or the rules, change: there may be very many."""

from dataclasses import replace

import pytest

from sync.core.mapping import Direction
from sync.core.model import COMMENT, Ref, Side
from sync.flow.bind import bind
from sync.flow.turn import turn
from tests.machine.team import NOBODY


@pytest.fixture
def outside(team):
    """An issue out of scope that a pass has judged."""
    team.sync(full=True)
    issue = team.create(Side.GITHUB, "outside")
    team.take_out_or_back(issue)
    team.sync(full=False)
    assert judged(team) == []
    return issue


def judged(team, *kind):
    """Return the ids of the records that a pass would judge again."""
    world = team.world()
    rules = bind(world, fresh=False).digest
    return [each.record.ref.id for side in Side for each in team.store.unlinked(world.name, side, *kind, rules=rules)]


def discussed(team, direction):
    """Let comments flow that way only."""
    rows = [replace(row, direction=direction) if row.github == "comments" else row for row in team.mapping.rows]
    team.mapping = replace(team.mapping, rows=tuple(rows))


def test_an_issue_that_comes_into_the_scope_gets_its_page(team, outside):
    team.take_out_or_back(outside)
    team.sync(full=False)
    assert len(team.here(Side.NOTION)) == 1


def test_an_issue_gets_its_page_when_the_scope_comes_to_it(team, outside):
    team.clock.advance(3600)
    team.create(Side.GITHUB, "the last one, which lists show again")
    team.sync(full=False)
    team.mapping = replace(team.mapping, github=replace(team.mapping.github, exclude_labels=()))
    assert judged(team) == [outside]
    team.sync(full=False)
    assert len(team.here(Side.NOTION)) == 2


def test_a_page_that_comes_to_name_an_issue_out_of_scope_is_tied_to_it(team, outside):
    team.mapping = replace(team.mapping, create=replace(team.mapping.create, issues=False))
    page = team.create(Side.NOTION, "a page")
    team.sync(full=False)
    assert judged(team) == []
    team.relink(page, team.address(outside))
    team.sync(full=False)
    assert team.store.link_of(team.mapping.name, Ref(Side.GITHUB, outside)).notion.id == page


def test_a_full_pass_judges_everything_anew(team, outside):
    team.sync(full=True)
    assert judged(team) == []
    ref = Ref(Side.GITHUB, outside)
    reading = team.store.observations(team.mapping.name, [ref])[ref]
    team.store.observe(team.mapping.name, [replace(reading, seq=team.store.tick())], [], team.store.tick())
    assert judged(team) == [outside]


def test_a_page_that_waits_to_be_left_alone_is_judged_again(team):
    team.mapping = replace(team.mapping, create=replace(team.mapping.create, quiet=60))
    team.sync(full=True)
    page = team.create(Side.NOTION, "just begun")
    turn(replace(team.world(), quiet=True), NOBODY, full=False)
    assert judged(team) == [page]


def test_titles_that_are_ambiguous_are_judged_again_also_where_nobody_may_be_born(team):
    team.mapping = replace(team.mapping, create=replace(team.mapping.create, pages=False, issues=False))
    one, two = (team.create(Side.GITHUB, "twice") for _ in range(2))
    page = team.create(Side.NOTION, "twice")
    team.sync(full=True)
    team.clock.advance(300)
    team.sync(full=False)
    assert sorted(judged(team)) == sorted([one, two, page])
    team.edit(Side.GITHUB, two, "title", "once")
    team.clock.advance(60)
    team.sync(full=False)
    assert team.store.link_of(team.mapping.name, Ref(Side.GITHUB, one)).notion.id == page
    assert judged(team) == []


def test_a_comment_that_flows_nowhere_is_copied_once_it_may(team):
    discussed(team, Direction.TO_NOTION)
    issue = team.create(Side.GITHUB, "talked about")
    team.sync(full=True)
    said = team.say(Side.NOTION, team.here(Side.NOTION)[0], "here only")
    team.sync(full=False)
    known = list(team.store.unlinked(team.mapping.name, Side.NOTION, COMMENT))
    assert ([each.record.ref.id for each in known], judged(team, COMMENT)) == ([f"comment:{said}"], [])
    discussed(team, Direction.BOTH)
    team.sync(full=False)
    assert [each[-1].text for each in team.talks[Side.GITHUB].remarks.values()] == ["ada: here only"]
    assert [ref.id for ref in team.talks[Side.GITHUB].under.values()] == [issue]
