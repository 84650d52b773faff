"""`tandem plan`: what a pass would do, over a copy of the state that is thrown away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from sync import wiring
from sync.cli import render
from sync.cli.documents import called, expected_calls, operations, refusal
from sync.cli.frame import CHANGES, ERROR, OK, Result, faults_document
from sync.cli.session import chosen, worked
from sync.core.errors import Misconfigured
from sync.core.mapping import Mapping
from sync.core.model import Side
from sync.flow import run as flow
from sync.flow.bind import bind, schemas

if TYPE_CHECKING:
    from rich.console import Console

    from sync.flow.reconcile import Round


def plan(names: Sequence[str], *, full: bool) -> Result:
    """Plan every chosen mapping."""
    people: dict[str, str] = {}
    with chosen(names) as sync:
        documents, faults = worked(sync, partial(_planned, sync, people=people, full=full))
        sync.forget()
    due = any(document["operations"] or document["refused"] for document in documents)
    code = ERROR if faults else CHANGES if due else OK

    def show(out: Console) -> None:
        render.problems(out, faults)
        for document in documents:
            render.operations(out, document["name"], document["operations"], people)
            out.print(_summary(document))

    return Result({"mappings": documents, **faults_document(faults)}, show, code)


def _planned(sync: wiring.Sync, mapping: Mapping, *, people: dict[str, str], full: bool) -> dict[str, Any]:
    sync.calls.counts.clear()
    with sync.store.copy() as copy:
        world = sync.foreground(mapping).over(copy)
        try:
            decided = flow.plan(world, full=full)
            bound = bind(world, fresh=False)
        except Misconfigured as error:
            raise wiring.placed(mapping, error) from error
        writes = expected_calls(decided.plans(), bound, world.remotes)
        rows = operations(decided.plans(), bound)
        people |= called(schemas(world))
    calls = {side.value: sync.calls.counts[side] + writes[side] for side in Side}
    return {
        "name": mapping.name,
        "operations": rows,
        "calls": calls,
        "seconds": seconds(sync, decided, Counter({Side(side): count for side, count in calls.items()})),
        "refused": refusal(decided.refused),
    }


def seconds(sync: wiring.Sync, decided: Round, calls: Counter[Side]) -> float:
    """Return how long the calls take at the least, by the budget that is spent first."""
    births = sum(op.birth and op.side is Side.GITHUB for _, plan in decided.plans() for op in plan.ops)
    needs = {"notion:requests": calls[Side.NOTION], "github:requests": calls[Side.GITHUB]}
    needs |= {"github:creates-minute": births, "github:creates-hour": births}
    longest = 0.0
    for budget in wiring.budgets(sync.settings):
        beyond = max(needs.get(budget.name, 0) - budget.burst, 0)
        longest = max(longest, beyond * budget.emission / 1_000_000)
    return round(longest, 1)


def _summary(document: dict[str, Any]) -> str:
    count, refused = len(document["operations"]), document["refused"]
    first = render.many(count, "write") if count else "nothing to do"
    line = f"{first}; {render.calls(document['calls'])}, about {document['seconds']:.0f} s"
    return f"{line}\n{render.refused(document['name'], refused['detail'])}" if refused else line
