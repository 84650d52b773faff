"""How often a simulated vendor was called and what was said last; it measures and judges nothing."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sync.sandbox.exchange import Reply, Request

READS = frozenset({"GET", "HEAD", "OPTIONS"})
IDENTIFIER = re.compile(r"(?<=/)(?:\d+|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=/|$)")


@dataclass(frozen=True)
class Exchange:
    """One request, what the caller saw of its answer, and the fault that made it so, if one did."""

    request: Request
    reply: Reply
    fault: str | None = None


def masked(request: Request) -> str:
    """Return the path with numbers and uuids taken out."""
    return IDENTIFIER.sub("{id}", request.path)


def never(_: Request) -> bool:
    """Count no read as a write (the default)."""
    return False


class Counters:
    """Calls by path template and by status, and the last `kept` exchanges.

    `template` names the route of a request; `reads` tells which requests with a writing verb only read (queries).
    """

    def __init__(
        self,
        template: Callable[[Request], str] = masked,
        reads: Callable[[Request], bool] = never,
        *,
        kept: int = 500,
    ) -> None:
        self.template, self.reads = template, reads
        self.exchanges: deque[Exchange] = deque(maxlen=kept)
        self.reset()

    def reset(self) -> None:
        """Forget everything counted so far."""
        self._calls: Counter[str] = Counter()
        self._statuses: Counter[int] = Counter()
        self._writes = 0
        self.exchanges.clear()

    def record(self, request: Request, reply: Reply, fault: str | None = None) -> None:
        """Count one exchange; a status of 0 is a cut connection."""
        self._calls[f"{request.method} {self.template(request)}"] += 1
        self._statuses[reply.status] += 1
        self._writes += request.method not in READS and not self.reads(request)
        self.exchanges.append(Exchange(request, reply, fault))

    def snapshot(self) -> dict[str, Any]:
        """Return the figures: total, writes, not_modified, limited, and calls and statuses by name."""
        return {
            "total": self._calls.total(),
            "writes": self._writes,
            "not_modified": self._statuses[304],
            "limited": self._statuses[429],
            "calls": dict(self._calls.most_common()),
            "statuses": {str(status): count for status, count in sorted(self._statuses.items())},
        }
