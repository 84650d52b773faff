"""What is left of a faulty file once its faults are taken out, so that the services can be asked about the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy

from sync.config.grammar import FilePart
from sync.config.tree import Plain
from sync.core.errors import Problem

TURNS = 5
"""Taking one fault out may lay bare another; a file that needs more turns than this is hardly there."""
OPTIONAL = frozenset({"direction", "conflict", "values", "transform", "history"})
"""What a row is still a row without."""

Judge = Callable[[Plain], tuple[FilePart | None, Sequence[Problem]]]


def salvaged(value: Plain, problems: Iterable[Problem], judge: Judge) -> tuple[FilePart, tuple[int, ...]] | None:
    """Return the parts that are sound by themselves and which rows of the file they kept, None where too little is.

    What is left never runs: it is only looked at.
    """
    wreck = Wreck(deepcopy(value))
    for _ in range(TURNS):
        for problem in problems:
            wreck.cut(problem)
        part, problems = judge(wreck.settled())
        if part is not None and not problems:
            return (part, tuple(wreck.kept)) if len(wreck.kept) == len(part.fields) else None
    return None


class Wreck:
    """A file's value, of which pieces are taken."""

    def __init__(self, value: Plain) -> None:
        self._value: dict[str, Plain] = value if isinstance(value, dict) else {}
        self._lost: set[int] = set()
        self.kept: list[int] = []

    def cut(self, problem: Problem) -> None:
        """Take out what a problem is about; a key that was misspelled gets the name that was meant."""
        steps = _steps(self._value, problem.where or "")
        row = steps[:1] == ["fields"] and len(steps) > 1 and steps[1].isdigit()
        key = steps[2] if row and len(steps) > 2 else ""  # noqa: PLR2004 - fields, number, key
        if row and key not in OPTIONAL and not problem.message.startswith("unknown key"):
            self._lost.add(int(steps[1]))
        else:
            _take(self._value, steps[:3] if row else steps, problem.nearest)

    def settled(self) -> Plain:
        """Return what is left, with what every file must say."""
        found = self._value.get("fields")
        rows = found if isinstance(found, list) else []
        self.kept = self.kept or list(range(len(rows)))
        for index in sorted((each for each in self._lost if each < len(rows)), reverse=True):
            del rows[index]
            del self.kept[index]
        self._lost.clear()
        create = self._value.get("create")
        births = create if isinstance(create, dict) else {}
        self._value |= {"version": 1, "create": {"pages": False, "issues": False, **births}}
        return self._value


def _steps(value: Plain, where: str) -> list[str]:
    """Return the steps of a YAML path; a key may hold dots itself, so the longest that is there is taken."""
    found: list[str] = []
    while where:
        names = value if isinstance(value, dict) else {}
        fitting = [name for name in names if where == name or where.startswith(f"{name}.")]
        step = max(fitting, key=len, default=where.partition(".")[0])
        found.append(step)
        where = where[len(step) + 1 :]
        value = _child(value, step)
    return found


def _child(value: Plain, step: str) -> Plain:
    if isinstance(value, dict):
        return value.get(step)
    return value[int(step)] if isinstance(value, list) and step.isdigit() and int(step) < len(value) else None


def _take(value: Plain, steps: Sequence[str], meant: str | None) -> None:
    for step in steps[:-1]:
        value = _child(value, step)
    last = steps[-1] if steps else ""
    if isinstance(value, dict) and last in value:
        taken = value.pop(last)
        if meant and meant not in value:
            value[meant] = taken
    elif isinstance(value, list) and last.isdigit() and int(last) < len(value):
        del value[int(last)]
