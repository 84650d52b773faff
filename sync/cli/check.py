"""`tandem check`: everything that can be wrong before the first pass, all at once, each with its cure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sync import wiring
from sync.cli import render
from sync.cli.frame import ERROR, OK, Result
from sync.config.mappings import load_mappings
from sync.config.settings import load_settings
from sync.core.bind import warnings
from sync.core.errors import Denied, Misconfigured, Problem, TandemError
from sync.core.mapping import Mapping
from sync.core.model import Side
from sync.flow.bind import bind, schemas

if TYPE_CHECKING:
    from rich.console import Console


def check(names: Sequence[str], *, offline: bool) -> Result:
    """Check the settings and files, and unless `offline` the tokens, permissions and schemas of both services."""
    found = _settings(names) if offline else _live(names)
    faults = any(problem.level == "fault" for problem in found)

    def show(out: Console) -> None:
        render.problems(out, found)
        if not found:
            out.print("[green]✓[/] nothing to mend")

    return Result({"findings": [_document(problem) for problem in found]}, show, ERROR if faults else OK)


def _settings(names: Sequence[str]) -> list[Problem]:
    try:
        settings = load_settings()
    except Misconfigured as error:
        return list(error.problems)
    return list(load_mappings(settings.mappings_dir, names).problems)


def _live(names: Sequence[str]) -> list[Problem]:
    try:
        with wiring.opened(names) as sync:
            credentials = [*_missing(sync.settings.require_github), *_missing(sync.settings.require_notion)]
            found = [*sync.loaded.problems, *credentials]
            if not credentials:
                for mapping in sync.mappings:
                    found += _bound(sync, mapping)
            return found
    except Misconfigured as error:
        return list(error.problems)


def _missing(require: Any) -> Sequence[Problem]:  # noqa: ANN401 - either of two methods
    try:
        require()
    except Misconfigured as error:
        return error.problems
    return ()


def _bound(sync: wiring.Sync, mapping: Mapping) -> Sequence[Problem]:
    """Bind a mapping to the live schemas over a copy of the state, and return what is wrong or worth knowing."""
    with sync.store.copy() as copy:
        world = sync.foreground(mapping).over(copy)
        try:
            bind(world, fresh=True)
        except Misconfigured as error:
            return wiring.placed(mapping, error).problems
        except Denied as error:
            return [Problem(error.reason, file=mapping.path, cure=error.cure or None)]
        except TandemError as error:
            return [Problem(str(error), file=mapping.path)]
        seen = schemas(world)
    told = [Problem(text, file=mapping.path, level="warning") for side in Side for text in seen[side].warnings]
    people = Misconfigured(warnings(mapping, seen[Side.NOTION]))
    return [*told, *wiring.placed(mapping, people).problems]


def _document(problem: Problem) -> dict[str, Any]:
    return {
        "level": problem.level,
        "file": problem.file,
        "line": problem.line,
        "message": problem.message,
        "cure": problem.cure,
        "nearest": problem.nearest,
        "fixed": False,
    }
