"""What goes out to the services, counted: how many calls, refusals and waits; who may go is the limiter's to say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

from sync.core.limits import Charge, Lane
from sync.core.model import Side
from sync.limiter.gate import Gate
from sync.store.counters import CALLS, LIMITED, WAITED, Key


@dataclass
class Calls:
    """How many HTTP requests each side was asked, 304s and followed redirects included."""

    counts: Counter[Side] = field(default_factory=Counter)
    untold: Counter[Key] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def add(self, mapping: str, budget: str) -> None:
        """Count one request of a mapping by the budget it is charged to."""
        side = Side(budget.partition(":")[0])
        with self.lock:
            self.counts[side] += 1
            self.untold[(CALLS, mapping, side)] += 1

    def limited(self, mapping: str, budget: str) -> None:
        """Count one refusal that says to come back later."""
        with self.lock:
            self.untold[(LIMITED, mapping, budget.partition(":")[0])] += 1

    def waited(self, mapping: str, budget: str, seconds: float) -> None:
        """Count how long a call waited for its grant."""
        with self.lock:
            self.untold[(WAITED, mapping, budget.partition(":")[0])] += round(seconds * 1000)

    def told(self) -> Counter[Key]:
        """Return what was counted since the last time this was asked."""
        with self.lock:
            counts, self.untold = self.untold, Counter()
        return counts

    def again(self, counts: Counter[Key]) -> None:
        """Keep for the next time what could not be told."""
        with self.lock:
            self.untold.update(counts)


@dataclass(frozen=True)
class CountedGate:
    """A gate that counts who passes."""

    gate: Gate
    calls: Calls
    mapping: str

    def of(self, account: str) -> CountedGate:
        """Return the gate of another account of the same credential."""
        return replace(self, gate=self.gate.of(account))

    def enter(self, charges: Sequence[Charge], lane: Lane) -> None:
        """Let a call pass, and count it."""
        waited = self.gate.enter(charges, lane)
        if waited:
            self.calls.waited(self.mapping, charges[0].budget, waited)
        self.calls.add(self.mapping, charges[0].budget)

    def pause(self, budget: str, seconds: float, reason: str) -> None:
        """Let nobody pass that budget for so long."""
        self.calls.limited(self.mapping, budget)
        self.gate.pause(budget, seconds, reason)

    def observe(self, budget: str, *, limit: int, remaining: int, reset_at: datetime) -> None:
        """Correct a budget by what the service says."""
        self.gate.observe(budget, limit=limit, remaining=remaining, reset_at=reset_at)
