"""One write: look again, record that it is in flight, call once, and keep what the reply proves."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from functools import partial

from sync.core import facets
from sync.core.bound import Bound
from sync.core.comments import within
from sync.core.errors import Denied, Misconfigured, Moved, Outdated, Overtaken, Rejected, TryLater, Unsafe, Vanished
from sync.core.model import COMMENT, UNREAD, Action, Op, Presence, Put, Record, Ref
from sync.core.observe import Moment
from sync.core.state import Outgoing, Stage, WriteKind
from sync.flow.bind import bind, moved_on
from sync.flow.confirm import adopt, confirm
from sync.flow.depths import read, unconfirmed
from sync.flow.fetch import look_at, renew
from sync.flow.fresh import fresh
from sync.flow.keep import keep
from sync.flow.outcome import BACKOFF, Outcome, Written, dropped, failed, postponed, put_back, unknown
from sync.flow.settle import settle
from sync.flow.world import World
from sync.flow.write_comment import home, write_comment

CROWD = 10
"""From so many waiting writes on, one list renews all observations for less than a look at each."""
DOUBT = 10.0
"""Seconds to wait before a record is looked at again whose last reading may be older than our own write."""
UNREADABLE = 60.0
"""Seconds to wait where the record that must be looked at first cannot be read, whatever the reason."""
GONE = "the record is not where it was"
TRIES = 5
"""So many times, within some minutes, a write is sent again for which nothing was found: then a person is needed."""
NO_WRITER = "give the credential the permission to write there; then `tandem failures retry`"


def bind_and_write(world: World, outgoing: Outgoing) -> Written:
    """Bind the names as they are now and carry out one leased write; raises what `write` does."""
    return _attempted(world, outgoing, lambda: _write(world, bind(world, fresh=False), outgoing))


def write(world: World, bound: Bound, outgoing: Outgoing) -> Written:
    """Carry out one leased write; raises Denied and Misconfigured where it must rest, TryLater without the database."""
    return _attempted(world, outgoing, lambda: _write(world, bound, outgoing))


def leave(world: World, outgoing: Outgoing, reason: str) -> None:
    """Give a leased write back that cannot be carried out for the time being."""
    with suppress(Overtaken):
        put_back(world, outgoing, BACKOFF, reason)


def _attempted(world: World, outgoing: Outgoing, attempt: Callable[[], Written]) -> Written:
    """Make an attempt, and give the write back where it did not come about."""
    try:
        try:
            return attempt()
        except TryLater as later:
            return postponed(world, outgoing, later)
        except (Rejected, Vanished) as unread:  # of a read, for what a write meets is judged where it was sent
            return postponed(world, outgoing, TryLater(UNREADABLE, str(unread)))
    except (Denied, Misconfigured) as stopped:
        leave(world, outgoing, str(stopped))
        raise
    except Overtaken as overtaken:
        return Written(outgoing, Outcome.OVERTAKEN, reason=str(overtaken))


def _write(world: World, bound: Bound, outgoing: Outgoing) -> Written:
    bound = within(bound, outgoing.link)
    if outgoing.stage is Stage.IN_FLIGHT:
        return settle(world, bound, outgoing)
    if not _still_right(world, bound, outgoing):
        return dropped(world, outgoing, "the record moved since this was decided")
    return _send(world, bound, outgoing)


def next_write(world: World, *, mapping: str | None, but: Collection[WriteKind] = ()) -> Outgoing | None:
    """Lease the write that is due next, except of the kinds that are left for later."""
    now = world.now()
    return world.store.lease(world.owner, now, now + world.patience.lease, mapping=mapping, but=but)


def _still_right(world: World, bound: Bound, outgoing: Outgoing) -> bool:
    """Look at the target again unless it was seen just now, and tell whether nothing that is written there moved.

    What it showed when this was decided counts, not what it showed at the last look: another worker may have looked
    since, and not have decided yet.
    """
    op, target = outgoing.op, outgoing.link.ref(outgoing.op.side)
    if op.birth or target is None or bound.apart(op):
        return True  # what is apart is looked at by whoever writes it
    seen, crowd = world.store.observations(world.name, [target])[target], target.kind != COMMENT
    if crowd and not fresh(world, seen) and world.store.waiting(world.name, op.side) >= CROWD:
        renew(world, bound, op.side, target.container)
    if not fresh(world, seen):
        look_at(world, bound, target)
        if world.store.observations(world.name, [target])[target].seq == seen.seq:
            raise TryLater(DOUBT, "what it shows may be older than our last write")
    _read_before_it_is_hidden(world, bound, target)
    record = world.store.observations(world.name, [target])[target].record
    return _in_place(op, record) and all(
        change.before is UNREAD or facets.read(bound.facet(op.side, change.field), record) == change.before
        for change in op.changes
    )


def _in_place(op: Op, record: Record) -> bool:
    """Tell whether a record is where this write expects it."""
    return record.presence is Presence.TRASHED if op.action is Action.RESTORE else record.presence.in_sight


def _read_before_it_is_hidden(world: World, bound: Bound, target: Ref) -> None:
    """Have read what was sent to a record and never shown, while it certainly is nobody's but ours.

    Our write puts our name on the record, so that a colleague's edit from just before it would be taken for ours.
    """
    seen = world.store.observations(world.name, [target])[target]
    unread = [each for each in unconfirmed(world, bound, seen) if seen.record.read(each.name) is UNREAD]
    if unread:
        read(world, bound, seen, unread)


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
        return dropped(world, outgoing, "the record moved since this was decided")
    except Unsafe as unsafe:
        return _kept(world, outgoing, partial(_unknown, world, bound, outgoing, unsafe))
    except Rejected as rejected:
        if isinstance(rejected, Outdated) and moved_on(world, bound):
            return dropped(world, outgoing, "a property or option is called otherwise now")
        return _refused(world, bound, outgoing, rejected)
    except Vanished as vanished:
        return _not_found(world, bound, outgoing, vanished)
    return _kept(world, outgoing, partial(confirm, world, bound, outgoing, reply))


def _kept(world: World, outgoing: Outgoing, keep: Callable[[], Written]) -> Written:
    """Keep what a call came to; where that cannot be done now, the write stays in flight and is settled later.

    The call may have happened: what fails from here on must not bring it back into the queue. Where the database itself
    is away, the lease of the write runs out.
    """
    try:
        return keep()
    except TryLater as later:
        with suppress(TryLater):
            return postponed(world, outgoing, later)
        return Written(outgoing, Outcome.UNKNOWN, later.wait, later.reason)


def _call(world: World, bound: Bound, outgoing: Outgoing) -> Record:
    op, target = outgoing.op, outgoing.link.ref(outgoing.op.side)
    if outgoing.link.kind == COMMENT:
        return write_comment(world, outgoing)
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
            if bound.apart(op):
                (change,) = op.changes
                return remote.rewrite(there, Put(bound.facet(op.side, change.field), change.after, change.before))
            return remote.update(target, puts(bound, op, there))


def puts(bound: Bound, op: Op, there: Record | None) -> tuple[Put, ...]:
    """Return an op's changes as a remote is asked to write them, whole fields of the record that is there."""
    return facets.written((Put(bound.facet(op.side, change.field), change.after) for change in op.changes), there)


