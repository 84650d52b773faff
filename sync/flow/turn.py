"""A worker's share of a pass: one turn reads and decides under the mapping's lease, one drain writes what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sync.core.errors import Denied, Misconfigured, TryLater
from sync.core.limits import Lane
from sync.core.ports import Queue
from sync.core.state import Kind
from sync.core.store import Store
from sync.flow.bind import bind
from sync.flow.fetch import fetch, look
from sync.flow.match import match
from sync.flow.reconcile import reconcile
from sync.flow.run import complete_first_pass
from sync.flow.world import World
from sync.flow.write import Outcome, next_write, write

HELD = timedelta(minutes=10)
"""A turn that takes longer than this may be joined by another: their decisions exclude each other link by link."""


def turn(world: World, queue: Queue, *, full: bool = False) -> None:
    """Read what changed, or all of it, decide, and ask for the writes; a mapping is worked by one turn at a time."""
    now, lease = world.now(), f"turn {world.name}"
    epoch = world.store.take_lease(lease, world.owner, now + HELD, now)
    if epoch is None:
        return
    mode = "full" if full else "incremental"
    pass_id = world.store.begin_pass(world.name, mode, now)
    outcome = "interrupted"
    try:
        outcome = _turn(world, full=full)
    except (Denied, Misconfigured) as stopped:
        outcome = f"paused: {stopped}"
        _pause(world, str(stopped))
    except TryLater as later:
        outcome = f"later: {later}"
    finally:
        world.store.end_pass(pass_id, outcome, world.now(), {})
        world.store.give_back(lease, epoch)
    if world.store.waiting(world.name):
        queue.send("drain", str(int(world.lane)), world.lane)


def heed(world: World, queue: Queue) -> None:
    """Look at what hints named: the records, or the whole mapping where one named none."""
    hints = world.store.take_hints(world.name)
    whole = [hint for hint in hints if hint.ref is None]
    if whole:
        turn(world, queue, full=any(hint.mode == "full" for hint in whole))
    elif hints:
        decide(world, queue)


def decide(world: World, queue: Queue) -> None:
    """Decide what earlier writes and looks marked; nothing is read but what is due by identity."""
    now, lease = world.now(), f"turn {world.name}"
    epoch = world.store.take_lease(lease, world.owner, now + HELD, now)
    if epoch is None:
        return
    try:
        bound = bind(world, fresh=False)
        look(world, bound, world.store.due_looks(world.name, world.now()))
        match(world, bound)
        written = reconcile(world, bound).writes
    except (Denied, Misconfigured) as stopped:
        _pause(world, str(stopped))
        return
    except TryLater:
        return
    finally:
        world.store.give_back(lease, epoch)
    if written:
        queue.send("drain", str(int(world.lane)), world.lane)


def drain(worlds: Callable[[str], World], anyone: World, queue: Queue, until: datetime) -> None:
    """Carry out writes that are due, of any mapping, until there are none, no budget, or the time is up.

    What must wait holds up only its own kind: creates are rationed far more strictly than anything else.
    """
    touched: set[str] = set()
    later: set[Kind] = set()
    while (outgoing := next_write(anyone, mapping=None, but=later)) is not None:
        world = worlds(outgoing.link.mapping).on(outgoing.lane)
        touched.add(world.name)
        try:
            written = write(world, bind(world, fresh=False), outgoing)
        except (Denied, Misconfigured) as stopped:
            _pause(world, str(stopped))
            break
        if written.outcome is Outcome.LATER:
            later.add(outgoing.kind)
        if anyone.now() >= until:
            queue.send("drain", str(int(outgoing.lane)), outgoing.lane)
            break
    for name in sorted(touched):
        queue.send("decide", name, Lane.POLL)


def due(store: Store, mappings: Iterable[World], intervals: tuple[timedelta, timedelta], queue: Queue) -> None:
    """Ask for what is due: polls, full passes, looks, writes; two clocks asking twice do no harm."""
    poll, full = intervals
    for world in mappings:
        now, state = world.now(), store.mapping(world.name)
        if state.schema_at is None or now - state.schema_at >= full:
            queue.send("full", world.name, Lane.POLL)
        elif _polled(store, world) is None or now - (_polled(store, world) or now) >= poll:
            queue.send("poll", world.name, Lane.POLL)
        soon = store.next_due(world.name)
        if soon is not None and soon <= now:
            queue.send("decide", world.name, Lane.POLL)
    for name in store.hinted():
        queue.send("heed", name, Lane.PERSON)
    if store.waiting(None):
        for lane in Lane:
            queue.send("drain", str(int(lane)), lane)


def _turn(world: World, *, full: bool) -> str:
    bound = bind(world, fresh=full)
    fetch(world, bound, full=full)
    match(world, bound)
    first = world.store.mapping(world.name).first_pass
    decided = reconcile(world.on(Lane.IMPORT) if first else world, bound)
    complete_first_pass(world, bound)
    state = world.store.mapping(world.name)
    if state.paused:
        world.store.save_mapping(replace(state, paused=None))
    return f"refused: {', '.join(decided.refused.values())}" if decided.refused else "done"


def _pause(world: World, why: str) -> None:
    """Note why the mapping does not run; the next turn that succeeds takes the note away."""
    state = world.store.mapping(world.name)
    world.store.save_mapping(replace(state, paused=why))


def _polled(store: Store, world: World) -> datetime | None:
    """Return when the mapping's oldest container was last read, None where one never was."""
    bound = bind(world, fresh=False)
    times = [store.polled_at(world.name, side, each) for side, all_ in bound.containers.items() for each in all_]
    known = [each for each in times if each is not None]
    return min(known) if len(known) == len(times) else None
