"""What speaks to a service through a door of its own, on whichever lane of the budget it is asked to."""

from __future__ import annotations

import copy
from typing import Generic, Protocol, Self, TypeVar

from sync.core.limits import Lane


class Laned(Protocol):
    """A door: whatever makes the calls, and charges them to a lane."""

    def on(self, lane: Lane) -> Self:
        """Return the same door, with its calls charged to another lane."""
        ...


D = TypeVar("D", bound=Laned)


class Behind(Generic[D]):
    """A port that makes all its calls through one door."""

    def __init__(self, door: D) -> None:
        self._door = door

    def on(self, lane: Lane) -> Self:
        """Return the same port, with its calls charged to another lane."""
        other = copy.copy(self)
        other._door = self._door.on(lane)  # noqa: SLF001 - it is our own copy
        return other
