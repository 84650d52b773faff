"""What a service lets one credential do in how much time, as arithmetic; it counts nothing and waits for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from math import ceil

from sync.core.model import Side

MINUTE = 60.0
HOUR = 3600.0
MICROSECONDS = 1_000_000

# Two calls of every window stay unspent: what is granted evenly does not arrive evenly.
MARGIN = 2
# A thirtieth in one burst leaves more than 95 % of a window to the even rate.
BURST_SHARE = 30
# Below this a margin would be a good part of the limit.
SMALL = 10


class Lane(IntEnum):
    """Who waits for a call: a person before a poll before an import."""

    PERSON = 0
    POLL = 1
    IMPORT = 2


@dataclass(frozen=True)
class Charge:
    """What one call takes from one budget, which it names without the credential."""

    budget: str
    amount: int = 1


@dataclass(frozen=True)
class Budget:
    """So many tokens in any window of so many seconds for one credential; a limit of 0 is no limit.

    `largest` is the most that one call takes; `credential` is a fingerprint that keeps two tokens' counts apart.
    A token comes back every `emission` microseconds, and `burst` of them may be saved up, so that no window, wherever
    it begins, sees more than burst + refill, which is the limit less a margin of two calls (none where it is tiny).
    """

    name: str
    limit: int
    window: float = MINUTE
    largest: int = 1
    credential: str = ""

    @property
    def burst(self) -> int:
        """Return how many tokens may be saved up; never less than one call takes."""
        if not self.limit:
            return 0
        wished = 2 * self.largest if self.limit >= SMALL * self.largest else self.largest
        return max(wished, self.limit // BURST_SHARE)

    @property
    def refill(self) -> float:
        """Return how many tokens come back in one window."""
        margin = MARGIN if self.limit >= SMALL else 0
        return max(self.limit - margin - self.burst, 0.9)

    @property
    def emission(self) -> int:
        """Return the microseconds in which one token comes back; 0 where there is no limit."""
        return ceil(self.window * MICROSECONDS / self.refill) if self.limit else 0

    def reserve(self, lane: Lane) -> int:
        """Return the tokens that a lane must leave for the lanes before it: of the burst, so the rate stays whole."""
        return self.burst * lane // 4


@dataclass(frozen=True)
class Wait:
    """What a limiter answers: 0 seconds are a grant; otherwise nothing was taken, and this budget was the longest."""

    seconds: float
    budget: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Level:
    """How a budget stands, for people: `available` is what a person could take at once, None without a limit.

    `resets_at` is the end of the window that the service itself has told us about, where it has.
    """

    limit: int
    window: float
    available: int | None
    paused_until: datetime | None = None
    reason: str = ""
    resets_at: datetime | None = None


NOTION_REQUESTS = "notion:requests"
GITHUB_REQUESTS = "github:requests"
GITHUB_POINTS = "github:points"
GITHUB_CREATES_MINUTE = "github:creates-minute"
GITHUB_CREATES_HOUR = "github:creates-hour"

# GitHub, "Rate limits for the REST API": GET, HEAD and OPTIONS cost 1 point, POST, PATCH, PUT and DELETE 5.
WRITE_POINTS = 5

NOTION_CALL = (Charge(NOTION_REQUESTS),)
GITHUB_READ = (Charge(GITHUB_REQUESTS), Charge(GITHUB_POINTS))
GITHUB_WRITE = (Charge(GITHUB_REQUESTS), Charge(GITHUB_POINTS, WRITE_POINTS))
GITHUB_CREATE = (*GITHUB_WRITE, Charge(GITHUB_CREATES_MINUTE), Charge(GITHUB_CREATES_HOUR))


READS = {NOTION_CALL: Side.NOTION, GITHUB_READ: Side.GITHUB}
"""What a poll is charged for a page of a list, and on which side."""


def rates(budgets: Sequence[Budget]) -> dict[Side, float]:
    """Return how many reads a second each side's budgets let through in the long run; 0 is no limit."""
    named = {budget.name: budget for budget in budgets}
    found = {}
    for charges, side in READS.items():
        limited = [(named[each.budget], each.amount) for each in charges if named[each.budget].limit]
        found[side] = min((budget.limit / budget.window / amount for budget, amount in limited), default=0.0)
    return found


def notion_budgets(per_minute: int, credential: str = "") -> tuple[Budget, ...]:
    """Return the one budget of a Notion connection.

    Notion, "Request limits": a fixed number of requests per connection in every 60-second window.
    """
    return (Budget(NOTION_REQUESTS, per_minute, credential=credential),)


def github_budgets(
    per_hour: int, points: int, *, creates_per_minute: int, creates_per_hour: int, credential: str = ""
) -> tuple[Budget, ...]:
    """Return the budgets of a GitHub token: the primary limit, and the secondary ones for points and for content.

    GitHub, "Rate limits for the REST API": requests per hour, points per minute, content per minute and per hour.
    """
    return (
        Budget(GITHUB_REQUESTS, per_hour, HOUR, credential=credential),
        Budget(GITHUB_POINTS, points, MINUTE, WRITE_POINTS, credential=credential),
        Budget(GITHUB_CREATES_MINUTE, creates_per_minute, credential=credential),
        Budget(GITHUB_CREATES_HOUR, creates_per_hour, HOUR, credential=credential),
    )
