"""The store in a database: the port's two halves and what people ask, put together; the queries stand beside this."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from tempfile import TemporaryDirectory
from typing import Self

from sync.store.comments import CommentQueries
from sync.store.conflicts import ConflictQueries
from sync.store.copy import copied
from sync.store.counters import CounterQueries
from sync.store.decisions import DecisionQueries
from sync.store.engine import Database, connect, present
from sync.store.journal import JournalQueries
from sync.store.leases import LeaseQueries
from sync.store.links import LinkQueries
from sync.store.looks import LookQueries
from sync.store.mappings import MappingQueries
from sync.store.observations import ObservationQueries
from sync.store.outbox import OutboxQueries
from sync.store.overview import OverviewQueries
from sync.store.passes import PassQueries
from sync.store.schedule import ScheduleQueries
from sync.store.stops import StopQueries
from sync.store.story import StoryQueries


class SqlStore(
    MappingQueries,
    ObservationQueries,
    LookQueries,
    LinkQueries,
    CommentQueries,
    DecisionQueries,
    OutboxQueries,
    ConflictQueries,
    JournalQueries,
    LeaseQueries,
    StoryQueries,
    StopQueries,
    CounterQueries,
    OverviewQueries,
    PassQueries,
    ScheduleQueries,
):
    """The state of all mappings; safe to share between threads, and between processes through the database."""

    def __init__(self, database: Database, folder: TemporaryDirectory[str] | None = None) -> None:
        super().__init__(database)
        self._folder = folder

    def copy(self) -> SqlStore:
        """Return a store with all that this one holds now, which is thrown away when it is closed."""
        return SqlStore(*copied(self.database))

    def close(self) -> None:
        """Let go of the database; a copy is removed."""
        self.database.engine.dispose()
        if self._folder is not None:
            self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(url: str, *, now: Callable[[], datetime] = present) -> SqlStore:
    """Return the store at DATABASE_URL; raises Misconfigured where it cannot be reached or written.

    `now` is the clock of what has no time given. The tables must be there: see `migrate` and `check_schema`.
    """
    return SqlStore(connect(url, now))
