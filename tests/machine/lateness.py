"""How far behind a side's reads were, and what nobody could see before it was written over."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

FRESH = timedelta(seconds=5)
"""So old may be what a worker saw of a record before it writes that (the team's patience)."""


class Lateness:
    """How many seconds ago it was what each side's reads showed, from when on."""

    def __init__(self) -> None:
        self.spans = defaultdict(list)

    def begin(self, side, seconds, moment):
        self.spans[side].append((moment, timedelta(seconds=seconds)))

    def of(self, side, moment):
        """Return how far behind a reading of that side may have been that a write of that moment goes by."""
        spans = [each for each in self.spans[side] if each[0] <= moment]
        before = [lag for at, lag in spans if at <= moment - FRESH][-1:]
        since = [lag for at, lag in spans if at > moment - FRESH]
        return max([*before, *since], default=timedelta(0))


def unseen(versions, shows, behind, read):
    """Tell whether something was written over before a reading had to show it: no client can keep that.

    `behind` tells how late readings were at a moment, `read` whether the side was read between two; no service has a
    precondition for a write.
    """
    return any(
        shows(now)
        and not shows(then)
        and then.since - now.since <= behind(then.since) + FRESH
        and (behind(then.since) or not read(now.since, then.since))
        for now, then in pairwise(versions)
    )
