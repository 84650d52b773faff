"""Looks and hints: records that are to be read by their identity, and who asked; nothing is read here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, delete, insert, select, update

from sync.core.events import Hint, Mode
from sync.core.limits import Lane
from sync.core.model import Ref, Side
from sync.store.engine import CHUNK, Database, Queries, chunks
from sync.store.links import by_side
from sync.store.tables import hints, looks


class LookQueries(Queries):
    """What is to be looked at, and when."""

    def due_looks(self, mapping: str, now: datetime, count: int = 100) -> Mapping[Ref, datetime]:
        """Return the records that must be read by id now with the time since when, the longest due first."""
        asked = select(looks).where(looks.c.mapping == mapping, looks.c.at <= now).order_by(looks.c.at).limit(count)
        with self.database.reading() as connection:
            found = connection.execute(asked).all()
        return {Ref(Side(row.side), row.id, row.container, row.number): row.at for row in found}

    def look_later(self, mapping: str, refs: Iterable[Ref], at: datetime) -> None:
        """Have the records read by id at that time; the earlier of two times stays, but for a look that has begun."""
        with self.database.writing(mapping) as connection:
            _plan(self.database, connection, mapping, dict.fromkeys(refs, at))

    def begin_look(self, mapping: str, ref: Ref, reader: int, now: datetime) -> None:
        """Note that a look that is due begins: it stays due until `end_look`, unless another is asked for meanwhile."""
        due = and_(_of(mapping, ref), looks.c.at <= now)
        with self.database.writing(mapping) as connection:
            connection.execute(update(looks).where(due).values(reader=reader))

    def end_look(self, mapping: str, ref: Ref, reader: int) -> None:
        """Take off the look that this reader began; one that was asked for since stays."""
        with self.database.writing(mapping) as connection:
            connection.execute(delete(looks).where(_of(mapping, ref), looks.c.reader == reader))

    def put_off(self, mapping: str, ref: Ref, now: datetime, pause: Callable[[int], timedelta]) -> datetime:
        """Have a record that could not be read be read later, after a pause for so many tries; return when."""
        with self.database.writing(mapping) as connection:
            tries = connection.scalars(select(looks.c.tries).where(_of(mapping, ref))).one_or_none() or 0
            at = now + pause(tries + 1)
            _plan(self.database, connection, mapping, {ref: at}, first=False)
            connection.execute(update(looks).where(_of(mapping, ref)).values(tries=tries + 1))
        return at

    def looked(self, mapping: str, refs: Iterable[Ref]) -> None:
        """Take the records off the list of looks."""
        with self.database.writing(mapping) as connection:
            for side, chunk in by_side(refs):
                ids = [ref.id for ref in chunk]
                connection.execute(
                    delete(looks).where(looks.c.mapping == mapping, looks.c.side == side, looks.c.id.in_(ids))
                )

    def hint(self, mapping: str, ref: Ref | None, lane: Lane, now: datetime, *, mode: Mode = Mode.HINT) -> None:
        """Keep a hint: a row first, a message second; the very same that waits already is made new instead.

        What was read between the two does not show what the second one tells of.
        """
        said = {"mapping": mapping, "lane": int(lane), "mode": mode}
        said |= {"side": ref.side if ref else None, "record": ref.id if ref else None}
        place = {"container": ref.container, "number": ref.number} if ref else {}
        same = (hints.c[name].is_not_distinct_from(each) for name, each in said.items())
        with self.database.writing(mapping) as connection:
            if not connection.execute(update(hints).where(*same).values(at=now)).rowcount:
                connection.execute(insert(hints).values({**said, **place, "at": now}))

    def take_hints(self, mapping: str, count: int = CHUNK) -> Sequence[Hint]:
        """Return the hints that wait and take them off, oldest first; each record named becomes a look that is due."""
        with self.database.writing(mapping) as connection:
            asked = select(hints).where(hints.c.mapping == mapping).order_by(hints.c.id).limit(count)
            rows = connection.execute(asked).all()
            taken = [Hint(row.mapping, _named(row), Lane(row.lane), row.at, Mode(row.mode)) for row in rows]
            latest = {each.ref: each.at for each in sorted(taken, key=attrgetter("at")) if each.ref}
            _plan(self.database, connection, mapping, latest, first=False)
            for chunk in chunks(row.id for row in rows):
                connection.execute(delete(hints).where(hints.c.id.in_(chunk)))
        return taken

    def hinted(self) -> Sequence[str]:
        """Return the mappings that hints wait for."""
        with self.database.reading() as connection:
            return connection.scalars(select(hints.c.mapping).distinct().order_by(hints.c.mapping)).all()


def _of(mapping: str, ref: Ref) -> ColumnElement[bool]:
    return and_(looks.c.mapping == mapping, looks.c.side == ref.side, looks.c.id == ref.id)


def _named(row: Row[Any]) -> Ref | None:
    return Ref(Side(row.side), row.record, row.container, row.number) if row.record else None


def _plan(
    database: Database, connection: Connection, mapping: str, due: dict[Ref, datetime], *, first: bool = True
) -> None:
    """Plan looks: of two times the first stays, unless the second is what was heard of the record since.

    A look that has begun gives way: what is asked for meanwhile is another one, which its end leaves alone.
    """
    if not due:
        return
    added = database.insert(looks)
    stands = and_(looks.c.reader.is_(None), looks.c.at < added.excluded.at)
    earlier = case((stands, looks.c.at), else_=added.excluded.at)
    statement = added.on_conflict_do_update(
        index_elements=[looks.c.mapping, looks.c.side, looks.c.id],
        set_={
            "at": earlier if first else added.excluded.at,
            "reader": None,
            "container": added.excluded.container,
            "number": added.excluded.number,
        },
    )
    rows = [
        {"mapping": mapping, "side": ref.side, "id": ref.id, "container": ref.container, "number": ref.number, "at": at}
        for ref, at in due.items()
    ]
    connection.execute(statement, rows)
