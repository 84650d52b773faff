"""One write: look again, record that it is in flight, call once, and keep what the reply proves."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from sync.core import facets, model
from sync.core.acknowledge import Applied, acknowledge, adopted
from sync.core.bound import MARK, Bound
from sync.core.comments import within
from sync.core.errors import (
    Busy,
    Denied,
    Misconfigured,
    Moved,
    Outdated,
    Overtaken,
    Rejected,
    TryLater,
    Unsafe,
    Vanished,
)
from sync.core.model import (
    COMMENT,
    UNREAD,
    Action,
    Change,
    LinkState,
    Op,
    Presence,
    Put,
    Reading,
    Record,
    Ref,
    Side,
)
from sync.core.observe import Moment, acknowledged
from sync.core.state import Ack, Confirmation, Failure, Kind, Known, Observation, Outgoing, Stage
from sync.core.values import same
from sync.flow.bind import bind, moved_on
from sync.flow.fetch import keep, look, renew, told
from sync.flow.reconcile import digest
from sync.flow.speak import home, seek, speak
from sync.flow.world import World

CROWD = 10
"""From so many waiting writes on, one list renews all observations for less than a look at each."""
BACKOFF = timedelta(seconds=5)
LONGEST = timedelta(hours=1)
DOUBLINGS = 10
"""After so many the pause is longer than the longest: no more is worked out, for numbers have an end."""
DOUBT = 10.0
"""Seconds to wait before a record is looked at again whose last reading may be older than our own write."""
DID_NOT_HAPPEN = "it did not happen, or was overtaken: decided anew"
UNREADABLE = 60.0
"""Seconds to wait where the record that must be looked at first cannot be read, whatever the reason."""

Proof = Callable[[Known, Bound, Op, Record], Applied]
"""How a record is held against what was sent: as the reply to it, or as what was found in a lost reply's place."""


class Outcome(StrEnum):
    """What became of one write."""

    DONE = "done"
    DROPPED = "dropped"
    LATER = "later"
    UNKNOWN = "unknown"
    FAILED = "failed"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True)
class Written:
    """One write and what became of it; `wait` is how long to leave it."""

    outgoing: Outgoing
    outcome: Outcome
    wait: float = 0.0
    reason: str = ""


def carry_out(world: World, outgoing: Outgoing) -> Written:
    """Bind the names as they are now and carry out one leased write; raises what `write` does."""
    return _attempted(world, outgoing, lambda: _write(world, bind(world, fresh=False), outgoing))


def write(world: World, bound: Bound, outgoing: Outgoing) -> Written:
    """Carry out one leased write; raises Denied and Misconfigured where it must rest, TryLater without the database."""
    return _attempted(world, outgoing, lambda: _write(world, bound, outgoing))


def leave(world: World, outgoing: Outgoing, reason: str) -> None:
    """Give a leased write back that cannot be carried out for the time being."""
    with suppress(Overtaken):
        _put_back(world, outgoing, BACKOFF, reason)


def _attempted(world: World, outgoing: Outgoing, attempt: Callable[[], Written]) -> Written:
    """Make an attempt, and give the write back where it did not come about."""
    try:
        try:
            return attempt()
        except TryLater as later:
            return _later(world, outgoing, later)
        except (Rejected, Vanished) as unread:  # of a read, for what a write meets is judged where it was sent
            return _later(world, outgoing, TryLater(UNREADABLE, str(unread)))
    except (Denied, Misconfigured) as stopped:
        leave(world, outgoing, str(stopped))
        raise
    except Overtaken as overtaken:
        return Written(outgoing, Outcome.OVERTAKEN, reason=str(overtaken))


def _write(world: World, bound: Bound, outgoing: Outgoing) -> Written:
    bound = within(bound, outgoing.link)
    if outgoing.stage is Stage.IN_FLIGHT:
        return _settle(world, bound, outgoing)
    if not _still_right(world, bound, outgoing):
        world.store.drop(outgoing, world.store.tick(), "the record moved since this was decided")
        return Written(outgoing, Outcome.DROPPED)
    return _send(world, bound, outgoing)


