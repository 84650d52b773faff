"""pydantic's errors in a person's words, each keyed by its YAML path; nothing is checked here."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sync.config import grammar
from sync.config.fields import nearest
from sync.config.scalars import told
from sync.config.tree import Plain, path
from sync.core.errors import Problem

PARTS: dict[str, type[BaseModel]] = {
    "": grammar.FilePart,
    "github": grammar.GitHubPart,
    "notion": grammar.NotionPart,
    "create": grammar.CreatePart,
    "create.pages": grammar.WhenPart,
    "create.issues": grammar.WhenPart,
    "deletions": grammar.DeletionsPart,
    "guards": grammar.GuardsPart,
    "fields.#": grammar.RowPart,
}
"""Which keys may stand where."""

EXPECTED = {
    "string_type": "text",
    "string_too_short": "text that is not empty",
    "string_pattern_mismatch": "text that is not empty",
    "int_type": "a whole number",
    "greater_than_equal": "a whole number from 0",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "keys and values",
    "model_type": "keys and values",
}
"""What stands in the message for each of pydantic's error types."""

SIZES = {"too_short": "expected at least one, found none", "too_long": "expected only one, found several"}


def shaped(value: Plain) -> tuple[grammar.FilePart | None, tuple[Problem, ...]]:
    """Return a file's parts, or every fault of its shape."""
    whole, empty = _without_nothing(value, ())
    try:
        return grammar.FilePart.model_validate(whole), tuple(map(_nothing, empty))
    except ValidationError as fault:
        return None, (*map(_nothing, empty), *_complaints(fault.errors(include_url=False), empty))


def _without_nothing(value: Plain, steps: tuple[str | int, ...]) -> tuple[Plain, list[tuple[str | int, ...]]]:
    """Return the value without the keys that have nothing after them, and where those stand."""
    if isinstance(value, list):
        pairs = [_without_nothing(child, (*steps, index)) for index, child in enumerate(value)]
        return [child for child, _ in pairs], [each for _, empty in pairs for each in empty]
    if not isinstance(value, dict):
        return value, []
    found = {key: _without_nothing(child, (*steps, key)) for key, child in value.items() if child is not None}
    empty = [(*steps, key) for key, child in value.items() if child is None]
    return {key: child for key, (child, _) in found.items()}, empty + [
        each for _, more in found.values() for each in more
    ]


def _nothing(steps: tuple[str | int, ...]) -> Problem:
    return Problem(f"nothing stands after {str(steps[-1])!r}", where=path(steps), cure="give a value or drop the key")


def _complaints(errors: Sequence[ErrorDetails], empty: Sequence[tuple[str | int, ...]]) -> list[Problem]:
    """Return one problem for each error; a key that is only misspelled or empty is not missing as well."""
    strange = [steps for error in errors if error["type"] == "extra_forbidden" for steps in [_steps(error)]]
    unknown = [_unknown(steps) for steps in strange]
    meant = {path((*at[:-1], each.nearest or "")) for at, each in zip(strange, unknown, strict=True)}
    excused = meant | {path(steps) for steps in empty}
    return unknown + [
        _complaint(error, steps)
        for error in errors
        for steps in [_steps(error)]
        if error["type"] != "extra_forbidden" and not (error["type"] == "missing" and path(steps) in excused)
    ]


def _steps(error: ErrorDetails) -> tuple[str | int, ...]:
    """Return where an error stands, without what pydantic adds: which way a birth was read, and that a key is meant."""
    steps = error["loc"]
    if steps[:1] == ("create",) and steps[2:3] in ((grammar.FLAG,), (grammar.CONDITIONS,)):
        steps = steps[:2] + steps[3:]
    return steps[:-1] if steps[-1:] == ("[key]",) and error["type"] != "extra_forbidden" else steps


def _unknown(steps: tuple[str | int, ...]) -> Problem:
    *before, name = steps
    part = PARTS[re.sub(r"\.\d+$", ".#", path(tuple(before)))]
    return Problem(f"unknown key {str(name)!r}", where=path(steps), nearest=nearest(str(name), part.model_fields))


def _complaint(error: ErrorDetails, steps: tuple[str | int, ...]) -> Problem:
    kind, found, where = error["type"], error["input"], path(steps)
    if kind == "refused":
        ctx = error["ctx"]
        return Problem(ctx["text"], where=where, nearest=ctx["nearest"], cure=ctx["cure"])
    if kind == "missing":
        return Problem(f"{str(steps[-1])!r} is missing", where=path(steps[:-1]))
    if kind in ("enum", "literal_error"):
        choices = error["ctx"]["expected"]
        close = nearest(found, re.findall(r"'([^']*)'", choices)) if isinstance(found, str) else None
        return Problem(f"expected {choices}, found {told(found)}", where=where, nearest=close)
    if kind in SIZES:
        return Problem(SIZES[kind], where=where)
    cure = "put it in quotes" if kind == "string_type" and isinstance(found, int | float) else None
    return Problem(f"expected {EXPECTED.get(kind, error['msg'])}, found {told(found)}", where=where, cure=cure)
