"""How many mappings stand, all in a handful of queries: what `status_rows` tells of one, told of each; only reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select, tuple_

from sync.core.model import ISSUE
from sync.core.state import Stage
from sync.store.conflicts import HELD
from sync.store.engine import Queries
from sync.store.links import BUSY
from sync.store.passes import Pass, to_pass
from sync.store.report import Status
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


class OverviewQueries(Queries):
    """The state of all mappings at once."""

    def statuses(self, names: Iterable[str]) -> Mapping[str, Status]:
        """Return how those mappings stand now, in their order."""
        with self.database.reading() as connection:
            counts = {
                "links": _counts(connection, links, ALIVE, links.c.kind == ISSUE),
                "queued": _counts(connection, outbox, outbox.c.stage == Stage.QUEUED),
                "in_flight": _counts(connection, outbox, outbox.c.stage.in_(BUSY)),
                "conflicts": _counts(connection, conflicts, conflicts.c.state == HELD),
                "failed": _counts(connection, failures),
                "quarantined": _counts(connection, quarantine),
                "unmapped": _unmapped(connection),
            }
            oldest, paused, refused, last = (
                _oldest(connection),
                _paused(connection),
                _refused(connection),
                _last(connection),
            )
        now = self.database.now()
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


def _counts(connection: Connection, table: Table, *conditions: ColumnElement[bool]) -> dict[str, int]:
    asked = select(table.c.mapping, func.count()).where(*conditions).group_by(table.c.mapping)
    return {row[0]: row[1] for row in connection.execute(asked)}


def _unmapped(connection: Connection) -> dict[str, int]:
    values = select(unmapped.c.mapping, unmapped.c.side, unmapped.c.field, unmapped.c.value).distinct().subquery()
    asked = select(values.c.mapping, func.count()).group_by(values.c.mapping)
    return {row[0]: row[1] for row in connection.execute(asked)}


def _oldest(connection: Connection) -> dict[str, datetime]:
    asked = select(links.c.mapping, func.min(links.c.waiting_since)).where(links.c.waiting_since.is_not(None))
    return {row[0]: row[1] for row in connection.execute(asked.group_by(links.c.mapping))}


def _paused(connection: Connection) -> dict[str, str]:
    """Return why mappings rest; a person's word goes before any other reason."""
    by_itself = select(mappings.c.name, mappings.c.paused).where(mappings.c.paused.is_not(None))
    by_hand = select(func.substr(meta.c.name, len(PREFIX) + 1), meta.c.value).where(meta.c.name.startswith(PREFIX))
    return {row[0]: row[1] for asked in (by_itself, by_hand) for row in connection.execute(asked)}


def _refused(connection: Connection) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(select(refusals).order_by(refusals.c.guard)):
        found[row.mapping][row.guard] = row.detail
    return found


def _last(connection: Connection) -> dict[str, Pass]:
    newest = select(passes.c.mapping, func.max(passes.c.at)).group_by(passes.c.mapping)
    rows: Any = connection.execute(select(passes).where(tuple_(passes.c.mapping, passes.c.at).in_(newest)))
    return {row.mapping: to_pass(row) for row in rows}
