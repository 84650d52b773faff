"""Lists in pages with an id as their cursor, for everything but queries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from sync.sandbox.notion.call import Call
from sync.sandbox.notion.model import Json
from sync.sandbox.notion.refusals import invalid


class Identified(Protocol):
    """Whatever has an id."""

    @property
    def id(self) -> str:
        """Return the id."""
        ...


T = TypeVar("T", bound=Identified)


def bad_cursor(cursor: str) -> Exception:
    """Return the 400 for a cursor that leads nowhere."""
    return invalid(f"The start_cursor provided is invalid: {cursor}")


def cut(call: Call, everything: Sequence[T]) -> tuple[Sequence[T], str | None]:
    """Return one page of a list and the cursor of the next; a cursor is the id of the first on the next page."""
    start, size, cursor = 0, call.page_size(), call.start_cursor()
    if cursor is not None:
        found = [index for index, each in enumerate(everything) if each.id == cursor]
        if not found:
            raise bad_cursor(cursor)
        start = found[0]
    rest = everything[start + size : start + size + 1]
    return everything[start : start + size], rest[0].id if rest else None


def listed(kind: str, results: list[Json], following: str | None) -> Json:
    """Return a list object."""
    return {
        "object": "list",
        "results": results,
        "next_cursor": following,
        "has_more": following is not None,
        "type": kind,
        kind: {},
    }
