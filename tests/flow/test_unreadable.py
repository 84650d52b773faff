"""A record that cannot be read is told and left for later; all others go on, and nothing of it is lost."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from sync.core.errors import Busy, Rejected, TandemError, TryLater
from sync.core.limits import Lane
from sync.core.model import Presence, Ref, Side
from sync.flow.bind import bind
from sync.flow.fetch import look
from sync.flow.turn import decide, heed, turn
from sync.flow.world import Rotation
from tests.flow.test_turn import Asked, drained
from tests.machine.team import MAPPING, Crash
from tests.machine.writers import Writers

HOUR = 3600
ILL = {"503": TryLater(1, "Notion answered 503"), "400": Rejected("Notion: validation_error")}
ills = pytest.mark.parametrize("error", ILL.values(), ids=ILL)


@pytest.fixture
def tied(team):
    """Three issues with their pages, in sync for a while."""
    for number in range(3):
        team.create(Side.GITHUB, f"issue {number}")
    team.sync(full=True)
    team.clock.advance(HOUR)
    turn(team.world(), Asked())
    return team


@pytest.fixture
def written(team):
    """Four issues with bodies, and their pages, in sync for a while."""
    team = Writers(team.store, team.clock)
    team.storm.quiet = True
    for _ in range(4):
        team.born(Side.GITHUB, 1)
    team.sync(full=True)
    team.sync(full=True)
    team.clock.advance(HOUR)
    return team


def page(team, issue):
    return Ref(Side.NOTION, next(pair[Side.NOTION] for pair in team.pairs() if pair[Side.GITHUB] == issue), "d")


def hinted(team, ref):
    team.store.hint(MAPPING.name, ref, Lane.PERSON, team.clock.now())


class Sick:
    """A remote's call that fails for one record until it is well, and tells when each was asked for."""

    def __init__(self, team, call, ill, error):
        remote = team.remotes[Side.NOTION]
        self.team, self.call, self.ill, self.error = team, getattr(remote, call), ill, error
        self.asked, self.well = [], False
        setattr(remote, call, self)

    def __call__(self, record, *facets):
        ref = getattr(record, "ref", record)
        self.asked.append((getattr(ref, "id", ref), self.team.clock.moment))
        if ref == self.ill and not self.well:
            raise self.error
        return self.call(record, *facets)

    def times(self, ref):
        return [at for id_, at in self.asked if id_ == ref.id]


def worked(team, minutes):
    """Poll, heed and write each minute, as workers do; return how the passes ended that did not go well."""
    ended = []
    for _ in range(minutes):
        team.clock.advance(60)
        queue = Asked()
        for step in (turn, heed, lambda world, queue: drained(team, world, queue)):
            logged = replace(team.world(), log=lambda event, facts: ended.append(facts.get("outcome", "")))
            try:
                step(logged, queue)
            except TandemError as error:
                ended.append(repr(error))
    return {each for each in ended if each not in ("", "done", "dropped")}


def title(team, ref):
    return team.shown(Side.NOTION, ref.id, "title")


@ills
def test_a_record_that_cannot_be_read_leaves_the_others_alone(tied, error):
    sick = Sick(tied, "read", page(tied, "g1"), error)
    for ref in (sick.ill, page(tied, "g3")):
        hinted(tied, ref)
    tied.edit(Side.GITHUB, "g2", "title", "renamed")
    tied.edit(Side.NOTION, page(tied, "g3").id, "title", "renamed, too")
    assert worked(tied, 3) == set()
    assert title(tied, page(tied, "g2")) == "renamed"
    assert tied.shown(Side.GITHUB, "g3", "title") == "renamed, too"


