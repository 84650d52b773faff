"""One record that a service cannot serve for now: it waits, longer and longer; all else goes on, and it heals."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from sync.core.errors import TryLater, Unsafe, Vanished
from sync.core.model import Presence, Side
from sync.flow.write import TRIES
from sync.remotes.memory import MemoryRemote
from tests.machine.team import PAGE

HOUR = 3600
EVERY_BIRTH = "every birth"


class Ailing(MemoryRemote):
    """A remote that fails every write of one record until it is well again, and tells when it was asked."""

    ill: str | None = None
    error: Exception = TryLater(1, "503")

    def __init__(self, shelf, weather):
        super().__init__(shelf, PAGE, weather)
        self.asked = []

    def update(self, ref, puts):
        if ref.id == self.ill:
            self._fail()
        return super().update(ref, puts)

    def create(self, container, puts):
        if self.ill == EVERY_BIRTH:
            self._fail()
        return super().create(container, puts)

    def _fail(self):
        self.asked.append(self.shelf.clock.now())
        raise self.error


class Mute(Ailing):
    """One whose sick record cannot be read either."""

    def read(self, ref):
        if ref.id == self.ill and self.asked:
            self.asked.append(self.shelf.clock.now())
            raise TryLater(1, "503")
        return super().read(ref)


@pytest.fixture
def ward(team, request):
    for number in range(4):
        team.create(Side.GITHUB, f"issue {number}")
    team.sync(full=True)
    team.remotes[Side.NOTION] = getattr(request, "param", Ailing)(team.shelves[Side.NOTION], team.storm)
    team.clock.advance(600)
    return team


def waits(remote):
    """Return the seconds between two times that the sick record was asked for."""
    return [(after - before).total_seconds() for before, after in pairwise(remote.asked)]


def worked(team, hours):
    """Have a worker poll now and then and write what is due when it is, for so many hours."""
    until = team.clock.moment + timedelta(hours=hours)
    while team.clock.moment < until:
        team.turn("worker", full=False)
        team.write_one("worker")
        due = team.store.next_due(team.mapping.name)
        left = (due - team.clock.moment).total_seconds() if due else 600
        team.clock.advance(min(max(left, 1), 600))


def page_of(team, issue):
    return next(pair[Side.NOTION] for pair in team.pairs() if pair[Side.GITHUB] == issue)


@pytest.mark.parametrize("error", [TryLater(1, "503"), Unsafe("the connection broke")], ids=["refused", "unknown"])
def test_one_record_that_fails_again_and_again_waits_longer_each_time_while_the_others_go_on(ward, error):
    remote = ward.remotes[Side.NOTION]
    remote.ill, remote.error = page_of(ward, "g1"), error
    for id_ in ward.here(Side.GITHUB):
        ward.edit(Side.GITHUB, id_, "title", f"renamed {id_}")
    done = ward.sync(full=False)
    assert not done.converged
    titles = {ward.shown(Side.NOTION, id_, "title") for id_ in ward.here(Side.NOTION)}
    assert titles == {"issue 0", "renamed g2", "renamed g3", "renamed g4"}
    gaps = waits(remote)
    assert 3 <= len(remote.asked) <= 20
    assert gaps == sorted(gaps)
    assert gaps[-1] >= 60
    assert ward.store.status(ward.mapping.name).oldest_unsynced_seconds is not None
    remote.ill = None
    ward.clock.advance(3600)
    assert ward.sync(full=False).converged
    assert "renamed g1" in {ward.shown(Side.NOTION, id_, "title") for id_ in ward.here(Side.NOTION)}
    assert ward.store.status(ward.mapping.name).oldest_unsynced_seconds is None


@pytest.mark.parametrize("ward", [Ailing, Mute], indirect=True)
def test_what_never_gets_an_answer_is_asked_for_once_an_hour_in_the_end_and_a_new_edit_at_once(ward):
    remote = ward.remotes[Side.NOTION]
    remote.ill, remote.error = page_of(ward, "g1"), Unsafe("the connection broke")
    ward.edit(Side.GITHUB, "g1", "title", "renamed")
    worked(ward, 12)
    gaps = waits(remote)
    assert len(gaps) <= 24
    assert max(gaps) == pytest.approx(HOUR, abs=120)
    assert gaps[-1] == pytest.approx(HOUR, abs=120)
    assert all(after >= before - 60 for before, after in pairwise(gaps))
    remote.ill = None
    worked(ward, 1.1)
    assert ward.shown(Side.NOTION, page_of(ward, "g1"), "title") == "renamed"


def test_an_edit_of_what_waits_is_written_at_once(ward):
    remote = ward.remotes[Side.NOTION]
    remote.ill, remote.error = page_of(ward, "g1"), Unsafe("the connection broke")
    ward.edit(Side.GITHUB, "g1", "title", "renamed")
    worked(ward, 4)
    assert waits(remote)[-1] > HOUR / 4
    ward.clock.advance(waits(remote)[-1] / 4)
    remote.ill = None
    ward.edit(Side.GITHUB, "g1", "title", "renamed again")
    worked(ward, 1 / 30)
    assert ward.shown(Side.NOTION, page_of(ward, "g1"), "title") == "renamed again"


def test_a_birth_that_never_gets_an_answer_waits_longer_each_time_and_is_none_too_many(ward):
    remote = ward.remotes[Side.NOTION]
    remote.ill, remote.error = EVERY_BIRTH, Unsafe("the connection broke")
    ward.create(Side.GITHUB, "newborn")
    worked(ward, 12)
    assert len(remote.asked) <= 24
    assert waits(remote)[-1] == pytest.approx(HOUR, abs=300)
    remote.ill = None
    worked(ward, 1.1)
    assert len(ward.pairs()) == 5


def test_what_is_shown_and_not_found_to_be_written_to_is_a_failure_after_a_few_tries(ward):
    remote = ward.remotes[Side.NOTION]
    remote.ill, remote.error = page_of(ward, "g1"), Vanished("Notion answered 404")
    for id_ in ("g1", "g2"):
        ward.edit(Side.GITHUB, id_, "title", f"renamed {id_}")
    worked(ward, 2)
    (failure,) = ward.store.failures(ward.mapping.name)
    assert "may not" in failure.failure.error
    assert "permission to write" in failure.failure.cure
    gaps = waits(remote)
    assert len(gaps) == TRIES
    assert gaps == sorted(gaps)
    assert gaps[0] >= 5
    assert ward.shown(Side.NOTION, page_of(ward, "g2"), "title") == "renamed g2"
    remote.ill = None
    ward.edit(Side.GITHUB, "g1", "title", "renamed again")
    worked(ward, 1 / 30)
    assert ward.shown(Side.NOTION, page_of(ward, "g1"), "title") == "renamed again"
    assert not ward.store.failures(ward.mapping.name)


def test_so_is_a_birth(ward):
    remote = ward.remotes[Side.NOTION]
    remote.ill, remote.error = EVERY_BIRTH, Vanished("Notion answered 404")
    ward.create(Side.GITHUB, "newborn")
    worked(ward, 2)
    assert len(remote.asked) == TRIES + 1
    assert len(ward.store.failures(ward.mapping.name)) == 1


def test_what_is_really_gone_is_no_failure(ward):
    remote, ill = ward.remotes[Side.NOTION], page_of(ward, "g1")
    ward.edit(Side.GITHUB, "g1", "title", "renamed")
    update = remote.update

    def trashed(ref, puts):
        remote.update = update
        ward.presence(Side.NOTION, ill, Presence.TRASHED)
        raise Vanished("Notion answered 404")

    remote.update = trashed
    worked(ward, 1)
    assert not ward.store.failures(ward.mapping.name)
    assert ward.shelves[Side.NOTION].versions[ill][-1].presence is Presence.PRESENT, "it was edited, so it is restored"
    assert ward.shown(Side.NOTION, ill, "title") == "renamed"


def test_after_days_it_still_waits_an_hour(ward):
    remote = ward.remotes[Side.NOTION]
    remote.ill = page_of(ward, "g1")
    ward.edit(Side.GITHUB, "g1", "title", "renamed")
    for _ in range(60):
        ward.turn("worker", full=False)
        ward.write_one("worker")
        ward.clock.advance(HOUR + 60)
    assert len(remote.asked) == 60