def next_write(world: World, *, mapping: str | None, but: Collection[Kind] = ()) -> Outgoing | None:
    """Lease the write that is due next, except of the kinds that are left for later."""
    now = world.now()
    return world.store.lease(world.owner, now, now + world.patience.lease, mapping=mapping, but=but)


def _still_right(world: World, bound: Bound, outgoing: Outgoing) -> bool:
    """Look at the target again unless it was seen just now, and tell whether nothing that is written there moved.

    What it showed when this was decided counts, not what it showed at the last look: another worker may have looked
    since, and not have decided yet.
    """
    op, target = outgoing.op, outgoing.link.ref(outgoing.op.side)
    if op.birth or target is None or _apart(bound, op):
        return True  # what is apart is looked at by whoever writes it
    seen, crowd = world.store.observations(world.name, [target])[target], target.kind != COMMENT
    if crowd and not _fresh(world, seen, target) and world.store.waiting(world.name, op.side) >= CROWD:
        renew(world, bound, op.side, target.container)
    if not _fresh(world, seen, target):
        look(world, bound, [target])
        if world.store.observations(world.name, [target])[target].seq == seen.seq:
            raise TryLater(DOUBT, "what it shows may be older than our last write")
    record = world.store.observations(world.name, [target])[target].record
    there = record.presence is Presence.TRASHED if op.action is Action.RESTORE else record.presence.in_sight
    return there and all(
        change.before is UNREAD or facets.read(bound.facet(op.side, change.field), record) == change.before
        for change in op.changes
    )


def _fresh(world: World, observation: Observation, target: Ref) -> bool:
    # No list shows what is archived, and none that is asked here shows comments. Soon after a write of ours a list may
    # have shown what was not believed.
    doubt = observation.ack is not None and world.now() < observation.ack.at + world.patience.stale
    listed = observation.record.presence is Presence.PRESENT and target.kind != COMMENT and not doubt
    polled = world.store.polled_at(world.name, target.side, target.container) if listed else None
    seen = max(observation.read_at, polled) if polled else observation.read_at
    # What was seen in the future was seen by a clock that has been set back since.
    return abs(world.now() - seen) <= world.patience.fresh


def _send(world: World, bound: Bound, outgoing: Outgoing) -> Written:
    """Record the write before the call, make the call once, and keep what came of it."""
    now, store, op = world.now(), world.store, outgoing.op
    if op.action is Action.CREATE:
        outgoing = replace(outgoing, trail=store.highest_number(world.name, op.container))
    outgoing = store.in_flight(outgoing, now, now + world.patience.lease)
    moment = Moment(store.tick(), now)
    try:
        reply = _call(world, bound, outgoing)
    except Moved as moved:
        keep(world, bound, [moved.seen], moment)
        store.drop(outgoing, store.tick(), "the record moved since this was decided")
        return Written(outgoing, Outcome.DROPPED)
    except Unsafe as unsafe:
        return _kept(world, outgoing, partial(_unknown, world, bound, outgoing, unsafe))
    except Rejected as rejected:
        if isinstance(rejected, Outdated) and moved_on(world, bound):
            world.store.drop(outgoing, world.store.tick(), "a property or option is called otherwise now")
            return Written(outgoing, Outcome.DROPPED)
        return _refused(world, bound, outgoing, rejected)
    except Vanished:
        doubted = [each for each in (outgoing.link.ref(op.side), home(world, outgoing)) if each is not None]
        world.store.look_later(world.name, doubted, world.now())
        world.store.drop(outgoing, world.store.tick(), "the record is not where it was")
        return Written(outgoing, Outcome.DROPPED)
    return _kept(world, outgoing, partial(_confirm, world, bound, outgoing, reply))


