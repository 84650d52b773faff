"""From what is known to what is to be written: decides every marked link, and lets the guards withhold."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sync.core import guard
from sync.core.bound import Bound
from sync.core.limits import Lane
from sync.core.model import LinkState, Op, Plan, Ref, Side, Unmapped
from sync.core.plan import decide
from sync.core.state import Decision, Known
from sync.core.unread import awaited
from sync.flow.bind import doubt
from sync.flow.fresh import fresh
from sync.flow.world import World

CHUNK = 500


Planned = dict[int, tuple[Known, Plan]]
"""Links, by id, with the writes that were decided for each: all that are to come, not only the next one."""


@dataclass
class Round:
    """What one round decided: `planned` are the writes of each link, collected where somebody gives a place for them.

    `unsaid` are the values that no row can say, each with the time at which a page showed it last; `doubted` tells that
    the schemas are to be read again before the next round, `looks` how many records are to be read before that,
    `alone` how many edits were found that their one-way rows carry nowhere. `looked` tells that looks were made.
    """

    planned: Planned | None = None
    refused: Mapping[str, str] = field(default_factory=dict)
    decided: int = 0
    writes: int = 0
    unsaid: dict[Unmapped, datetime] = field(default_factory=dict)
    doubted: bool = False
    looks: int = 0
    alone: int = 0
    looked: bool = False

    def plans(self) -> list[tuple[Known, Plan]]:
        """Return what was collected, in the order of the links."""
        return [each for _, each in sorted((self.planned or {}).items())]


def reconcile(
    world: World,
    bound: Bound,
    *,
    let_through: bool = False,
    planned: Planned | None = None,
    looked: bool = False,
) -> Round:
    """Decide every marked link, hold back what the guards refuse, and queue the rest.

    `let_through` is a person's word that the guards may be passed, so that what it lets through is not counted against
    later writes either; `planned` collects the writes, on top of what an earlier round of the same plan put there;
    `looked` tells that what the last round asked to be read was read, as far as it could be.
    """
    store, upto = world.store, world.store.tick()
    done = Round(planned, looked=looked)
    links: dict[str, list[int]] = defaultdict(list)
    after = 0
    while chunk := store.touched(world.name, upto, after=after, count=CHUNK):
        after = chunk[-1].link.id
        for known, decision in _decided(world, bound, chunk, done, let_through=let_through):
            for kind in decision.guards:
                links[kind].append(known.link.id)
        world.progress("deciding", len(chunk))
    if links:
        before = _before(world)
        counts = {kind: before.get(kind, 0) + len(mine) for kind, mine in links.items()}
        done.refused = guard.refused(counts, bound.guards, store.links_count(world.name))
    store.release(world.name, upto, done.refused, _withheld(world, bound, done.refused, links))
    done.doubted = bool(done.unsaid) and doubt(world, done.unsaid)
    return done


def digest(op: Op) -> str:
    """Return what tells one write from another: the same digest that was refused is not tried again by itself."""
    meaning = repr((op.side, op.action, sorted((each.field, repr(each.after)) for each in op.changes)))
    return hashlib.sha256(meaning.encode()).hexdigest()


def _before(world: World) -> Mapping[str, int]:
    """Return what counts already: in workers what was written in the last hour, in the foreground in this pass."""
    if world.window:
        return world.store.written_since(world.name, world.now() - world.window)
    return world.store.written_in_pass(world.pass_id) if world.pass_id else {}


def _decided(
    world: World, bound: Bound, chunk: Sequence[Known], done: Round, *, let_through: bool
) -> list[tuple[Known, Decision]]:
    """Decide a chunk and commit it; return what was committed."""
    decisions, plans, doubtful = [], {}, []
    for known in chunk:
        plan = decide(known, bound)
        if not done.looked and (unsure := _unsure(world, known, plan)):
            doubtful += unsure
            continue
        plans[known.link.id] = plan
        decision = _decision(world, known, plan)
        decisions.append((known, replace(decision, guards=()) if let_through else decision))
        if known.notion is not None:
            read_at = known.notion.read_at
            done.unsaid |= {each: max(read_at, done.unsaid.get(each, read_at)) for each in plan.unmapped}
    _ask_for_reads(world, bound, chunk, done)
    if doubtful:
        world.store.look_later(world.name, doubtful, world.now())
        done.looks += len(doubtful)
    committed = set(world.store.decide(world.name, [decision for _, decision in decisions], world.now()))
    made = [(known, decision) for known, decision in decisions if known.link.id in committed]
    done.decided += len(made)
    done.alone += sum(len(decision.notes) for _, decision in made)
    done.writes += sum(decision.op is not None for _, decision in made)
    if done.planned is not None:
        _collect(done.planned, [(known, plans[known.link.id]) for known, _ in made])
    return made


def _collect(planned: Planned, decided: Sequence[tuple[Known, Plan]]) -> None:
    """Keep what is to be written of each link, in place of what an earlier round decided for it."""
    for known, plan in decided:
        ops = tuple(op for op in plan.ops if op not in _failed(known, plan))
        if ops:
            planned[known.link.id] = known, replace(plan, ops=ops)
        else:
            planned.pop(known.link.id, None)


def _unsure(world: World, known: Known, plan: Plan) -> list[Ref]:
    """Return what of a link is to be read before it counts as agreed on: there is no write that would look again."""
    both = [seen for side in Side if (seen := known.on(side)) is not None] if plan.agreed else []
    return [seen.record.ref for seen in both if not fresh(world, seen)]


def _ask_for_reads(world: World, bound: Bound, chunk: Sequence[Known], done: Round) -> None:
    """Have what lists leave out read where a link waits for it."""
    wanted = [seen for known in chunk for side in Side if awaited(bound, known, side) and (seen := known.on(side))]
    if wanted:
        since = min(seen.read_at for seen in wanted)
        world.store.look_later(world.name, [seen.record.ref for seen in wanted], since)
        done.looks += len(wanted)


def _decision(world: World, known: Known, plan: Plan) -> Decision:
    """Return what is committed for a plan: one op at a time, the next is decided when it is acknowledged.

    What was refused is left out, and holds up nothing else of its link.
    """
    refused = _failed(known, plan)
    op = next((op for op in plan.ops if op not in refused), None)
    return Decision(
        link=known.link,
        state=plan.state or known.link.state,
        shadows=plan.shadows,
        conflicts=plan.conflicts,
        unmapped=plan.unmapped,
        op=op,
        lane=_lane(world, known),
        guards=guard.kinds(op) if op else (),
        notes=plan.notes,
        because=plan.because or (op.reason if op else ""),
        closed_by_us=known.link.closed_by_us and (plan.state or known.link.state) is LinkState.PARKED,
        heals=known.failure is not None and not refused,
        pass_id=world.pass_id,
    )


def _failed(known: Known, plan: Plan) -> list[Op]:
    """Return the writes that were refused for good as they are: a person has them tried again, or changes the value."""
    return [op for op in plan.ops if known.failure is not None and known.failure.digest == digest(op)]


def _lane(world: World, known: Known) -> Lane:
    """Return the better of this run's lane and the one in which a write of the link waits already."""
    return min(world.lane, known.outgoing.lane) if known.outgoing else world.lane


def _withheld(
    world: World, bound: Bound, refused: Mapping[str, str], links: Mapping[str, Iterable[int]]
) -> Iterable[Decision]:
    """Yield, for every link with a write of a refused kind, what is left of its decision."""
    for link in sorted({each for kind in refused for each in links.get(kind, ())}):
        known = world.store.known(link)
        if known is None:
            continue
        decision = _decision(world, known, decide(known, bound))
        if decision.op is None:
            continue
        left, mine = guard.without(decision.op, refused), sorted(set(guard.kinds(decision.op)) & set(refused))
        yield Decision(
            link=known.link,
            state=decision.state,
            shadows={},
            conflicts=decision.conflicts,
            unmapped=decision.unmapped,
            op=left,
            lane=decision.lane,
            guards=guard.kinds(left) if left else (),
            because=f"withheld: {', '.join(mine)}",
            withheld=", ".join(mine),
            pass_id=world.pass_id,
        )
