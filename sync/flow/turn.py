"""A worker's share of a pass: one turn reads and decides under the mapping's lease, one drain writes what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sync.core.errors import Denied, Misconfigured, TryLater
from sync.core.limits import Lane
from sync.core.model import Ref
from sync.core.ports import Queue
from sync.core.state import Kind
from sync.core.store import Store
from sync.core.words import Mode
from sync.flow.bind import bind
from sync.flow.fetch import fetch, look
from sync.flow.match import match
from sync.flow.overhear import attend
from sync.flow.pair import pair
from sync.flow.reconcile import reconcile
from sync.flow.run import complete_first_pass, listen, moment, resume
from sync.flow.world import World
from sync.flow.write import Outcome, next_write, write

HELD = timedelta(minutes=10)
"""A turn that takes longer than this may be joined by another: their decisions exclude each other link by link."""


def turn(world: World, queue: Queue, *, full: bool = False) -> None:
    """Read what changed, or all of it, decide, and ask for the writes; a mapping is worked by one turn at a time."""
    with _alone(world) as mine:
        if mine:
            _pass(world, queue, full=full)


def heed(world: World, queue: Queue) -> None:
    """Look at what hints named: the records, or the whole mapping where one named none.

    While another turn works the mapping the hints stay: the next tick asks again. What a person lets through is only
    what was decided before: nothing is read for it but what is due by identity.
    """
    with _alone(world) as mine:
        hints = world.store.take_hints(world.name) if mine else ()
        whole = {hint.mode for hint in hints if hint.ref is None}
        if Mode.APPROVE in whole:
            _decide(world, queue, let_through=True)
        if whole - {Mode.APPROVE}:
            _pass(world, queue, full=Mode.FULL in whole, rebind=Mode.BIND in whole)
        elif len(hints) > len(whole):
            _decide(world, queue, named=[hint.ref for hint in hints if hint.ref is not None])


def decide(world: World, queue: Queue) -> None:
    """Decide what earlier writes and looks marked; nothing is read but what is due by identity."""
    with _alone(world) as mine:
        if mine:
            _decide(world, queue)


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
    stopped = store.stopped()
    for world in mappings:
        if world.name in stopped:
            continue
        task = _pass_due(world, *intervals)
        if task is not None:
            queue.send(task, world.name, Lane.POLL)
        soon = store.next_due(world.name)
        if soon is not None and soon <= world.now():
            queue.send("decide", world.name, Lane.POLL)
    for name in store.hinted():
        if name not in stopped:
            queue.send("heed", name, Lane.PERSON)
    if store.waiting(None):
        for lane in Lane:
            queue.send("drain", str(int(lane)), lane)


def _pass_due(world: World, poll: timedelta, full: timedelta) -> str | None:
    """Return the pass that is due; one that failed is tried again no sooner than any poll."""
    now, store = world.now(), world.store
    begun, read = store.last_pass(world.name), store.last_pass(world.name, "full")
    if begun is not None and now - begun < poll:
        return None
    changed = store.mapping(world.name).digest != world.mapping.digest
    return "full" if changed or read is None or now - read >= full else "poll"


@contextmanager
def _alone(world: World) -> Iterator[bool]:
    """Hold the mapping's lease, and tell whether it could be had; nobody has that of one that a person stopped."""
    if world.name in world.store.stopped():
        yield False
        return
    now, lease = world.now(), f"turn {world.name}"
    epoch = world.store.take_lease(lease, world.owner, now + HELD, now)
    try:
        yield epoch is not None
    finally:
        if epoch is not None:
            world.store.give_back(lease, epoch)


def _pass(world: World, queue: Queue, *, full: bool, rebind: bool = False) -> None:
    """Run a pass up to its writes, and note how it ended."""
    pass_id = world.store.begin_pass(world.name, "full" if full else "incremental", world.now())
    outcome = "interrupted"
    try:
        _read(world, full=full, rebind=rebind)
        outcome = "done"
    except (Denied, Misconfigured) as stopped:
        outcome = f"paused: {stopped}"
        _pause(world, str(stopped))
    except TryLater as later:
        outcome = f"later: {later}"
    finally:
        world.store.end_pass(pass_id, outcome, world.now(), {})
    _ask_for_writes(world, queue)


def _read(world: World, *, full: bool, rebind: bool) -> None:
    began, bound = moment(world), bind(world, fresh=full or rebind)
    fetch(world, bound, full=full)
    match(world, bound)
    listen(world, bound, began, full=full)
    pair(world, bound)
    first = world.store.mapping(world.name).first_pass
    reconcile(world.on(Lane.IMPORT) if first else world, bound)
    complete_first_pass(world, bound)
    resume(world)


def _decide(world: World, queue: Queue, *, let_through: bool = False, named: Iterable[Ref] = ()) -> None:
    try:
        began, bound = moment(world), bind(world, fresh=False)
        look(world, bound, world.store.due_looks(world.name, world.now()))
        match(world, bound)
        attend(world, bound, named, began)
        pair(world, bound)
        reconcile(world, bound, let_through=let_through)
    except (Denied, Misconfigured) as stopped:
        _pause(world, str(stopped))
    except TryLater:
        return  # What is marked stays marked: the next tick asks again.
    _ask_for_writes(world, queue)


def _ask_for_writes(world: World, queue: Queue) -> None:
    if world.store.waiting(world.name):
        queue.send("drain", str(int(world.lane)), world.lane)


def _pause(world: World, why: str) -> None:
    """Note why the mapping does not run; the next turn that succeeds takes the note away."""
    state = world.store.mapping(world.name)
    world.store.save_mapping(replace(state, paused=why))
