"""One pass over one mapping, from the first read to the last write: the whole of tandem in one function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sync.core.bound import Bound
from sync.core.model import COMMENT, Action, Side
from sync.core.observe import Moment
from sync.core.state import PassMode
from sync.flow.bind import bind
from sync.flow.discussions import read_comments
from sync.flow.fetch import fetch, listed, look_due
from sync.flow.match import match
from sync.flow.outcome import Outcome, Written
from sync.flow.pair import pair
from sync.flow.reconcile import Planned, Round, reconcile
from sync.flow.rotate import rotate, turns
from sync.flow.world import World
from sync.flow.write import next_write, write

AHEAD = "ahead"
"""The step under which a pass tells how many writes more are to come."""
ROUNDS = 12
"""More rounds than any chain of decisions needs: a birth, its state, its link property, what people do meanwhile."""


@dataclass
class Pass:
    """What one pass saw and did; `converged` tells that nothing is left but what waits for a person.

    `restless` is a pass that ended because it had gone round too often, with something still to be decided; `alone` are
    edits that were seen and that their one-way rows carry nowhere.
    """

    seen: dict[Side, int] = field(default_factory=lambda: dict.fromkeys(Side, 0))
    written: Counter[tuple[Side, str]] = field(default_factory=Counter)
    refused: dict[str, str] = field(default_factory=dict)
    failed: int = 0
    waiting: int = 0
    restless: bool = False
    alone: int = 0

    @property
    def converged(self) -> bool:
        """Tell whether a new plan from what was read would be empty but for what is held."""
        return not (self.refused or self.waiting or self.restless)


def run(
    world: World,
    *,
    full: bool,
    let_through: bool = False,
    wait: Callable[[float], None],
    patience: timedelta = timedelta(minutes=10),
) -> Pass:
    """Bring one mapping into step, in the foreground; `wait` sleeps, `patience` bounds the wait for one write.

    Raises Misconfigured, Denied or TryLater where the pass cannot go on; all that was decided is kept.
    """
    done, began = Pass(), moment(world)
    bound = bind(world, fresh=full)
    done.seen = fetch(world, bound, full=full)
    resume(world)
    for number in range(ROUNDS):
        bound = bind(world, fresh=False)
        match(world, bound)
        if not number:
            listen(world, bound, began, full=full)
        pair(world, bound)
        decided = reconcile(world, bound, let_through=let_through, looked=number > 0)
        world.progress(AHEAD, decided.writes)
        done.refused = dict(decided.refused)
        done.alone += decided.alone
        written = write_all_due(world, bound, done, wait, world.now() + patience)
        if not (written or decided.writes or decided.doubted or decided.looks):
            break
    else:
        done.restless = True
    complete_first_pass(world, bound)
    done.waiting = world.store.waiting(world.name)
    return done


def plan(world: World, *, full: bool) -> Round:
    """Return what a pass would do, from a copy of the state that the caller throws away."""
    mode = PassMode.FULL if full else PassMode.INCREMENTAL
    world = replace(world, pass_id=world.store.begin_pass(world.name, mode, world.now()))
    began, bound = moment(world), bind(world, fresh=full)
    fetch(world, bound, full=full)
    world.store.reconsider(world.name, world.store.tick())
    match(world, bound)
    listen(world, bound, began, full=full)
    pair(world, bound)
    planned: Planned = {}
    decided = reconcile(world, bound, planned=planned)
    if decided.doubted or decided.looks:
        look_due(world, bound)
        decided = reconcile(world, bind(world, fresh=False), planned=planned, looked=True)
    return decided


def moment(world: World) -> Moment:
    """Return the present, as what is read from now on is ordered by."""
    return Moment(world.store.tick(), world.now())


def listen(world: World, bound: Bound, began: Moment, *, full: bool) -> None:
    """Read what stands below issues and pages: what was said lately, and in rotation all of it."""
    read_comments(world, bound, began)
    rotate(world, bound, turns(world, bound, full=full))


def write_all_due(world: World, bound: Bound, done: Pass, wait: Callable[[float], None], until: datetime) -> int:
    """Carry out all writes that are due, waiting for those that soon will be; return how many calls there were."""
    count = 0
    while True:
        outgoing = next_write(world, mapping=world.name)
        if outgoing is not None:
            written = write(world, bound, outgoing)
            count += _counted(done, written)
            world.progress("writing", 1 if written.outcome is Outcome.DONE else 0)
            continue
        due = world.store.next_due(world.name)
        if due is None or due > until:
            return count
        if due > world.now() + world.patience.stale and not world.store.waiting(world.name):
            return count  # a look at what is out of sight: the next pass does it
        if due > world.now():
            wait((due - world.now()).total_seconds())
        count += look_due(world, bound)


def _counted(done: Pass, written: Written) -> int:
    op, outcome = written.outgoing.op, written.outcome
    done.failed += outcome in (Outcome.FAILED, Outcome.PARTLY)
    if outcome in (Outcome.DONE, Outcome.PARTLY):
        done.written[(op.side, Action.COMMENT if written.outgoing.link.kind == COMMENT else op.action)] += 1
    return int(outcome in (Outcome.DONE, Outcome.PARTLY, Outcome.DROPPED, Outcome.FAILED))


def pause(world: World, name: str, why: str) -> None:
    """Note why a mapping does not run; its next turn that succeeds takes the note away."""
    world.log("paused", {"mapping": name, "reason": why})
    world.store.change_mapping(name, paused=why)


def resume(world: World) -> None:
    """Take away the note why the mapping did not run: both sides were read."""
    if world.store.mapping(world.name).paused:
        world.log("resumed", {"mapping": world.name})
        world.store.change_mapping(world.name, paused=None)


def complete_first_pass(world: World, bound: Bound) -> None:
    """End the first pass, the only one that ties by title, once both lists were complete and all was decided."""
    if world.store.mapping(world.name).first_pass and listed(world.store, world.name, bound):
        world.store.change_mapping(world.name, first_pass=False)
