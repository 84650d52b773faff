"""What a row may name on GitHub's side; no file is read here."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from sync.core.issue import FAMILY, ISSUE, LINE, REPOSITORY
from sync.core.mapping import Direction

WRITABLE = ("title", "state", "labels", "assignees", "milestone", "type", "body", "comments", "repository")
READ_ONLY = tuple(name for name, facet in ISSUE.items() if not facet.writable and name != REPOSITORY)
"""What flows to Notion alone; where an issue lives is read-only too, but decides where one is born."""

STATES = ("open", "closed", "closed:completed", "closed:not_planned", "closed:duplicate")
"""The keys of a state's `values`; the reasons are those of GitHub's REST 'Update an issue'."""

RESERVED = {"body": "content", "comments": "comments"}
"""What these two are tied to is the page itself and no property, and they are tied to nothing else."""


def default_direction(name: str, *, constant: bool) -> Direction:
    """Return which way a row flows that does not say so."""
    return Direction.TO_NOTION if constant or name in READ_ONLY else Direction.BOTH


def known(name: str) -> bool:
    """Tell whether a row may name this on GitHub's side."""
    if name.startswith(FAMILY):
        return name.endswith("*") and name.count("*") == 1 and len(name) > len(FAMILY) + 1
    return name in (*WRITABLE, *READ_ONLY) or (name.startswith(LINE) and bool(name.removeprefix(LINE).strip()))


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the known name that the person may have meant."""
    there = {each.casefold(): each for each in names}
    close = get_close_matches(name.casefold(), there, n=1)
    return there[close[0]] if close else None


def nearest_field(name: str) -> str | None:
    """Return the field that the person may have meant; a family or a line keeps its own name."""
    if name.startswith(FAMILY):
        stem = name.removeprefix(FAMILY).replace("*", "")
        return f"{FAMILY}{stem}*" if stem else None
    prefix, colon, rest = name.partition(":")
    close = nearest(prefix + colon, (*WRITABLE, *READ_ONLY, FAMILY, LINE))
    return close + rest if close in (FAMILY, LINE) and rest else close


def overlapping(one: str, two: str) -> bool:
    """Tell whether two rows write the same of an issue: one field, or families of which one holds the other."""
    one, two = one.casefold(), two.casefold()
    if one.startswith(FAMILY) and two.startswith(FAMILY):
        one, two = one.removesuffix("*"), two.removesuffix("*")
        return one.startswith(two) or two.startswith(one)
    return one == two
