"""Passes: when a mapping was worked, how, and with what outcome; and how long what is past is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, exists, func, insert, select, update

from sync.core.state import DONE, PassMode
from sync.store import codec, counters
from sync.store.conflicts import DECIDED
from sync.store.engine import Queries
from sync.store.leases import draw
from sync.store.tables import conflicts, journal, outbox, passes

READING = (PassMode.INCREMENTAL, PassMode.FULL)
"""The modes of the passes that read the lists."""
BITE = 500
"""Rows of a table that go in one transaction."""


@dataclass(frozen=True)
class Pass:
    """One pass; `outcome` is empty while it runs, or where it died."""

    id: str
    mapping: str
    mode: PassMode
    at: datetime
    ended_at: datetime | None = None
    outcome: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)


class PassQueries(Queries):
    """How passes begin, end and are told."""

    def begin_pass(self, mapping: str, mode: PassMode, now: datetime) -> str:
        """Begin a pass and return its id: the journal names its decisions and, whenever they come, their writes."""
        with self.database.writing(mapping) as connection:
            pass_id = f"p{draw(self.database, connection)}"
            row = {"id": pass_id, "mapping": mapping, "mode": mode, "at": now}
            connection.execute(insert(passes).values(row))
            if mode != PassMode.HINT:
                counters.add(self.database, connection, (counters.PASSES, mapping, mode))
        return pass_id

    def end_pass(self, pass_id: str, outcome: str, now: datetime, report: Mapping[str, Any]) -> None:
        """End a pass with its outcome and its report, as plain JSON; one of hints that came to nothing is forgotten.

        It is no pass of the lists, and there is one after every few writes.
        """
        ended = {"ended_at": now, "outcome": outcome, "report": codec.dump(dict(report))}
        named = (exists().where(table.c.pass_id == passes.c.id) for table in (journal, outbox))
        idle = (passes.c.id == pass_id, passes.c.mode == PassMode.HINT, *(~each for each in named))
        with self.database.writing() as connection:
            connection.execute(update(passes).where(passes.c.id == pass_id).values(ended))
            connection.execute(delete(passes).where(*idle))

    def last_pass(self, mapping: str, mode: PassMode | None = None) -> datetime | None:
        """Return when lists were read last, or when the last pass of that mode began that went to its end."""
        asked = select(func.max(passes.c.at)).where(passes.c.mapping == mapping)
        if mode is None:
            asked = asked.where(passes.c.mode.in_(READING))
        else:
            asked = asked.where(passes.c.mode == mode, passes.c.outcome == DONE)
        with self.database.reading() as connection:
            begun: datetime | None = connection.execute(asked).scalar_one()
        return begun

    def passing(self, pass_id: str) -> Pass | None:
        """Return one pass."""
        found = self._passes(select(passes).where(passes.c.id == pass_id))
        return found[0] if found else None

    def passes(self, mapping: str, count: int = 20) -> Sequence[Pass]:
        """Return the mapping's passes, newest first."""
        asked = select(passes).where(passes.c.mapping == mapping).order_by(passes.c.at.desc(), passes.c.id.desc())
        return self._passes(asked.limit(count))

    def prune(self, before: datetime, most: int = BITE) -> int:
        """Forget the journal, decided conflicts and passes from before that time, and return how much that was.

        What is open stays. No more than so many rows of each go at once: whoever writes meanwhile waits no longer.
        """
        # The journal is only added to, so that its oldest lines are its first: no index is needed to find them.
        first = select(journal.c.id, journal.c.at).order_by(journal.c.id).limit(most).subquery()
        settled = (conflicts.c.state == DECIDED, conflicts.c.resolved.is_(None))
        old = (
            (journal, select(first.c.id).where(first.c.at < before)),
            (conflicts, select(conflicts.c.id).where(conflicts.c.since < before, *settled).limit(most)),
            (passes, select(passes.c.id).where(passes.c.at < before).order_by(passes.c.at).limit(most)),
        )
        with self.database.writing() as connection:
            gone = [connection.execute(delete(table).where(table.c.id.in_(ids))).rowcount for table, ids in old]
        return sum(gone)

    def _passes(self, asked: Select[Any]) -> Sequence[Pass]:
        with self.database.reading() as connection:
            return [to_pass(row) for row in connection.execute(asked)]


def to_pass(row: Row[Any]) -> Pass:
    """Return the pass in a row of its table."""
    return Pass(row.id, row.mapping, PassMode(row.mode), row.at, row.ended_at, row.outcome, codec.load(row.report))
