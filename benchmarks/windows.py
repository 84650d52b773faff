"""What each fixed 60-second window of the sandbox's limits was used for; it judges nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from benchmarks.counting import Counting
from sync.core.limits import WRITE_POINTS
from sync.sandbox.counters import READS
from sync.sandbox.exchange import Reply, Request
from sync.sandbox.front import Front

WINDOW = 60


def one(_: Request) -> int:
    """Return what Notion charges for a request."""
    return 1


def points(request: Request) -> int:
    """Return what GitHub charges for a request (docs: "Rate limits for the REST API")."""
    return 1 if request.method in READS else WRITE_POINTS


class Windowed(Counting):
    """Counters that also keep what was charged in each window."""

    def __init__(self, front: Front, now: Callable[[], datetime], charge: Callable[[Request], int]) -> None:
        self.used: Counter[int] = Counter()
        self._now, self._charge = now, charge
        super().__init__(front)

    def record(self, request: Request, reply: Reply, fault: str | None = None) -> None:
        """Count one exchange in its window."""
        super().record(request, reply, fault)
        self.used[self.window()] += self._charge(request)

    def window(self) -> int:
        """Return the number of the window that runs now."""
        return int(self._now().timestamp() // WINDOW)

    def figures(self) -> tuple[int, int, int]:
        """Return how many calls, writes and refusals there were."""
        refused = self._statuses[429] + self._statuses[403]
        return self._calls.total(), self._writes, refused
