"""The journal: one line for each decision and write, with its reason and what was overwritten; it is only added to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select

from sync.core.model import Side, Value
from sync.core.state import Replaced, Stage
from sync.store import codec
from sync.store.engine import Queries
from sync.store.tables import journal, links, outbox

WROTE = "wrote"
Conditions = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True)
class Line:
    """One line: `event` is what happened (`decided`, `wrote`, `failed`, `tied`, …), `replaced` is keyed by field."""

    link: int | None
    mapping: str
    at: datetime
    event: str
    side: Side | None = None
    action: str | None = None
    fields: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    reason: str = ""
    replaced: Mapping[str, Replaced] = field(default_factory=dict)
    pass_id: str | None = None

    @property
    def overwritten(self) -> Mapping[str, Value]:
        """Return the values that are no more on the side that was written; nothing is lost with an empty one."""
        return {name: each.before for name, each in self.replaced.items() if each.before is not None}


def add(connection: Connection, *lines: Line) -> None:
    """Write lines."""
    if lines:
        connection.execute(insert(journal), [_row(line) for line in lines])


class JournalQueries(Queries):
    """What is asked of the journal."""

    def lines(self, link: int) -> Sequence[Line]:
        """Return what was decided and written for a link, oldest first."""
        return self._lines(journal.c.link == link)

    def written_in(self, pass_id: str) -> Sequence[Line]:
        """Return what was written for a pass, oldest first, with what it overwrote: what `undo` puts back."""
        return self._lines(journal.c.pass_id == pass_id, journal.c.event == WROTE)

    def written_since(self, mapping: str, since: datetime) -> Mapping[str, int]:
        """Return, per guard kind, how many writes were made since then or are about to be.

        What waits in the outbox counts, or a slow outbox would let any number of small rounds pass; but nothing that is
        marked and may still be replaced, because the round that asks decides and counts that itself.
        """
        made = (journal.c.mapping == mapping, journal.c.at >= since)
        return self._guarded(made, (outbox.c.mapping == mapping,))

    def written_in_pass(self, pass_id: str) -> Mapping[str, int]:
        """Return the same of one pass."""
        return self._guarded((journal.c.pass_id == pass_id,), (outbox.c.pass_id == pass_id,))

    def _guarded(self, made: Conditions, coming: Conditions) -> Mapping[str, int]:
        written = select(journal.c.guards).where(*made, journal.c.event == WROTE, journal.c.guards != "[]")
        waiting = (
            select(outbox.c.guards)
            .join(links, links.c.id == outbox.c.link)
            .where(
                *coming,
                outbox.c.stage != Stage.PLANNED,
                outbox.c.guards != "[]",
                links.c.marked.is_(None) | outbox.c.stage.in_((Stage.LEASED, Stage.IN_FLIGHT)),
            )
        )
        with self.database.reading() as connection:
            texts = [*connection.scalars(written), *connection.scalars(waiting)]
        return Counter(kind for text in texts for kind in codec.load(text))

    def _lines(self, *conditions: ColumnElement[bool]) -> Sequence[Line]:
        with self.database.reading() as connection:
            return [
                to_line(row) for row in connection.execute(select(journal).where(*conditions).order_by(journal.c.id))
            ]


def _row(line: Line) -> dict[str, object]:
    return {
        "link": line.link,
        "mapping": line.mapping,
        "pass_id": line.pass_id,
        "at": line.at,
        "event": line.event,
        "side": line.side,
        "action": line.action,
        "fields": codec.dump(line.fields),
        "guards": codec.dump(line.guards),
        "reason": line.reason,
        "replaced": codec.dump_replaced(line.replaced),
    }


def to_line(row: Row[Any]) -> Line:
    """Return the line in a row of its table."""
    return Line(
        link=row.link,
        mapping=row.mapping,
        at=row.at,
        event=row.event,
        side=Side(row.side) if row.side else None,
        action=row.action,
        fields=tuple(codec.load(row.fields)),
        guards=tuple(codec.load(row.guards)),
        reason=row.reason,
        replaced=codec.load_replaced(row.replaced),
        pass_id=row.pass_id,
    )
