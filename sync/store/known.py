"""What is known of links, gathered in a handful of queries for many of them at once; nothing is changed here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, exists, or_, select

from sync.core.limits import Lane
from sync.core.model import Link, Shadow, Side
from sync.core.state import Failure, Known, Observation, Outgoing, Stage
from sync.store import codec
from sync.store.conflicts import HELD
from sync.store.engine import CHUNK, Queries
from sync.store.links import BUSY, to_link
from sync.store.observations import to_observation
from sync.store.tables import ALIVE, conflicts, failures, links, observations, outbox, shadows


def to_outgoing(row: Row[Any], link: Link) -> Outgoing:
    """Return the write in a row of the outbox."""
    return Outgoing(
        link=link,
        op=codec.load_op(row.op),
        lane=Lane(row.lane),
        stage=Stage(row.stage),
        epoch=row.epoch,
        attempts=row.attempts,
        sent_at=row.sent_at,
        trail=row.trail,
    )


def to_failure(row: Row[Any]) -> Failure:
    """Return the failure in a row of its table."""
    return Failure(
        link=row.link,
        side=Side(row.side),
        action=row.action,
        digest=row.digest,
        error=row.error,
        cure=row.cure,
        at=row.at,
        attempts=row.attempts,
        id=row.id,
    )


class KnownQueries(Queries):
    """Everything that is known of a link when it is decided."""

    def known(self, link: int) -> Known | None:
        """Return what is known of one link."""
        with self.database.reading() as connection:
            found = gathered(connection, connection.execute(select(links).where(links.c.id == link)).all())
        return found[0] if found else None

    def touched(self, mapping: str, upto: int, *, after: int = 0, count: int = CHUNK) -> Sequence[Known]:
        """Return, by rising link id above `after`, what is known of links marked at or before that tick.

        A withheld link stays marked, so it is among them; one whose write is leased or in flight is not.
        """
        on_its_way = exists().where(outbox.c.link == links.c.id, outbox.c.stage.in_(BUSY))
        asked = (
            select(links)
            .where(links.c.mapping == mapping, links.c.marked <= upto, links.c.id > after, ALIVE, ~on_its_way)
            .order_by(links.c.id)
            .limit(min(count, CHUNK))
        )
        with self.database.reading() as connection:
            return gathered(connection, connection.execute(asked).all())


def gathered(connection: Connection, rows: Sequence[Row[Any]]) -> list[Known]:
    """Return what is known of the links in those rows."""
    found = [to_link(row) for row in rows]
    ids = [link.id for link in found]
    if not ids:
        return []
    seen = _observations(connection, ids)
    agreed = _shadows(connection, ids)
    outgoing = {row.link: row for row in _of(connection, outbox, ids)}
    failed = {row.link: to_failure(row) for row in _of(connection, failures, ids)}
    disputes = _disputes(connection, ids)
    parents = _parents(connection, found)
    return [
        Known(
            link=link,
            github=seen.get((link.id, Side.GITHUB)),
            notion=seen.get((link.id, Side.NOTION)),
            shadows=agreed[link.id],
            outgoing=to_outgoing(outgoing[link.id], link) if link.id in outgoing else None,
            failure=failed.get(link.id),
            resolved={field: side for field, side in disputes[link.id].items() if side},
            disputed=frozenset(disputes[link.id]),
            parent=parents.get(link.parent) if link.parent else None,
        )
        for link in found
    ]


def _parents(connection: Connection, of: Sequence[Link]) -> dict[int, Link]:
    ids = {link.parent for link in of if link.parent}
    rows = connection.execute(select(links).where(links.c.id.in_(ids))) if ids else ()
    return {row.id: to_link(row) for row in rows}


def _of(connection: Connection, table: Table, ids: Sequence[int]) -> Sequence[Row[Any]]:
    return connection.execute(select(table).where(table.c.link.in_(ids))).all()


def _observations(connection: Connection, ids: Sequence[int]) -> dict[tuple[int, str], Observation]:
    return {(row.link, row.side): to_observation(row) for row in _of(connection, observations, ids)}


def _shadows(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, Shadow]]:
    found: dict[int, dict[str, Shadow]] = defaultdict(dict)
    rows = _of(connection, shadows, ids)
    for row, shadow in zip(rows, codec.load_shadows(row.shadow for row in rows), strict=True):
        found[row.link][row.field] = shadow
    return found


def _disputes(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, Side | None]]:
    """Return, by link and field, the conflicts that are held, each with the side that a person chose."""
    found: dict[int, dict[str, Side | None]] = defaultdict(dict)
    asked = select(conflicts.c.link, conflicts.c.field, conflicts.c.resolved).where(
        conflicts.c.link.in_(ids), or_(conflicts.c.state == HELD, conflicts.c.resolved.is_not(None))
    )
    for link, field, side in connection.execute(asked):
        found[link][field] = Side(side) if side else None
    return found
