"""What stands before every call to a service: it waits for a grant as long as its caller may; it counts nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from math import inf
from typing import Protocol

from sync.core.errors import Busy
from sync.core.limits import Charge, Lane, Wait

WORKER_PATIENCE = 2.0
"""Seconds that a worker may sleep for a grant; what takes longer goes back to the outbox."""

FOREGROUND_PATIENCE = inf

# A wait may become shorter meanwhile, and Ctrl-C must be heard.
SLICE = 0.5


class Limiter(Protocol):
    """What a gate asks of a limiter."""

    def of(self, account: str) -> Limiter:
        """Return the limiter of another account of the same credential."""
        ...

    def acquire(self, charges: Sequence[Charge], lane: Lane) -> Wait:
        """Take from every budget that a call needs, or from none and say how long to wait."""
        ...

    def pause(self, budget: str, seconds: float, reason: str) -> None:
        """Let nobody pass a budget for so long."""
        ...

    def observe(self, budget: str, *, limit: int, remaining: int, reset_at: datetime) -> None:
        """Take over what the service says is left of its own window."""
        ...


class Gate:
    """Lets a call through once all its budgets grant it; the port `sync.core.ports.Gate`."""

    def __init__(
        self, limiter: Limiter, *, patience: float = WORKER_PATIENCE, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._limiter = limiter
        self._patience = patience
        self._sleep = sleep

    def of(self, account: str) -> Gate:
        """Return the gate of another account, as patient as this one."""
        return Gate(self._limiter.of(account), patience=self._patience, sleep=self._sleep)

    def enter(self, charges: Sequence[Charge], lane: Lane) -> float:
        """Return once the call may be made, with the seconds waited; raises Busy where the patience cannot cover it."""
        patience, waited = self._patience, 0.0
        while (wait := self._limiter.acquire(charges, lane)).seconds:
            if wait.seconds > patience:
                raise Busy(wait.seconds, f"{wait.budget}: {wait.reason or 'spent'}")
            nap = min(wait.seconds, SLICE)
            self._sleep(nap)
            patience -= nap
            waited += nap
        return waited

    def pause(self, budget: str, seconds: float, reason: str) -> None:
        """Let nobody pass that budget for so long, in any process."""
        self._limiter.pause(budget, seconds, reason)

    def observe(self, budget: str, *, limit: int, remaining: int, reset_at: datetime) -> None:
        """Correct a budget by what the service says is left of its own window."""
        self._limiter.observe(budget, limit=limit, remaining=remaining, reset_at=reset_at)
