"""What a reply proves, or a record that was found in its place, is committed with the end of the write."""

from __future__ import annotations

from collections.abc import Callable

from sync.core import facets
from sync.core.acknowledge import Applied, acknowledge, adopted
from sync.core.bound import Bound
from sync.core.model import UNREAD, Action, Change, LinkState, Op, Put, Reading, Record, Side
from sync.core.observe import acknowledged
from sync.core.state import Ack, Confirmation, Known, Observation, Outgoing
from sync.core.unread import as_left
from sync.flow.keep import with_unread
from sync.flow.outcome import Outcome, Written, not_applied
from sync.flow.world import World

Proof = Callable[[Known, Bound, Op, Record], Applied]
"""How a record is held against what was sent: as the reply to it, or as what was found in a lost reply's place."""


def adopt(world: World, bound: Bound, outgoing: Outgoing, record: Record) -> Written:
    """Take what was found for the reply that was lost."""
    return confirm(world, bound, outgoing, record, prove=adopted)


def confirm(world: World, bound: Bound, outgoing: Outgoing, reply: Record, *, prove: Proof = acknowledge) -> Written:
    """Commit what the reply proves; what it does not show of what was sent was not applied."""
    now, seq, op, reply = world.now(), world.store.tick(), outgoing.op, with_unread(bound, reply)
    known = world.store.known(outgoing.link.id)
    assert known is not None
    applied = prove(known, bound, op, reply)
    # A late read of a newborn shows nothing at all, so that no value of it is an old one.
    changes = () if op.birth else op.changes
    seen = known.on(op.side)
    ours = op.birth or bound.apart(op) or (seen is not None and as_left(bound, seen))
    ack = Ack(seq, now, reply.time, _before(bound, op.side, changes, seen), ours=ours)
    failure = not_applied(outgoing, applied.refused, now) if applied.refused else None
    world.store.confirm(
        Confirmation(
            outgoing=outgoing,
            observation=acknowledged(seen, reply, ack),
            shadows=applied.shadows,
            state=op.then,
            failure=failure,
            replaced=applied.replaced,
            closed_by_us=op.then is LinkState.PARKED and (op.action is Action.CLOSE or outgoing.link.closed_by_us),
            depths=_depths(bound, op),
        ),
        seq,
        now,
    )
    outcome = Outcome.PARTLY if failure else Outcome.DONE
    return Written(outgoing, outcome, reason=failure.error if failure else "")


def _depths(bound: Bound, op: Op) -> bool | None:
    """Tell whether what stands apart is known after a write: what was edited just before, it hides behind our name."""
    if (bound.apart(op) and not op.birth) or not any(field.facet(op.side).apart for field in bound.fields):
        return None
    return op.birth


def _before(bound: Bound, side: Side, changes: tuple[Change, ...], seen: Observation | None) -> dict[str, Reading]:
    """Return what the written fields showed when the write was decided, whole fields by the record's own names."""
    shown = (Put(bound.facet(side, each.field), each.before) for each in changes if each.before is not UNREAD)
    return {put.facet.name: put.value for put in facets.written(shown, seen.record if seen else None)}
