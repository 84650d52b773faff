"""The rules between the parts of one mapping file, on plain values so that no fault hides another; no shapes here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sync.config.fields import READ_ONLY, RESERVED, STATES, default_direction, known, nearest, overlapping
from sync.config.grammar import RowPart
from sync.config.tree import Plain, path
from sync.core.errors import Problem
from sync.core.issue import FAMILY
from sync.core.mapping import Direction

ROW_KEYS = tuple(RowPart.model_fields)


@dataclass(frozen=True)
class _Line:
    """A row of the file as far as it can be read; what is not text counts as empty."""

    index: int
    keys: dict[str, Plain]

    def text(self, key: str) -> str:
        found = self.keys.get(key)
        return found if isinstance(found, str) else ""

    def where(self, *steps: str) -> str:
        return path(("fields", self.index, *steps))

    @property
    def readable(self) -> bool:
        """Tell whether the row says what it is about."""
        return bool(self.text("notion")) and bool(self.text("github") or "constant" in self.keys)

    @property
    def writes(self) -> tuple[str, str]:
        """Return the issue's field and the property that this row writes, each empty where it writes none."""
        github, notion = self.text("github"), self.text("notion")
        match self.keys.get("direction", default_direction(github, constant="constant" in self.keys)):
            case Direction.BOTH:
                return github, notion
            case Direction.TO_NOTION:
                return "", notion
            case Direction.TO_GITHUB:
                return github, ""
            case _:
                return "", ""


def checked(value: Plain) -> list[Problem]:
    """Return every fault that stands between the parts of a file."""
    whole = value if isinstance(value, dict) else {}
    rows = whole.get("fields")
    lines = (
        [_Line(index, row) for index, row in enumerate(rows) if isinstance(row, dict)] if isinstance(rows, list) else []
    )
    return [
        *_twice(whole, ()),
        *_twins(whole.get("users"), "users"),
        *_both_wanted_and_not(_part(whole, "github")),
        *(problem for line in lines for rule in ROW_RULES for problem in rule(line)),
        *_targets(lines, _part(whole, "notion").get("link_property", "GitHub")),
        *_conditions(_part(whole, "create"), lines),
    ]


def _part(whole: dict[str, Plain], key: str) -> dict[str, Plain]:
    found = whole.get(key)
    return found if isinstance(found, dict) else {}


