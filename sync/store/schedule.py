"""What beat asks: how all mappings stand in time, what a round over them costs, who shares a list; only that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, update

from sync.core.model import Side
from sync.core.pace import Load
from sync.core.state import DONE, PassMode, Stage, Standing
from sync.store.engine import Queries
from sync.store.leases import LONG_AGO
from sync.store.links import BUSY
from sync.store.outbox import PAUSED
from sync.store.passes import READING
from sync.store.stops import STOPPED
from sync.store.tables import cursors, leases, links, looks, mappings, observations, outbox, passes

PAGE = 100
"""Records in one page of a list, on both sides."""
BESIDE = {Side.GITHUB: 4, Side.NOTION: 5}
"""Calls of a full pass beside its lists: schemas, who we are, whether what shows less than it did still lives."""
LONGEST = timedelta(minutes=10)
"""No lease is longer."""

_OF = passes.c.mapping == mappings.c.name
_READ = select(passes.c.at).where(_OF, passes.c.mode == PassMode.FULL, passes.c.outcome == DONE)
BOUND = select(
    mappings.c.name,
    mappings.c.digest,
    select(func.max(passes.c.at)).where(_OF, passes.c.mode.in_(READING)).scalar_subquery(),
    _READ.order_by(passes.c.at.desc()).limit(1).scalar_subquery(),
)
"""Every mapping that was bound, with its last pass that read lists and its last full one: an index leads to each,
however many there were."""

MARKED = (
    select(links.c.mapping)
    .where(links.c.marked.is_not(None), links.c.withheld == "", links.c.mapping.not_in(PAUSED))
    .where(links.c.id.not_in(select(outbox.c.link).where(outbox.c.stage.in_(BUSY))))
    .distinct()
)
"""The mappings with links that a round would decide, but for those that every round decides again."""


class ScheduleQueries(Queries):
    """Questions about all mappings at once, and what to do where the clock was wrong."""

    def standings(self, names: Collection[str]) -> Mapping[str, Standing]:
        """Return how those mappings stand in time."""
        found: dict[str, Standing] = {}
        with self.database.reading() as connection:
            due, marked = _next_due(connection), frozenset(connection.scalars(MARKED))
            for name, digest, begun, read in connection.execute(BOUND):
                found[name] = Standing(begun, read, digest, due.get(name), name in marked)
            for name in set(names) - found.keys():
                # Never bound so far: what it was tried is told by its passes alone.
                mine = (passes.c.mapping == name, passes.c.mode.in_(READING))
                begun = connection.scalar(select(func.max(passes.c.at)).where(*mine))
                found[name] = Standing(begun)
        return {name: found[name] for name in names}

    def load(self, names: Collection[str]) -> Load:
        """Return what rounds over those mappings cost: lists that several share are polled once, not read in full once.

        Pull requests are mixed into GitHub's lists, and the highest number bounds them all. An empty cursor is no
        list's: it tells that the comments of one record were read, and no poll asks for them.
        """
        with self.database.reading() as connection:
            asked = select(cursors.c.mapping, cursors.c.side, cursors.c.container)
            asked = asked.where(cursors.c.cursor.is_distinct_from(""))
            places = [row for row in connection.execute(asked) if row.mapping in names]
            sizes = _sizes(connection)
        polls = Counter(Side(side) for side, _ in {(row.side, row.container) for row in places})
        fulls: Counter[Side] = Counter()
        for row in places:
            side = Side(row.side)
            fulls[side] += BESIDE[side] + -(-sizes.get(tuple(row), 0) // PAGE)
        return Load(polls, fulls)

    def fellows(self, mapping: str, side: Side, container: str) -> Sequence[str]:
        """Return the other mappings that read the same list and read it last no earlier than this one did.

        What this one is shown from its own cursor on is then all that they miss, too.
        """
        here = (cursors.c.side == side, cursors.c.container == container)
        mine = select(cursors.c.polled_at).where(cursors.c.mapping == mapping, *here).scalar_subquery()
        asked = select(cursors.c.mapping).where(
            *here,
            cursors.c.mapping != mapping,
            cursors.c.mapping.not_in(STOPPED),
            cursors.c.cursor.is_not(None),
            cursors.c.polled_at >= mine,
        )
        with self.database.reading() as connection:
            return connection.scalars(asked.order_by(cursors.c.mapping)).all()

    def set_back(self, now: datetime) -> None:
        """Bring to the present what a clock that was ahead put into the future: nothing waits until it comes again."""
        with self.database.writing() as connection:
            for moment in (outbox.c.due, looks.c.at, passes.c.at, cursors.c.polled_at):
                connection.execute(update(moment.table).where(moment > now).values({moment.name: now}))
            connection.execute(update(leases).where(leases.c.until > now + LONGEST).values(until=LONG_AGO))


def _next_due(connection: Connection) -> dict[str, datetime]:
    """Return when the earliest of each mapping's waiting writes and looks is due; a paused one's writes never are."""
    writes = select(outbox.c.mapping, func.min(outbox.c.due)).where(
        outbox.c.stage != Stage.PLANNED, outbox.c.mapping.not_in(PAUSED)
    )
    found: dict[str, datetime] = {}
    for asked in (
        writes.group_by(outbox.c.mapping),
        select(looks.c.mapping, func.min(looks.c.at)).group_by(looks.c.mapping),
    ):
        for name, due in connection.execute(asked):
            found[name] = min(due, found.get(name, due))
    return found


def _sizes(connection: Connection) -> dict[tuple[str, str, str], int]:
    """Return about how many records each list has."""
    place = (observations.c.mapping, observations.c.side, observations.c.container)
    asked = select(*place, func.count(), func.max(observations.c.number)).group_by(*place)
    return {(row[0], row[1], row[2]): max(row[3], row[4] or 0) for row in connection.execute(asked)}