def _kept(world: World, outgoing: Outgoing, keep: Callable[[], Written]) -> Written:
    """Keep what a call came to; where that cannot be done now, the write stays in flight and is settled later.

    The call may have happened: what fails from here on must not bring it back into the queue. Where the database itself
    is away, the lease of the write runs out.
    """
    try:
        return keep()
    except TryLater as later:
        with suppress(TryLater):
            return _later(world, outgoing, later)
        return Written(outgoing, Outcome.UNKNOWN, later.wait, later.reason)


def _call(world: World, bound: Bound, outgoing: Outgoing) -> Record:
    op, target = outgoing.op, outgoing.link.ref(outgoing.op.side)
    if outgoing.link.kind == COMMENT:
        return speak(world, outgoing)
    remote = world.remote(op.side)
    if op.action is Action.CREATE:
        return remote.create(op.container, puts(bound, op, None))
    assert target is not None
    match op.action:
        case Action.TRASH:
            return remote.trash(target)
        case Action.RESTORE:
            return remote.restore(target)
        case _:
            there = world.store.observations(world.name, [target])[target].record
            if _apart(bound, op):
                (change,) = op.changes
                return remote.rewrite(there, Put(bound.facet(op.side, change.field), change.after, change.before))
            return remote.update(target, puts(bound, op, there))


def _apart(bound: Bound, op: Op) -> bool:
    """Tell whether a write is of something that needs a call of its own."""
    return op.action is not Action.CREATE and any(bound.facet(op.side, each.field).apart for each in op.changes)


def puts(bound: Bound, op: Op, there: Record | None) -> tuple[Put, ...]:
    """Return an op's changes as a remote is asked to write them, whole fields of the record that is there."""
    return facets.written((Put(bound.facet(op.side, change.field), change.after) for change in op.changes), there)


def _adopt(world: World, bound: Bound, outgoing: Outgoing, record: Record) -> Written:
    """Take what was found for the reply that was lost."""
    return _confirm(world, bound, outgoing, record, prove=adopted)


def _confirm(world: World, bound: Bound, outgoing: Outgoing, reply: Record, *, prove: Proof = acknowledge) -> Written:
    """Commit what the reply proves; what it does not show of what was sent was not applied."""
    now, seq, op, reply = world.now(), world.store.tick(), outgoing.op, told(bound, reply)
    known = world.store.known(outgoing.link.id)
    assert known is not None
    applied = prove(known, bound, op, reply)
    # A late read of a newborn shows nothing at all, so that no value of it is an old one.
    changes = () if op.birth else op.changes
    ack = Ack(seq, now, reply.time, _before(bound, op.side, changes, known.on(op.side)))
    failure = _not_applied(outgoing, applied.refused, now) if applied.refused else None
    world.store.confirm(
        Confirmation(
            outgoing=outgoing,
            observation=acknowledged(known.on(op.side), reply, ack),
            shadows=applied.shadows,
            state=op.then,
            failure=failure,
            replaced=applied.replaced,
            closed_by_us=op.then is LinkState.PARKED and (op.action is Action.CLOSE or outgoing.link.closed_by_us),
        ),
        seq,
        now,
    )
    outcome = Outcome.FAILED if failure else Outcome.DONE
    return Written(outgoing, outcome, reason=failure.error if failure else "")


def _before(bound: Bound, side: Side, changes: tuple[Change, ...], seen: Observation | None) -> dict[str, Reading]:
    """Return what the written fields showed when the write was decided, whole fields by the record's own names."""
    shown = (Put(bound.facet(side, each.field), each.before) for each in changes if each.before is not UNREAD)
    return {put.facet.name: put.value for put in facets.written(shown, seen.record if seen else None)}


