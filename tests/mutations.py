"""Documents with one thing wrong: a key missing, a null, a value of another kind, a key too many."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

OTHERS = (None, 7, "seven", True, [], {})
"""One value of each kind that JSON has."""


def mutated(document: Any) -> Iterator[tuple[str, Any]]:
    """Yield every document that differs from this one in one place, with what was done where."""
    for path in places(document):
        where = ".".join(map(str, path))
        if path and isinstance(path[-1], str):
            yield f"{where} is missing", changed(document, path, None, remove=True)
        if path:
            for other in OTHERS:
                if type(other) is not type(at(document, path)):
                    yield f"{where} is {other!r}", changed(document, path, other)
        if isinstance(at(document, path), dict):
            yield f"{where} has a key too many", changed(document, (*path, "sandbox_surprise"), "?")


def places(document: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every value in a document; of a list the first element stands for all."""
    yield path
    if isinstance(document, dict):
        for key, value in document.items():
            yield from places(value, (*path, key))
    elif isinstance(document, list) and document:
        yield from places(document[0], (*path, 0))


def at(document: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


def changed(document: Any, path: tuple[str | int, ...], value: Any, *, remove: bool = False) -> Any:
    """Return a copy in which the value at a path is another one, or gone."""
    copy = deepcopy(document)
    inner = at(copy, path[:-1])
    if remove:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return copy
