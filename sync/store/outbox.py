"""The outbox: who may carry out the next write and what becomes of it; every step shows the epoch of its lease."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from sync.core.errors import Overtaken
from sync.core.model import LinkState, Side
from sync.core.state import Confirmation, Failure, Outgoing, Stage, WriteKind
from sync.store import codec, counters, journal
from sync.store.decisions import put_shadows
from sync.store.engine import Queries
from sync.store.known import to_outgoing
from sync.store.links import BUSY, bury, hold, lock, mark, to_link, wake
from sync.store.observations import keep
from sync.store.stops import STOPPED
from sync.store.tables import failures, links, looks, mappings, outbox

PAUSED = select(mappings.c.name).where(mappings.c.paused.is_not(None)).union(STOPPED)
"""The names of mappings whose writes wait: by themselves or by a person's word."""


class OutboxQueries(Queries):
    """The way of a write from the queue to its end."""

    def waiting(self, mapping: str | None, side: Side | None = None) -> int:
        """Return how many writes are queued, leased or in flight."""
        asked = select(func.count()).select_from(outbox).where(outbox.c.stage != Stage.PLANNED)
        if mapping is not None:
            asked = asked.where(outbox.c.mapping == mapping)
        if side is not None:
            asked = asked.where(outbox.c.side == side)
        with self.database.reading() as connection:
            return connection.execute(asked).scalar_one()

    def next_due(self, mapping: str) -> datetime | None:
        """Return when the earliest of the waiting writes and of the looks by id is due, None where nothing waits.

        The writes of a paused mapping are not due at any time: `lease` would not give them.
        """
        write = select(func.min(outbox.c.due)).where(
            outbox.c.mapping == mapping, outbox.c.stage != Stage.PLANNED, outbox.c.mapping.not_in(PAUSED)
        )
        look = select(func.min(looks.c.at)).where(looks.c.mapping == mapping)
        with self.database.reading() as connection:
            times = [connection.execute(asked).scalar_one() for asked in (write, look)]
        return min((time for time in times if time is not None), default=None)

    def lease(
        self, owner: str, now: datetime, until: datetime, *, mapping: str | None = None, but: Collection[WriteKind] = ()
    ) -> Outgoing | None:
        """Take the next write that is due, by lane and age, under a new epoch; those of paused mappings wait.

        One whose lease ran out is due again: as queued if its call was never about to be made, else as in flight.
        """
        asked = (
            select(outbox.c.id, outbox.c.link, outbox.c.stage)
            .join(links, links.c.id == outbox.c.link)
            .where(outbox.c.stage != Stage.PLANNED, outbox.c.due <= now, outbox.c.mapping.not_in(PAUSED))
            .order_by(outbox.c.lane, outbox.c.due, outbox.c.id)
            .limit(1)
            # Several workers ask at once: each takes the next row that nobody else is just taking.
            .with_for_update(of=(outbox, links), skip_locked=True, key_share=True)
        )
        if mapping is not None:
            asked = asked.where(outbox.c.mapping == mapping)
        for side, birth in but:
            asked = asked.where((outbox.c.side != side) | ((links.c.state == LinkState.CLAIMED) != birth))
        with self.database.writing() as connection:
            found = connection.execute(asked).first()
            if found is None:
                return None
            risen = {"epoch": links.c.epoch + 1, "version": links.c.version + 1}
            leased = update(links).where(links.c.id == found.link).values(risen)
            link = connection.execute(leased.returning(links)).one()
            stage = Stage.IN_FLIGHT if found.stage == Stage.IN_FLIGHT else Stage.LEASED
            taken = {"stage": stage, "epoch": link.epoch, "owner": owner, "due": until}
            row = connection.execute(
                update(outbox).where(outbox.c.id == found.id).values(taken).returning(outbox)
            ).one()
        return to_outgoing(row, to_link(link))

    def in_flight(self, outgoing: Outgoing, now: datetime, until: datetime) -> Outgoing:
        """Record that the call is about to be made; raises Overtaken."""
        sent = {"stage": Stage.IN_FLIGHT, "sent_at": now, "due": until, "trail": outgoing.trail}
        # Whoever forgot that a create was on its way would make its record twice.
        self._step(outgoing, sent, lasting=True)
        return replace(outgoing, stage=Stage.IN_FLIGHT, sent_at=now)

    def requeue(self, outgoing: Outgoing, not_before: datetime | None, reason: str) -> None:
        """Give a leased write back: nothing happened. With a time it waits and counts an attempt; raises Overtaken."""
        due, more = (outbox.c.decided_at, 0) if not_before is None else (not_before, 1)
        back = {"stage": Stage.QUEUED, "due": due, "attempts": outbox.c.attempts + more, "sent_at": None, "trail": None}
        self._step(outgoing, {**back, "owner": "", "reason": reason})

    def unsettled(self, outgoing: Outgoing, look_at: datetime, reason: str) -> None:
        """Keep a write in flight whose outcome nobody knows, until then; raises Overtaken."""
        self._step(outgoing, {"stage": Stage.IN_FLIGHT, "due": look_at, "owner": "", "reason": reason})

    def drop(self, outgoing: Outgoing, tick: int, reason: str) -> None:
        """Remove a write and mark its link; raises Overtaken."""
        now = self.database.now()
        with self.database.writing(outgoing.link.mapping) as connection:
            row = _mine(connection, outgoing)
            _remove(connection, row)
            mark(connection, [outgoing.link.id], tick, now)
            journal.add(connection, _line(outgoing, "dropped", now, row, reason=reason))

    def replan(self, outgoing: Outgoing, not_before: datetime, tick: int, reason: str) -> None:
        """Mark the link of a write that did not happen; decided just so again it waits until then; raises Overtaken.

        One of a link that ended is removed, for no round decides that again.
        """
        if outgoing.link.state is LinkState.TOMBSTONED:
            self.drop(outgoing, tick, reason)
            return
        now = self.database.now()
        again = {"stage": Stage.PLANNED, "due": not_before, "attempts": outbox.c.attempts + 1, "reason": reason}
        with self.database.writing(outgoing.link.mapping) as connection:
            row = _mine(connection, outgoing)
            afresh = {**again, "owner": "", "sent_at": None, "trail": None}
            connection.execute(update(outbox).where(outbox.c.id == row.id).values(afresh))
            _forget_told(connection, row)
            mark(connection, [outgoing.link.id], tick, now)
            journal.add(connection, _line(outgoing, "dropped", now, row, reason=reason))

    def fail(self, outgoing: Outgoing, failure: Failure, tick: int) -> None:
        """Record a refused write, remove it from the outbox and mark the link; raises Overtaken."""
        with self.database.writing(outgoing.link.mapping) as connection:
            row = _mine(connection, outgoing)
            _remove(connection, row)
            _record_failure(connection, outgoing, failure, row)
            mark(connection, [outgoing.link.id], tick, failure.at)

    def confirm(self, confirmation: Confirmation, tick: int, now: datetime) -> None:
        """Commit what a reply showed, remove the write, journal it and mark the link.

        Raises Overtaken where another worker has the write by now; the observation is kept all the same.
        """
        outgoing = confirmation.outgoing
        mapping = outgoing.link.mapping
        with self.database.writing(mapping) as connection:
            row = _row(connection, outgoing)
            if row is not None:
                self._settle(connection, confirmation, row, now)
                what = (counters.WRITES, mapping, outgoing.op.side, outgoing.op.action)
                counters.add(self.database, connection, what)
            keep(self.database, connection, mapping, [confirmation.observation])
            mark(connection, [outgoing.link.id], tick, now)
            event = journal.WROTE if row is not None else "overtaken"
            line = _line(outgoing, event, now, row, reason=outgoing.op.reason)
            journal.add(connection, replace(line, replaced=confirmation.replaced))
        if row is None:
            raise Overtaken(f"link {outgoing.link.id} is another worker's by now")

    def _settle(self, connection: Connection, confirmation: Confirmation, row: Row[Any], now: datetime) -> None:
        """Have the link know what the reply proved."""
        outgoing, state = confirmation.outgoing, confirmation.state
        link, ref = outgoing.link, confirmation.observation.record.ref
        _remove(connection, row)
        if link.ref(ref.side) != ref and not hold(connection, link.id, link.mapping, ref):
            # Born again would be a twin: a person must untie one of the two.
            state = LinkState.PARKED
        put_shadows(self.database, connection, {link.id: confirmation.shadows})
        if confirmation.failure is not None:
            _record_failure(connection, outgoing, confirmation.failure, row)
        saved = {"state": state, "closed_by_us": confirmation.closed_by_us, "waiting_since": now}
        if confirmation.depths is not None:
            saved["deep_at"] = now if confirmation.depths else None
        connection.execute(update(links).where(links.c.id == link.id).values(saved))
        if state is LinkState.TOMBSTONED:
            bury(connection, [link.id])
        if state is not link.state:
            wake(connection, [link.id], now)

    def _step(self, outgoing: Outgoing, values: dict[str, Any], *, lasting: bool = False) -> None:
        with self.database.writing(outgoing.link.mapping, lasting=lasting) as connection:
            row = _mine(connection, outgoing)
            connection.execute(update(outbox).where(outbox.c.id == row.id).values(values))
            raised = {"version": links.c.version + 1}
            connection.execute(update(links).where(links.c.id == outgoing.link.id).values(raised))


