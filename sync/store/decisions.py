"""Decisions: committed only where nothing moved since they were made, and released once the guards have spoken."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, and_, bindparam, case, delete, exists, insert, select, update

from sync.core.model import LinkState, Shadow
from sync.core.state import Decision, Stage
from sync.store import codec, conflicts, journal
from sync.store.engine import Database, Queries, chunks
from sync.store.links import bury, busy, lock, wake
from sync.store.tables import ALIVE, failures, links, outbox, refusals, shadows, unmapped


class DecisionQueries(Queries):
    """How a round's decisions are kept and let go."""

    def decide(self, mapping: str, decisions: Sequence[Decision], now: datetime) -> Sequence[int]:
        """Commit decisions of links that nothing happened to since they were read; return those links' ids."""
        committed: list[int] = []
        with self.database.writing(mapping) as connection:
            for chunk in chunks(decisions):
                committed += _commit(self.database, connection, mapping, _Turn(chunk, now))
        return committed

    def order(self, mapping: str, decisions: Sequence[Decision], now: datetime) -> Sequence[int]:
        """Commit what a person asked for and queue it at once, before any round decides those links; return their ids.

        As in `decide`, links that something happened to since they were read are left out.
        """
        committed: list[int] = []
        with self.database.writing(mapping) as connection:
            for chunk in chunks(decisions):
                ids = _commit(self.database, connection, mapping, _Turn(chunk, now))
                connection.execute(update(outbox).where(outbox.c.link.in_(ids)).values(stage=Stage.QUEUED))
                # One that ended has nothing to wait for but this.
                waits = case((ALIVE, links.c.waiting_since))
                connection.execute(update(links).where(links.c.id.in_(ids)).values(marked=None, waiting_since=waits))
                committed += ids
        return committed

    def release(self, mapping: str, upto: int, refused: Mapping[str, str], withheld: Iterable[Decision]) -> None:
        """End a round: keep back what the guards refused, queue what is left, and unmark what was decided in it.

        What is withheld is kept in transactions before the last one, which alone lets writes go: a crash in between
        leaves everything planned and marked.
        """
        now = self.database.now()
        for chunk in chunks(withheld):
            with self.database.writing(mapping) as connection:
                _commit(self.database, connection, mapping, _Turn(chunk, now, upto))
        with self.database.writing(mapping) as connection:
            connection.execute(delete(refusals).where(refusals.c.mapping == mapping))
            if refused:
                rows = [{"mapping": mapping, "guard": guard, "detail": detail} for guard, detail in refused.items()]
                connection.execute(insert(refusals), rows)
            _let_go(connection, mapping, upto)


class _Turn:
    """Some decisions of one moment; `upto` is the round's tick where they keep something back."""

    def __init__(self, decisions: Sequence[Decision], now: datetime, upto: int = 0) -> None:
        self.decisions, self.now, self.upto = decisions, now, upto


def _let_go(connection: Connection, mapping: str, upto: int) -> None:
    """Queue what was planned and unmark what was decided, wherever nothing happened since."""
    mine = and_(links.c.mapping == mapping, ALIVE)
    standing = and_(mine, links.c.marked <= upto, links.c.decided == links.c.version)
    connection.execute(
        update(outbox)
        .where(outbox.c.mapping == mapping, outbox.c.stage == Stage.PLANNED)
        .where(outbox.c.link.in_(select(links.c.id).where(standing)))
        .values(stage=Stage.QUEUED)
    )
    connection.execute(update(links).where(standing, links.c.withheld_at < upto).values(marked=None, withheld=""))
    waits = exists().where(outbox.c.link == links.c.id)
    quiet = and_(mine, links.c.marked.is_(None), links.c.waiting_since.is_not(None), ~waits)
    connection.execute(update(links).where(quiet).values(waiting_since=None))


def _commit(database: Database, connection: Connection, mapping: str, turn: _Turn) -> list[int]:
    """Commit what stands; return the links' ids."""
    ids = [decision.link.id for decision in turn.decisions]
    rows = lock(connection, ids)
    on_its_way = busy(connection, ids)
    standing = [
        decision
        for decision in turn.decisions
        if (row := rows.get(decision.link.id)) is not None
        and row.version == decision.link.version
        and row.id not in on_its_way
    ]
    moved = conflicts.overtaken(connection, standing)
    standing = [decision for decision in standing if decision.link.id not in moved]
    if not standing:
        return []
    kept = _Turn(standing, turn.now, turn.upto)
    put_shadows(database, connection, {decision.link.id: decision.shadows for decision in standing})
    conflicts.replace(connection, mapping, standing, turn.now)
    _replace_unmapped(connection, mapping, standing)
    _delete_from(connection, failures, [decision.link.id for decision in standing if decision.heals])
    _plan(connection, mapping, kept)
    journal.add(connection, *_lines(kept, rows))
    _save_links(connection, kept, rows)
    ended = (each for each in standing if each.state is LinkState.TOMBSTONED and each.op is None)
    bury(connection, [decision.link.id for decision in ended])
    wake(connection, [each.link.id for each in standing if each.state != rows[each.link.id].state], turn.now)
    return [decision.link.id for decision in standing]


