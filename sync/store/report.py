"""What people ask of the state: conflicts, failures and what could not be said; it decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, distinct, func, select, tuple_

from sync.core.model import Shadow, Side, Value
from sync.core.state import Failure
from sync.store import codec
from sync.store.conflicts import HELD
from sync.store.engine import Queries, chunks
from sync.store.known import to_failure
from sync.store.leases import draw
from sync.store.links import mark
from sync.store.tables import (
    conflicts,
    failures,
    links,
    observations,
    unmapped,
)


@dataclass(frozen=True)
class Place:
    """What people call the records of a link: `acme/api#7`, and the page's id."""

    issue: str | None
    page: str | None


@dataclass(frozen=True)
class ConflictRow:
    """One conflict, as it is shown."""

    id: int
    mapping: str
    link: int
    place: Place
    field: str
    github: Value
    notion: Value
    base: Shadow | None
    since: datetime
    state: str
    winner: Side | None
    resolved: Side | None


@dataclass(frozen=True)
class FailureRow:
    """One failure, as it is shown."""

    mapping: str
    place: Place
    failure: Failure


@dataclass(frozen=True)
class UnmappedRow:
    """One value that no row can say on the other side, and on how many links."""

    side: Side
    field: str
    value: str
    count: int


class ReportQueries(Queries):
    """What is shown, and the retry that a person asks for."""

    def conflicts(self, mapping: str | None = None) -> Sequence[ConflictRow]:
        """Return the open conflicts and those that were decided, newest last."""
        asked = select(conflicts).order_by(conflicts.c.id)
        with self.database.reading() as connection:
            rows = connection.execute(_within(asked, conflicts.c.mapping, mapping)).all()
            places = places_of(connection, (row.link for row in rows))
        return [_conflict(row, places[row.link]) for row in rows]

    def conflicts_of(self, link: int) -> Sequence[ConflictRow]:
        """Return a link's open conflicts."""
        asked = select(conflicts).where(conflicts.c.link == link, conflicts.c.state == HELD).order_by(conflicts.c.id)
        with self.database.reading() as connection:
            rows = connection.execute(asked).all()
            places = places_of(connection, [link])
        return [_conflict(row, places[row.link]) for row in rows]

    def failures(self, mapping: str | None = None) -> Sequence[FailureRow]:
        """Return the open failures, oldest first."""
        asked = select(failures).order_by(failures.c.id)
        with self.database.reading() as connection:
            rows = connection.execute(_within(asked, failures.c.mapping, mapping)).all()
            places = places_of(connection, (row.link for row in rows))
        return [FailureRow(row.mapping, places[row.link], to_failure(row)) for row in rows]

    def places(self, ids: Iterable[int]) -> Mapping[int, Place]:
        """Return what people call the records of those links."""
        with self.database.reading() as connection:
            return places_of(connection, ids)

    def retry(self, ids: Iterable[int]) -> int:
        """Have failed writes tried again: forget the failures and mark their links; return how many there were."""
        wanted, done = list(ids), 0
        for mapping in self._mappings_of(wanted):
            with self.database.writing(mapping) as connection:
                for chunk in chunks(wanted):
                    mine = (failures.c.id.in_(chunk), failures.c.mapping == mapping)
                    gone = connection.scalars(delete(failures).where(*mine).returning(failures.c.link)).all()
                    mark(connection, gone, draw(self.database, connection), self.database.now())
                    done += len(gone)
        return done

    def unmapped(self, mapping: str) -> Sequence[UnmappedRow]:
        """Return the values that no row can say on the other side, one line a value."""
        columns = (unmapped.c.side, unmapped.c.field, unmapped.c.value)
        asked = select(*columns, func.count(distinct(unmapped.c.link)))
        asked = asked.where(unmapped.c.mapping == mapping).group_by(*columns).order_by(*columns)
        with self.database.reading() as connection:
            return [
                UnmappedRow(Side(side), field, value, count) for side, field, value, count in connection.execute(asked)
            ]

    def _mappings_of(self, ids: Sequence[int]) -> Sequence[str]:
        found: set[str] = set()
        with self.database.reading() as connection:
            for chunk in chunks(ids):
                found |= set(connection.scalars(select(failures.c.mapping).where(failures.c.id.in_(chunk))))
        return sorted(found)


def _within(asked: Select[Any], column: ColumnElement[str], mapping: str | None) -> Select[Any]:
    return asked if mapping is None else asked.where(column == mapping)


def places_of(connection: Connection, ids: Iterable[int]) -> dict[int, Place]:
    """Return what people call the records of links; an issue that was never seen has no name."""
    found: dict[int, Place] = {}
    above = links.alias()
    for chunk in chunks(sorted(set(ids))):
        # A comment's link is called by the issue and the page that its parent ties.
        asked = select(links.c.id, links.c.mapping, above.c.github, above.c.notion).where(links.c.id.in_(chunk))
        rows = connection.execute(asked.join(above, above.c.id == func.coalesce(links.c.parent, links.c.id))).all()
        keys = [(row.mapping, str(Side.GITHUB), row.github) for row in rows if row.github]
        seen = select(observations.c.mapping, observations.c.id, observations.c.record).where(
            tuple_(observations.c.mapping, observations.c.side, observations.c.id).in_(keys)
        )
        labels = {(mapping, id_): codec.load_record(record).label for mapping, id_, record in connection.execute(seen)}
        found |= {row.id: Place(labels.get((row.mapping, row.github)), row.notion) for row in rows}
    return found


def _conflict(row: Row[Any], place: Place) -> ConflictRow:
    return ConflictRow(
        id=row.id,
        mapping=row.mapping,
        link=row.link,
        place=place,
        field=row.field,
        github=codec.load_value(row.github),
        notion=codec.load_value(row.notion),
        base=codec.load_shadow(row.base) if row.base else None,
        since=row.since,
        state=row.state,
        winner=Side(row.winner) if row.winner else None,
        resolved=Side(row.resolved) if row.resolved else None,
    )
