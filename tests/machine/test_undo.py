"""Any edits, one pass, its undo: every value that the pass overwrote is back, nothing else moved, and all is quiet."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.core.mapping import Policy
from sync.core.model import Action, Side
from sync.core.undo import Wrote
from sync.flow import run as flow
from sync.flow.undo import undo
from sync.store import open_store
from tests.machine.edits import VALUES
from tests.machine.team import FIELDS, MAPPING, Team
from tests.machine.test_machine import PHASES

NAMES = ("title", "state", "labels", "assignees")
MET: Counter[str] = Counter()
"""How often a pass wrote one side, the other, and both sides of one field."""


@st.composite
def edits(draw):
    """Return one to six edits: a side, which of two links, a field and a value."""
    places = st.tuples(st.sampled_from(Side), st.integers(0, 1), st.sampled_from(NAMES))
    return [(*place, draw(VALUES[place[0], place[2]])) for place in draw(st.lists(places, min_size=1, max_size=6))]


@pytest.fixture(scope="module", autouse=True)
def met():
    yield
    assert MET["github"] > 0, MET
    assert MET["notion"] > 0, MET


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


@pytest.mark.timeout(600)
@settings(max_examples=60, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(before=edits(), since=edits(), policy=st.sampled_from(Policy))
def test_a_pass_and_its_undo_leave_what_was_overwritten_as_it_was(migrated_file, before, since, policy):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(migrated_file, f"{folder}/t.db")
        with open_store(f"sqlite:///{folder}/t.db") as store:
            team = Team(store, policy)
            team.mapping = replace(team.mapping, rows=tuple(row for row in MAPPING.rows if row.github in NAMES))
            team.storm.quiet = True
            for number in range(2):
                team.create(Side.GITHUB, f"issue {number}")
            team.sync(full=True)
            pairs = sorted(team.pairs(), key=lambda pair: pair[Side.GITHUB])
            for side, number, name, value in before:
                team.edit(side, pairs[number][side], name, value)
            team.clock.advance(130)
            team.sync(full=True)
            for side, number, name, value in since:
                team.edit(side, pairs[number][side], name, value)
            _undone(team, pairs)


def _undone(team, pairs):
    old = shown(team, pairs)
    writes, _ = passed(team, lambda world: flow.run(world, full=True, wait=team.clock.advance))
    _, found = passed(team, lambda world: undo(world, writes, let_through=True, wait=team.clock.advance))
    new = shown(team, pairs)
    numbers = {
        team.store.known(each.link).link.id: number
        for each in writes
        for number, ids in enumerate(pairs)
        if team.store.known(each.link).link.github.id == ids[Side.GITHUB]
    }
    names = {FIELDS[name].key: name for name in NAMES}
    wrote = {(numbers[each.link], each.side, names[key]) for each in writes for key in each.replaced}
    touched = {(number, name) for number, _, name in wrote}
    for number, name in touched:
        sides = [side for side in Side if (number, side, name) in wrote]
        MET["both" if len(sides) > 1 else str(sides[0])] += 1
    assert (found.moved, found.left, found.unfinished) == (set(), {}, {})
    assert len(found.back) == len(touched)
    assert {place: new[place] for place in wrote} == {place: old[place] for place in wrote}
    rest = [place for place in old if (place[0], place[2]) not in touched]
    assert {place: new[place] for place in rest} == {place: old[place] for place in rest}
    before = [shelf.writes for shelf in team.shelves.values()]
    for _ in range(2):
        team.clock.advance(300)
        team.sync(full=True)
    assert [shelf.writes for shelf in team.shelves.values()] == before
