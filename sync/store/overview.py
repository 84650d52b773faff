"""How mappings stand, one or all of them in a handful of queries; only reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select, tuple_

from sync.core.model import ISSUE
from sync.core.state import Stage
from sync.store.conflicts import HELD
from sync.store.engine import Queries, chunks
from sync.store.links import BUSY
from sync.store.passes import Pass, to_pass
from sync.store.stops import PREFIX
from sync.store.tables import (
    ALIVE,
    conflicts,
    failures,
    links,
    mappings,
    meta,
    outbox,
    passes,
    quarantine,
    refusals,
    unmapped,
)


@dataclass(frozen=True)
class Status:
    """How a mapping stands; `refusals` are the open ones, guard: detail."""

    name: str
    links: int
    last_pass: Pass | None
    oldest_unsynced_seconds: float | None
    queued: int
    in_flight: int
    conflicts: int
    failed: int
    quarantined: int
    unmapped: int
    paused: str | None
    refusals: Mapping[str, str]


class OverviewQueries(Queries):
    """How mappings stand now."""

    def status(self, mapping: str) -> Status:
        """Return how a mapping stands."""
        return self.statuses([mapping])[mapping]

    def statuses(self, names: Iterable[str]) -> Mapping[str, Status]:
        """Return how those mappings stand, in their order."""
        found: dict[str, Status] = {}
        with self.database.reading() as connection:
            for chunk in chunks(names):
                found |= _statuses(connection, chunk, self.database.now())
        return found


def _statuses(connection: Connection, names: Sequence[str], now: datetime) -> dict[str, Status]:
    counts = {
        "links": _counts(connection, names, links, ALIVE, links.c.kind == ISSUE),
        "queued": _counts(connection, names, outbox, outbox.c.stage == Stage.QUEUED),
        "in_flight": _counts(connection, names, outbox, outbox.c.stage.in_(BUSY)),
        "conflicts": _counts(connection, names, conflicts, conflicts.c.state == HELD),
        "failed": _counts(connection, names, failures),
        "quarantined": _counts(connection, names, quarantine),
        "unmapped": _unmapped(connection, names),
    }
    oldest, paused = _oldest(connection, names), _paused(connection, names)
    refused, last = _refused(connection, names), _last(connection, names)
    return {
        name: Status(
            name=name,
            last_pass=last.get(name),
            oldest_unsynced_seconds=(now - oldest[name]).total_seconds() if name in oldest else None,
            paused=paused.get(name),
            refusals=refused[name],
            **{what: count.get(name, 0) for what, count in counts.items()},
        )
        for name in names
    }


def _counts(
    connection: Connection, names: Sequence[str], table: Table, *conditions: ColumnElement[bool]
) -> dict[str, int]:
    asked = select(table.c.mapping, func.count()).where(table.c.mapping.in_(names), *conditions)
    return {row[0]: row[1] for row in connection.execute(asked.group_by(table.c.mapping))}


def _unmapped(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    columns = (unmapped.c.mapping, unmapped.c.side, unmapped.c.field, unmapped.c.value)
    values = select(*columns).where(unmapped.c.mapping.in_(names)).distinct().subquery()
    asked = select(values.c.mapping, func.count()).group_by(values.c.mapping)
    return {row[0]: row[1] for row in connection.execute(asked)}


def _oldest(connection: Connection, names: Sequence[str]) -> dict[str, datetime]:
    asked = select(links.c.mapping, func.min(links.c.waiting_since)).group_by(links.c.mapping)
    waiting = asked.where(links.c.mapping.in_(names), links.c.waiting_since.is_not(None))
    return {row[0]: row[1] for row in connection.execute(waiting)}


def _paused(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    """Return why mappings rest; a person's word goes before any other reason."""
    by_itself = select(mappings.c.name, mappings.c.paused).where(mappings.c.paused.is_not(None))
    by_hand = select(func.substr(meta.c.name, len(PREFIX) + 1), meta.c.value)
    asked = (
        by_itself.where(mappings.c.name.in_(names)),
        by_hand.where(meta.c.name.in_([f"{PREFIX}{name}" for name in names])),
    )
    return {row[0]: row[1] for each in asked for row in connection.execute(each)}


def _refused(connection: Connection, names: Sequence[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(select(refusals).where(refusals.c.mapping.in_(names)).order_by(refusals.c.guard)):
        found[row.mapping][row.guard] = row.detail
    return found


def _last(connection: Connection, names: Sequence[str]) -> dict[str, Pass]:
    newest = select(passes.c.mapping, func.max(passes.c.at)).where(passes.c.mapping.in_(names))
    last = tuple_(passes.c.mapping, passes.c.at).in_(newest.group_by(passes.c.mapping))
    rows: Any = connection.execute(select(passes).where(last))
    return {row.mapping: to_pass(row) for row in rows}
