"""How long a full pass over links that did not change takes, and how much memory: a real store, made-up remotes.

Run it as `python -m benchmarks.full_pass [LINKS …]` (10000 100000); each part runs in a process of its own, so that
its peak of memory is its own. `--profile LINKS` prints what the pass spends its time on.
"""

from __future__ import annotations

import cProfile
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sync.core.mapping import Births, GitHubScope, Mapping, NotionScope, Row
from sync.core.model import Batch, Property, Reading, Record, Ref, Schema, Side
from sync.flow.bind import bind
from sync.flow.fetch import fetch
from sync.flow.run import Pass, run
from sync.flow.world import World
from sync.remotes.memory import MemoryRemote, Shelf
from sync.store import SqlStore, migrate, open_store
from sync.wiring import SystemClock

PAGE = 100
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MAPPING = Mapping(
    name="bench",
    github=GitHubScope(("acme/api",)),
    notion=NotionScope("d"),
    create=Births(pages=True, issues=True),
    rows=(
        Row("title", "Name"),
        Row("state", "Status", values=(("open", ("To do", "In progress")), ("closed", ("Done",)))),
        Row("labels", "Labels"),
    ),
)
SCHEMAS = {
    Side.GITHUB: Schema(Side.GITHUB, (("1", "acme/api"),)),
    Side.NOTION: Schema(
        Side.NOTION,
        (("d", "Bench"),),
        (
            Property("title", "Name", "title"),
            Property("st", "Status", "status", (("1", "To do"), ("2", "In progress"), ("3", "Done"))),
            Property("lb", "Labels", "multi_select"),
            Property("gh", "GitHub", "url"),
        ),
        people=(),
    ),
}


def issue(number: int) -> Record:
    """Return an issue, the same for the same number."""
    labels = ("bug", f"area/{number % 9}")
    fields: dict[str, Reading] = {"title": f"Issue {number}", "state": "open", "labels": labels, "mark": None}
    return Record(Ref(Side.GITHUB, str(number), "1", number), fields, NOON, address(number), f"acme/api#{number}")


def page(number: int) -> Record:
    """Return the page that goes with it."""
    labels = ("bug", f"area/{number % 9}")
    fields: dict[str, Reading] = {"title": f"Issue {number}", "st": "To do", "lb": labels, "gh": address(number)}
    ref = Ref(Side.NOTION, f"p{number}", "d")
    return Record(ref, fields, NOON, ref.id, f"Issue {number}", grain=60)


def address(number: int) -> str:
    """Return an issue's URL."""
    return f"https://github.com/acme/api/issues/{number}"


class Unchanging(MemoryRemote):
    """A remote of so many records that never change; any write or look is a fault of the pass."""

    def __init__(self, side: Side, made: Callable[[int], Record], count: int) -> None:
        super().__init__(Shelf(side, SystemClock(), SCHEMAS[side].containers[0][0]), SCHEMAS[side])
        self.made, self.count = made, count

    def changes(self, container: str, cursor: str | None) -> Iterator[Batch]:
        """Yield everything, a hundred records a call."""
        del container, cursor
        for first in range(1, self.count + 1, PAGE):
            last = first + PAGE > self.count
            records = tuple(map(self.made, range(first, min(first + PAGE, self.count + 1))))
            yield Batch(records, "now" if last else None)

    def read(self, ref: Ref) -> Record:
        """Refuse."""
        raise AssertionError(ref)

    def _effect(self, call: str, effect: Callable[[], str]) -> Record:
        raise AssertionError(call, effect)


@dataclass
class Measured:
    """What one pass took."""

    seconds: float
    cpu: float
    peak: float

    @classmethod
    def of(cls, work: Callable[[], object]) -> Measured:
        """Do the work once; the peak is this process's own, in MiB, from its beginning on."""
        began, cpu = time.perf_counter(), time.process_time()
        work()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return cls(time.perf_counter() - began, time.process_time() - cpu, peak)


def full(world: World) -> Pass:
    """Run a full pass that must find nothing to write."""
    done = run(world, full=True, wait=time.sleep)
    assert done.converged
    assert not done.written
    return done


def tie(world: World, store: SqlStore) -> None:
    """Tie the two lists as one statement can, and have the flow decide all of it."""
    fetch(world, bind(world, fresh=True), full=True)
    tick = store.tick()
    with store.database.writing() as connection:
        connection.exec_driver_sql(TIE, (tick,))
        for side in Side:
            connection.exec_driver_sql(HOLD.format(side=side))
    full(world)


TIE = """INSERT INTO links (mapping, kind, state, github, github_container, github_number, notion, notion_container,
closed_by_us, version, marked) SELECT mapping, 'issue', 'linked', id, container, number, 'p' || number, 'd', 0, 1, ?
FROM observations WHERE side = 'github'"""
HOLD = """UPDATE observations SET link = (SELECT links.id FROM links WHERE links.mapping = observations.mapping AND
links.state != 'tombstoned' AND links.{side} = observations.id) WHERE side = '{side}'"""


def one(count: int, folder: str, part: str) -> None:
    """Tie so many records (`tie`), or run a full pass over them (`pass`, `profile`), and print what it took."""
    url = f"sqlite:///{folder}/{count}.db"
    migrate(url)
    remotes = {Side.GITHUB: Unchanging(Side.GITHUB, issue, count), Side.NOTION: Unchanging(Side.NOTION, page, count)}
    with open_store(url) as store:
        world = World(MAPPING, remotes, store, SystemClock(), "bench", window=timedelta(hours=1))
        if part == "profile":
            with cProfile.Profile() as profile:
                full(world)
            pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
            pstats.Stats(profile).sort_stats("tottime").print_stats(25)
            return
        took = Measured.of(lambda: tie(world, store) if part == "tie" else full(world))
        print(f"{took.seconds:.1f} {took.cpu:.1f} {took.peak:.0f} {store.links_count('bench')}", flush=True)


def measured(count: int, folder: str, part: str) -> Measured:
    """Run one part in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.full_pass", "--part", str(count), folder, part]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert int(told[3]) == count
    return Measured(*map(float, told[:3]))


def main(counts: list[int]) -> None:
    each = []
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder:
        for count in counts:
            for part, words in (("tie", "decided for the first time"), ("pass", "full pass, nothing changed")):
                took = measured(count, folder, part)
                rate = f"{1e6 * took.cpu / count:.0f} µs of CPU a link, peak {took.peak:.0f} MiB"
                print(f"{count:>7} links, {words}: {took.seconds:.1f} s, {took.cpu:.1f} s of CPU, {rate}", flush=True)
            each.append(took.cpu / count)
    if len(counts) > 1:
        print(f"a link costs {each[-1] / each[0]:.2f} times as much among {counts[-1]} as among {counts[0]}; target 1")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--part", number, place, what]:
            one(int(number), place, what)
        case ["--profile", number]:
            with tempfile.TemporaryDirectory(prefix="tandem-bench-") as place:
                measured(int(number), place, "tie")
                one(int(number), place, "profile")
        case numbers:
            main([int(each) for each in numbers] or [10_000, 100_000])
