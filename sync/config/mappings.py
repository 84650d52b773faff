"""Mapping files in, sound mappings and every problem out; whether Notion knows the names is not asked here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sync.config.build import built
from sync.config.checks import checked
from sync.config.complaints import shaped
from sync.config.fields import nearest
from sync.config.grammar import FilePart
from sync.config.salvage import salvaged
from sync.config.scalars import NAME
from sync.config.tree import LARGEST, Plain, Tree, line_of, read
from sync.core.errors import Problem
from sync.core.mapping import Mapping

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Loaded:
    """The mappings that may run, and everything there is to say about all of them.

    `doubtful` are what is sound of faulty files: they never run, but the services can be asked about them.
    """

    mappings: tuple[Mapping, ...]
    problems: tuple[Problem, ...]
    doubtful: tuple[Mapping, ...] = ()


@dataclass(frozen=True)
class _Draft:
    """One file, read: its mapping where it is sound, and its plain values whatever they are."""

    path: Path
    tree: Tree
    mapping: Mapping | None
    problems: tuple[Problem, ...]
    rest: Mapping | None = None

    @property
    def name(self) -> str:
        name = self.at("name")
        return name if isinstance(name, str) else self.path.name.rpartition(".")[0]

    def at(self, *steps: str) -> Plain:
        found = self.tree.value
        for step in steps:
            found = found.get(step) if isinstance(found, dict) else None
        return found

    def with_problems(self, more: Iterable[Problem]) -> _Draft:
        """Return this draft with problems placed in its file; a fault makes its mapping unsound."""
        placed = tuple(replace(each, file=str(self.path), line=each.line or self.line(each)) for each in more)
        sound = all(each.level != "fault" for each in placed)
        return replace(self, mapping=self.mapping if sound else None, problems=self.problems + placed)

    def line(self, problem: Problem) -> int | None:
        return line_of(self.tree.lines, problem.where or "") if self.tree.lines else None


def load_mappings(folder: Path | str, names: Sequence[str] = ()) -> Loaded:
    """Return the sound mappings below a folder, or those of the given names, and every problem of their files."""
    place = Path(folder)
    if not place.is_dir():
        cure = "create it, or point MAPPINGS_DIR to where the mapping files are"
        message = "MAPPINGS_DIR is no folder"
        return Loaded((), (Problem(message, file=str(place), where="MAPPINGS_DIR", cure=cure),))
    drafts = [_read(path) for path in _files(place)]
    drafts = [draft.with_problems(_quarrels(draft, drafts)) for draft in drafts]
    there = [draft.name for draft in drafts]
    strangers = [
        Problem(f"no mapping is named {name!r}", nearest=nearest(name, there)) for name in names if name not in there
    ]
    chosen = [draft for draft in drafts if not names or draft.name in names]
    problems = [problem for draft in chosen for problem in sorted(draft.problems, key=_order)]
    mappings = tuple(draft.mapping for draft in chosen if draft.mapping is not None)
    doubtful = tuple(draft.rest for draft in chosen if draft.mapping is None and draft.rest is not None)
    return Loaded(mappings, (*strangers, *problems), doubtful)


def locate(mapping: Mapping, where: str) -> tuple[str, int]:
    """Return the file and the line of a YAML path, or of the nearest thing around it that the file says."""
    return mapping.path, line_of(mapping.positions, where)


def _order(problem: Problem) -> tuple[int, str, str]:
    return problem.line or 0, problem.where or "", problem.message


def _files(place: Path) -> Iterator[Path]:
    """Yield the mapping files in order, none of a hidden folder: Kubernetes keeps a second copy in one."""
    for path in sorted(place.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(place).parts)
        example = path.stem.endswith(".example")
        if path.suffix in (".yaml", ".yml") and not (hidden or example or path.name.startswith("_")):
            yield path


def _read(path: Path) -> _Draft:
    try:
        with path.open("rb") as file:
            found = read(file.read(LARGEST + 1))
    except IsADirectoryError:
        found = Tree(None, {}, (Problem("a folder, where a mapping file was expected"),))
    except OSError as fault:
        found = Tree(None, {}, (Problem(f"cannot be read: {fault.strerror}"),))
    draft = _Draft(path, found, None, ())
    if not found.lines:
        return draft.with_problems(found.problems)
    part, faults = shaped(found.value)
    problems = (*found.problems, *faults, *checked(found.value), *_unnamed(draft))
    if part is None or problems:
        return replace(draft, rest=_rest(draft)).with_problems(problems)
    whole = built(part, draft.name, str(path), found.lines)
    return replace(draft, mapping=whole, rest=whole)


def _rest(draft: _Draft) -> Mapping | None:
    """Return what is sound of a faulty file, its rows still known by where they stand in the file."""
    lines = draft.tree.lines
    left = salvaged(draft.tree.value, _judged(draft.tree.value)[1], _judged)
    if left is None:
        return None
    part, kept = left
    whole = built(part, draft.name, str(draft.path), lines)
    rows = [(row, f"fields.{index}") for row, index in zip(whole.rows, kept, strict=True)]
    return replace(whole, rows=tuple(replace(row, where=at, line=lines.get(at)) for row, at in rows))


def _judged(value: Plain) -> tuple[FilePart | None, tuple[Problem, ...]]:
    part, faults = shaped(value)
    return part, (*faults, *checked(value))


def _unnamed(draft: _Draft) -> Iterator[Problem]:
    if draft.at("name") is None and not NAME.fullmatch(draft.name):
        yield Problem(f"the file's name {draft.name!r} cannot be the mapping's", where="", cure="give it a `name`")


def _quarrels(draft: _Draft, drafts: Sequence[_Draft]) -> Iterator[Problem]:
    """Find what two files claim both; which of them is meant only a person knows, so neither runs."""
    for other in drafts:
        if other is draft:
            continue
        if other.name == draft.name:
            message = f"the name {draft.name!r} is taken by {other.path} too"
            yield Problem(message, where="name", cure="give one of them another name")
        if _may_create_issues(draft) and _may_create_issues(other) and _same_source(draft, other):
            message = f"{other.path} may create issues from the same data source"
            yield Problem(message, where="notion.database", cure="set `create.issues: false` in all of them but one")


def _may_create_issues(draft: _Draft) -> bool:
    return draft.at("create", "issues") is not False


def _same_source(one: _Draft, two: _Draft) -> bool:
    """Tell whether two files may mean one data source: none named may be any, and a name may be that of an id."""
    if one.mapping is None or two.mapping is None or one.mapping.notion.database != two.mapping.notion.database:
        return False
    mine, theirs = one.mapping.notion.data_source, two.mapping.notion.data_source
    if mine is None or theirs is None or _folded(mine) == _folded(theirs):
        return True
    return bool(_ID.fullmatch(_folded(mine))) is not bool(_ID.fullmatch(_folded(theirs)))


def _folded(source: str) -> str:
    """Return an id without its dashes and in one case; names have case."""
    digits = source.replace("-", "").lower()
    return digits if _ID.fullmatch(digits) else source
