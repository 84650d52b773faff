"""The guards, one below, at and one above their limit: in one foreground pass, and over any hour in workers."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from sync.core.mapping import Guards, Limit
from sync.core.model import Presence, Side
from sync.core.state import PassMode
from sync.flow import run as flow
from sync.flow.drain import drain
from sync.flow.noted import noted
from sync.flow.turn import decide, turn
from sync.store import open_store
from tests.machine.team import Team

HOUR = timedelta(minutes=60)
LIMIT = 3


class Deaf:
    """A queue that nobody listens to: what is due is run by hand."""

    def send(self, task, key, lane):
        pass


QUEUE = Deaf()


def births(team, number):
    team.create(Side.NOTION, f"born {number}")


def closes(team, number):
    team.edit(Side.NOTION, pages(team)[number], "state", "Done")


def empties(team, number):
    team.edit(Side.NOTION, pages(team)[number], "milestone", None)


def trashes(team, number):
    issues = [id_ for id_, each in team.shelves[Side.GITHUB].versions.items() if each[-1].fields["mark"]]
    team.presence(Side.GITHUB, issues[number], Presence.DELETED)


def overwrites(team, number):
    team.edit(Side.NOTION, pages(team)[number], "milestone", "v9")


def pages(team):
    """The pages that there were first, in a fixed order."""
    return list(team.shelves[Side.NOTION].versions)[:8]


KINDS = {
    "max_new_issues": births,
    "max_destructive": closes,
    "max_destructive by emptying": empties,
    "max_destructive by deletion": trashes,
    "max_overwrites": overwrites,
}


@pytest.fixture
def guarded(request, empty, tmp_path):
    """Eight tied pairs, each with a milestone; a limit of three for one kind, and none for the others."""
    kind = request.param.partition(" ")[0]
    guards = Guards(**{**dict.fromkeys(Guards.__dataclass_fields__, Limit(10_000)), kind: Limit(LIMIT)})
    shutil.copy(empty, tmp_path / "t.db")
    with open_store(f"sqlite:///{tmp_path / 't.db'}") as store:
        team = Team(store)
        team.storm.quiet = True
        for number in range(8):
            page = team.create(Side.NOTION, f"page {number}")
            team.edit(Side.NOTION, page, "milestone", "v1")
        team.sync(full=True)
        team.clock.advance(7200)
        team.mapping = replace(team.mapping, guards=guards)
        team.does = KINDS[request.param]
        team.kind = kind
        yield team


def written(team):
    return {side: shelf.writes for side, shelf in team.shelves.items()}


EACH = pytest.mark.parametrize("guarded", KINDS, indirect=True)


@EACH
@pytest.mark.parametrize(("count", "passes"), [(LIMIT - 1, True), (LIMIT, True), (LIMIT + 1, False)])
def test_in_the_foreground_a_guard_lets_pass_what_is_not_above_its_limit(guarded, count, passes):
    for number in range(count):
        guarded.does(guarded, number)
    guarded.edit(Side.NOTION, pages(guarded)[-1], "title", "renamed")
    before = written(guarded)
    done = guarded.sync(full=True)
    assert done.converged is passes
    assert {kind.partition(":")[0] for kind in done.refused} == (set() if passes else {guarded.kind})
    others = sum(written(guarded).values()) - sum(before.values())
    assert others == 1 if not passes else others > count, "all else is written, and above the limit none of the kind"


def worked(team):
    """A worker's turn and all its writes."""
    world = replace(team.world(), window=HOUR)
    turn(world, QUEUE, full=True)
    for _ in range(6):
        drain(lambda _name: world, world, QUEUE, lambda: False)
        decide(world, QUEUE)
    return team.store.status(team.mapping.name).refusals


@EACH
def test_in_workers_a_guard_counts_over_any_sixty_minutes_however_slowly_it_comes(guarded):
    for number in range(LIMIT):
        guarded.does(guarded, number)
        assert not worked(guarded), "not above the limit yet"
        guarded.clock.advance(600)
    before = written(guarded)
    guarded.does(guarded, LIMIT)
    assert {kind.partition(":")[0] for kind in worked(guarded)} == {guarded.kind}
    assert written(guarded) == before
    guarded.clock.advance(1500)
    assert worked(guarded), "the first is not an hour old"
    guarded.clock.advance(600)
    assert not worked(guarded)
    assert written(guarded) != before


@pytest.mark.parametrize("guarded", ["max_destructive"], indirect=True)
def test_what_a_person_let_through_is_not_counted_against_what_comes_after(guarded):
    for number in range(LIMIT + 2):
        guarded.does(guarded, number)
    assert worked(guarded)
    with noted(guarded.world("shell"), PassMode.FULL) as made:
        flow.run(made.world, full=True, let_through=True, wait=guarded.clock.advance)
    assert not worked(guarded)
    guarded.does(guarded, LIMIT + 2)
    assert not worked(guarded)
    assert guarded.sync(full=True).converged


@pytest.mark.parametrize("guarded", ["max_destructive"], indirect=True)
def test_a_guard_refuses_nothing_where_nothing_of_its_kind_is_to_be_written(guarded):
    for number in range(LIMIT):
        guarded.does(guarded, number)
    assert not worked(guarded)
    guarded.mapping = replace(guarded.mapping, guards=replace(guarded.mapping.guards, max_destructive=Limit(1)))
    guarded.edit(Side.NOTION, pages(guarded)[-1], "title", "renamed")
    before = written(guarded)
    turn(replace(guarded.world(), window=HOUR), QUEUE)
    assert not guarded.store.status(guarded.mapping.name).refusals
    assert not worked(guarded)
    assert written(guarded) != before
