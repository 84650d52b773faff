"""Links: who belongs together, which records are taken, and which links are to be decided; no field is known here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Update, case, delete, func, insert, select, tuple_, update

from sync.core.model import ISSUE, Link, LinkState, Ref, Side
from sync.core.state import Stage
from sync.store import journal
from sync.store.engine import Queries, chunks
from sync.store.tables import ALIVE, conflicts, failures, links, observations, outbox, shadows, unmapped

BUSY = (Stage.LEASED, Stage.IN_FLIGHT)


def to_link(row: Row[Any]) -> Link:
    """Return the link in a row of its table."""
    return Link(
        id=row.id,
        mapping=row.mapping,
        state=LinkState(row.state),
        github=Ref(Side.GITHUB, row.github, row.github_container, row.github_number) if row.github else None,
        notion=Ref(Side.NOTION, row.notion, row.notion_container, row.notion_number) if row.notion else None,
        kind=row.kind,
        parent=row.parent,
        version=row.version,
        closed_by_us=row.closed_by_us,
        tied_at=row.tied_at,
    )


def lock(connection: Connection, ids: Iterable[int]) -> dict[int, Row[Any]]:
    """Return links by id, they and their writes locked until the transaction ends, in the order of their ids."""
    found: dict[int, Row[Any]] = {}
    for chunk in chunks(sorted(set(ids))):
        rows = connection.execute(
            select(links).where(links.c.id.in_(chunk)).order_by(links.c.id).with_for_update(key_share=True)
        )
        found |= {row.id: row for row in rows}
        connection.execute(select(outbox.c.id).where(outbox.c.link.in_(chunk)).with_for_update(key_share=True))
    return found


def marking(tick: int, now: datetime) -> Update:
    """Return the statement that marks the links that a condition added to it will name."""
    return (
        update(links)
        .where(ALIVE)
        .values(
            marked=case((links.c.marked > tick, links.c.marked), else_=tick),
            version=links.c.version + 1,
            waiting_since=func.coalesce(links.c.waiting_since, now),
        )
    )


def mark(connection: Connection, ids: Iterable[int], tick: int, now: datetime) -> None:
    """Mark links to be decided."""
    for chunk in chunks(ids):
        connection.execute(marking(tick, now).where(links.c.id.in_(chunk)))


def holders(connection: Connection, mapping: str, refs: Iterable[Ref]) -> dict[Ref, int]:
    """Return the links that hold those records."""
    found: dict[Ref, int] = {}
    for side, chunk in by_side(refs):
        ids = {ref.id: ref for ref in chunk}
        column = links.c[side]
        asked = select(links.c.id, column).where(links.c.mapping == mapping, column.in_(ids), ALIVE)
        found |= {ids[record]: link for link, record in connection.execute(asked)}
    return found


def by_side(refs: Iterable[Ref]) -> list[tuple[Side, Sequence[Ref]]]:
    """Return the records by side, in chunks that one statement may name."""
    kept = list(refs)
    return [(side, chunk) for side in Side for chunk in chunks(ref for ref in kept if ref.side is side)]


def ref_values(ref: Ref) -> dict[str, object]:
    """Return what a link's row says of the record that it holds on that side."""
    return {str(ref.side): ref.id, f"{ref.side}_container": ref.container, f"{ref.side}_number": ref.number}


def hold(connection: Connection, link: int, mapping: str, ref: Ref) -> bool:
    """Have the link hold that record instead of the one it held on that side; False where another one keeps it.

    A rival that is merely claimed, with nothing on its way, gives way: it wanted a partner for what has one.
    """
    rival = holders(connection, mapping, [ref]).get(ref, link)
    if rival != link and not _gives_way(connection, rival):
        return False
    let_go(connection, link, ref.side)
    connection.execute(update(links).where(links.c.id == link).values(ref_values(ref)))
    _claim_observations(connection, mapping, {ref: link})
    return True


def _gives_way(connection: Connection, rival: int) -> bool:
    """End a link that is merely claimed, with no create on its way; tell whether it did."""
    row = lock(connection, [rival])[rival]
    if row.state != LinkState.CLAIMED or busy(connection, [rival]):
        return False
    connection.execute(update(links).where(links.c.id == rival).values(state=LinkState.TOMBSTONED))
    bury(connection, [rival])
    return True


def let_go(connection: Connection, link: int, side: Side) -> None:
    """Have the link hold nothing on that side."""
    held = (observations.c.link == link, observations.c.side == side)
    connection.execute(update(observations).where(*held).values(link=None))
    columns = {str(side): None, f"{side}_container": None, f"{side}_number": None}
    connection.execute(update(links).where(links.c.id == link).values(columns))


def wake(connection: Connection, parents: Iterable[int], now: datetime) -> None:
    """Mark the comments' links under links whose state changed: they rest and go on together."""
    for chunk in chunks(parents):
        connection.execute(marking(0, now).where(links.c.parent.in_(chunk)))


def bury(connection: Connection, ids: Iterable[int]) -> None:
    """Take from tombstoned links all that only a living one has; their records are free again."""
    for chunk in chunks(ids):
        forget(connection, chunk)
        connection.execute(update(observations).where(observations.c.link.in_(chunk)).values(link=None))
        dead = {"marked": None, "withheld": "", "waiting_since": None, "version": links.c.version + 1}
        connection.execute(update(links).where(links.c.id.in_(chunk)).values(dead))


