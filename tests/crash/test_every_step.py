"""Every scenario, stopped at every step between us and the world, before and after its effect: the end is the same."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import replace
from functools import partial

import pytest

from sync.core.errors import TandemError
from sync.core.model import Action, Presence, Side
from sync.core.undo import Wrote
from sync.flow import run as flow
from sync.flow.undo import undo
from sync.store import migrate, open_store
from tests.machine.team import MAPPING, Crash, Fault, Team, Ticking, crash, denied, later, lost

QUIET = 12 * 3600
NAMED = {"mark", "link", "number", "no", "url", "ad", "closed_at", "dt"}
"""What depends on how the records are called and when something was done."""


class Steps:
    """A store that counts the steps of a run, and dies before the chosen one, or does not answer it.

    To die after a step is to die before the next: between two of them nothing leaves the process.
    """

    def __init__(self, store) -> None:
        self.store, self.count, self.at, self.happen = store, 0, -1, crash

    def __getattr__(self, name):
        ask = getattr(self.store, name)
        if not callable(ask):
            return ask

        def step(*args, **kwargs):
            number, self.count = self.count, self.count + 1
            if number == self.at:
                self.happen()
            return ask(*args, **kwargs)

        return step


def births(team):
    for title in ("one", "two"):
        team.create(Side.GITHUB, title)
    page = team.create(Side.NOTION, "three")
    team.edit(Side.NOTION, page, "state", "Done")


def adoption(team):
    team.create(Side.GITHUB, "same")
    page = team.create(Side.NOTION, "same")
    team.edit(Side.NOTION, page, "labels", ("bug",))


def edits(team):
    births(team)
    team.sync(full=True)
    team.edit(Side.GITHUB, "g1", "title", "renamed")
    team.edit(Side.GITHUB, "g1", "labels", ("bug",))
    team.edit(Side.NOTION, team.here(Side.NOTION)[-1], "labels", ("new",))
    team.edit(Side.NOTION, team.here(Side.NOTION)[-1], "state", "In progress")


def partings(team):
    births(team)
    team.sync(full=True)
    team.presence(Side.NOTION, team.here(Side.NOTION)[-1], Presence.TRASHED)
    team.presence(Side.GITHUB, "g1", Presence.DELETED)


def comments(team):
    team.create(Side.GITHUB, "one")
    team.sync(full=True)
    page = team.here(Side.NOTION)[-1]
    kept, lost = team.say(Side.GITHUB, "g1", "kept"), team.say(Side.GITHUB, "g1", "lost")
    team.say(Side.NOTION, page, "asked")
    team.sync(full=True)
    team.clock.advance(3600)
    team.say(Side.NOTION, page, "asked again")
    team.say(Side.GITHUB, "g1", "told")
    team.talks[Side.GITHUB].change(kept, "kept, edited")
    team.talks[Side.GITHUB].change(lost, None)


def undoing(team):
    """Have a pass carry edits and a page's end, somebody edit on, and a person undo that pass."""
    for title in ("one", "two"):
        team.create(Side.GITHUB, title)
    team.sync(full=True)
    pages = {pair[Side.GITHUB]: pair[Side.NOTION] for pair in team.pairs()}
    team.edit(Side.NOTION, pages["g1"], "state", "In progress")
    team.sync(full=True)
    team.clock.advance(600)
    team.edit(Side.GITHUB, "g1", "title", "renamed")
    team.edit(Side.GITHUB, "g1", "labels", ("bug",))
    team.edit(Side.NOTION, pages["g1"], "state", "Done")
    team.presence(Side.NOTION, pages["g2"], Presence.TRASHED)
    pass_id = team.store.begin_pass(MAPPING.name, "full", team.clock.now())
    flow.run(replace(team.world("shell"), pass_id=pass_id), full=True, wait=team.clock.advance)
    writes = [
        Wrote(line.link, line.side, Action(line.action), line.replaced) for line in team.store.written_in(pass_id)
    ]
    assert {(each.side, each.action) for each in writes} == {
        (Side.GITHUB, Action.CLOSE),
        (Side.NOTION, Action.UPDATE),
    }
    team.clock.advance(600)
    team.edit(Side.NOTION, pages["g1"], "title", "renamed again")
    return lambda: undo(team.world("shell"), writes, let_through=True, wait=team.clock.advance)


pytestmark = pytest.mark.timeout(600)
SCENARIOS = [births, adoption, edits, partings, comments, undoing]


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    migrate(f"sqlite:///{path}")
    return path


def trial(template, tmp_path, scenario, disturb):
    """Run a scenario with one disturbance, resume it in fair weather, and return what both sides show in the end.

    What is disturbed, and done once more afterwards, is what the scenario returns, or else a pass.
    """
    path = tmp_path / "t.db"
    shutil.copy(template, path)
    clock = Ticking()
    store = open_store(f"sqlite:///{path}", now=clock.now)
    try:
        team = Team(store, clock=clock)
        work = scenario(team) or partial(team.sync, full=True)
        steps = Steps(store)
        team.store = steps
        disturb(team, steps)
        with suppress(Crash, TandemError):
            work()
        team.store = store
        team.storm.clear()
        team.clock.advance(QUIET)
        work()
        team.clock.advance(QUIET)
        team.sync(full=True)
        team.clock.advance(QUIET)
        done = team.sync(full=True)
        assert not done.written, "a pass after quiet must write nothing"
        return steps.count, shown(team)
    finally:
        store.close()
        path.unlink()


def shown(team):
    """Return what is to be seen, whatever the records are called."""
    said = {
        f"said on {side}": sorted(repr(each[-1].text) for each in talk.remarks.values())
        for side, talk in team.talks.items()
    }
    return said | {
        side: sorted(
            (
                tuple(sorted((name, repr(value)) for name, value in versions[-1].fields.items() if name not in NAMED)),
                versions[-1].presence,
            )
            for versions in team.shelves[side].versions.values()
        )
        for side in Side
    }


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("happen", [crash, later], ids=["dies", "gets no answer"])
def test_a_worker_that_fails_at_any_step_of_the_store_changes_nothing_in_the_end(template, tmp_path, scenario, happen):
    total, expected = trial(template, tmp_path, scenario, lambda _team, _steps: None)

    for number in range(total):

        def fail(_team, steps, number=number):
            steps.at, steps.happen = number, happen

        _, found = trial(template, tmp_path, scenario, fail)
        assert found == expected, f"step {number} of {total}"


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize(
    ("after", "what"), [(False, crash), (True, crash), (True, lost), (False, lost), (False, later), (False, denied)]
)
def test_a_call_that_is_cut_off_at_any_point_changes_nothing_in_the_end(template, tmp_path, scenario, after, what):
    _, expected = trial(template, tmp_path, scenario, lambda _team, _steps: None)
    number = 0
    while True:
        struck = []

        def arm(team, _steps, number=number, struck=struck):
            def happen():
                struck.append(True)
                what()

            team.storm.faults.append(Fault(number, after, happen))

        _, found = trial(template, tmp_path, scenario, arm)
        if not struck:
            break
        assert found == expected, f"call {number}"
        number += 1
    assert number > 3
