"""Any edits, one pass, its undo: every value that the pass overwrote is back, nothing else moved, and all is quiet."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sync.core.mapping import Policy
from sync.core.model import Action, Presence, Ref, Shadow, Side
from sync.core.undo import RECORD, Wrote
from sync.flow import run as flow
from sync.flow.undo import APART, undo
from sync.store import open_store
from tests.machine.edits import VALUES
from tests.machine.team import FIELDS, MAPPING, Team
from tests.machine.test_machine import PHASES

pytestmark = pytest.mark.timeout(600)
NAMES = ("title", "state", "labels", "assignees")
MET: Counter[str] = Counter()
"""How often a pass wrote one side, the other, and both sides of one field, and what came of edits after it."""


@st.composite
def edits(draw):
    """Return one to six edits: a side, which of two links, a field and a value."""
    places = st.tuples(st.sampled_from(Side), st.integers(0, 1), st.sampled_from(NAMES))
    return [(*place, draw(VALUES[place[0], place[2]])) for place in draw(st.lists(places, min_size=1, max_size=6))]


@pytest.fixture
def both_sides_met():
    yield
    assert MET["github"] > 0, MET
    assert MET["notion"] > 0, MET


@pytest.fixture
def both_ends_met():
    yield
    assert MET["held"] > 0, MET
    assert MET["told"] > 0, MET


def shown(team, pairs):
    """Return what every record shows of every field; in which order names stand is nobody's word."""
    return {
        (number, side, name): frozenset(value) if isinstance(value, tuple) else value
        for number, ids in enumerate(pairs)
        for side in Side
        for name in NAMES
        for value in [team.shown(side, ids[side], name)]
    }


def passed(team, work):
    """Run something as a pass of its own, and return what it wrote."""
    team.clock.advance(130)
    pass_id = team.store.begin_pass(MAPPING.name, "full", team.clock.now())
    found = work(replace(team.world("shell"), pass_id=pass_id))
    lines = team.store.written_in(pass_id)
    return [Wrote(each.link, each.side, Action(each.action), each.replaced) for each in lines], found