def forget(connection: Connection, chunk: Sequence[int]) -> None:
    """Take from links all that was agreed, decided or refused."""
    for table in (shadows, outbox, failures, unmapped):
        connection.execute(delete(table).where(table.c.link.in_(chunk)))
    connection.execute(delete(conflicts).where(conflicts.c.link.in_(chunk), conflicts.c.state == "held"))


def busy(connection: Connection, ids: Iterable[int]) -> set[int]:
    """Return which of the links have a write that is leased or in flight."""
    asked = select(outbox.c.link).where(outbox.c.stage.in_(BUSY))
    return {link for chunk in chunks(ids) for link in connection.scalars(asked.where(outbox.c.link.in_(chunk)))}


def _claim_observations(connection: Connection, mapping: str, held: Mapping[Ref, int]) -> None:
    for ref, link in held.items():
        place = (mapping, ref.side, ref.id)
        connection.execute(
            update(observations)
            .where(tuple_(observations.c.mapping, observations.c.side, observations.c.id) == place)
            .values(link=link)
        )


class LinkQueries(Queries):
    """What is asked of links, and how they come and go."""

    def link_of(self, mapping: str, ref: Ref) -> Link | None:
        """Return the link that holds the record."""
        asked = select(links).where(links.c.mapping == mapping, links.c[ref.side] == ref.id, ALIVE)
        with self.database.reading() as connection:
            row = connection.execute(asked).first()
        return to_link(row) if row else None

    def links_count(self, mapping: str) -> int:
        """Return how many links of issues live."""
        asked = select(func.count()).select_from(links).where(links.c.mapping == mapping, links.c.kind == ISSUE, ALIVE)
        with self.database.reading() as connection:
            return connection.execute(asked).scalar_one()

    def tie(self, mapping: str, github: Ref, notion: Ref, tick: int, *, parent: int | None = None) -> Link | None:
        """Make a linked link of two free records and mark it; None where either is not free; a mere claim gives way."""
        return self._make(mapping, (github, notion), {"state": LinkState.LINKED, "marked": tick, "parent": parent})

    def claim(self, mapping: str, ref: Ref, tick: int, *, parent: int | None = None) -> Link | None:
        """Make a claimed link of one free record and mark it; None where it is not free any more."""
        return self._make(mapping, (ref,), {"state": LinkState.CLAIMED, "marked": tick, "parent": parent})

    def mark(self, mapping: str, links: Iterable[int], tick: int) -> None:
        """Mark links to be decided."""
        with self.database.writing(mapping) as connection:
            mark(connection, links, tick, self.database.now())

    def reconsider(self, mapping: str, tick: int) -> None:
        """Mark the links whose writes are queued: what is decided for them anew takes its place."""
        queued = select(outbox.c.link).where(outbox.c.mapping == mapping, outbox.c.stage == Stage.QUEUED)
        with self.database.writing(mapping) as connection:
            connection.execute(marking(tick, self.database.now()).where(links.c.id.in_(queued)))

    def mark_all(self, mapping: str, tick: int) -> None:
        """Mark every living link of the mapping."""
        with self.database.writing(mapping) as connection:
            connection.execute(marking(tick, self.database.now()).where(links.c.mapping == mapping))

    def rekey(self, link: Link, state: LinkState, ref: Ref | None, tick: int) -> None:
        """Give a link another state and, where the record answered under another identity, another record."""
        with self.database.writing(link.mapping) as connection:
            lock(connection, [link.id])
            reason = f"{state}" if ref is None else f"{state}, now {ref.side} {ref.id}"
            if ref is not None and not hold(connection, link.id, link.mapping, ref):
                reason = f"{state}; {ref.side} {ref.id} is held by another link"
            connection.execute(update(links).where(links.c.id == link.id).values(state=state, because=reason))
            if state is LinkState.TOMBSTONED:
                bury(connection, [link.id])
            wake(connection, [link.id], self.database.now())
            mark(connection, [link.id], tick, self.database.now())
            journal.add(connection, journal.Line(link.id, link.mapping, self.database.now(), "rekeyed", reason=reason))

    def _make(self, mapping: str, refs: Sequence[Ref], given: Mapping[str, object]) -> Link | None:
        now, state = self.database.now(), given["state"]
        with self.database.writing(mapping) as connection:
            rivals = set(holders(connection, mapping, refs).values())
            if rivals and (state is LinkState.CLAIMED or not all(_gives_way(connection, each) for each in rivals)):
                return None
            # Version 1 was never decided: a round that began earlier and ends now does not unmark it.
            row = {
                **given,
                "mapping": mapping,
                "kind": refs[0].kind,
                "version": 1,
                "tied_at": now,
                "waiting_since": now,
            }
            for ref in refs:
                row |= ref_values(ref)
            made = connection.execute(insert(links).values(row).returning(links)).one()
            _claim_observations(connection, mapping, dict.fromkeys(refs, made.id))
            event = "claimed" if state is LinkState.CLAIMED else "tied"
            journal.add(connection, journal.Line(made.id, mapping, now, event, reason=_names(refs)))
        return to_link(made)


def _names(refs: Iterable[Ref]) -> str:
    return ", ".join(f"{ref.side} {ref.id}" for ref in refs)
