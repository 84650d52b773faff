"""The sandbox's own time: real, faster, or standing still until it is moved; not a timer."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """UTC that runs `scale` times as fast as the machine's; at a scale of 0 it moves only when told to."""

    def __init__(self, start: datetime | None = None, *, scale: float = 1.0) -> None:
        self.scale = scale
        self._shown = start or datetime.now(UTC)
        self._read = time.monotonic()

    def now(self) -> datetime:
        """Return the present, aware and in UTC."""
        return self._shown + timedelta(seconds=(time.monotonic() - self._read) * self.scale)

    def advance(self, seconds: float) -> datetime:
        """Jump ahead and return the new present."""
        return self.set(self.now() + timedelta(seconds=seconds))

    def set(self, present: datetime) -> datetime:
        """Jump to an instant, which may lie in the past."""
        self._shown, self._read = present, time.monotonic()
        return present

    def real_seconds(self, seconds: float) -> float:
        """Return how long `seconds` of this clock take on the wall; a clock standing still is taken for a real one."""
        return seconds / (self.scale or 1.0)
