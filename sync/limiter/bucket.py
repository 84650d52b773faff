"""The arithmetic of `bucket.lua` in Python, for the limiter in memory and for levels; it has no clock and no lock.

Times are microseconds since the epoch, lengths are microseconds, all whole: both languages then round alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import NamedTuple

from sync.core.limits import MICROSECONDS, Budget, Charge, Lane, Level

# A bucket is kept for a day after its last use, so no pause is longer.
DAY = 86_400 * MICROSECONDS
# One window's end is told within a second or two.
JITTER = 2 * MICROSECONDS
# GitHub tells the end in whole seconds, so the window may live for the rest of that one.
GRACE = timedelta(seconds=1)


class Rule(NamedTuple):
    """What one charge asks of its bucket, in the order in which the script reads it."""

    amount: int
    reserve: int
    burst: int
    emission: int
    window: int


def rules_of(budgets: Mapping[str, Budget], charges: Sequence[Charge], lane: Lane) -> tuple[Rule, ...]:
    """Return one rule per charge; an amount that its bucket can never hold is a ValueError."""
    return tuple(_rule(budgets[charge.budget], charge.amount, lane) for charge in charges)


def _rule(budget: Budget, amount: int, lane: Lane) -> Rule:
    if budget.limit and amount > budget.burst:
        raise ValueError(f"{budget.name} holds {budget.burst} at most and can never give {amount}")
    return Rule(amount, budget.reserve(lane), budget.burst, budget.emission, length(budget.window))


def length(seconds: float) -> int:
    """Return seconds as microseconds."""
    return round(seconds * MICROSECONDS)


def window_end(reset_at: datetime) -> int:
    """Return the moment from which a window that the service says ends then is certainly over."""
    return length((reset_at + GRACE).timestamp())


@dataclass
class Bucket:
    """One budget's count; the fields are those of the script, which explains them."""

    tat: int = 0
    paused: int = 0
    why: str = ""
    left: int = 0
    ends: int = 0
    most: int = 0

    def wait(self, rule: Rule, now: int) -> int:
        """Return how long until the rule's tokens may be taken; 0 where they are there."""
        return max(self._shortage(rule, now), self.paused - now)

    def take(self, rule: Rule, now: int) -> None:
        """Take the tokens; they must be there."""
        if self.ends > now:
            self.left -= rule.amount
        elif rule.emission:
            self.tat = self._start(rule, now) + rule.amount * rule.emission

    def pause(self, microseconds: int, why: str, *, now: int) -> None:
        """Let nobody pass for so long; a shorter pause never ends a longer one."""
        ends = now + min(microseconds, DAY)
        if ends > self.paused:
            self.paused, self.why = ends, why

    def observe(self, budget: Budget, *, limit: int, remaining: int, ends: int, now: int) -> None:
        """Take over what the service says of its own window; within the burst, our own lower count stands."""
        ends = min(ends, now + length(budget.window) + JITTER)
        if ends <= now:
            return
        same = self.ends > now and abs(self.ends - ends) <= JITTER
        self.left = max(min(self.left, remaining), remaining - budget.burst) if same else remaining
        self.ends, self.most = ends, limit

    def level(self, budget: Budget, now: int) -> Level:
        """Return how the budget stands, for people."""
        told = self.ends > now
        paused = self.paused > now
        return Level(
            limit=self.most if told else budget.limit,
            window=budget.window,
            available=0 if paused else self._available(budget, now),
            paused_until=_moment(self.paused) if paused else None,
            reason=self.why if paused else "",
            resets_at=_moment(self.ends) if told else None,
        )

    def _shortage(self, rule: Rule, now: int) -> int:
        if self.ends > now:
            return self._shortage_of_window(rule, now)
        if not rule.emission:
            return 0
        room = max(rule.burst - rule.reserve, rule.amount) * rule.emission
        return max(0, self._start(rule, now) + rule.amount * rule.emission - now - room)

    def _shortage_of_window(self, rule: Rule, now: int) -> int:
        if self.left < rule.amount:
            return self.ends - now
        if not rule.reserve:
            return 0
        held_at_first = self.most * rule.reserve / rule.burst
        held_until = self.ends - (self.left - rule.amount) * rule.window / held_at_first
        return max(0, ceil(held_until) - now)

    def _start(self, rule: Rule, now: int) -> int:
        return min(max(self.tat, now), now + rule.burst * rule.emission)

    def _available(self, budget: Budget, now: int) -> int | None:
        if self.ends > now:
            return max(0, self.left)
        if not budget.limit:
            return None
        return max(0, budget.burst - ceil(max(0, self.tat - now) / budget.emission))


def _moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / MICROSECONDS, UTC)
