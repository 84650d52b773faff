"""`tandem sync`: one pass in the foreground until its writes are done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sync import wiring
from sync.cli import render
from sync.cli.documents import refusal, written
from sync.cli.frame import ATTENTION, ERROR, OK, Result, console, faults_document
from sync.cli.session import chosen, worked
from sync.core.errors import Misconfigured
from sync.core.mapping import Mapping
from sync.core.model import Action, Side
from sync.core.state import PassMode
from sync.flow import run as flow
from sync.flow.noted import Noted, noted

if TYPE_CHECKING:
    from rich.console import Console

    from sync.store.journal import Line
    from sync.store.overview import Status

Step = Callable[[str, int], None]


def sync(names: Sequence[str], *, full: bool, let_through: bool) -> Result:
    """Run one pass over every chosen mapping."""
    began = time.monotonic()
    with chosen(names) as ready:
        ready.make_ready()
        documents, faults = worked(ready, partial(_passed, ready, full=full, let_through=let_through))
    needs_person = any(_needs_person(document) for document in documents)
    code = ERROR if faults else ATTENTION if needs_person else OK

    def show(out: Console) -> None:
        render.problems(out, faults)
        for document in documents:
            _show(out, document)

    document = {"mappings": documents, "seconds": round(time.monotonic() - began, 3), **faults_document(faults)}
    return Result(document, show, code)


def _passed(ready: wiring.Sync, mapping: Mapping, *, full: bool, let_through: bool) -> dict[str, Any]:
    """Run one mapping's pass and return its document; the pass is noted whatever becomes of it."""
    ready.calls.counts.clear()
    mode = PassMode.FULL if full else PassMode.INCREMENTAL
    with foreground_pass(ready, mapping, mode) as made:
        done = flow.run(made.world, full=full, let_through=let_through, wait=wiring.sleeper())
        made.report = document = {
            "name": mapping.name,
            "pass_id": made.id,
            "mode": mode,
            **_report(ready, mapping, done),
            "overwrote": any(map(_overwrote, ready.store.written_in(made.id))),
        }
    return document


@contextmanager
def foreground_pass(ready: wiring.Sync, mapping: Mapping, mode: PassMode) -> Iterator[Noted]:
    """Give a pass that shows on a terminal how it goes; what is wrong with the mapping is told by its file's lines."""
    try:
        with progress(mapping.name) as step, noted(replace(ready.foreground(mapping), progress=step), mode) as made:
            yield made
    except Misconfigured as error:
        raise wiring.placed(mapping, error) from error


def _report(ready: wiring.Sync, mapping: Mapping, done: flow.Pass) -> dict[str, Any]:
    status: Status = ready.store.status(mapping.name)
    return {
        "seen": {side.value: done.seen[side] for side in Side},
        "writes": written(done),
        "calls": {side.value: ready.calls.counts[side] for side in Side},
        "conflicts": status.conflicts,
        "held": status.conflicts + done.waiting,
        "failed": status.failed,
        "quarantined": status.quarantined,
        "unmapped": status.unmapped,
        "left_alone": done.alone,
        "refused": refusal(done.refused),
        "paused": status.paused,
        "converged": done.converged,
    }


def _needs_person(document: dict[str, Any]) -> bool:
    held = document["held"] or document["failed"] or document["quarantined"]
    return bool(held or document["refused"] or not document["converged"])


@contextmanager
def progress(name: str) -> Iterator[Step]:
    """Show what goes on, on a terminal; elsewhere nothing."""
    out = console(stderr=True)
    if not out.is_terminal:
        yield lambda _step, _count: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    words = TextColumn("{task.description}")
    columns = (SpinnerColumn(), words, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def step(what: str, count: int) -> None:
            shown = "writing" if what == flow.AHEAD else what
            if shown not in tasks:
                tasks[shown] = bar.add_task(f"{name}: {shown}", total=None)
            if what == flow.AHEAD:
                known = bar.tasks[tasks[shown]].total or 0
                bar.update(tasks[shown], total=known + count or None)
            else:
                bar.advance(tasks[shown], count)

        yield step


def _overwrote(line: Line) -> bool:
    """Tell whether there is something of a write for an undo to put back: values, or a page out of the trash."""
    return bool(line.replaced) or line.action == Action.TRASH


def _show(out: Console, document: dict[str, Any]) -> None:
    mark = "[green]✓[/]" if not _needs_person(document) else "[yellow]●[/]"
    seen = document["seen"]
    out.print(f"{mark} [bold]{document['name']}[/]: {render.counts(document['writes'])}")
    out.print(
        f"  read {render.many(seen['github'], 'issue')} and {render.many(seen['notion'], 'page')}; "
        f"{render.calls(document['calls'])}",
        style="dim",
    )
    told = {
        "conflicts": ("conflict", "held: `tandem conflicts`"),
        "failed": ("write", "failed: `tandem failures`"),
        "quarantined": ("record", "in quarantine: `tandem status`"),
        "unmapped": ("value", "that the other side cannot say: `tandem status`"),
        "left_alone": ("edit", "left alone, since the row flows the other way: `tandem explain`"),
    }
    for key, (what, where) in told.items():
        if document[key]:
            out.print(f"  {render.many(document[key], what)} {where}")
    if document["paused"]:
        rest = f"[yellow]paused[/] {render.plain(document['paused'])}"
        out.print(f"  {rest}: nothing is written until somebody resumes it on the dashboard")
    if document["overwrote"]:
        out.print(f"  `tandem undo {document['pass_id']}` puts back what it overwrote", style="dim")
    if document["refused"]:
        out.print(f"  {render.held_back(document['name'], document['refused']['detail'])}")
