"""`tandem check`: everything that can be wrong before the first pass, all at once, each with its cure."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sync import wiring
from sync.cli import render
from sync.cli.fix import mended
from sync.cli.frame import ERROR, OK, Result, faults_document
from sync.config.mappings import load_mappings
from sync.config.settings import load_settings
from sync.core.bind import warnings
from sync.core.errors import Misconfigured, Problem, TandemError
from sync.core.issue import COMMENTS
from sync.core.mapping import Mapping
from sync.core.model import Side
from sync.flow.bind import Examined, examine

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class Extent:
    """How far a check goes: `offline` asks neither service, `fix` adds to Notion what is missing there."""

    offline: bool = False
    fix: bool = False


def check(names: Sequence[str], extent: Extent) -> Result:
    """Check the settings and files and, unless it stays offline, the tokens, permissions and schemas of both sides."""
    if extent.offline and extent.fix:
        raise Misconfigured([Problem("--fix asks Notion, so it cannot be --offline", cure="leave out one of the two")])
    found = _unique(_offline(names) if extent.offline else _live(names, extent))
    faults = [problem for problem, fixed in found if problem.level == "fault" and not fixed]

    def show(out: Console) -> None:
        render.findings(out, found)

    document = {"findings": [_document(*each) for each in found], **faults_document(faults)}
    return Result(document, show, ERROR if faults else OK)


Finding = tuple[Problem, bool]
"""A problem, and whether it was mended just now."""


def _unique(found: Iterable[Finding]) -> list[Finding]:
    """Return each finding once, those of a file together in the order of its lines."""
    kept: dict[tuple[object, ...], Finding] = {}
    for problem, fixed in found:
        kept.setdefault((problem.file, problem.line, problem.level, problem.message), (problem, fixed))
    return sorted(kept.values(), key=lambda each: (each[0].file or "", each[0].line or 0))


def _offline(names: Sequence[str]) -> list[Finding]:
    problems: Sequence[Problem] = ()
    try:
        folder = load_settings().mappings_dir
    except Misconfigured as error:
        # What the files say is worth knowing all the same.
        problems, folder = error.problems, Path(os.environ.get("MAPPINGS_DIR") or "mappings")
    return [(each, False) for each in (*problems, *load_mappings(folder, names).problems)]


def _live(names: Sequence[str], extent: Extent) -> list[Finding]:
    try:
        with wiring.opened(names) as sync:
            return [*((each, False) for each in sync.loaded.problems), *_asked(sync, extent)]
    except Misconfigured as error:
        return [*((each, False) for each in error.problems), *_offline(names)]


def _asked(sync: wiring.Sync, extent: Extent) -> list[Finding]:
    """Ask both services about every mapping, the sound parts of faulty ones as well, and about what we may do there."""
    missing = [*_missing(sync.settings.require_github), *_missing(sync.settings.require_notion)]
    found = [(problem, False) for problem in missing]
    seen: list[Examined] = []
    for mapping in (*sync.mappings, *sync.loaded.doubtful):
        with sync.store.copy() as copy:
            world = sync.onlooker(mapping).over(copy)
            examined = examine(world)
            before = _problems(mapping, examined)
            after = before
            if extent.fix and examined.today is not None:
                refused = mended(sync.designer(), examined.today.mapping, examined.schemas[Side.NOTION])
                after = [*_problems(mapping, examine(world)), *refused]
        seen.append(examined)
        found += [(each, False) for each in after]
        found += [(each, True) for each in before if each not in after]
    return [*found, *((each, False) for each in _permissions(sync, seen))]


def _missing(require: Callable[[], object]) -> Sequence[Problem]:
    try:
        require()
    except Misconfigured as error:
        return error.problems
    return ()


def _problems(mapping: Mapping, examined: Examined) -> list[Problem]:
    """Return what was found about a mapping, each at its line; what is about a credential belongs to no file."""
    notion = examined.schemas.get(Side.NOTION)
    people = warnings(mapping, notion) if notion else ()
    placed = wiring.placed(mapping, Misconfigured([*examined.problems, *people])).problems
    found = [each if each.file else replace(each, file=mapping.path) for each in placed]
    for side, schema in examined.schemas.items():
        place = mapping.path if side is Side.GITHUB else None
        for text in schema.warnings:
            message, _, cure = text.partition("\n")
            found.append(Problem(message, file=place, level="warning", cure=cure or None))
    return found


def _permissions(sync: wiring.Sync, seen: Sequence[Examined]) -> list[Problem]:
    """Return what the credentials lack, asked once for all mappings."""
    containers = sorted(
        {each for one in seen if Side.GITHUB in one.schemas for each in one.schemas[Side.GITHUB].containers}
    )
    found: list[Problem] = []
    try:
        if containers:
            found += sync.surveyor(containers[0][1]).permissions(containers)
        if any(Side.NOTION in each.schemas for each in seen):
            found += sync.designer().permissions()
        if any(row.github == COMMENTS for each in seen if each.today for row in each.today.mapping.rows):
            found += sync.designer().speech()
    except TandemError as error:
        found.append(Problem(str(error), level="warning", cure="run `tandem check` again in a while"))
    return found


def _cure(problem: Problem) -> str:
    """Return what to do about a problem whose message says it already."""
    if problem.nearest:
        return f"write {problem.nearest}, if that is meant"
    place = f"line {problem.line} of {problem.file}" if problem.file and problem.line else problem.file or problem.where
    return f"correct {place or 'it'}: docs/mapping.md tells what a mapping can say"


def _document(problem: Problem, fixed: bool) -> dict[str, Any]:  # noqa: FBT001 - a value of the document
    return {
        "level": problem.level,
        "file": problem.file,
        "line": problem.line,
        "message": problem.message,
        "cure": problem.cure or _cure(problem),
        "nearest": problem.nearest,
        "fixed": fixed,
    }
