"""Observations: the newest record seen on a side, which never goes backwards; what they mean is decided in core."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Executable,
    Row,
    Select,
    bindparam,
    case,
    func,
    select,
    tuple_,
    update,
)

from sync.core.bound import BORN_AT
from sync.core.model import ISSUE, Record, Ref, Side
from sync.core.state import Observation
from sync.store import codec
from sync.store.engine import CHUNK, Database, Queries, chunks
from sync.store.links import by_side, holders, mark
from sync.store.tables import observations

_PLACE = (observations.c.container, observations.c.number, observations.c.id)


def folded(address: str) -> str:
    """Return what two spellings of one address share."""
    return address.rstrip("/").casefold()


def to_observation(row: Row[Any]) -> Observation:
    """Return the observation in a row of its table."""
    return Observation(
        record=codec.load_record(row.record),
        seq=row.seq,
        read_at=row.read_at,
        since=codec.load_since(row.since),
        ack=codec.load_ack(row.ack) if row.ack else None,
        listing=row.listing,
        link=row.link,
    )


def keep(database: Database, connection: Connection, mapping: str, seen: Sequence[Observation]) -> None:
    """Keep observations; a row that was read, or that acknowledged a write, later than the given one stays as it is.

    One that does not know of the row's last acknowledgement was judged without it, so it is older in what matters.
    """
    if not seen:
        return
    links = holders(connection, mapping, (each.record.ref for each in seen))
    rows = [_row(mapping, each, links.get(each.record.ref)) for each in seen]
    connection.execute(_keeping(database.insert), sorted(rows, key=lambda row: (row["side"], row["id"])))


@cache
def _keeping(insert: Any) -> Executable:  # noqa: ANN401 - either dialect's construct
    added = insert(observations)
    given = added.excluded
    replaced = {
        column.name: given[column.name]
        for column in observations.c
        if not column.primary_key and column.name not in ("link", "listing")
    }
    statement: Executable = added.on_conflict_do_update(
        index_elements=[observations.c.mapping, observations.c.side, observations.c.id],
        set_={**replaced, "listing": _later(observations.c.listing, given.listing)},
        where=(observations.c.seq <= given.seq) & (observations.c.ack_seq <= given.ack_seq),
    )
    return statement


def _later(one: ColumnElement[int], two: ColumnElement[int]) -> ColumnElement[int]:
    return case((one > two, one), else_=two)


def _row(mapping: str, seen: Observation, link: int | None) -> dict[str, Any]:
    record = seen.record
    return {
        "mapping": mapping,
        "side": record.ref.side,
        "id": record.ref.id,
        "container": record.ref.container,
        "number": record.ref.number or 0,
        "kind": record.ref.kind,
        "address": folded(record.address),
        "in_sight": record.presence.in_sight,
        "record": codec.dump_record(record),
        "seq": seen.seq,
        "read_at": seen.read_at,
        "since": codec.dump_since(seen.since),
        "ack": codec.dump_ack(seen.ack) if seen.ack else None,
        "ack_seq": seen.ack.seq if seen.ack else 0,
        "listing": seen.listing,
        "link": link,
        "born": _born(record),
        "passed_over": "",
    }


def _born(record: Record) -> str | None:
    born = record.read(BORN_AT)
    return born if isinstance(born, str) else None


class ObservationQueries(Queries):
    """What is asked of observations, and how they are kept."""

    def observations(self, mapping: str, refs: Iterable[Ref]) -> Mapping[Ref, Observation]:
        """Return the known observations of those records."""
        found = {}
        with self.database.reading() as connection:
            for side, chunk in by_side(refs):
                asked = self._on(mapping, side).where(observations.c.id.in_([ref.id for ref in chunk]))
                for seen in map(to_observation, connection.execute(asked)):
                    found[seen.record.ref] = seen
        return found

    def unseen(self, mapping: str, side: Side, container: str, listing: int) -> Iterator[Ref]:
        """Yield the linked records in sight that a complete listing did not show."""
        asked = select(*_PLACE).where(
            observations.c.mapping == mapping,
            observations.c.side == side,
            observations.c.container == container,
            observations.c.kind == ISSUE,
            observations.c.in_sight,
            observations.c.link.is_not(None),
            observations.c.listing < listing,
        )
        for row in self._pages(asked, (observations.c.id,)):
            yield Ref(side, row.id, row.container, row.number or None)

    def unlinked(self, mapping: str, side: Side, kind: str = ISSUE, *, rules: str = "") -> Iterator[Observation]:
        """Yield, in order of container and number or id, observations of that kind that no link holds.

        Those that were passed over under these rules are left out.
        """
        free = self._on(mapping, side).where(observations.c.link.is_(None), observations.c.kind == kind)
        left = free.where(observations.c.passed_over != rules) if rules else free
        return map(to_observation, self._pages(left, _PLACE))

    def pass_over(self, mapping: str, rules: str, seen: Iterable[Observation]) -> None:
        """Note that these rules do nothing with records as they were seen: they are told again once they are read."""
        place = (observations.c.mapping == mapping, observations.c.side == bindparam("of"))
        same = (observations.c.id == bindparam("record_id"), observations.c.seq == bindparam("read"))
        noted = update(observations).where(*place, *same).values(passed_over=rules)
        rows = [{"of": each.record.ref.side, "record_id": each.record.ref.id, "read": each.seq} for each in seen]
        for chunk in chunks(rows):
            with self.database.writing(mapping) as connection:
                connection.execute(noted, chunk)

    def held(self, mapping: str, side: Side) -> Iterator[Observation]:
        """Yield, in order of container and number or id, observations of issues and pages that a living link holds."""
        tied = self._on(mapping, side).where(observations.c.link.is_not(None), observations.c.kind == ISSUE)
        return map(to_observation, self._pages(tied, _PLACE))

    def born(self, mapping: str, side: Side, times: Iterable[str]) -> Sequence[Ref]:
        """Return the issues and pages, held by a living link, that were born at one of those times."""
        found: list[Ref] = []
        with self.database.reading() as connection:
            for chunk in chunks(sorted(times)):
                asked = select(*_PLACE).where(
                    observations.c.mapping == mapping,
                    observations.c.side == side,
                    observations.c.born.in_(chunk),
                    observations.c.link.is_not(None),
                    observations.c.kind == ISSUE,
                )
                # Sorted here: asked for an order, SQLite reads a whole mapping in it rather than the few by their time.
                rows = sorted(connection.execute(asked))
                found += [Ref(side, row.id, row.container, row.number or None) for row in rows]
        return found

    def by_address(self, mapping: str, side: Side, addresses: Iterable[str]) -> Mapping[str, Observation]:
        """Return observations by the address that was asked for; of several, the one in sight that was read last."""
        asked = {address: folded(address) for address in addresses}
        found: dict[str, Observation] = {}
        with self.database.reading() as connection:
            for chunk in chunks(sorted(set(asked.values()) - {""})):
                rows = connection.execute(
                    self._on(mapping, side)
                    .where(observations.c.address.in_(chunk))
                    .order_by(observations.c.in_sight, observations.c.seq)
                )
                found |= {row.address: to_observation(row) for row in rows}
        return {address: found[each] for address, each in asked.items() if each in found}

    def numbered(self, mapping: str, container: str, number: int) -> Observation | None:
        """Return the observation of the record that has that number in its container."""
        asked = self._on(mapping, Side.GITHUB).where(
            observations.c.container == container, observations.c.number == number, observations.c.kind == ISSUE
        )
        with self.database.reading() as connection:
            row = connection.execute(asked).first()
        return to_observation(row) if row else None

    def highest_number(self, mapping: str, container: str) -> int | None:
        """Return the highest number seen in a container."""
        asked = select(func.max(observations.c.number)).where(
            observations.c.mapping == mapping,
            observations.c.container == container,
        )
        with self.database.reading() as connection:
            return connection.scalar(asked) or None

    def observe(self, mapping: str, seen: Sequence[Observation], touched: Iterable[Ref], tick: int) -> None:
        """Keep observations, and mark the links of the touched ones at that tick."""
        with self.database.writing(mapping) as connection:
            for chunk in chunks(seen):
                keep(self.database, connection, mapping, chunk)
            mark(connection, holders(connection, mapping, touched).values(), tick, self.database.now())

    def seen_in_listing(self, mapping: str, refs: Iterable[Ref], listing: int) -> None:
        """Note that a listing showed the records though nothing of them is to be kept."""
        with self.database.writing(mapping) as connection:
            for side, chunk in by_side(refs):
                connection.execute(
                    update(observations)
                    .where(observations.c.mapping == mapping, observations.c.side == side)
                    .where(observations.c.id.in_([ref.id for ref in chunk]), observations.c.listing < listing)
                    .values(listing=listing)
                )

    def _on(self, mapping: str, side: Side) -> Select[Any]:
        return select(observations).where(observations.c.mapping == mapping, observations.c.side == side)

    def _pages(self, asked: Select[Any], order: Sequence[Column[Any]]) -> Iterator[Row[Any]]:
        """Yield the rows in an order, in short transactions: whoever reads them may call a service in between."""
        after: tuple[Any, ...] = ()
        while True:
            page = asked.where(tuple_(*order) > tuple_(*after)) if after else asked
            with self.database.reading() as connection:
                rows = connection.execute(page.order_by(*order).limit(CHUNK)).all()
            yield from rows
            if len(rows) < CHUNK:
                return
            after = tuple(getattr(rows[-1], column.name) for column in order)
