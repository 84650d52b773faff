"""What a turn costs beside issues that no link holds: out of a mapping's scope, or not to be born.

Run it as `python -m benchmarks.outside [ISSUES …]` (1000 100000): a real SQLite store, made-up remotes. After a full
pass over so many issues out of scope one more issue is born at a time, and the turn that heeds the word of it is timed.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.full_pass import MAPPING, Unchanging, issue, page
from sync.core.limits import Lane
from sync.core.model import Batch, Record, Ref, Side
from sync.flow.turn import heed, turn
from sync.flow.world import World
from sync.store import migrate, open_store
from sync.wiring import SystemClock

TIMES = 20
OUT = replace(MAPPING, github=replace(MAPPING.github, labels=("wanted",)))


class Growing(Unchanging):
    """Issues that lists show, and those born since, which are read by their identity."""

    def read(self, ref: Ref) -> Record:
        """Return an issue within the scope."""
        record = issue(ref.number or 0)
        born = {"created_at": f"2026-11-23T12:00:{(ref.number or 0) % 60:02}Z"}
        return replace(record, fields=record.fields | {"labels": ("wanted",)} | born)


class Nobody:
    """A queue that nobody works off."""

    def send(self, task: str, key: str, lane: Lane) -> None:
        """Do nothing."""


class Empty(Unchanging):
    """A database without rows."""

    def changes(self, container: str, cursor: str | None) -> Iterator[Batch]:
        """Yield one empty batch."""
        del container, cursor
        yield Batch((), "now")


def measured(count: int) -> float:
    """Return the CPU seconds of a turn, in the middle of so many."""
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder:
        migrate(url := f"sqlite:///{folder}/outside.db")
        remotes = {Side.GITHUB: Growing(Side.GITHUB, issue, count), Side.NOTION: Empty(Side.NOTION, page, 0)}
        with open_store(url) as store:
            world = World(OUT, remotes, store, SystemClock(), "bench")
            for _ in range(2):  # the first pass, and the first that judges what it left
                turn(world, Nobody(), full=True)
            took = []
            for number in range(count + 1, count + 1 + TIMES):
                store.hint(world.name, Ref(Side.GITHUB, str(number), "1", number), Lane.PERSON, SystemClock().now())
                began = time.process_time()
                heed(world, Nobody())
                took.append(time.process_time() - began)
            assert store.waiting(world.name) == TIMES
    return statistics.median(took)


def main(counts: list[int]) -> None:
    each = []
    for count in counts:
        each.append(measured(count))
        print(f"{count:>7} issues that no link holds: {1000 * each[-1]:.0f} ms of CPU a turn", flush=True)
    if len(counts) > 1:
        ratio = each[-1] / each[0]
        print(f"a turn costs {ratio:.2f} times as much beside {counts[-1]} as beside {counts[0]}; target 1")


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or [1000, 100_000])
