"""A thousand mappings: what beat and polls cost, whether a queue grows, and which share polls take; no test.

Run it as `python -m benchmarks.many [MAPPINGS] [MINUTES]`. The store is a real SQLite file; the services are made up
and count their calls, and time is made up too. Ticks ask a queue as workers have one; one worker does what it is asked,
as fast as the services' limits let it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sync.core.limits import Lane, github_budgets, notion_budgets, rates
from sync.core.mapping import Births, GitHubScope, Mapping, NotionScope, Row
from sync.core.model import Property, Schema, Side
from sync.core.pace import Due, Pace
from sync.flow import beat, turn
from sync.flow.world import World
from sync.remotes.memory import MemoryRemote, Shelf
from sync.store import SqlStore, migrate, open_store

WANTED = Pace(timedelta(seconds=60), timedelta(seconds=3600))
TICK = 5.0
BUDGETS = (*github_budgets(5000, 900, creates_per_minute=20, creates_per_hour=500), *notion_budgets(180))
RATES = rates(BUDGETS)


@dataclass
class Clock:
    """Time that passes when it is told to."""

    moment: datetime = field(default_factory=lambda: datetime(2026, 1, 1, tzinfo=UTC))

    def now(self) -> datetime:
        """Return the made-up present."""
        return self.moment


class Messages:
    """A queue in which the same message waits once."""

    def __init__(self) -> None:
        self.waiting: OrderedDict[tuple[str, str], Lane] = OrderedDict()

    def send(self, task: str, key: str, lane: Lane) -> None:
        """Have a message wait, once."""
        self.waiting.setdefault((task, key), lane)


def mapping(number: int) -> Mapping:
    return Mapping(
        name=f"m{number:04}",
        github=GitHubScope((f"acme/r{number}",)),
        notion=NotionScope(f"d{number}"),
        create=Births(pages=True, issues=True),
        rows=(Row("title", "Name", where="fields.0"),),
    )


def remotes(number: int, clock: Clock) -> dict[Side, MemoryRemote]:
    """Return two empty sides, each with a container of its own."""
    issue = Schema(Side.GITHUB, ((f"r{number}", f"acme/r{number}"),), _columns(title="", mark=""))
    page = Schema(Side.NOTION, ((f"d{number}", "Roadmap"),), _columns(Name="title", GitHub="url"), people=())
    schemas = {Side.GITHUB: issue, Side.NOTION: page}
    return {side: MemoryRemote(Shelf(side, clock, schema.containers[0][0]), schema) for side, schema in schemas.items()}


def _columns(**types: str) -> tuple[Property, ...]:
    return tuple(Property(name, name, type_) for name, type_ in types.items())


@dataclass
class Trial:
    """All mappings on one store, one queue and one clock."""

    store: SqlStore
    mappings: tuple[Mapping, ...]
    clock: Clock = field(default_factory=Clock)
    queue: Messages = field(default_factory=Messages)
    done: Counter[str] = field(default_factory=Counter)
    ticking: list[float] = field(default_factory=list)
    longest: int = 0

    def __post_init__(self) -> None:
        self.remotes = {each.name: remotes(number, self.clock) for number, each in enumerate(self.mappings)}
        self.worlds = {
            each.name: World(each, self.remotes[each.name], self.store, self.clock, "bench", quiet=True)
            for each in self.mappings
        }
        self.pace, self.kept = WANTED, Clock().moment - timedelta(days=1)

    def calls(self) -> dict[Side, int]:
        """Return how many calls there were so far."""
        return {side: sum(each[side].calls for each in self.remotes.values()) for side in Side}

    def tick(self) -> None:
        """Have beat tick once, and a worker do what its services let it until the next time."""
        began, now = time.perf_counter(), self.clock.now()
        if now - self.kept >= timedelta(minutes=1):
            self.pace, self.kept = WANTED.stretched(self.store.load(self.worlds.keys()), RATES), now
        beat.tick(self.store, now)
        beat.due(self.store, self.mappings, self.pace, self.queue, now)
        self.ticking.append(time.perf_counter() - began)
        self.longest = max(self.longest, len(self.queue.waiting))
        self._work()
        self.clock.moment += timedelta(seconds=TICK)

    def _work(self) -> None:
        left = {side: rate * TICK for side, rate in RATES.items()}
        while self.queue.waiting and min(left.values()) > 0:
            (task, key), _ = self.queue.waiting.popitem(last=False)
            self.done[task] += 1
            if task in tuple(Due):
                asked = self.remotes[key]
                before = [asked[side].calls for side in Side]
                turn.scheduled(self.worlds[key], self.queue, Due(task), self.pace)
                for side, count in zip(Side, before, strict=True):
                    left[side] -= asked[side].calls - count


def main(mappings: int, minutes: float) -> None:
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'tandem.db'}"
        migrate(url)
        with open_store(url) as store:
            trial = Trial(store, tuple(mapping(number) for number in range(mappings)))
            began = time.perf_counter()
            while trial.done["full"] < mappings:
                trial.tick()
            print(f"{mappings} mappings, first passes: {(trial.clock.now() - Clock().moment)} of their time, ", end="")
            print(f"longest queue {trial.longest}")
            print(f"a poll every {trial.pace.poll}, a full pass every {trial.pace.full}")
            before, trial.longest = trial.calls(), 0
            trial.done.clear()
            trial.ticking.clear()
            for _ in range(int(minutes * 60 / TICK)):
                trial.tick()
            used = {side: count - before[side] for side, count in trial.calls().items()}
            print(f"{minutes:.0f} minutes: {dict(trial.done)}, longest queue {trial.longest}, ", end="")
            print(f"left in it {len(trial.queue.waiting)}")
            print(", ".join(f"{side}: {used[side] / (RATES[side] * minutes * 60):.2f} of its budget" for side in Side))
            ticking = sorted(1000 * each for each in trial.ticking)
            print(f"a tick: median {ticking[len(ticking) // 2]:.0f} ms, longest {ticking[-1]:.0f} ms; ", end="")
            print(f"{time.perf_counter() - began:.0f} s in all")


if __name__ == "__main__":
    given = [float(word) for word in sys.argv[1:]]
    main(int(given[0]) if given else 1000, given[1] if len(given) > 1 else 60.0)