def _twice(value: Plain, steps: tuple[str | int, ...]) -> Iterator[Problem]:
    """Find values that stand twice in one list; every list of the grammar is a set, and GitHub's names have no case."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _twice(child, (*steps, key))
    if not isinstance(value, list):
        return
    fold = str.casefold if steps[0] == "github" else str
    seen: set[str] = set()
    for index, child in enumerate(value):
        yield from _twice(child, (*steps, index))
        if isinstance(child, str | int) and fold(str(child)) in seen:
            yield Problem(f"{str(child)!r} stands in this list twice", where=path((*steps, index)))
        seen |= {fold(str(child))} if isinstance(child, str | int) else set()


def _twins(table: Plain, where: str) -> Iterator[Problem]:
    """Find keys that differ only in case: GitHub compares logins and labels without it."""
    seen: dict[str, str] = {}
    for key in table if isinstance(table, dict) else ():
        first = seen.setdefault(key.casefold(), key)
        if first != key:
            yield Problem(f"{key!r} and {first!r} are the same to GitHub", where=f"{where}.{key}")


def _both_wanted_and_not(github: dict[str, Plain]) -> Iterator[Problem]:
    wanted, unwanted = github.get("labels"), github.get("exclude_labels")
    if not isinstance(wanted, list) or not isinstance(unwanted, list):
        return
    there = {label.casefold() for label in wanted if isinstance(label, str)}
    for index, label in enumerate(unwanted):
        if isinstance(label, str) and label.casefold() in there:
            message = f"{label!r} is wanted in labels and unwanted here, so that no issue takes part"
            yield Problem(message, where=f"github.exclude_labels.{index}")


def _source(line: _Line) -> Iterator[Problem]:
    """Give each row one source, and a constant nothing beside it; a misspelled key is told elsewhere."""
    sources = {nearest(key, ROW_KEYS) or key for key in line.keys} & {"github", "constant"}
    if len(sources) != 1:
        yield Problem("a row has either a github field or a constant", where=line.where())
    elif "constant" in line.keys:
        for key in ("direction", "conflict", "values", "transform", "history"):
            if key in line.keys:
                yield Problem(f"{key!r} means nothing in the row of a constant", where=line.where(key))


def _reserved(line: _Line) -> Iterator[Problem]:
    """Tie the body and the comments to the page itself, and nothing else."""
    github, notion = line.text("github"), line.text("notion")
    word = RESERVED.get(github)
    if word and notion and notion != word:
        yield Problem(
            f"the {github} goes with the page's {word}, not with a property", where=line.where("notion"), nearest=word
        )
    if word is None and notion in RESERVED.values():
        yield Problem(f"{notion!r} is the page's own and no property", where=line.where("notion"))
    for key in ("values", "transform") if github == "comments" else ():
        if key in line.keys:
            yield Problem(f"{key!r} means nothing for comments", where=line.where(key))
    if "history" in line.keys and github != "comments":
        yield Problem("'history' means something for comments only", where=line.where("history"))


def _read_only(line: _Line) -> Iterator[Problem]:
    github, direction = line.text("github"), line.text("direction")
    if github in READ_ONLY and direction in (Direction.BOTH, Direction.TO_GITHUB):
        yield Problem(
            f"{github!r} cannot be written on GitHub",
            where=line.where("direction"),
            cure="drop the direction: read-only fields flow to Notion by themselves",
        )


def _values(line: _Line) -> Iterator[Problem]:
    """Want a state's keys known, with neither open nor closed unsaid; labels have no case."""
    values = line.keys.get("values")
    if not isinstance(values, dict):
        return
    github = line.text("github")
    if github == "labels" or github.startswith(FAMILY):
        yield from _twins(values, line.where("values"))
    if github != "state":
        return
    for key in values:
        if key not in (*STATES, "*"):
            yield Problem(
                f"an issue has no state {key!r}", where=line.where("values", key), nearest=nearest(key, STATES)
            )
    meant = {key if key in STATES else nearest(key, STATES) or key for key in values}
    for state in ("open", "closed"):
        if not meant & {state, "*"}:
            yield Problem(f"no value is given for the state {state!r}", where=line.where("values"))


ROW_RULES: tuple[Callable[[_Line], Iterator[Problem]], ...] = (_source, _reserved, _read_only, _values)
"""What must hold in each row by itself."""


def _targets(lines: list[_Line], link: Plain) -> Iterator[Problem]:
    """Find rows that write what an earlier row, or the link itself, already writes."""
    for at, line in enumerate(lines):
        github, notion = line.writes
        taken = [earlier.writes for earlier in lines[:at]]
        first = next((field for field, _ in taken if github and field and overlapping(github, field)), None)
        if first and known(github):
            message = f"two rows write {first!r} on GitHub"
            yield Problem(message, where=line.where("github"), cure="give one of them `direction: to_notion`")
        if notion and any(notion == name for _, name in taken):
            message = f"two rows write the property {notion!r}"
            yield Problem(message, where=line.where("notion"), cure="tie one of them to another property")
        if notion and notion == link:
            message = f"the property {notion!r} holds the link, which no row may overwrite"
            yield Problem(message, where=line.where("notion"), cure="tie the row to another property")


def _conditions(create: dict[str, Plain], lines: list[_Line]) -> Iterator[Problem]:
    """Find conditions of births that no row reads: such a birth would never happen, and nobody would know why."""
    if not lines or not all(line.readable for line in lines):
        return
    for born, side in (("pages", "github"), ("issues", "notion")):
        read = [line.text(side) for line in lines if line.text(side)]
        for name in _part(_part(create, born), "when"):
            if name not in read:
                message = f"no row reads {name!r}, so that this condition never holds"
                yield Problem(message, where=f"create.{born}.when.{name}", nearest=nearest(name, read))