def put_shadows(database: Database, connection: Connection, advanced: Mapping[int, Mapping[str, Shadow]]) -> None:
    """Advance the named shadows of links and no others."""
    rows = [
        {"link": link, "field": field, "shadow": codec.dump_shadow(shadow)}
        for link, fields in advanced.items()
        for field, shadow in fields.items()
    ]
    if rows:
        added = database.insert(shadows)
        replaced = {"shadow": added.excluded.shadow}
        keys = [shadows.c.link, shadows.c.field]
        connection.execute(added.on_conflict_do_update(index_elements=keys, set_=replaced), rows)


def _replace_unmapped(connection: Connection, mapping: str, standing: Sequence[Decision]) -> None:
    _delete_from(connection, unmapped, [decision.link.id for decision in standing])
    rows = [
        {"link": decision.link.id, "mapping": mapping, "side": each.side, "field": each.field, "value": each.value}
        for decision in standing
        for each in decision.unmapped
    ]
    if rows:
        connection.execute(insert(unmapped), rows)


def _delete_from(connection: Connection, table: Table, ids: Sequence[int]) -> None:
    if ids:
        connection.execute(delete(table).where(table.c.link.in_(ids)))


def _plan(connection: Connection, mapping: str, turn: _Turn) -> None:
    """Replace the links' rows of the outbox; the same write keeps its place in the queue, its pass and its attempts."""
    ids = [decision.link.id for decision in turn.decisions]
    there = {row.link: row for row in connection.execute(select(outbox).where(outbox.c.link.in_(ids)))}
    _delete_from(connection, outbox, [each.link.id for each in turn.decisions if not each.op and each.link.id in there])
    planned = [(_outgoing(mapping, each, turn.now), each.link.id) for each in turn.decisions if each.op]
    added, changed = [], []
    for row, link in planned:
        old = there.get(link)
        if old is None:
            added.append(row)
        elif old.op == row["op"]:
            kept = {"due": old.due, "attempts": old.attempts, "decided_at": old.decided_at}
            changed.append({**row, **kept, "pass_id": old.pass_id or row["pass_id"]})
        else:
            changed.append({**row, "decided_at": old.decided_at})
    if added:
        connection.execute(insert(outbox), added)
    if changed:
        connection.execute(update(outbox).where(outbox.c.link == bindparam("of")), [_bound(row) for row in changed])


def _bound(row: dict[str, Any]) -> dict[str, Any]:
    return {"of": row["link"], **{name: value for name, value in row.items() if name not in ("link", "mapping")}}


def _outgoing(mapping: str, decision: Decision, now: datetime) -> dict[str, Any]:
    assert decision.op is not None
    return {
        "link": decision.link.id,
        "mapping": mapping,
        "side": decision.op.side,
        "op": codec.dump_op(decision.op),
        "guards": codec.dump(decision.guards),
        "lane": int(decision.lane),
        "stage": Stage.PLANNED,
        "due": now,
        "decided_at": now,
        "attempts": 0,
        "owner": "",
        "sent_at": None,
        "trail": None,
        "reason": "",
        "pass_id": decision.pass_id,
    }


def _lines(turn: _Turn, rows: Mapping[int, Row[Any]]) -> list[journal.Line]:
    """Return a line for each decision that writes or changes a state, and was not told already."""
    return [
        journal.Line(
            link=each.link.id,
            mapping=each.link.mapping,
            at=turn.now,
            event="withheld" if each.withheld else "decided",
            side=each.op.side if each.op else None,
            action=each.op.action if each.op else None,
            fields=each.op.fields if each.op else (),
            guards=each.guards,
            reason="; ".join(filter(None, (each.because, *each.notes))),
            pass_id=each.pass_id,
        )
        for each in turn.decisions
        if _news(each, rows[each.link.id])
    ]


def _news(decision: Decision, row: Row[Any]) -> bool:
    if decision.withheld:
        return bool(decision.withheld != row.withheld)
    told = _told(decision, row)
    return told not in ("", row.told)


def _told(decision: Decision, row: Row[Any]) -> str:
    """Return what the journal says of a decision, in short; empty where there is nothing to say."""
    if not decision.op and not decision.notes and decision.state == row.state:
        return ""
    op = codec.dump_op(decision.op) if decision.op else ""
    said = codec.dump([decision.state, op, decision.notes])
    return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


def _save_links(connection: Connection, turn: _Turn, rows: Mapping[int, Row[Any]]) -> None:
    saved = []
    for each in turn.decisions:
        row = rows[each.link.id]
        saved.append(
            {
                "of": each.link.id,
                "state": each.state,
                "closed_by_us": each.closed_by_us,
                # Until it is released a decision is not done: whoever comes after a crash makes it again.
                "marked": row.marked or 0,
                "version": row.version + 1,
                "decided": row.version + 1,
                "because": each.because,
                "told": row.told if each.withheld else _told(each, row),
                "withheld": each.withheld or row.withheld,
                "withheld_at": turn.upto if each.withheld else row.withheld_at,
                "waiting_since": row.waiting_since or turn.now,
            }
        )
    connection.execute(update(links).where(links.c.id == bindparam("of")), saved)