def tried(test):
    """Run a property as often as fits into half a minute."""
    quick = settings(max_examples=50, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
    return quick(given(before=edits(), since=edits(), policy=st.sampled_from(Policy))(test))


@contextmanager
def at_work(template, policy):
    """Give a team with two issues in step, and the ids of both pairs."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(template, f"{folder}/t.db")
        with open_store(f"sqlite:///{folder}/t.db") as store:
            team = Team(store, policy)
            team.mapping = replace(team.mapping, rows=tuple(row for row in MAPPING.rows if row.github in NAMES))
            team.storm.quiet = True
            for number in range(2):
                team.create(Side.GITHUB, f"issue {number}")
            team.sync(full=True)
            yield team, sorted(team.pairs(), key=lambda pair: pair[Side.GITHUB])


def edited(team, pairs, each):
    """Have people make edits, and let two minutes go by."""
    for side, number, name, value in each:
        team.edit(side, pairs[number][side], name, value)
    team.clock.advance(130)


@pytest.mark.usefixtures("both_sides_met")
@tried
def test_a_pass_and_its_undo_leave_what_was_overwritten_as_it_was(migrated_file, before, since, policy):
    with at_work(migrated_file, policy) as (team, pairs):
        edited(team, pairs, before)
        team.sync(full=True)
        edited(team, pairs, since)
        _undone(team, pairs)


@pytest.mark.usefixtures("both_ends_met")
@example(
    before=[(Side.NOTION, 1, "state", "To do")], since=[(Side.NOTION, 1, "state", "In progress")], policy=Policy.HOLD
)
@tried
def test_what_people_edit_after_a_pass_stays_whatever_is_undone_and_no_two_sides_differ_in_silence(
    migrated_file, before, since, policy
):
    with at_work(migrated_file, policy) as (team, pairs):
        team.edit(Side.NOTION, pairs[1][Side.NOTION], "state", "Done")
        team.presence(Side.NOTION, pairs[0][Side.NOTION], Presence.TRASHED)
        team.sync(full=True)
        team.presence(Side.NOTION, pairs[0][Side.NOTION], Presence.PRESENT)
        edited(team, pairs, before)
        agreed = _shadows(team, pairs)
        writes, _ = passed(team, lambda world: flow.run(world, full=True, wait=team.clock.advance))
        left = shown(team, pairs)
        edited(team, pairs, since)
        team.sync(full=True)
        later = shown(team, pairs)
        _, found = passed(team, lambda world: undo(world, writes, let_through=True, wait=team.clock.advance))
        _later_edits_stay(left, later, shown(team, pairs))
        held = {(row.link, row.field) for row in team.store.conflicts(MAPPING.name) if row.state == "held"}
        assert found.held <= held
        MET["held"] += bool(found.held)
        told = _named(team, pairs, held | found.moved | found.left.keys() | found.unfinished.keys())
        wrote = _named(team, pairs, {(each.link, key) for each in writes for key in each.replaced})
        MET["told"] += bool(found.left)
        assert _differing(team, pairs, agreed) & wrote <= told
        _quiet(team)


def _later_edits_stay(left, later, new):
    """Assert that each value stands that was changed after the pass; of sets, each name that was added then."""
    for place, value in later.items():
        if isinstance(value, frozenset):
            assert value - (left[place] or frozenset()) <= (new[place] or frozenset()), place
        elif value != left[place]:
            assert new[place] == value, place


def _named(team, pairs, places):
    """Return places as number and name of the field; a record as a whole stands for its state."""
    numbers = {
        team.store.link_of(MAPPING.name, Ref(side, pair[side])).id: at for at, pair in enumerate(pairs) for side in Side
    }
    names = {FIELDS[name].key: name for name in NAMES} | {RECORD: "state"}
    return {(numbers[link], names[key]) for link, key in places}


def _shadows(team, pairs):
    """Return what both sides agreed on last, by number and name of the field."""
    found = {}
    for number, pair in enumerate(pairs):
        link = team.store.link_of(MAPPING.name, Ref(Side.GITHUB, pair[Side.GITHUB]))
        shadows = team.store.known(link.id).shadows
        found |= {(number, name): shadows.get(FIELDS[name].key) for name in NAMES}
    return found


def _differing(team, pairs, agreed):
    """Return the fields of which the sides show what does not mean the same, and what they did not agree on before."""
    found = set()
    for (number, name), shadow in agreed.items():
        both = [team.shown(side, pairs[number][side], name) for side in (Side.GITHUB, Side.NOTION)]
        if not FIELDS[name].transform.agree(*both) and shadow != Shadow(*both):
            found.add((number, name))
    return found


def _quiet(team):
    """Assert that full passes write nothing any more."""
    before = [shelf.writes for shelf in team.shelves.values()]
    for _ in range(2):
        team.clock.advance(300)
        team.sync(full=True)
    assert [shelf.writes for shelf in team.shelves.values()] == before


def _undone(team, pairs):
    old, agreed = shown(team, pairs), _shadows(team, pairs)
    writes, _ = passed(team, lambda world: flow.run(world, full=True, wait=team.clock.advance))
    _, found = passed(team, lambda world: undo(world, writes, let_through=True, wait=team.clock.advance))
    new = shown(team, pairs)
    wrote = {
        (*place, each.side)
        for each in writes
        for place in _named(team, pairs, {(each.link, key) for key in each.replaced})
    }
    wrote = {(number, side, name) for number, name, side in wrote}
    touched = {(number, name) for number, _, name in wrote}
    for number, name in touched:
        sides = [side for side in Side if (number, side, name) in wrote]
        MET["both" if len(sides) > 1 else str(sides[0])] += 1
    assert (found.moved, found.unfinished, set(found.left.values()) <= {APART}) == (set(), {}, True)
    assert _differing(team, pairs, agreed) & touched == _named(team, pairs, found.left)
    assert len(found.back) == len(touched)
    assert {place: new[place] for place in wrote} == {place: old[place] for place in wrote}
    rest = [place for place in old if (place[0], place[2]) not in touched]
    assert {place: new[place] for place in rest} == {place: old[place] for place in rest}
    _quiet(team)
