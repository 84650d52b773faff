"""How things look to people at a terminal: tables, plans and counts; nothing is asked or decided here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from sync.core.errors import Problem
from sync.core.fieldkey import field_name
from sync.core.model import Side

if TYPE_CHECKING:
    from rich.console import Console

    from sync.store.report import ConflictRow, FailureRow

STYLES = {"create": "green", "close": "yellow", "trash": "red", "restore": "green", "reopen": "green"}
LEVELS = {"fault": "bold red", "warning": "yellow", "note": "cyan"}
URL = re.compile(r"https?://\S+$")
DONE = {"create": "created", "update": "updated", "close": "closed", "trash": "trashed"}
"""What became of a record by a write of each kind."""
People = Mapping[str, str]
"""What people are called, by user id."""
LONGEST = 40
"""Characters of a value that a table shows."""


def plain(text: object) -> str:
    """Return text that a console prints to the letter."""
    return escape(str(text))


def table(*columns: str) -> Table:
    """Return an empty table in the house's style."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def value(shown: Any) -> str:  # noqa: ANN401 - JSON or a Value
    """Return a value for people: sets with commas, nothing as a dash, long text cut."""
    if shown is None:
        return "—"
    text = ", ".join(map(str, shown)) if isinstance(shown, list | tuple) else str(shown)
    line = "/".join(["…", *text.split("/")[-2:]]) if URL.match(text) else text.replace("\n", "⏎")
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def operations(out: Console, name: str, rows: Sequence[Mapping[str, Any]], people: People, most: int = 40) -> None:
    """Print a plan's calls, one line each, with what changes."""
    made = table("", "what", "record", "changes", "because")
    for row in rows[:most]:
        style = STYLES.get(row["action"], "")
        target = row["issue"] or f"“{value(row['title'])}”"
        changes = "\n".join(_change(label, change, people) for label, change in row["fields"].items())
        what = Text(f"{row['action']} {'page' if row['side'] == 'notion' else 'issue'}", style=style)
        made.add_row("→ N" if row["side"] == "notion" else "→ G", what, target, changes, row["reason"])
    out.print(f"[bold]{escape(name)}[/]")
    if rows:
        out.print(made)
    if len(rows) > most:
        out.print(f"… and {len(rows) - most} more")


def _change(label: str, change: Mapping[str, Any], people: People) -> str:
    before, after = (value(called(change[each], people)) for each in ("from", "to"))
    return f"{label}: {after}" if change["from"] is None else f"{label}: {before} → {after}"


def called(shown: Any, people: People) -> Any:  # noqa: ANN401 - JSON or a Value
    """Return a value with people's names in place of their user ids, where they are known."""
    if isinstance(shown, list | tuple):
        return [people.get(each, each) for each in shown]
    return people.get(shown, shown) if isinstance(shown, str) else shown


def many(count: int, what: str) -> str:
    """Return a count of things: `1 page`, `2 pages`."""
    return f"{count} {what}{'s' if count != 1 else ''}"


def calls(asked: Mapping[str, int]) -> str:
    """Return how many calls each service got."""
    return f"{many(asked['github'], 'call')} to GitHub, {asked['notion']} to Notion"


def counts(written: Mapping[str, Mapping[str, int]]) -> str:
    """Return writes by side as one line."""
    parts = [_counted(side, kind, count) for side, kinds in written.items() for kind, count in kinds.items() if count]
    return ", ".join(parts) if parts else "nothing to write"


def _counted(side: str, kind: str, count: int) -> str:
    """Return a count in words: `2 pages created`."""
    what = "issue" if side == "github" else "page"
    if kind == "comment":
        return f"{many(count, 'comment')} written on {what}s"
    return f"{many(count, what)} {DONE[kind]}"


def refused(mapping: str, detail: str) -> str:
    """Return what a guard would refuse of a mapping, with what a person may do about it."""
    return f"[bold yellow]refused[/] {escape(detail)}: `tandem sync {escape(mapping)} --yes` lets it through"


def held_back(mapping: str, detail: str) -> str:
    """Return what a guard did refuse: it waits, so that the dashboard has a button for it as well."""
    return f"{refused(mapping, detail)}, as does the dashboard's button; see `tandem plan {escape(mapping)}`"


