"""Conflicts: which are open, which were decided, and what a person chose; who wins is decided in core."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from sync.core.model import Conflict, Link, Side, Value
from sync.core.state import Decision
from sync.store import codec
from sync.store.engine import Queries
from sync.store.leases import draw
from sync.store.links import mark
from sync.store.tables import conflicts

HELD, DECIDED = "held", "decided"


def overtaken(connection: Connection, decisions: Sequence[Decision]) -> set[int]:
    """Return the links in which a value moved after a person chose, and take the choice back.

    The choice was made between two other values; carried out now, it would overwrite what nobody was shown.
    """
    chosen = {(row.link, row.field): row for row in _rows(connection, decisions) if row.resolved is not None}
    stale = [
        row
        for decision in decisions
        for conflict in decision.conflicts
        if (row := chosen.get((decision.link.id, conflict.field))) and _values(row) != _written(conflict)[:2]
    ]
    if stale:
        _update(connection, [row.id for row in stale], resolved=None)
    return {row.link for row in stale}


def replace(connection: Connection, mapping: str, decisions: Sequence[Decision], now: datetime) -> None:
    """Replace the links' open conflicts by those that were decided on; one with the same values stays the same row."""
    latest = {(row.link, row.field): row for row in _rows(connection, decisions)}
    for decision in decisions:
        for conflict in decision.conflicts:
            row = latest.pop((decision.link.id, conflict.field), None)
            if row is not None and _goes_on(row, conflict):
                _update(connection, [row.id], **_verdict(conflict))
                continue
            if row is not None:
                _end(connection, row)
            connection.execute(insert(conflicts).values(_row(mapping, decision.link, conflict, now)))
    for row in latest.values():
        _end(connection, row)


def _rows(connection: Connection, decisions: Iterable[Decision]) -> Sequence[Row[Any]]:
    ids = [decision.link.id for decision in decisions]
    return connection.execute(select(conflicts).where(conflicts.c.link.in_(ids)).order_by(conflicts.c.id)).all()


def _goes_on(row: Row[Any], conflict: Conflict) -> bool:
    """Tell whether the row tells of this very conflict: open, or decided in the same way from the same base."""
    github, notion, base = _written(conflict)
    if _values(row) != (github, notion):
        return False
    return bool(row.state == HELD or (row.base == base and row.winner == conflict.winner))


def _end(connection: Connection, row: Row[Any]) -> None:
    """End a conflict: one that nobody had to decide any more leaves no trace, a decided one stays to be shown."""
    if row.state == HELD:
        connection.execute(delete(conflicts).where(conflicts.c.id == row.id))
    elif row.resolved is not None:
        _update(connection, [row.id], resolved=None)


def _update(connection: Connection, ids: Sequence[int], **values: object) -> None:
    connection.execute(update(conflicts).where(conflicts.c.id.in_(ids)).values(**values))


def _written(conflict: Conflict) -> tuple[str, str, str | None]:
    base = codec.dump_shadow(conflict.base) if conflict.base else None
    return codec.dump_value(conflict.github), codec.dump_value(conflict.notion), base


def _values(row: Row[Any]) -> tuple[str, str]:
    return row.github, row.notion


def _verdict(conflict: Conflict) -> dict[str, object]:
    base = _written(conflict)[2]
    return {"state": HELD if conflict.held else DECIDED, "winner": conflict.winner, "base": base}


def _row(mapping: str, link: Link, conflict: Conflict, now: datetime) -> dict[str, object]:
    github, notion, _ = _written(conflict)
    found = {"link": link.id, "mapping": mapping, "field": conflict.field, "since": now}
    return {**found, "github": github, "notion": notion, **_verdict(conflict)}


class ConflictQueries(Queries):
    """What a person does to conflicts."""

    def resolve(self, conflict: int, side: Side, seen: tuple[Value, Value] | None = None) -> bool:
        """Have a side win an open conflict; False where it is not open any more.

        `seen` are the values of GitHub and Notion that the person was shown: refused too where either is another one by
        now. A conflict keeps its id only as long as both values stay, so without them the id says the same.
        """
        with self.database.reading() as connection:
            mapping = connection.scalar(select(conflicts.c.mapping).where(conflicts.c.id == conflict))
        if mapping is None:
            return False
        with self.database.writing(mapping) as connection:
            asked = select(conflicts).where(conflicts.c.id == conflict, conflicts.c.state == HELD)
            row = connection.execute(asked).first()
            if row is None or (seen is not None and _values(row) != tuple(map(codec.dump_value, seen))):
                return False
            _update(connection, [conflict], resolved=side)
            mark(connection, [row.link], draw(self.database, connection), self.database.now())
        return True
