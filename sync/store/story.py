"""The life of one link, gathered: what is known, what was decided and written, what holds it up; only reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from sync.core.model import Ref, Side, Unmapped
from sync.core.state import Known
from sync.store.browse import BrowseQueries
from sync.store.journal import Line
from sync.store.known import KnownQueries
from sync.store.report import ConflictRow, ReportQueries
from sync.store.tables import ALIVE, links, outbox, unmapped


@dataclass(frozen=True)
class Story:
    """All that there is to tell of a link: `lines` are its journal, newest first.

    `because` is what its last decision said, `withheld` the guards that keep something of it back, `waiting_since` when
    something of it began to wait; `due` and `delay` are when its write is tried next, and why not at once.
    """

    known: Known
    lines: Sequence[Line] = ()
    conflicts: Sequence[ConflictRow] = ()
    unmapped: Sequence[Unmapped] = ()
    because: str = ""
    withheld: str = ""
    waiting_since: datetime | None = None
    due: datetime | None = None
    delay: str = ""


class StoryQueries(KnownQueries, BrowseQueries, ReportQueries):
    """What a person asks of one link."""

    def story(self, link: int, count: int) -> Story | None:
        """Return the life of a link with the last lines of its journal, None where there is no such link."""
        known = self.known(link)
        if known is None:
            return None
        with self.database.reading() as connection:
            row = connection.execute(select(links).where(links.c.id == link)).one()
            write = connection.execute(select(outbox.c.due, outbox.c.reason).where(outbox.c.link == link)).first()
            asked = select(unmapped.c.side, unmapped.c.field, unmapped.c.value).where(unmapped.c.link == link)
            unsaid = [Unmapped(Side(each.side), each.field, each.value) for each in connection.execute(asked)]
        return Story(
            known=known,
            lines=self.latest(link, count),
            conflicts=self.conflicts_of(link),
            unmapped=unsaid,
            because=row.because,
            withheld=row.withheld,
            waiting_since=row.waiting_since,
            due=write.due if write else None,
            delay=write.reason if write else "",
        )

    def withheld_below(self, link: int) -> Mapping[str, int]:
        """Return the guards that keep something of a link's comments back, and of how many comments."""
        asked = select(links.c.withheld, func.count()).where(links.c.parent == link, links.c.withheld != "", ALIVE)
        with self.database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(asked.group_by(links.c.withheld))}

    def last_link(self, mapping: str, ref: Ref) -> int | None:
        """Return the link that holds the record, or held it last before it ended."""
        ended: ColumnElement[bool] = ~ALIVE
        asked = select(links.c.id).where(links.c.mapping == mapping, links.c[ref.side] == ref.id)
        with self.database.reading() as connection:
            return connection.scalar(asked.order_by(ended, links.c.id.desc()).limit(1))