def test_it_is_asked_for_ever_more_seldom_and_told_until_it_is_well(tied):
    sick, told = Sick(tied, "read", page(tied, "g1"), ILL["503"]), []
    hinted(tied, sick.ill)
    tied.presence(Side.NOTION, sick.ill.id, Presence.TRASHED)
    for _ in range(12 * 60):
        tied.clock.advance(60)
        decide(replace(tied.world(), log=lambda event, facts: told.append((event, facts.get("record")))), Asked())
        heed(tied.world(), Asked())
    gaps = [(after - before).total_seconds() for before, after in pairwise(sick.times(sick.ill))]
    assert gaps == pytest.approx(sorted(gaps), abs=10)
    assert gaps[-1] == pytest.approx(HOUR, abs=120)
    assert len(gaps) < 24
    assert ("not read", sick.ill.id) in told
    sick.well = True
    worked(tied, 61)
    assert tied.shown(Side.GITHUB, "g1", "state") == "closed:not_planned"


def test_a_hint_of_it_is_heeded_at_once(tied):
    sick = Sick(tied, "read", page(tied, "g1"), ILL["503"])
    hinted(tied, sick.ill)
    worked(tied, 300)
    sick.well = True
    tied.presence(Side.NOTION, sick.ill.id, Presence.TRASHED)
    hinted(tied, sick.ill)
    worked(tied, 1)
    assert tied.shown(Side.GITHUB, "g1", "state") == "closed:not_planned"


@pytest.mark.parametrize("away", ["the service", "the budget"])
def test_a_service_that_is_away_and_a_spent_budget_end_the_pass_and_lose_nothing(tied, away):
    error = Busy(5, "spent") if away == "the budget" else ILL["503"]
    sick = Sick(tied, "read", page(tied, "g1"), error)
    if away == "the service":
        Sick(tied, "alive", "d", error)
    due, outcomes = {page(tied, issue) for issue in ("g1", "g2", "g3")}, []
    hinted(tied, sick.ill)
    for ref in due - {sick.ill}:
        hinted(tied, ref)
    heed(replace(tied.world(), log=lambda event, facts: outcomes.append(facts.get("outcome"))), Asked())
    assert outcomes[-1].startswith("later: ")
    assert sick.times(page(tied, "g2")) == []
    assert set(tied.store.due_looks(MAPPING.name, tied.clock.now())) == due


@ills
def test_a_text_that_cannot_be_read_leaves_the_others_alone(written, error):
    sick = Sick(written, "complete", page(written, "g1"), error)
    written.write(Side.NOTION, sick.ill.id, ["p: something Notion cannot show"])
    written.rename(Side.GITHUB, "g2")
    assert worked(written, 5) == set()
    assert sick.times(sick.ill)
    assert title(written, page(written, "g2")).startswith("renamed")


@ills
def test_a_text_that_cannot_be_read_does_not_end_the_rotation(written, error):
    sick = Sick(written, "complete", page(written, "g1"), error)
    written.rotation = Rotation(poll=2)
    assert worked(written, 20) == set()
    read = [len(sick.times(page(written, f"g{number}"))) for number in range(1, 5)]
    assert read == [10] * 4


@pytest.mark.parametrize("stopped", [Crash(), TryLater(5, "the database does not answer")], ids=["killed", "away"])
def test_a_look_outlives_what_happens_before_its_reading_is_kept(tied, monkeypatch, stopped):
    ref = page(tied, "g1")
    tied.presence(Side.NOTION, ref.id, Presence.TRASHED)
    hinted(tied, ref)

    def observe(*_args):
        monkeypatch.undo()
        raise stopped

    monkeypatch.setattr(tied.store, "observe", observe)
    try:
        heed(tied.world(), Asked())
    except Crash:
        tied.clock.advance(700)
    worked(tied, 2)
    assert tied.shown(Side.GITHUB, "g1", "state") == "closed:not_planned"


def test_a_look_that_is_asked_for_while_its_record_is_being_read_is_not_lost(tied):
    remote, ref = tied.remotes[Side.NOTION], page(tied, "g1")
    read = remote.read

    def meanwhile(asked):
        seen = read(asked)
        remote.read = read
        tied.presence(Side.NOTION, ref.id, Presence.TRASHED)
        hinted(tied, ref)
        tied.store.take_hints(MAPPING.name)
        return seen

    remote.read = meanwhile
    look(tied.world(), bind(tied.world(), fresh=False), [ref])
    decide(tied.world(), Asked())
    assert tied.store.observations(MAPPING.name, [ref])[ref].record.presence is Presence.TRASHED
