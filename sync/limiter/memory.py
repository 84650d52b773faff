"""The limiter of one process, to the same contract as the one in Redis; other processes do not see it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock

from sync.core.limits import MICROSECONDS, Budget, Charge, Lane, Level, Wait
from sync.limiter.bucket import Bucket, Rule, length, rules_of, window_end


class MemoryLimiter:
    """Counts a credential's budgets by the given clock (seconds since the epoch)."""

    def __init__(self, budgets: Sequence[Budget], clock: Callable[[], float] = time.time) -> None:
        self._budgets = {budget.name: budget for budget in budgets}
        self._buckets = {name: Bucket() for name in self._budgets}
        self._clock = clock
        self._lock = Lock()
        self._others: dict[str, MemoryLimiter] = {}

    def of(self, account: str) -> MemoryLimiter:
        """Return the limiter of another account of the same credential."""
        return self._others.setdefault(account, MemoryLimiter(tuple(self._budgets.values()), self._clock))

    def acquire(self, charges: Sequence[Charge], lane: Lane) -> Wait:
        """Take from every budget that a call needs, or from none and say how long to wait."""
        rules = rules_of(self._budgets, charges, lane)
        with self._lock:
            now = self._now()
            answer = self._ask(charges, rules, now)
            if not answer.seconds:
                for charge, rule in zip(charges, rules, strict=True):
                    self._buckets[charge.budget].take(rule, now)
            return answer

    def peek(self, charges: Sequence[Charge], lane: Lane) -> Wait:
        """Tell what `acquire` would answer, and take nothing."""
        with self._lock:
            return self._ask(charges, rules_of(self._budgets, charges, lane), self._now())

    def pause(self, budget: str, seconds: float, reason: str) -> None:
        """Let nobody pass a budget for so long, a day at most; a shorter pause never ends a longer one."""
        with self._lock:
            self._buckets[budget].pause(length(seconds), reason, now=self._now())

    def observe(self, budget: str, *, limit: int, remaining: int, reset_at: datetime) -> None:
        """Take over what the service says is left of its own window, which then rules until it ends."""
        ends = window_end(reset_at)
        with self._lock:
            bucket = self._buckets[budget]
            bucket.observe(self._budgets[budget], limit=limit, remaining=remaining, ends=ends, now=self._now())

    def state(self) -> dict[str, Level]:
        """Return how every budget stands."""
        with self._lock:
            now = self._now()
            return {name: self._buckets[name].level(budget, now) for name, budget in self._budgets.items()}

    def _ask(self, charges: Sequence[Charge], rules: Sequence[Rule], now: int) -> Wait:
        longest, which = 0, ""
        for charge, rule in zip(charges, rules, strict=True):
            wait = self._buckets[charge.budget].wait(rule, now)
            if wait > longest:
                longest, which = wait, charge.budget
        if not longest:
            return Wait(0.0)
        bucket = self._buckets[which]
        return Wait(longest / MICROSECONDS, which, bucket.why if bucket.paused > now else "")

    def _now(self) -> int:
        return length(self._clock())