def _refused(world: World, bound: Bound, outgoing: Outgoing, rejected: Rejected) -> Written:
    """Keep a refusal as a failure, unless the record has gone elsewhere: a moved page lacks the columns it had."""
    target = outgoing.link.ref(outgoing.op.side)
    if target is not None:
        look_at(world, bound, target)
        if not world.store.observations(world.name, [target])[target].record.presence.in_sight:
            return dropped(world, outgoing, GONE)
    return failed(world, outgoing, rejected.reason, rejected.cure)


def _not_found(world: World, bound: Bound, outgoing: Outgoing, vanished: Vanished) -> Written:
    """Decide anew where the record is gone; send again a few times where it is still shown, for a replica may lag.

    Whoever may read and not write is answered so, too: GitHub says 404 where one expects 403 (REST "Troubleshooting").
    """
    if not _still_there(world, bound, outgoing):
        return dropped(world, outgoing, GONE)
    if outgoing.attempts < TRIES:
        raise TryLater(BACKOFF.total_seconds(), str(vanished)) from vanished
    return failed(world, outgoing, f"{vanished}, though it can be read: the credential may not write there", NO_WRITER)


def _still_there(world: World, bound: Bound, outgoing: Outgoing) -> bool:
    """Look at what a write is for: its record, what a comment stands under, or what a record is born into.

    Raises TryLater where that container does not answer as it did: it is not gone before a list says so.
    """
    op, target, under = outgoing.op, outgoing.link.ref(outgoing.op.side), home(world, outgoing)
    refs = [each for each in (target, under) if each is not None]
    if not refs and not world.remote(op.side).alive(op.container):
        raise TryLater(UNREADABLE, f"{op.side}: {op.container} does not answer as it did")
    for ref in refs:
        look_at(world, bound, ref)
    seen = world.store.observations(world.name, refs)
    there = under is None or seen[under].record.presence.in_sight
    return there and (target is None or _in_place(op, seen[target].record))


def _unknown(world: World, bound: Bound, outgoing: Outgoing, unsafe: Unsafe) -> Written:
    """Keep a write in flight whose outcome nobody knows; a service that named what it saved is asked for just that."""
    if unsafe.committed and outgoing.op.birth:
        ref = _committed(world, outgoing, unsafe.committed)
        with suppress(TryLater, Denied):
            record = world.read(ref)
            if record.presence.in_sight:
                return adopt(world, bound, outgoing, record)
    return unknown(world, outgoing, BACKOFF, unsafe.reason)


def _committed(world: World, outgoing: Outgoing, id_: str) -> Ref:
    under = home(world, outgoing)
    side = outgoing.op.side
    return Ref.comment(side, id_, under.id) if under else Ref(side, id_, outgoing.op.container)
