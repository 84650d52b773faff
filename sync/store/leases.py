"""Ticks, named leases, heartbeats and small notes: what keeps several processes in order; no record is known here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, select, update

from sync.store.engine import Database, Queries
from sync.store.tables import beats, leases, meta, outbox, ticks

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def draw(database: Database, connection: Connection) -> int:
    """Draw the next tick within a transaction."""
    return int(connection.execute(_drawing(database.insert)).scalar_one())


@cache
def _drawing(insert: Any) -> Executable:  # noqa: ANN401 - either dialect's construct
    added = insert(ticks).values(name="tick", value=1)
    drawn = added.on_conflict_do_update(index_elements=[ticks.c.name], set_={"value": ticks.c.value + 1})
    statement: Executable = drawn.returning(ticks.c.value)
    return statement


class LeaseQueries(Queries):
    """Who may do what alone, and who is alive."""

    def tick(self) -> int:
        """Draw the next number of the order in which reads begin and writes are acknowledged."""
        with self.database.writing() as connection:
            return draw(self.database, connection)

    def take_lease(self, name: str, owner: str, until: datetime, now: datetime) -> int | None:
        """Return the epoch under which the owner holds the name alone until then, None where somebody else does."""
        added = self.database.insert(leases).values(name=name, owner=owner, epoch=1, until=until)
        taken = added.on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={"owner": owner, "epoch": leases.c.epoch + 1, "until": until},
            where=leases.c.until <= now,
        )
        with self.database.writing() as connection:
            epoch = connection.execute(taken.returning(leases.c.epoch)).scalar()
            return None if epoch is None else int(epoch)

    def keep_lease(self, name: str, epoch: int, until: datetime) -> bool:
        """Hold a lease for longer; False where it was given back, or is somebody else's by now."""
        held = update(leases).where(leases.c.name == name, leases.c.epoch == epoch, leases.c.until > LONG_AGO)
        with self.database.writing() as connection:
            return connection.execute(held.values(until=until)).rowcount == 1

    def give_back(self, name: str, epoch: int) -> bool:
        """Give a lease back; False where it is somebody else's by now."""
        return self.keep_lease(name, epoch, LONG_AGO)

    def taken(self, name: str, now: datetime) -> bool:
        """Tell whether somebody holds a lease."""
        asked = select(leases.c.epoch).where(leases.c.name == name, leases.c.until > now)
        with self.database.reading() as connection:
            return connection.scalar(asked) is not None

    def owners(self, now: datetime) -> frozenset[str]:
        """Return who holds a lease or a write at present."""
        held = select(leases.c.owner).where(leases.c.until > now)
        writing = select(outbox.c.owner).where(outbox.c.owner != "")
        with self.database.reading() as connection:
            return frozenset(connection.scalars(held.union(writing)))

    def release_held_by(self, owners: Collection[str], now: datetime) -> None:
        """Have nobody wait for those who are dead: what they held may be taken at once, under a new epoch as always."""
        with self.database.writing() as connection:
            connection.execute(update(leases).where(leases.c.owner.in_(owners)).values(until=LONG_AGO))
            connection.execute(update(outbox).where(outbox.c.owner.in_(owners)).values(due=now))

    def beat(self, name: str, now: datetime) -> None:
        """Note that something is alive."""
        added = self.database.insert(beats).values(name=name, at=now)
        with self.database.writing() as connection:
            connection.execute(added.on_conflict_do_update(index_elements=[beats.c.name], set_={"at": now}))

    def last_beat(self, name: str) -> datetime | None:
        """Return when that was alive last."""
        with self.database.reading() as connection:
            return connection.scalar(select(beats.c.at).where(beats.c.name == name))

    def note(self, name: str, text: str) -> None:
        """Keep a small text that belongs to no mapping."""
        added = self.database.insert(meta).values(name=name, value=text)
        with self.database.writing() as connection:
            connection.execute(added.on_conflict_do_update(index_elements=[meta.c.name], set_={"value": text}))

    def noted(self, name: str) -> str | None:
        """Return such a text."""
        with self.database.reading() as connection:
            return connection.scalar(select(meta.c.value).where(meta.c.name == name))

    def swap(self, name: str, old: str | None, new: str) -> bool:
        """Keep a text in place of another one, None being none; False where it is not that one any more."""
        if old is None:
            put = self.database.insert(meta).values(name=name, value=new)
            changed = put.on_conflict_do_nothing(index_elements=[meta.c.name])
        else:
            changed = update(meta).where(meta.c.name == name, meta.c.value == old).values(value=new)
        with self.database.writing() as connection:
            return connection.execute(changed.returning(meta.c.name)).first() is not None
