"""Counters in the place of a service's own, for what a measurement wants to know beyond them."""

from __future__ import annotations

from sync.sandbox.counters import Counters
from sync.sandbox.exchange import Reply, Request
from sync.sandbox.front import Front


class Counting(Counters):
    """Counters that also keep how many creates the service accepted."""

    def __init__(self, front: Front) -> None:
        self.creates = 0
        super().__init__(front.counters.template, front.counters.reads)

    def record(self, request: Request, reply: Reply, fault: str | None = None) -> None:
        """Count one exchange."""
        super().record(request, reply, fault)
        self.creates += request.method == "POST" and not self.reads(request) and reply.status < 300