def _not_applied(outgoing: Outgoing, refused: tuple[object, ...], now: datetime) -> Failure:
    changes = tuple(each for each in outgoing.op.changes if each in refused)
    names = ", ".join(each.field.partition("~")[0] for each in changes)
    return Failure(
        link=outgoing.link.id,
        side=outgoing.op.side,
        action=outgoing.op.action,
        digest=digest(replace(outgoing.op, action=Action.UPDATE, changes=changes)),
        error=f"not applied: {outgoing.op.side} answered without the new value of {names}",
        cure=f"give the credential the permission to change {names}, or change the value by hand; then "
        "`tandem failures retry`",
        at=now,
    )


def _refused(world: World, bound: Bound, outgoing: Outgoing, rejected: Rejected) -> Written:
    """Keep a refusal as a failure, unless the record has gone elsewhere: a moved page lacks the columns it had."""
    target = outgoing.link.ref(outgoing.op.side)
    if target is not None:
        look(world, bound, [target])
        if not world.store.observations(world.name, [target])[target].record.presence.in_sight:
            world.store.drop(outgoing, world.store.tick(), "the record is not where it was")
            return Written(outgoing, Outcome.DROPPED)
    return _failed(world, outgoing, rejected.reason, rejected.cure)


def _failed(world: World, outgoing: Outgoing, error: str, cure: str) -> Written:
    failure = Failure(
        link=outgoing.link.id,
        side=outgoing.op.side,
        action=outgoing.op.action,
        digest=digest(outgoing.op),
        error=error,
        cure=cure,
        at=world.now(),
    )
    world.store.fail(outgoing, failure, world.store.tick())
    return Written(outgoing, Outcome.FAILED, reason=error)


def _later(world: World, outgoing: Outgoing, later: TryLater) -> Written:
    """Give a write back that did not happen; one that keeps failing waits longer every time."""
    if isinstance(later, Busy) and outgoing.stage is not Stage.IN_FLIGHT:
        world.store.requeue(outgoing, None, later.reason)
        return Written(outgoing, Outcome.LATER, later.wait, later.reason)
    longer = timedelta(0) if isinstance(later, Busy) else _longer(world, outgoing)
    wait = min(timedelta(seconds=later.wait) + longer, LONGEST)
    _put_back(world, outgoing, wait, later.reason)
    return Written(outgoing, Outcome.LATER, wait.total_seconds(), later.reason)


def _longer(world: World, outgoing: Outgoing) -> timedelta:
    """Return for how long beyond what was asked for a write is left: one in flight as long again as it has been."""
    return _since(world, outgoing) if outgoing.stage is Stage.IN_FLIGHT else _pause(outgoing)


def _pause(outgoing: Outgoing) -> timedelta:
    """Return how long to leave a write that is to be sent again: not at all at first, then about twice as long."""
    return min(BACKOFF * ((1 << min(outgoing.attempts, DOUBLINGS)) - 1), LONGEST)


def _put_back(world: World, outgoing: Outgoing, wait: timedelta, reason: str) -> None:
    """Leave a write for later: one that never left is queued again, one that may have happened stays in flight."""
    if outgoing.stage is Stage.IN_FLIGHT:
        world.store.unsettled(outgoing, world.now() + wait, reason)
    else:
        world.store.requeue(outgoing, world.now() + wait, reason)


def _unknown(world: World, bound: Bound, outgoing: Outgoing, unsafe: Unsafe) -> Written:
    """Keep a write in flight whose outcome nobody knows; a service that named what it saved is asked for just that."""
    if unsafe.committed and outgoing.op.birth:
        ref = _committed(world, outgoing, unsafe.committed)
        with suppress(TryLater, Denied):
            record = world.read(ref)
            if record.presence.in_sight:
                return _adopt(world, bound, outgoing, record)
    world.store.unsettled(outgoing, world.now() + BACKOFF, unsafe.reason)
    return Written(outgoing, Outcome.UNKNOWN, BACKOFF.total_seconds(), unsafe.reason)


