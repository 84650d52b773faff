"""One record that a service cannot serve for now: it waits, longer and longer; all else goes on, and it heals."""

from __future__ import annotations

import pytest

from sync.core.errors import TryLater, Unsafe
from sync.core.model import Side
from sync.remotes.memory import MemoryRemote
from tests.machine.team import PAGE


class Ailing(MemoryRemote):
    """A remote that fails every write of one record until it is well again, and tells when it was asked."""

    ill: str | None = None
    error: Exception = TryLater(1, "503")

    def __init__(self, shelf, weather):
        super().__init__(shelf, PAGE, weather)
        self.asked = []

    def update(self, ref, puts):
        if ref.id == self.ill:
            self.asked.append(self.shelf.clock.now())
            raise self.error
        return super().update(ref, puts)


@pytest.fixture
def ward(team):
    for number in range(4):
        team.create(Side.GITHUB, f"issue {number}")
    team.sync(full=True)
    team.remotes[Side.NOTION] = Ailing(team.shelves[Side.NOTION], team.storm)
    team.clock.advance(600)
    return team


@pytest.mark.parametrize("error", [TryLater(1, "503"), Unsafe("the connection broke")], ids=["refused", "unknown"])
def test_one_record_that_fails_again_and_again_waits_longer_each_time_while_the_others_go_on(ward, error):
    remote = ward.remotes[Side.NOTION]
    ill = next(pair for pair in ward.pairs() if pair[Side.GITHUB] == "g1")
    remote.ill, remote.error = ill[Side.NOTION], error
    for id_ in ward.here(Side.GITHUB):
        ward.edit(Side.GITHUB, id_, "title", f"renamed {id_}")
    done = ward.sync(full=False)
    assert not done.converged
    titles = {ward.shown(Side.NOTION, id_, "title") for id_ in ward.here(Side.NOTION)}
    assert titles == {"issue 0", "renamed g2", "renamed g3", "renamed g4"}
    gaps = [(after - before).total_seconds() for before, after in zip(remote.asked, remote.asked[1:], strict=False)]
    assert 3 <= len(remote.asked) <= 20
    assert gaps == sorted(gaps)
    assert gaps[-1] >= 60
    assert ward.store.status_rows(ward.mapping.name).oldest_unsynced_seconds is not None
    remote.ill = None
    ward.clock.advance(3600)
    assert ward.sync(full=False).converged
    assert "renamed g1" in {ward.shown(Side.NOTION, id_, "title") for id_ in ward.here(Side.NOTION)}
    assert ward.store.status_rows(ward.mapping.name).oldest_unsynced_seconds is None
