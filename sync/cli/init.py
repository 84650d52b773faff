"""`tandem init`: a mapping for what is there, written from questions or flags, and what came of it for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sync import wiring
from sync.cli import render
from sync.cli.ask import Asks, Nobody, Person, somebody
from sync.cli.frame import Result
from sync.cli.making import Making, Wishes, Written, known_id
from sync.config.settings import Settings, load_settings
from sync.core.errors import Misconfigured, Problem

if TYPE_CHECKING:
    from rich.console import Console


def init(wishes: Wishes, *, quiet: bool) -> Result:
    """Write a mapping; questions are asked only at a terminal, and not where it is `quiet` or `--yes` was said."""
    settings = load_settings()
    asks: Asks = Nobody() if quiet or wishes.yes or not somebody() else Person()
    _complete(settings, wishes, alone=isinstance(asks, Nobody))
    with wiring.opened() as sync:
        done = Making(sync, wishes, asks).done()
    return Result(_document(done), lambda out: _told(out, done))


def _complete(settings: Settings, wishes: Wishes, *, alone: bool) -> None:
    """Refuse to begin without what is needed, all of it at once."""
    problems: list[Problem] = []
    for require in (settings.require_github, settings.require_notion):
        try:
            require()
        except Misconfigured as error:
            problems += error.problems
    if wishes.database and wishes.create_under:
        cure = "leave out one of them"
        problems.append(Problem("--database is there already, --create-under makes a new one", cure=cure))
    if wishes.data_source and wishes.create_under:
        problems.append(Problem("a new database has one data source", cure="leave out --data-source"))
    missing = [] if wishes.repositories else ["--repo OWNER/NAME"]
    missing += [] if wishes.database or wishes.create_under else ["--database LINK (or --create-under PAGE)"]
    if alone and missing:
        problem = Problem(f"nobody can be asked here, so it needs {' and '.join(missing)}", where="init")
        problems.append(
            replace(problem, cure="add it to the command, or run it at a terminal without --yes and --json")
        )
    if problems:
        raise Misconfigured(problems)


def _document(done: Written) -> dict[str, Any]:
    draft = done.draft
    return {
        "file": str(done.path),
        "name": done.path.stem,
        "repositories": list(draft.repositories),
        "database": known_id(draft.database),
        "data_source": draft.data_source,
        "link_property": draft.link_property,
        "created": done.home.made,
        "added": done.added,
        "create": {"pages": draft.pages, "issues": draft.issues},
        "fields": [
            {"github": each.github, "notion": each.notion, "values": _values(each.values)}
            for each in draft.lines
            if each.active
        ],
        "users": dict(draft.users),
        "strangers": list(draft.strangers),
    }


def _values(values: Sequence[tuple[str, tuple[str, ...]]] | None) -> dict[str, list[str]] | None:
    return None if values is None else {github: list(notion) for github, notion in values}


def _told(out: Console, done: Written) -> None:
    draft = done.draft
    made = "the new database " if done.home.made else ""
    both = f"{', '.join(draft.repositories)} ⇄ {made}{done.home.title}"
    out.print(f"[green]✓[/] wrote {render.plain(done.path)}: {render.plain(both)}")
    rows = render.table("GitHub", "Notion", "values")
    for each in (line for line in draft.lines if line.active):
        values = " · ".join(f"{github}: {', '.join(notion)}" for github, notion in each.values or ())
        rows.add_row(render.plain(each.github), render.plain(each.notion), render.plain(values))
    out.print(rows)
    if done.added:
        out.print(f"added to the database: {render.plain(', '.join(done.added))}")
    if draft.users:
        out.print(render.plain("who is who: " + ", ".join(f"{login} = {who}" for login, who in draft.users)))
    if draft.strangers:
        out.print(render.plain(f"nobody in Notion was found for {', '.join(draft.strangers)}: see `users` in the file"))
    if draft.sibling:
        out.print(render.plain(f"no issues are created: {draft.sibling} does that for this database"))
    out.print("\nnext: read the file, then `tandem check`, `tandem plan` and `tandem sync`")
