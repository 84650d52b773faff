"""How often mappings are worked, as arithmetic: rounds stretch to their share of the budgets; it counts nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from sync.core.model import Side
from sync.core.state import Standing

POLLS = 0.5
"""The share of each budget that polls may take (contract, section 1)."""
FULLS = 0.1
"""The share of each budget that full passes may take."""
RECENT = 0.9
"""A list that was read within this share of the interval, for whichever mapping, is not polled again."""
AT_ONCE = 8
"""So many passes at least may be asked for at a time: what waits longer than that is asked for again."""
ROUND = timedelta(seconds=10)
"""Passes that fall due within this are asked for together, which is twice as long as between two ticks of beat."""

Calls = Mapping[Side, int]


class Due(StrEnum):
    """Which pass is due: what changed is read, or everything."""

    POLL = "poll"
    FULL = "full"


@dataclass(frozen=True)
class Load:
    """How many calls it takes to poll every list once, and to read everything of every mapping once."""

    polls: Calls
    fulls: Calls


@dataclass(frozen=True)
class Pace:
    """How long after another the polls and the full passes of one mapping come."""

    poll: timedelta
    full: timedelta

    @property
    def recent(self) -> timedelta:
        """Return for how long a list that somebody read needs no poll."""
        return self.poll * RECENT

    def at_once(self, mappings: int) -> int:
        """Return how many passes may be asked for at a time."""
        return max(AT_ONCE, ceil(mappings * (ROUND / self.poll)))

    def stretched(self, load: Load, rates: Mapping[Side, float]) -> Pace:
        """Return the pace at which rounds stay within their shares; `rates` are calls a second, 0 is no limit."""
        return Pace(
            max(self.poll, _length(load.polls, rates, POLLS)),
            max(self.full, _length(load.fulls, rates, FULLS)),
        )


def pass_due(standing: Standing, digest: str, pace: Pace, now: datetime) -> Due | None:
    """Return the pass that is due; one that failed is tried again no sooner than any poll.

    `digest` is the mapping file's: one that changed is read in full.
    """
    if standing.begun is not None and now - standing.begun < pace.poll:
        return None
    known = standing.read is not None and standing.digest == digest
    return Due.POLL if known and now - (standing.read or now) < pace.full else Due.FULL


def _length(calls: Calls, rates: Mapping[Side, float], share: float) -> timedelta:
    lengths = (calls.get(side, 0) / (rate * share) for side, rate in rates.items() if rate)
    return timedelta(seconds=max(lengths, default=0.0))
