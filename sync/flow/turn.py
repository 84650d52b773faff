"""A worker's share of a pass: one turn reads and decides under the mapping's lease, one drain writes what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from sync.core.bound import Bound
from sync.core.errors import Denied, Misconfigured, TandemError, TryLater
from sync.core.limits import Lane
from sync.core.pace import Due, Pace, pass_due
from sync.core.ports import Queue
from sync.core.state import Outgoing, Standing, WriteKind
from sync.core.store import Hint
from sync.core.words import Mode
from sync.flow.bind import bind
from sync.flow.fetch import fetch, look_due
from sync.flow.match import match
from sync.flow.outcome import Outcome, Written
from sync.flow.overhear import attend, overhear
from sync.flow.pair import pair
from sync.flow.reconcile import reconcile
from sync.flow.rotate import rotate, turns
from sync.flow.run import complete_first_pass, moment, resume
from sync.flow.world import World
from sync.flow.write import carry_out, leave, next_write

HELD = timedelta(minutes=10)
"""A turn that takes longer than this may be joined by another: their decisions exclude each other link by link."""

BITE = 20
"""So many words are heeded at once: of hundreds of edited rows the first are written while the others are read."""


def turn(world: World, queue: Queue, *, full: bool = False) -> None:
    """Read what changed, or all of it, decide, and ask for the writes; a mapping is worked by one turn at a time."""
    with _alone(world) as mine:
        if mine:
            _pass(world, queue, {Mode.FULL if full else Mode.HINT})
    _pass_on(world, queue, mine=mine)


def scheduled(world: World, queue: Queue, asked: Due, pace: Pace) -> None:
    """Run the pass that a tick asked for, unless it was made meanwhile: a message may come twice, or hours late."""
    store, name = world.store, world.name
    standing = Standing(store.last_pass(name), store.last_pass(name, "full"), store.mapping(name).digest)
    task = pass_due(standing, world.mapping.digest, pace, world.now())
    if task is not None:
        told = replace(world, recent=pace.recent, tell=lambda fellow: queue.send("decide", fellow, Lane.POLL))
        turn(told, queue, full=task is asked is Due.FULL)


def heed(world: World, queue: Queue) -> None:
    """Look at what hints named: the records, or the whole mapping where one named none.

    While another turn works the mapping the hints stay, and that one asks again; where a service is away the next tick
    does. What a person lets through is only what was decided before, and nothing is read for it but what is due.
    """
    with _alone(world) as mine:
        hints = world.store.take_hints(world.name, BITE) if mine else ()
        allowed = [hint for hint in hints if hint.mode == Mode.APPROVE]
        asked = [hint for hint in hints if hint.mode != Mode.APPROVE]
        kept: list[Hint] = []
        if allowed and not _decide(world, queue, let_through=True):
            kept += allowed
        if asked and not _heed(world, queue, asked):
            kept += [hint for hint in asked if hint.ref is None or hint.mode == Mode.DEEP]
        _keep_for_later(world, kept)
    _pass_on(world, queue, mine=mine and not kept)


def _heed(world: World, queue: Queue, hints: Sequence[Hint]) -> bool:
    """Look at what those hints name, and tell whether nothing was away that it needs."""
    modes = {hint.mode for hint in hints if hint.ref is None}
    if not modes:
        return _decide(world, queue, hints=hints)
    return _pass(world, queue, modes, hints)


def decide(world: World, queue: Queue) -> None:
    """Decide what earlier writes and looks marked; nothing is read but what is due by identity."""
    with _alone(world) as mine:
        if mine:
            _decide(world, queue)
    _pass_on(world, queue, mine=mine)


def lease_of(mapping: str) -> str:
    """Return the name of the lease that a turn of the mapping holds."""
    return f"turn {mapping}"


def _pass_on(world: World, queue: Queue, *, mine: bool) -> None:
    """Have hints heeded whose worker was turned away while the mapping was ours: a person waits for them."""
    if mine and world.name in world.store.hinted():
        queue.send("heed", world.name, Lane.PERSON)


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
        _pause(anyone, name, str(missing))
        return None
    try:
        written = carry_out(world.on(outgoing.lane), outgoing)
    except (Denied, Misconfigured) as stopped:
        _pause(world, name, str(stopped))
        return None
    _told(world, written)
    return written


def _told(world: World, written: Written) -> None:
    outgoing, outcome = written.outgoing, written.outcome
    facts = {"mapping": world.name, "link": outgoing.link.id, "side": outgoing.op.side, "action": outgoing.op.action}
    waits = outcome in (Outcome.LATER, Outcome.DROPPED)
    world.watch("left a write" if waits else "wrote", {**facts, "outcome": str(outcome), "reason": written.reason})


@contextmanager
def _alone(world: World) -> Iterator[bool]:
    """Hold the mapping's lease, and tell whether it could be had; nobody has that of one that a person stopped."""
    if world.name in world.store.stopped():
        yield False
        return
    now, lease = world.now(), lease_of(world.name)
    epoch = world.store.take_lease(lease, world.owner, now + HELD, now)
    try:
        yield epoch is not None
    finally:
        if epoch is not None:
            with suppress(TryLater):  # with the database away it stays ours, until somebody sees that we are done
                world.store.give_back(lease, epoch)


