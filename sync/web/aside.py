"""What is done beside an answer, by one thread in turn: a Redis that does not answer holds up nobody else."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Lock

from sync.core.errors import TandemError
from sync.core.limits import Lane
from sync.wiring import Sync


class Aside:
    """Nudges and notes; each may fail, for the rows that they speak of stand, and beat looks for those."""

    def __init__(self, sync: Sync) -> None:
        self._sync = sync
        self._thread = ThreadPoolExecutor(1, "aside")
        self._waiting: set[Hashable] = set()
        self._lock = Lock()
        sync.closing.callback(self._thread.shutdown, cancel_futures=True)

    def nudge(self, task: str, mapping: str) -> None:
        """Have a worker do something for a mapping soon; what waits to be sent is not sent twice."""
        self._do((task, mapping), lambda: self._sync.queue.send(task, mapping, Lane.PERSON))

    def note(self, name: str) -> None:
        """Note that something was heard from."""
        self._do(name, lambda: self._sync.store.beat(name, self._sync.clock.now()))

    def _do(self, key: Hashable, work: Callable[[], None]) -> None:
        with self._lock:
            if key in self._waiting:
                return
            self._waiting.add(key)
        self._thread.submit(self._done, key, work)

    def _done(self, key: Hashable, work: Callable[[], None]) -> None:
        with self._lock:
            self._waiting.discard(key)
        with suppress(TandemError):
            work()