def problems(out: Console, found: Iterable[Problem]) -> None:
    """Print findings with their places and cures."""
    for problem in found:
        style = LEVELS.get(problem.level, "")
        out.print(f"[{style}]{problem.level}[/] {escape(str(problem))}")
        if problem.cure:
            out.print(f"      [dim]{escape(problem.cure)}[/]")


def findings(out: Console, found: Sequence[tuple[Problem, bool]]) -> None:
    """Print what a check found, file by file, and how many of each kind there are."""
    if not found:
        out.print("[green]✓[/] nothing to mend")
        return
    place: str | None = ""
    for problem, fixed in found:
        if problem.file != place:
            place = problem.file
            out.print(f"\n[bold]{escape(place or 'settings and permissions')}[/]")
        out.print(_finding(problem, fixed))
    out.print(f"\n{_tally(found)}")


def _finding(problem: Problem, fixed: bool) -> Table:  # noqa: FBT001 - a value that is shown
    """Return one finding: its line, its level, and below each other what is wrong and what mends it."""
    style = "green" if fixed else LEVELS.get(problem.level, "")
    hint = f" (did you mean {problem.nearest!r}?)" if problem.nearest else ""
    said = Text(f"{problem.message}{hint}")
    if problem.cure and not fixed:
        said.append(f"\n{problem.cure}", style="dim")
    made = Table.grid(padding=(0, 2))
    made.add_column(width=4, justify="right", style="dim")
    made.add_column(width=7, style=style)
    made.add_column(overflow="fold")
    made.add_row(str(problem.line or ""), "fixed" if fixed else problem.level, said)
    return made


def _tally(found: Sequence[tuple[Problem, bool]]) -> str:
    kinds = Counter("fixed" if fixed else problem.level for problem, fixed in found)
    words = [f"{count} fixed" if kind == "fixed" else many(count, kind) for kind, count in kinds.items()]
    mark = "[red]✗[/]" if kinds["fault"] else "[green]✓[/]"
    return f"{mark} {', '.join(words)}"


def conflict(out: Console, shown: Mapping[str, Any], people: People) -> None:
    """Print one conflict's document: what both sides show and last agreed on, to the last letter."""
    place = " ↔ ".join(filter(None, (shown["issue"], shown["page"])))
    out.print(Text.assemble((f"{shown['field']} of {place}", "bold"), (f"  {shown['mapping']}", "dim")))
    made = Table.grid(padding=(0, 2))
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    made.add_row("on GitHub", Text(full(shown["github"], people)))
    made.add_row("in Notion", Text(full(shown["notion"], people)))
    for name, each in _agreed(shown["base"], people).items():
        made.add_row(name, Text(each))
    out.print(made)


def _agreed(base: Mapping[str, Any] | None, people: People) -> Mapping[str, str]:
    """Return what both sides last agreed on, once where both spell it alike."""
    if base is None:
        return {"both last agreed on": "nothing yet"}
    issue, page = (full(base[side], people) for side in Side)
    same = {"both last agreed on": issue}
    return same if issue == page else {"agreed on, on GitHub": issue, "agreed on, in Notion": page}


def full(shown: Any, people: People) -> str:  # noqa: ANN401 - JSON
    """Return a value for people to its last letter, lines and all."""
    named = called(shown, people)
    if isinstance(named, list):
        return ", ".join(named)
    return "—" if named is None else str(named)


def conflict_table(rows: Sequence[ConflictRow], people: People) -> Table | str:
    """Return conflicts as a table."""
    if not rows:
        return "no conflicts"
    made = table("id", "mapping", "issue", "field", "GitHub", "Notion", "state")
    for row in rows:
        state = f"won by {row.winner}" if row.winner else ("resolved" if row.resolved else "held")
        made.add_row(
            str(row.id),
            row.mapping,
            row.place.issue or row.place.page or "",
            field_name(row.field),
            value(row.github),
            value(called(row.notion, people)),
            state,
        )
    return made


def failure_table(rows: Sequence[FailureRow]) -> Table | str:
    """Return failures as a table."""
    if not rows:
        return "no failures"
    made = table("id", "mapping", "record", "write", "error", "cure", "tries")
    for row in rows:
        failure = row.failure
        made.add_row(
            str(failure.id),
            row.mapping,
            row.place.issue or row.place.page or "",
            f"{failure.action} on {failure.side}",
            failure.error,
            failure.cure,
            str(failure.attempts),
        )
    return made
