"""`tandem status`: how every mapping stands, how much of each budget is left, and what needs a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sync import wiring
from sync.cli import render
from sync.cli.documents import refusal
from sync.cli.frame import ATTENTION, OK, Result, problem_document
from sync.core.errors import TryLater
from sync.core.fieldkey import field_name
from sync.core.mapping import Mapping

if TYPE_CHECKING:
    from rich.console import Console

    from sync.store.overview import Status

ANNOUNCED, URGENT = timedelta(days=14), timedelta(days=7)
"""How long before its end a token is announced, and how long before it needs a person."""


def status() -> Result:
    """Show the state; neither service is asked."""
    with wiring.opened() as sync:
        rows = [sync.store.status(mapping.name) for mapping in sync.mappings]
        rows += [_faulty(sync, mapping) for mapping in sync.loaded.doubtful if mapping.name]
        values = {row.name: sync.store.unmapped(row.name) for row in rows}
        kept_out = {row.name: sync.store.quarantined(row.name) for row in rows}
        budgets, ends, now = _budgets(sync), sync.token_ends, sync.clock.now()
        problems = sync.loaded.problems
    soon = ends is not None and ends - now < URGENT
    attention = soon or any(_attention(row) for row in rows) or any(problem.level == "fault" for problem in problems)
    faults = [problem_document(problem) for problem in problems if problem.level == "fault"]
    document = {
        "mappings": [_document(row) for row in rows],
        "budgets": budgets,
        "tokens": {"github": {"expires_at": ends.isoformat() if ends else None}},
        "problems": faults,
    }

    def show(out: Console) -> None:
        render.problems(out, problems)
        out.print(_table(rows))
        if ends is not None and ends - now < ANNOUNCED:
            out.print(
                f"[yellow]expiring[/] {_ending(ends - now)}: make a new GITHUB_TOKEN at github.com/settings/tokens"
            )
        for row in rows:
            if refused := refusal(row.refusals):
                out.print(f"{row.name}: {render.held_back(row.name, refused['detail'])}")
            if row.paused:
                out.print(f"[yellow]paused[/] {row.name}: {row.paused}")
            for each in values[row.name]:
                field = field_name(each.field)
                out.print(f"unmapped {row.name}: {each.side} {field} {each.value!r}, on {each.count} link(s)")
            for kept in kept_out[row.name]:
                out.print(f"quarantined {row.name}: {kept.ref.side} {kept.ref.id}: {kept.reason}")

    return Result(document, show, ATTENTION if attention else OK)


def _ending(left: timedelta) -> str:
    days = left // timedelta(days=1)
    return "GITHUB_TOKEN has expired" if left <= timedelta(0) else f"GITHUB_TOKEN expires in {days} days"


def _faulty(sync: wiring.Sync, mapping: Mapping) -> Status:
    """Return how a mapping stands that does not run, because its file is faulty."""
    faults = (each for each in sync.loaded.problems if each.level == "fault" and each.file == mapping.path)
    return replace(sync.store.status(mapping.name), paused=f"its file is faulty: {next(faults, mapping.path)}")


def _attention(row: Status) -> bool:
    ended_ill = row.last_pass is not None and row.last_pass.outcome.startswith("error")
    return bool(row.conflicts or row.failed or row.quarantined or row.paused or row.refusals or ended_ill)


def _budgets(sync: wiring.Sync) -> dict[str, dict[str, Any]]:
    """Return each service's budgets; without Redis there is nothing to tell."""
    try:
        levels = sync.limiter.state()
    except TryLater:
        return {"github": {}, "notion": {}}
    found: dict[str, dict[str, Any]] = {"github": {}, "notion": {}}
    for name, level in levels.items():
        side, _, budget = name.partition(":")
        found[side][budget] = {
            "limit": level.limit,
            "window_seconds": level.window,
            "available": level.available,
            "paused_until": level.paused_until.isoformat() if level.paused_until else None,
            "reason": level.reason,
        }
    return found


def _document(row: Status) -> dict[str, Any]:
    last = row.last_pass
    return {
        "name": row.name,
        "links": row.links,
        "last_pass": last and {"id": last.id, "at": last.at.isoformat(), "mode": last.mode, "outcome": last.outcome},
        "oldest_unsynced_seconds": row.oldest_unsynced_seconds,
        "queued": row.queued,
        "in_flight": row.in_flight,
        "conflicts": row.conflicts,
        "failed": row.failed,
        "quarantined": row.quarantined,
        "unmapped": row.unmapped,
        "paused": row.paused,
        "refused": refusal(row.refusals),
    }


def _table(rows: list[Status]) -> object:
    if not rows:
        return "no mapping runs: see `tandem check`"
    made = render.table(
        "mapping", "links", "last pass", "unsynced", "queue", "conflicts", "failed", "quarantined", "unmapped"
    )
    for row in rows:
        done = row.last_pass
        last = f"{done.id}, {done.at:%Y-%m-%d %H:%M} {done.outcome}" if done else "never"
        oldest = f"{row.oldest_unsynced_seconds:.0f} s" if row.oldest_unsynced_seconds is not None else "—"
        queue = str(row.queued + row.in_flight)
        counts = (str(row.conflicts), str(row.failed), str(row.quarantined), str(row.unmapped))
        made.add_row(row.name, str(row.links), last, oldest, queue, *counts)
    return made
