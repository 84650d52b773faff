"""Which states of an issue the options of a status mean, by their groups and names; no mapping is known here."""

from __future__ import annotations

import re

from sync.core.draft import Table
from sync.core.mapping import Values
from sync.core.model import Property
from sync.core.values import key

PROGRESS, COMPLETE = "In progress", "Complete"
"""Groups of a status, whose names are Notion's own and fixed (reference, "Data source properties": status)."""
DONE = ("done", "closed", "complete", "completed", "finished", "resolved", "shipped", "released", "merged", "fixed")
DROPPED = re.compile(
    r"\b(won['\u2019]?t|wont|cancel|drop(ped)?\b|not planned|reject|decline|abandon|obsolete|invalid|stale)"
)
DUPLICATE = re.compile(r"\bduplicate")


def states(found: Property, table: Table) -> Values | None:
    """Return an issue's states with the options that mean them, by the status's own groups or else by their names.

    None where the options do not tell open from closed.
    """
    kept: dict[str, list[str]] = {"open": [], "closed": [], "closed:not_planned": [], "closed:duplicate": []}
    late: list[str] = []
    for id_, name in found.options:
        group = table.groups.get(id_)
        state = _state(name, group)
        (late if state == "open" and group == PROGRESS else kept[state]).append(name)
    kept["open"] += late
    if not kept["closed"]:
        kept["closed"] = kept.pop("closed:not_planned") or kept.pop("closed:duplicate")
    if not (kept["open"] and kept["closed"]):
        return None
    return tuple((state, tuple(names)) for state, names in kept.items() if names)


def _state(name: str, group: str | None) -> str:
    said = key(name)
    if group not in (None, COMPLETE):
        return "open"
    if DROPPED.search(said):
        return "closed:not_planned"
    if DUPLICATE.search(said):
        return "closed:duplicate"
    bare = re.sub(r"[^\w ]", "", said).strip()
    return "closed" if group == COMPLETE or bare in DONE else "open"
