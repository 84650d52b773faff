"""A worker's writing: what is due of any mapping is carried out; what is due was decided by a turn."""

from __future__ import annotations

from collections.abc import Callable

from sync.core.errors import Denied, Misconfigured
from sync.core.limits import Lane
from sync.core.ports import Queue
from sync.core.state import Outgoing, WriteKind
from sync.flow.outcome import Outcome, Written
from sync.flow.run import pause
from sync.flow.world import World
from sync.flow.write import bind_and_write, leave, next_write


def drain(worlds: Callable[[str], World], anyone: World, queue: Queue, enough: Callable[[], bool]) -> None:
    """Carry out writes that are due, of any mapping, until there are none, no budget, or somebody says enough.

    What must wait holds up only its own kind: creates are rationed far more strictly than anything else.
    """
    touched: set[str] = set()
    later: set[WriteKind] = set()
    while (outgoing := next_write(anyone, mapping=None, but=later)) is not None:
        touched.add(outgoing.link.mapping)
        written = _written(worlds, anyone, outgoing)
        if written is None:
            break
        if written.outcome is Outcome.LATER:
            later.add(outgoing.kind)
        if enough():
            queue.send("drain", str(int(outgoing.lane)), outgoing.lane)
            break
    for name in sorted(touched):
        queue.send("decide", name, Lane.POLL)


def _written(worlds: Callable[[str], World], anyone: World, outgoing: Outgoing) -> Written | None:
    """Carry out one write; None where its mapping must rest, as one does that has no sound file any more."""
    name = outgoing.link.mapping
    try:
        world = worlds(name)
    except Misconfigured as missing:
        leave(anyone, outgoing, str(missing))
        pause(anyone, name, str(missing))
        return None
    try:
        written = bind_and_write(world.on(outgoing.lane), outgoing)
    except (Denied, Misconfigured) as stopped:
        pause(world, name, str(stopped))
        return None
    _log(world, written)
    return written


def _log(world: World, written: Written) -> None:
    outgoing, outcome = written.outgoing, written.outcome
    facts = {"mapping": world.name, "link": outgoing.link.id, "side": outgoing.op.side, "action": outgoing.op.action}
    waits = outcome in (Outcome.LATER, Outcome.DROPPED)
    world.log("left a write" if waits else "wrote", {**facts, "outcome": str(outcome), "reason": written.reason})
