"""What becomes of one write, and how the queue learns it; nothing is called and no reply is read here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sync.core.errors import Busy, TryLater
from sync.core.fieldkey import field_name
from sync.core.guard import action_of
from sync.core.issue import STATE
from sync.core.model import Change, Reading
from sync.core.state import Failure, Outgoing, Stage
from sync.flow.reconcile import digest
from sync.flow.world import World

BACKOFF = timedelta(seconds=5)
LONGEST = timedelta(hours=1)
DOUBLINGS = 10
"""After so many the pause is longer than the longest: no more is worked out, for numbers have an end."""


class Outcome(StrEnum):
    """What became of one write; one that is partly done was taken, and the reply does not show all of it."""

    DONE = "done"
    PARTLY = "partly"
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


def dropped(world: World, outgoing: Outgoing, reason: str) -> Written:
    """Take a write out of the queue: what is to be written is decided anew."""
    world.store.drop(outgoing, world.store.tick(), reason)
    return Written(outgoing, Outcome.DROPPED)


def postponed(world: World, outgoing: Outgoing, later: TryLater) -> Written:
    """Give a write back that did not happen; one that keeps failing waits longer every time."""
    if isinstance(later, Busy) and outgoing.stage is not Stage.IN_FLIGHT:
        world.store.requeue(outgoing, None, later.reason)
        return Written(outgoing, Outcome.LATER, later.wait, later.reason)
    longer = timedelta(0) if isinstance(later, Busy) else _longer(world, outgoing)
    wait = min(timedelta(seconds=later.wait) + longer, LONGEST)
    put_back(world, outgoing, wait, later.reason)
    return Written(outgoing, Outcome.LATER, wait.total_seconds(), later.reason)


def _longer(world: World, outgoing: Outgoing) -> timedelta:
    """Return for how long beyond what was asked for a write is left: one in flight as long again as it has been."""
    return since(world, outgoing) if outgoing.stage is Stage.IN_FLIGHT else pause(outgoing)


def pause(outgoing: Outgoing) -> timedelta:
    """Return how long to leave a write that is to be sent again."""
    return pause_after(outgoing.attempts)


def pause_after(tries: int) -> timedelta:
    """Return how long to leave what failed so many times: not at all at first, then about twice as long."""
    return min(BACKOFF * ((1 << min(tries, DOUBLINGS)) - 1), LONGEST)


def since(world: World, outgoing: Outgoing) -> timedelta:
    """Return how long ago the call was about to be made; a clock that was set back since tells nothing."""
    return max(world.now() - outgoing.sent_at, timedelta(0)) if outgoing.sent_at else timedelta(0)


def put_back(world: World, outgoing: Outgoing, wait: timedelta, reason: str) -> None:
    """Leave a write for later: one that never left is queued again, one that may have happened stays in flight."""
    if outgoing.stage is Stage.IN_FLIGHT:
        world.store.unsettled(outgoing, world.now() + wait, reason)
    else:
        world.store.requeue(outgoing, world.now() + wait, reason)


def unknown(world: World, outgoing: Outgoing, wait: timedelta, reason: str) -> Written:
    """Keep a write in flight of which nobody can tell yet whether it happened."""
    world.store.unsettled(outgoing, world.now() + wait, reason)
    return Written(outgoing, Outcome.UNKNOWN, wait.total_seconds(), reason)


def failed(world: World, outgoing: Outgoing, error: str, cure: str) -> Written:
    """Keep a write that was refused for good, for a person."""
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


def not_applied(outgoing: Outgoing, refused: tuple[Change, ...], now: datetime) -> Failure:
    """Return the failure of the changes that a reply does not show."""
    changes = tuple(each for each in outgoing.op.changes if each in refused)
    names = ", ".join(field_name(each.field) for each in changes)
    return Failure(
        link=outgoing.link.id,
        side=outgoing.op.side,
        action=outgoing.op.action,
        digest=digest(replace(outgoing.op, action=action_of(outgoing.op.side, changes), changes=changes)),
        error=f"not applied: {outgoing.op.side} answered without the new value of {names}",
        cure=f"{_cure(changes, names)}; then `tandem failures retry`",
        at=now,
    )


def _cure(changes: tuple[Change, ...], names: str) -> str:
    """Return what helps where a service answered without the new value of those fields."""
    if all(field_name(each.field) == STATE and _closed(each.before) and _closed(each.after) for each in changes):
        # A reason is ignored unless the state changes (OpenAPI issues/update), whoever asks.
        return "reopen the issue and close it again with that reason, or set the page back"
    return f"give the credential the permission to change {names}, or change the value by hand"


def _closed(state: Reading) -> bool:
    return isinstance(state, str) and state.startswith("closed")
