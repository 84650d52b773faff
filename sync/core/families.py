"""Families of labels such as `priority/high`, found by how labels are spelled; what ties them is not known here."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sync.core.values import key

PRIORITY, POINTS = "priority", "points"
"""The words that families begin with which are looked for."""


def prefix_of(stem: str, labels: Iterable[str]) -> str:
    """Return how the labels of a family begin (`priority/`, `Priority: `), empty where there is no such family."""
    found = [match[0] for name in labels if (match := re.match(rf"{stem}\s*[/:=-]\s*(?=\S)", name, re.IGNORECASE))]
    return max(set(found), key=lambda each: (found.count(each), each)) if found else ""


def belongs(prefix: str, name: str) -> bool:
    """Tell whether a label is one of the family, and more than its prefix alone."""
    return bool(prefix) and key(name).startswith(key(prefix)) and len(name) > len(prefix)


def kin(prefix: str, labels: Iterable[str]) -> tuple[str, ...]:
    """Return the names of a family without its prefix; of two that differ in case alone the first."""
    found: dict[str, str] = {}
    for name in labels:
        if belongs(prefix, name):
            found.setdefault(key(name[len(prefix) :]), name[len(prefix) :])
    return tuple(found.values())
