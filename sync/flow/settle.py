"""What became of a write whose reply was lost: it is looked for, and never guessed; nothing is written here."""

from __future__ import annotations

from datetime import timedelta

from sync.core import facets
from sync.core.bound import MARK, Bound
from sync.core.model import COMMENT, UNREAD, Action, Change, Op, Presence, Put, Record, Side
from sync.core.state import Outgoing
from sync.flow.confirm import adopt
from sync.flow.fetch import look_at
from sync.flow.outcome import BACKOFF, Outcome, Written, pause, since, unknown
from sync.flow.world import World
from sync.flow.write_comment import find_copy

DID_NOT_HAPPEN = "it did not happen, or was overtaken: decided anew"
NOT_THERE = "looked for over the whole settle time: certainly not there"


def settle(world: World, bound: Bound, outgoing: Outgoing) -> Written:
    """Find out what became of a write that was in flight when its reply, or its worker, was lost."""
    return _birth(world, bound, outgoing) if outgoing.op.birth else _edit(world, bound, outgoing)


def _edit(world: World, bound: Bound, outgoing: Outgoing) -> Written:
    target = outgoing.link.ref(outgoing.op.side)
    assert target is not None
    record = world.read(target)
    if bound.apart(outgoing.op):
        record = world.remote(target.side).complete(record, [bound.facet(target.side, outgoing.op.fields[0])])
    if _shows(bound, outgoing.op, record):
        return adopt(world, bound, outgoing, record)
    if _overdue(world, outgoing, world.patience.stale):
        look_at(world, bound, target)
        world.store.replan(outgoing, world.now() + pause(outgoing), world.store.tick(), DID_NOT_HAPPEN)
        return Written(outgoing, Outcome.DROPPED, reason=DID_NOT_HAPPEN)
    return _unseen(world, outgoing, world.patience.stale, "the write is not to be seen yet")


def _birth(world: World, bound: Bound, outgoing: Outgoing) -> Written:
    """Look for the mark; only what was looked for over the whole settle time, in vain, may be posted again."""
    side = outgoing.op.side
    mark = next(Put(bound.marks[side], each.after) for each in outgoing.op.changes if each.field == MARK)
    if outgoing.link.kind == COMMENT:
        found = find_copy(world, outgoing, mark)
    else:
        found = world.remote(side).find(outgoing.op.container, mark, outgoing.trail)
    if found is not None:
        return adopt(world, bound, outgoing, found)
    if _overdue(world, outgoing, world.patience.settle):
        world.store.requeue(outgoing, world.now() + pause(outgoing), NOT_THERE)
        return Written(outgoing, Outcome.LATER, reason=NOT_THERE)
    return _unseen(world, outgoing, world.patience.settle, "its record is not to be seen yet")


def _unseen(world: World, outgoing: Outgoing, patience: timedelta, reason: str) -> Written:
    """Keep a write in flight that is not to be seen yet: looked for soon at first, then more seldom, and at the end."""
    ago = since(world, outgoing)
    return unknown(world, outgoing, max(min(ago, patience - ago), BACKOFF), reason)


def _overdue(world: World, outgoing: Outgoing, patience: timedelta) -> bool:
    return outgoing.sent_at is None or world.now() - outgoing.sent_at >= patience


def _shows(bound: Bound, op: Op, record: Record) -> bool:
    """Tell whether the record shows everything that the write was to bring about."""
    if op.action is Action.TRASH:
        return record.presence is Presence.TRASHED or (record.ref.kind == COMMENT and not record.presence.in_sight)
    return record.presence.in_sight and all(_shows_change(bound, op.side, each, record) for each in op.changes)


def _shows_change(bound: Bound, side: Side, change: Change, record: Record) -> bool:
    """Tell whether a field shows what was sent, or what could only be made of that."""
    field, shown = bound.field(change.field), facets.read(bound.facet(side, change.field), record)
    if field is None or shown is UNREAD:
        return shown == change.after
    before = None if change.before is UNREAD else change.before
    return field.transform.landed(side, (before, change.after), shown)