def _committed(world: World, outgoing: Outgoing, id_: str) -> Ref:
    under = home(world, outgoing)
    side = outgoing.op.side
    return Ref.comment(side, id_, under.id) if under else Ref(side, id_, outgoing.op.container)


def _settle(world: World, bound: Bound, outgoing: Outgoing) -> Written:
    """Find out what became of a write that was in flight when its reply, or its worker, was lost."""
    if outgoing.op.birth:
        return _settle_create(world, bound, outgoing)
    target = outgoing.link.ref(outgoing.op.side)
    assert target is not None
    record = world.read(target)
    if _apart(bound, outgoing.op):
        record = world.remote(target.side).complete(record, [bound.facet(target.side, outgoing.op.fields[0])])
    if _shows(bound, outgoing.op, record):
        return _adopt(world, bound, outgoing, record)
    if _overdue(world, outgoing, world.patience.stale):
        look(world, bound, [target])
        world.store.replan(outgoing, world.now() + _pause(outgoing), world.store.tick(), DID_NOT_HAPPEN)
        return Written(outgoing, Outcome.DROPPED, reason=DID_NOT_HAPPEN)
    return _unseen(world, outgoing, world.patience.stale, "the write is not to be seen yet")


def _settle_create(world: World, bound: Bound, outgoing: Outgoing) -> Written:
    """Look for the mark; only what was looked for over the whole settle time, in vain, may be posted again."""
    side = outgoing.op.side
    mark = next(Put(bound.marks[side], each.after) for each in outgoing.op.changes if each.field == MARK)
    if outgoing.link.kind == COMMENT:
        found = seek(world, outgoing, mark)
    else:
        found = world.remote(side).find(outgoing.op.container, mark, outgoing.trail)
    if found is not None:
        return _adopt(world, bound, outgoing, found)
    if _overdue(world, outgoing, world.patience.settle):
        reason = "looked for over the whole settle time: certainly not there"
        world.store.requeue(outgoing, world.now() + _pause(outgoing), reason)
        return Written(outgoing, Outcome.LATER, reason=reason)
    return _unseen(world, outgoing, world.patience.settle, "its record is not to be seen yet")


def _unseen(world: World, outgoing: Outgoing, patience: timedelta, reason: str) -> Written:
    """Keep a write in flight that is not to be seen yet: looked for soon at first, then more seldom, and at the end."""
    since = _since(world, outgoing)
    wait = max(min(since, patience - since), BACKOFF)
    world.store.unsettled(outgoing, world.now() + wait, reason)
    return Written(outgoing, Outcome.UNKNOWN, wait.total_seconds(), reason)


def _overdue(world: World, outgoing: Outgoing, patience: timedelta) -> bool:
    return outgoing.sent_at is None or world.now() - outgoing.sent_at >= patience


def _since(world: World, outgoing: Outgoing) -> timedelta:
    """Return how long ago the call was about to be made; a clock that was set back since tells nothing."""
    return max(world.now() - outgoing.sent_at, timedelta(0)) if outgoing.sent_at else timedelta(0)


def _shows(bound: Bound, op: Op, record: Record) -> bool:
    """Tell whether the record shows everything that the write was to bring about."""
    if op.action is Action.TRASH:
        return record.presence is Presence.TRASHED or (record.ref.kind == COMMENT and not record.presence.in_sight)
    return record.presence.in_sight and all(_shows_change(bound, op.side, each, record) for each in op.changes)


def _shows_change(bound: Bound, side: Side, change: Change, record: Record) -> bool:
    """Tell whether a field shows what was sent, a text in the side's own spelling of it."""
    facet, field = bound.facet(side, change.field), bound.field(change.field)
    shown = facets.read(facet, record)
    if field is None or facet.kind is not model.Kind.DOCUMENT or shown is UNREAD:
        return shown == change.after
    return same(facet.kind, field.transform.recognised(side, change.after, shown), shown)
