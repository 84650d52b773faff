"""The values that a pass overwrote, put back: a pass that begins with a person's edits and goes on as ever."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from sync.core import guard
from sync.core.bound import Bound
from sync.core.limits import Lane
from sync.core.model import LinkState
from sync.core.plan import decide
from sync.core.state import Decision, Known
from sync.core.undo import Undoing, Wrote, apart, undoing
from sync.flow.bind import bind
from sync.flow.fetch import fetch
from sync.flow.reconcile import digest, reconcile
from sync.flow.run import ROUNDS, Pass, resume, write_all_due
from sync.flow.world import World

TRIES = 3
"""So often one op is queued at most: its call may be lost before it happened."""
NOT_TAKEN = "the write waits, or was not taken: see `tandem failures`, and undo the pass once more"
APART = "the two sides differ, until one of them is edited"

Place = tuple[int, str]
"""A link and a field of it."""
Judged = Mapping[int, tuple[Known, Undoing]]
"""What is known of each link, and how it stands to what is to be put back."""


@dataclass
class Undone:
    """What came of an undo: which fields are back, which moved since, and which stay as they are, with the reason.

    `held` are those of which a conflict waits for a person. `refused` is what the guards refused of it, and then
    nothing was written; `unfinished` are the fields whose writes failed or still wait, with the reason.
    """

    done: Pass
    refused: Mapping[str, str] = field(default_factory=dict)
    back: set[Place] = field(default_factory=set)
    moved: set[Place] = field(default_factory=set)
    held: set[Place] = field(default_factory=set)
    left: dict[Place, str] = field(default_factory=dict)
    unfinished: dict[Place, str] = field(default_factory=dict)

    def begin(self, first: Judged) -> None:
        """Keep what moved and what cannot be put back, before anything is written."""
        self.moved |= {(link, name) for link, (_, each) in first.items() for name in each.moved}
        self.left |= {(link, name): why for link, (_, each) in first.items() for name, why in each.left.items()}

    def end(self, first: Judged, last: Judged) -> None:
        """Keep what came of it: what was to be put back and is not any more is back."""
        self.moved |= {(link, name) for link, (_, each) in last.items() for name in each.moved}
        for link, (known, each) in last.items():
            why = known.failure.error if known.failure else NOT_TAKEN
            self.unfinished |= {(link, name): why for name in each.pending if (link, name) not in self.moved}
        wanted = {(link, name) for link, (_, each) in first.items() for name in each.pending}
        self.back = wanted - self.moved - self.unfinished.keys()

    def part(self, held: set[Place], apart: set[Place]) -> None:
        """Keep what became a conflict, and of what the sides differ without one: nobody is to find out by himself."""
        self.held, self.back = held, self.back - held
        self.left |= dict.fromkeys(apart - held - self.moved - self.left.keys() - self.unfinished.keys(), APART)


def undo(
    world: World,
    writes: Iterable[Wrote],
    *,
    let_through: bool = False,
    wait: Callable[[float], None],
    patience: timedelta = timedelta(minutes=10),
) -> Undone:
    """Put back what those writes replaced, in the foreground; births stay, above a guard's limit all is left as it is.

    `let_through` is a person's word that the guards may be passed, `wait` sleeps. Raises as `run` does.
    """
    done, undone = Pass(), defaultdict[int, list[Wrote]](list)
    for each in writes:
        undone[each.link].append(each)
    bound = bind(world, fresh=False)
    done.seen = fetch(world, bound, full=False)
    resume(world)

    def drain() -> int:
        return write_all_due(world, bound, done, wait, world.now() + patience)

    # What is on its way already is settled first: nothing is judged while something may have happened.
    drain()
    first = _judged(world, bound, undone)
    found = Undone(done, {} if let_through else _refused(world, bound, first.values()))
    found.begin(first)
    if found.refused:
        return found
    tried: Counter[tuple[int, str]] = Counter()
    while _ordered(world, bound, _judged(world, bound, undone), tried) and drain():
        pass
    found.end(first, _judged(world, bound, undone))
    # As in any pass: what moved becomes a conflict, an issue that is open again brings back its page.
    for _ in range(ROUNDS):
        if not reconcile(world, bound, looked=True).writes or not drain():
            break
    found.part(_held(world, bound, undone), _apart(world, bound, undone))
    return found


def _judged(world: World, bound: Bound, undone: Mapping[int, list[Wrote]]) -> Judged:
    """Return how each link stands now to what was written."""
    found = {}
    for link, writes in undone.items():
        known = _known(world, link)
        if known is not None:
            found[link] = known, undoing(known, bound, writes)
    return found


def _held(world: World, bound: Bound, undone: Mapping[int, list[Wrote]]) -> set[Place]:
    """Return the written fields of which a conflict waits for a person."""
    return {
        (link, conflict.field)
        for link, writes in undone.items()
        if (known := world.store.known(link))
        for conflict in decide(known, bound).conflicts
        if conflict.held and any(conflict.field in each.replaced for each in writes)
    }


def _apart(world: World, bound: Bound, undone: Mapping[int, list[Wrote]]) -> set[Place]:
    """Return the written fields of which both sides show something else, and never agreed on that."""
    return {
        (link, name)
        for link, writes in undone.items()
        if (known := world.store.known(link))
        for name in apart(known, bound, writes)
    }


def _known(world: World, link: int) -> Known | None:
    """Return what is known of a link; one that ended holds no page any more, and its own may have found another."""
    known = world.store.known(link)
    if known is None or known.link.state is not LinkState.TOMBSTONED or known.link.notion is None:
        return known
    ref = known.link.notion
    free = world.store.link_of(world.name, ref) is None
    return replace(known, notion=world.store.observations(world.name, [ref]).get(ref) if free else None)


def _refused(world: World, bound: Bound, judged: Iterable[tuple[Known, Undoing]]) -> dict[str, str]:
    """Return what the guards refuse of it all: a link counts once for each kind, whichever sides are written."""
    counts: dict[str, set[int]] = defaultdict(set)
    for known, each in judged:
        for op in each.ops:
            for kind in guard.kinds(op):
                counts[kind].add(known.link.id)
    limits, links = bound.guards, world.store.links_count(world.name)
    return guard.refused({kind: len(ids) for kind, ids in counts.items()}, limits, links)


def _ordered(world: World, bound: Bound, judged: Judged, tried: Counter[tuple[int, str]]) -> int:
    """Queue the first op of each link, and again one that did not happen and waits; return how many were queued."""
    wanted = {}
    for link, (known, each) in judged.items():
        attempt = (link, digest(each.ops[0])) if each.ops else None
        if attempt and tried[attempt] < (TRIES if known.outgoing else 1):
            wanted[attempt] = _decision(world, bound, known, each)
    tried.update(wanted.keys())
    return len(world.store.order(world.name, list(wanted.values()), world.now()))


def _decision(world: World, bound: Bound, known: Known, judged: Undoing) -> Decision:
    """Return an op as a decision that leaves all else of its link as it stands."""
    op, stands = judged.ops[0], decide(known, bound)
    return Decision(
        link=known.link,
        state=known.link.state,
        shadows={},
        conflicts=stands.conflicts,
        unmapped=stands.unmapped,
        op=op,
        lane=Lane.PERSON,
        guards=guard.kinds(op),
        because=op.reason,
        closed_by_us=known.link.closed_by_us,
        pass_id=world.pass_id,
    )
