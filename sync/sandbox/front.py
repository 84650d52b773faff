"""A simulated vendor as clients meet it: behind its faults, counted, one request at a time; no sockets."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from sync.sandbox.counters import Counters
from sync.sandbox.exchange import Reply, Request
from sync.sandbox.faults import Faults
from sync.sandbox.people import Peopled

Lock = AbstractContextManager[object]


@dataclass
class Front:
    """One side of the sandbox: a vendor, what may go wrong on the way to it and back, and what was counted."""

    api: Peopled
    faults: Faults
    counters: Counters = field(default_factory=Counters)
    lock: Lock = field(default_factory=threading.RLock)

    def delay(self, request: Request) -> float:
        """Return how many seconds the request waits before `handle`; the waiting is done outside of the lock."""
        return self.faults.delay(request)

    def handle(self, request: Request) -> Reply:
        """Answer one request, or let a fault answer it."""
        with self.lock:
            struck = self.faults.before(request)
            if struck is None:
                reply = self.api.handle(request)
                struck = self.faults.after(request)
            name, reply = struck or (None, reply)
            self.counters.record(request, reply, name)
            return reply
