"""One scenario and what is done after it, tried as often as is wanted from the same moment, and what comes of it."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from sync.core.errors import TandemError
from sync.core.model import Side
from tests.machine.past import Past
from tests.machine.team import Crash, Team

QUIET = 12 * 3600
NAMED = {"mark", "link", "number", "no", "url", "ad", "closed_at", "dt"}
"""What depends on how the records are called and when something was done."""


class Steps:
    """A store with something that happens before each of its steps, which are counted."""

    def __init__(self, store, happen) -> None:
        self.store, self.happen, self.count = store, happen, 0

    def __getattr__(self, name):
        ask = getattr(self.store, name)
        if not callable(ask):
            return ask

        def step(*args, **kwargs):
            number, self.count = self.count, self.count + 1
            self.happen(number)
            return ask(*args, **kwargs)

        return step


class Drill:
    """A scenario that was played, and `expected`: what both sides show in the end where nothing goes wrong.

    What is done after it, and once more when it was disturbed, is what the scenario returns, or else a pass.
    """

    def __init__(self, scenario, store, clock, file) -> None:
        self.team, self._store, self._file = Team(store, clock=clock), store, file
        self._work = scenario(self.team) or partial(self.team.sync, full=True)
        self._begin, self._ends = self.past(), {}
        before = self._writes()
        _, self.steps = self.disturbed()
        self.writes = self._writes() - before
        self.expected = self.end(self.past())

    def past(self):
        """Return all that a worker who dies now leaves behind."""
        return Past(self.team, self._file)

    def disturbed(self, *faults, step=lambda _number: None):
        """Work once more from the beginning; return what that leaves behind, and after how many steps."""
        self._begin.again()
        self.team.storm.quiet = False
        self.team.storm.faults.extend(faults)
        self.team.store = steps = Steps(self._store, step)
        with suppress(Crash, TandemError):
            self._work()
        self.team.store = self._store
        self.team.storm.clear()
        return self.past(), steps.count

    def end(self, past):
        """Return what both sides show once workers went on from there in fair weather; the same is not tried twice."""
        if past.key not in self._ends:
            past.again()
            self.team.clock.advance(QUIET)
            self._work()
            for _ in range(2):
                self.team.clock.advance(QUIET)
                done = self.team.sync(full=True)
            assert not done.written, "a pass after quiet must write nothing"
            self._ends[past.key] = self._shown()
        return self._ends[past.key]

    def _writes(self):
        return sum(each.writes for each in (*self.team.shelves.values(), *self.team.talks.values()))

    def _shown(self):
        """Return what is to be seen, whatever the records are called."""
        said = {
            f"said on {side}": sorted(repr(each[-1].text) for each in talk.remarks.values())
            for side, talk in self.team.talks.items()
        }
        return said | {
            side: sorted(map(_seen, (versions[-1] for versions in self.team.shelves[side].versions.values())))
            for side in Side
        }


def _seen(version):
    fields = tuple(sorted((name, repr(value)) for name, value in version.fields.items() if name not in NAMED))
    return fields, version.presence