def _row(connection: Connection, outgoing: Outgoing) -> Row[Any] | None:
    """Return the write's row, locked; None where the epoch is not its own any more."""
    lock(connection, [outgoing.link.id])
    return connection.execute(
        select(outbox).where(
            outbox.c.link == outgoing.link.id, outbox.c.epoch == outgoing.epoch, outbox.c.stage.in_(BUSY)
        )
    ).first()


def _mine(connection: Connection, outgoing: Outgoing) -> Row[Any]:
    row = _row(connection, outgoing)
    if row is None:
        raise Overtaken(f"link {outgoing.link.id} is another worker's by now")
    return row


def _remove(connection: Connection, row: Row[Any]) -> None:
    connection.execute(delete(outbox).where(outbox.c.id == row.id))
    _forget_told(connection, row)


def _forget_told(connection: Connection, row: Row[Any]) -> None:
    """Have the journal tell the link's next decision, whatever it is."""
    connection.execute(update(links).where(links.c.id == row.link).values(told="", version=links.c.version + 1))


def _record_failure(connection: Connection, outgoing: Outgoing, failure: Failure, row: Row[Any]) -> None:
    """Replace the link's open failure; the same write refused again is the same failure with one attempt more."""
    mapping, link = outgoing.link.mapping, outgoing.link.id
    values = {
        "side": failure.side,
        "action": failure.action,
        "digest": failure.digest,
        "error": failure.error,
        "cure": failure.cure,
        "at": failure.at,
    }
    again = update(failures).where(failures.c.link == link, failures.c.digest == failure.digest)
    more = {**values, "attempts": failures.c.attempts + failure.attempts}
    if connection.execute(again.values(more)).rowcount == 0:
        connection.execute(delete(failures).where(failures.c.link == link))
        fresh = {**values, "link": link, "mapping": mapping, "attempts": failure.attempts}
        connection.execute(failures.insert().values(fresh))
    journal.add(connection, _line(outgoing, "failed", failure.at, row, reason=failure.error))


def _line(outgoing: Outgoing, event: str, at: datetime, row: Row[Any] | None, *, reason: str) -> journal.Line:
    op = outgoing.op
    return journal.Line(
        link=outgoing.link.id,
        mapping=outgoing.link.mapping,
        at=at,
        event=event,
        side=op.side,
        action=op.action,
        fields=op.fields,
        guards=_guards(row),
        reason=reason,
        pass_id=row.pass_id if row is not None else None,
    )


def _guards(row: Row[Any] | None) -> tuple[str, ...]:
    return tuple(codec.load(row.guards)) if row is not None else ()
