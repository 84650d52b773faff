"""What happened so far, as counters that only rise, and samples of them by the minute; the rows counted may be gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from sync.core.model import Side
from sync.store import codec
from sync.store.engine import Database, Queries
from sync.store.tables import meta, outbox, ticks

CALLS, LIMITED, WAITED, WRITES, PASSES = "calls", "limited", "waited", "writes", "passes"
"""Requests, refusals and milliseconds waited for a grant by (mapping, side); writes by (mapping, side, action); passes
by (mapping, mode)."""
KEPT = timedelta(hours=3)
MINUTE = timedelta(minutes=1)
_SAMPLES = "samples"

Key = tuple[str, ...]
"""What is counted: one of the words above, then by what."""


@dataclass(frozen=True)
class Sample:
    """The counters' sums at a moment: requests so far by side, and writes that waited."""

    at: datetime
    calls: Mapping[Side, int]
    waiting: int


def add(database: Database, connection: Connection, key: Key, by: int = 1) -> None:
    """Raise a counter within a transaction."""
    added = database.insert(ticks).values(name=codec.dump(list(key)), value=by)
    raised = {"value": ticks.c.value + added.excluded.value}
    connection.execute(added.on_conflict_do_update(index_elements=[ticks.c.name], set_=raised))


class CounterQueries(Queries):
    """Counters of all processes together."""

    def count(self, counts: Mapping[Key, int]) -> None:
        """Raise several counters at once."""
        with self.database.writing() as connection:
            for key, by in sorted(counts.items()):
                add(self.database, connection, key, by)

    def counted(self) -> Mapping[Key, int]:
        """Return all counters."""
        with self.database.reading() as connection:
            return _counted(connection)

    def sample(self, now: datetime) -> None:
        """Keep a sample, one a minute for some hours; two that do it at once do no harm."""
        with self.database.writing() as connection:
            kept = _samples(connection)
            if kept and now - kept[-1].at < MINUTE:
                return
            fresh = [each for each in kept if now - each.at <= KEPT]
            waiting = connection.execute(select(func.count()).select_from(outbox)).scalar_one()
            text = _dumped([*fresh, Sample(now, _calls(_counted(connection)), waiting)])
            added = self.database.insert(meta).values(name=_SAMPLES, value=text)
            connection.execute(added.on_conflict_do_update(index_elements=[meta.c.name], set_={"value": text}))

    def samples(self) -> Sequence[Sample]:
        """Return the samples of the last hours, oldest first."""
        with self.database.reading() as connection:
            return _samples(connection)


def _counted(connection: Connection) -> Mapping[Key, int]:
    rows = connection.execute(select(ticks.c.name, ticks.c.value).where(ticks.c.name.startswith("[")))
    return {tuple(codec.load(name)): value for name, value in rows}


def _calls(counted: Mapping[Key, int]) -> Mapping[Side, int]:
    sums: Counter[Side] = Counter(dict.fromkeys(Side, 0))
    for (what, *by), value in counted.items():
        if what == CALLS:
            sums[Side(by[-1])] += value
    return sums


def _samples(connection: Connection) -> list[Sample]:
    text = connection.scalar(select(meta.c.value).where(meta.c.name == _SAMPLES))
    rows = codec.load(text) if text else []
    return [
        Sample(datetime.fromisoformat(at), {Side.GITHUB: github, Side.NOTION: notion}, waiting)
        for at, github, notion, waiting in rows
    ]


def _dumped(samples: Sequence[Sample]) -> str:
    return codec.dump(
        [[each.at.isoformat(), each.calls[Side.GITHUB], each.calls[Side.NOTION], each.waiting] for each in samples]
    )
