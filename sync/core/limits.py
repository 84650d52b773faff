"""PLACEHOLDER until the limiter's author replaces it: lanes and charges."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Lane(IntEnum):
    """Who waits for a call: a person before a poll before an import."""

    PERSON = 0
    POLL = 1
    IMPORT = 2


@dataclass(frozen=True)
class Charge:
    """What one call takes from one budget."""

    budget: str
    amount: int = 1
