"""Deliveries of what happens on a side to an address that somebody registered, or none; nobody waits for them.

What happened is found by looking, not told by whoever did it: neither an edit nor an answer ever waits for a delivery.
"""

from __future__ import annotations

import hashlib
import heapq
import hmac
import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol
from urllib.parse import urlsplit

from sync.sandbox.faults import Faults, Switch

LOOK = 0.05
"""Seconds between two looks."""
PATIENCE = 10.0
"""Seconds within which a delivery must be answered (docs.github.com, "Best practices for using webhooks")."""
AGAIN = 1.0
"""Seconds before a delivery is repeated, doubled each time; Notion's own take a day in all."""
SWITCHES: dict[str, Switch] = {
    # Shares of the deliveries that never come, and that come twice.
    "webhook_loss": 0.0,
    "webhook_twice": 0.0,
    # Each waits up to so many seconds, and none waits for another.
    "webhook_delay_seconds": 0.0,
}


@dataclass(frozen=True)
class Event:
    """Something that happened, as its payload; a handshake has no name."""

    name: str
    payload: Mapping[str, Any]


class Events(Protocol):
    """A vendor's look-out: what happened, how it is worded, and how often a delivery is attempted."""

    signature: str
    attempts: int

    def hello(self, secret: str, /) -> Event:
        """Return what a new webhook is sent first."""

    def look(self) -> list[Event]:
        """Return what has happened since the last look."""

    def headers(self, event: Event, /) -> Mapping[str, str]:
        """Return what a delivery carries beside its signature."""

    def body(self, event: Event, attempt: int, /) -> Mapping[str, object]:
        """Return what is sent."""


class Side(Protocol):
    """What a webhook needs of the side that it looks at."""

    @property
    def faults(self) -> Faults:
        """Return its switches."""

    @property
    def lock(self) -> AbstractContextManager[object]:
        """Return what is held while somebody looks."""


@dataclass(order=True)
class Waiting:
    """A delivery and when it is due; what comes first goes first."""

    due: float
    place: int
    event: Event = field(compare=False)
    attempt: int = field(default=1, compare=False)


class Webhook:
    """One address of one side, with a thread of its own until it is stopped."""

    def __init__(self, events: Events, side: Side, url: str, *, secret: str) -> None:
        self._events, self._side = events, side
        self._url, self._secret = urlsplit(url), secret.encode()
        self._dice = random.Random(1)  # noqa: S311 - a game, not a secret
        self._waiting: list[Waiting] = []
        self._places = count()
        self._stopped = threading.Event()
        self.outcomes: Counter[str] = Counter()
        self._wait(events.hello(secret), time.monotonic())
        self._thread = threading.Thread(target=self._run, name="webhook", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Deliver nothing more."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(LOOK):
            with self._side.lock:
                happened = self._events.look()
            for event in happened:
                self._take(event)
            while self._waiting and self._waiting[0].due <= time.monotonic() and not self._stopped.is_set():
                self._deliver(heapq.heappop(self._waiting))

    def _take(self, event: Event) -> None:
        """Let an event wait for its delivery, unless it is one that gets lost."""
        if self._dice.random() < self._share("webhook_loss"):
            self.outcomes["lost"] += 1
            return
        for _ in range(2 if self._dice.random() < self._share("webhook_twice") else 1):
            self._wait(event, time.monotonic() + self._dice.random() * self._share("webhook_delay_seconds"))

    def _wait(self, event: Event, due: float, attempt: int = 1) -> None:
        heapq.heappush(self._waiting, Waiting(due, next(self._places), event, attempt))

    def _share(self, switch: str) -> float:
        return float(self._side.faults.switches[switch])

    def _deliver(self, waiting: Waiting) -> None:
        event, attempt = waiting.event, waiting.attempt
        body = json.dumps(self._events.body(event, attempt), ensure_ascii=False).encode()
        status = self._post(body, self._events.headers(event))
        self.outcomes[str(status) if status else "unanswered"] += 1
        if not 200 <= status < 300 and attempt < self._events.attempts:  # noqa: PLR2004 - what HTTP calls a success
            self._wait(event, time.monotonic() + AGAIN * 2 ** (attempt - 1), attempt + 1)

    def _post(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Send it, signed, and return the answer's status; 0 where there was none."""
        signature = f"sha256={hmac.new(self._secret, body, hashlib.sha256).hexdigest()}"
        sent = {"content-type": "application/json", self._events.signature: signature, **headers}
        connection = http.client.HTTPConnection(self._url.netloc, timeout=PATIENCE)
        with suppress(OSError, http.client.HTTPException):
            try:
                connection.request("POST", self._url.path, body, sent)
                return connection.getresponse().status
            finally:
                connection.close()
        return 0