def _pass(world: World, queue: Queue, modes: AbstractSet[str], hints: Sequence[Hint] = ()) -> bool:
    """Run a pass up to its writes, as it was asked for; tell whether nothing was away that it needs."""
    full = Mode.FULL in modes
    with _noted(world, "full" if full else "incremental") as noted:
        _read(noted.world, hints, full=full, rebind=Mode.BIND in modes)
        if modes != {Mode.BIND}:  # that a schema changed is no reason to read depths
            _read_anew(noted.world, queue, full=full)
    _ask_for_writes(world, queue)
    return noted.met


@dataclass
class _Noted:
    """A pass that is noted: its world, and whether nothing was away that it needs."""

    world: World
    met: bool = True


@contextmanager
def _noted(world: World, mode: str) -> Iterator[_Noted]:
    """Give the world of a pass, and note how it ended; what it decided is named by its id, also once it is written."""
    pass_id = world.store.begin_pass(world.name, mode, world.now())
    facts = {"mapping": world.name, "pass_id": pass_id, "mode": mode}
    world.watch("pass began", facts)
    noted, outcome = _Noted(replace(world, pass_id=pass_id)), "interrupted"
    try:
        yield noted
        outcome = "done"
    except (Denied, Misconfigured) as stopped:
        outcome = f"paused: {stopped}"
        _pause(world, world.name, str(stopped))
    except TryLater as later:
        outcome, noted.met = f"later: {later}", False  # What is marked stays marked: the next tick asks again.
    except TandemError as error:
        outcome = f"error: {error}"
        raise
    finally:
        world.watch("pass ended", {**facts, "outcome": outcome})
        world.store.end_pass(pass_id, outcome, world.now(), {})


def _read(world: World, hints: Sequence[Hint], *, full: bool, rebind: bool) -> None:
    began, bound = moment(world), bind(world, fresh=full or rebind)
    fetch(world, bound, full=full)
    match(world, bound)
    overhear(world, bound, began)
    attend(world, bound, hints, began)
    pair(world, bound)
    first = world.store.mapping(world.name).first_pass
    _decided(world.on(Lane.IMPORT) if first else world, bound)
    complete_first_pass(world, bound)
    resume(world)


def _read_anew(world: World, queue: Queue, *, full: bool) -> None:
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
        _decided(world, bound)


def _decide(world: World, queue: Queue, *, let_through: bool = False, hints: Sequence[Hint] = ()) -> bool:
    """Decide what is marked, and tell whether nothing was away that is needed for it; what is marked stays so."""
    with _noted(world, "hint") as noted:
        began, bound = moment(noted.world), bind(noted.world, fresh=False)
        look_due(noted.world, bound)
        match(noted.world, bound)
        attend(noted.world, bound, hints, began)
        pair(noted.world, bound)
        _decided(noted.world, bound, let_through=let_through)
    _ask_for_writes(world, queue)
    return noted.met


def _keep_for_later(world: World, hints: Iterable[Hint]) -> None:
    """Have hints heeded again that no look would make up for: nobody shall ask in vain because a service was away."""
    for hint in hints:
        world.store.hint(world.name, hint.ref, Lane.PERSON, world.now(), mode=hint.mode)


def _decided(world: World, bound: Bound, *, let_through: bool = False) -> None:
    """Decide, and once more what had to be read first."""
    decided = reconcile(world, bound, let_through=let_through)
    if decided.looks:
        look_due(world, bound)
        decided = reconcile(world, bound, let_through=let_through)
    for kind, detail in decided.refused.items():
        world.watch("refused", {"mapping": world.name, "guard": kind, "detail": detail})


def _ask_for_writes(world: World, queue: Queue) -> None:
    if world.store.waiting(world.name):
        queue.send("drain", str(int(world.lane)), world.lane)


def _pause(world: World, name: str, why: str) -> None:
    """Note why a mapping does not run; its next turn that succeeds takes the note away."""
    world.watch("paused", {"mapping": name, "reason": why})
    state = world.store.mapping(name)
    world.store.save_mapping(replace(state, paused=why))
