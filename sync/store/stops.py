"""Mappings that a person stopped, until a person has them go on; why others pause stands in their own state."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from sync.store.engine import Queries
from sync.store.tables import meta

PREFIX = "stopped "

STOPPED = select(func.substr(meta.c.name, len(PREFIX) + 1)).where(meta.c.name.startswith(PREFIX))
"""The names of stopped mappings. A note of its own: a mapping's state is written back whole by whoever works it."""


class StopQueries(Queries):
    """A person's word that a mapping is to rest, or to go on."""

    def stop(self, mapping: str, why: str) -> None:
        """Have nothing read or written for the mapping; what is in flight is settled once it goes on."""
        added = self.database.insert(meta).values(name=PREFIX + mapping, value=why)
        with self.database.writing() as connection:
            connection.execute(added.on_conflict_do_nothing(index_elements=[meta.c.name]))

    def go_on(self, mapping: str) -> None:
        """Have the mapping worked again."""
        with self.database.writing() as connection:
            connection.execute(delete(meta).where(meta.c.name == PREFIX + mapping))

    def stopped(self) -> frozenset[str]:
        """Return the names of the mappings that a person stopped."""
        with self.database.reading() as connection:
            return frozenset(connection.scalars(STOPPED))
