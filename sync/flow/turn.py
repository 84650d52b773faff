"""A worker's share of a pass up to its writes: one turn reads and decides, under the mapping's lease."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta

from sync.core.bound import Bound
from sync.core.errors import Denied, Misconfigured, TryLater
from sync.core.events import Hint, Mode
from sync.core.limits import Lane
from sync.core.pace import Due, Pace, pass_due
from sync.core.ports import Queue
from sync.core.state import PassMode, Standing
from sync.flow.bind import bind
from sync.flow.discussions import read_comments, read_hinted
from sync.flow.fetch import fetch, look_due
from sync.flow.match import match
from sync.flow.noted import noted
from sync.flow.pair import pair
from sync.flow.reconcile import reconcile
from sync.flow.rotate import rotate, turns
from sync.flow.run import complete_first_pass, moment, pause, resume
from sync.flow.world import World

HELD = timedelta(minutes=10)
"""A turn that gets nowhere for so long may be joined by another: their decisions exclude each other link by link."""

BITE = 20
"""So many hints are heeded at once: of hundreds of edited rows the first are written while the others are read."""


def turn(world: World, queue: Queue, *, full: bool = False) -> None:
    """Read what changed, or all of it, decide, and ask for the writes; a mapping is worked by one turn at a time."""
    with _alone(world) as mine:
        if mine:
            _pass(mine, queue, {Mode.FULL if full else Mode.HINT})
    _requeue_hints(world, queue, mine=mine is not None)


def scheduled(world: World, queue: Queue, asked: Due, pace: Pace) -> None:
    """Run the pass that a tick asked for, unless it was made meanwhile: a message may come twice, or hours late."""
    store, name = world.store, world.name
    standing = Standing(store.last_pass(name), store.last_pass(name, PassMode.FULL), store.mapping(name).digest)
    task = pass_due(standing, world.mapping.digest, pace, world.now())
    if task is not None:
        polling = replace(world, recent=pace.recent, decide_soon=lambda fellow: queue.send("decide", fellow, Lane.POLL))
        turn(polling, queue, full=task is asked is Due.FULL)


def heed(world: World, queue: Queue) -> None:
    """Look at what hints named: the records, or the whole mapping where one named none.

    While another turn works the mapping the hints stay, and that one asks again; where a service is away the next tick
    does. What a person lets through is only what was decided before, and nothing is read for it but what is due.
    """
    kept: list[Hint] = []
    with _alone(world) as mine:
        if mine:
            kept = _heed(mine, queue, world.store.take_hints(world.name, BITE))
            _keep_for_later(world, kept)
    _requeue_hints(world, queue, mine=mine is not None and not kept)


def _heed(world: World, queue: Queue, hints: Sequence[Hint]) -> list[Hint]:
    """Do what hints ask for, and return those that no look would make up for because a service was away."""
    allowed = [hint for hint in hints if hint.mode == Mode.APPROVE]
    asked = [hint for hint in hints if hint.mode != Mode.APPROVE]
    kept: list[Hint] = []
    if allowed and not _decide(world, queue, let_through=True):
        kept += allowed
    if asked and not _look_at(world, queue, asked):
        kept += [hint for hint in asked if hint.ref is None or hint.mode == Mode.DEEP]
    return kept


def _giving_way(world: World, queue: Queue) -> World:
    """Return a world in which who asks for a look at a record need not wait for the end of a long list.

    In a first pass it has to: nothing is tied, let alone written, before both lists were read.
    """

    def between() -> None:
        if world.name not in world.store.hinted() or world.store.mapping(world.name).first_pass:
            return
        hints = world.store.take_hints(world.name, BITE)
        now = [hint for hint in hints if hint.ref is not None or hint.mode == Mode.APPROVE]
        kept = _heed(world.on(Lane.PERSON), queue, now)
        _keep_for_later(world, [*kept, *(hint for hint in hints if hint not in now)])

    return replace(world, between=between)


def _look_at(world: World, queue: Queue, hints: Sequence[Hint]) -> bool:
    """Look at what those hints name, and tell whether nothing was away that it needs."""
    modes = {hint.mode for hint in hints if hint.ref is None}
    if not modes:
        return _decide(world, queue, hints=hints)
    return _pass(world, queue, modes, hints)


def decide(world: World, queue: Queue) -> None:
    """Decide what earlier writes and looks marked; nothing is read but what is due by identity."""
    with _alone(world) as mine:
        if mine:
            _decide(mine, queue)
    _requeue_hints(world, queue, mine=mine is not None)


def lease_of(mapping: str) -> str:
    """Return the name of the lease that a turn of the mapping holds."""
    return f"turn {mapping}"


def _requeue_hints(world: World, queue: Queue, *, mine: bool) -> None:
    """Have hints heeded whose worker was turned away while the mapping was ours: a person waits for them."""
    if mine and world.name in world.store.hinted():
        queue.send("heed", world.name, Lane.PERSON)


@contextmanager
def _alone(world: World) -> Iterator[World | None]:
    """Hold the mapping's lease, for as long as its world tells of progress; None where it could not be had.

    Nobody has that of a mapping which a person stopped.
    """
    now, lease = world.now(), lease_of(world.name)
    stopped = world.name in world.store.stopped()
    epoch = None if stopped else world.store.take_lease(lease, world.owner, now + HELD, now)
    if epoch is None:
        yield None
        return
    try:
        yield replace(world, progress=_holding(world, lease, epoch))
    finally:
        with suppress(TryLater):  # with the database away it stays ours, until somebody sees that we are done
            world.store.give_back(lease, epoch)


def _holding(world: World, lease: str, epoch: int) -> Callable[[str, int], None]:
    """Return a progress that keeps the lease before half of its time is over: a list may have a thousand pages."""
    until = world.now() + HELD

    def step(what: str, count: int) -> None:
        nonlocal until
        if until - world.now() < HELD / 2:
            until = world.now() + HELD
            world.store.keep_lease(lease, epoch, until)
        world.progress(what, count)

    return step


def _pass(world: World, queue: Queue, modes: AbstractSet[str], hints: Sequence[Hint] = ()) -> bool:
    """Run a pass up to its writes, as it was asked for; tell whether nothing was away that it needs."""
    full = Mode.FULL in modes

    def work(world: World) -> None:
        _read(_giving_way(world, queue), hints, full=full, rebind=Mode.BIND in modes)
        if modes != {Mode.BIND}:  # that a schema changed is no reason to read depths
            _rotate(world, queue, full=full)

    met = _run(world, PassMode.FULL if full else PassMode.INCREMENTAL, work)
    _ask_for_writes(world, queue)
    return met


def _run(world: World, mode: PassMode, work: Callable[[World], None]) -> bool:
    """Do the work of a pass, and tell whether it was done: a mapping that may not go on rests, and asks again later."""
    with noted(world, mode) as made:
        try:
            work(made.world)
        except (Denied, Misconfigured) as stopped:
            made.outcome = f"paused: {stopped}"
            pause(world, world.name, str(stopped))
        except TryLater as later:
            made.outcome = f"later: {later}"  # What is marked stays marked: the next tick asks again.
    return not made.outcome


def _read(world: World, hints: Sequence[Hint], *, full: bool, rebind: bool) -> None:
    began, bound = moment(world), bind(world, fresh=full or rebind)
    fetch(world, bound, full=full)
    match(world, bound)
    read_comments(world, bound, began)
    read_hinted(world, bound, hints, began)
    pair(world, bound)
    first = world.store.mapping(world.name).first_pass
    _reconcile(world.on(Lane.IMPORT) if first else world, bound)
    complete_first_pass(world, bound)
    resume(world)


def _rotate(world: World, queue: Queue, *, full: bool) -> None:
    """Read what no list shows, in rotation: no write waits for it, and it gives way when somebody asks for a look.

    Nor is the pass undone that came before, should a budget be spent or a service go away meanwhile.
    """
    bound = bind(world, fresh=False)
    links = turns(world, bound, full=full)
    if links:
        _ask_for_writes(world, queue)
        with suppress(TryLater):
            rotate(world, bound, links, enough=lambda: world.name in world.store.hinted())
        pair(world, bound)
        _reconcile(world, bound)


def _decide(world: World, queue: Queue, *, let_through: bool = False, hints: Sequence[Hint] = ()) -> bool:
    """Decide what is marked, and tell whether nothing was away that is needed for it; what is marked stays so."""

    def work(world: World) -> None:
        began, bound = moment(world), bind(world, fresh=False)
        look_due(world, bound)
        match(world, bound)
        read_hinted(world, bound, hints, began)
        pair(world, bound)
        _reconcile(world, bound, let_through=let_through)

    met = _run(world, PassMode.HINT, work)
    _ask_for_writes(world, queue)
    return met


def _keep_for_later(world: World, hints: Iterable[Hint]) -> None:
    """Have hints heeded again that no look would make up for: nobody shall ask in vain because a service was away."""
    for hint in hints:
        world.store.hint(world.name, hint.ref, Lane.PERSON, world.now(), mode=hint.mode)


def _reconcile(world: World, bound: Bound, *, let_through: bool = False) -> None:
    """Decide, and once more what had to be read first."""
    decided = reconcile(world, bound, let_through=let_through)
    if decided.looks:
        look_due(world, bound)
        decided = reconcile(world, bound, let_through=let_through, looked=True)
    for kind, detail in decided.refused.items():
        world.log("refused", {"mapping": world.name, "guard": kind, "detail": detail})


def _ask_for_writes(world: World, queue: Queue) -> None:
    if world.store.waiting(world.name):
        queue.send("drain", str(int(world.lane)), world.lane)
