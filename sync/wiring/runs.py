"""The tasks of this process, each under a name of its own, and who of others is no more; what they do is not known."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import local
from uuid import uuid4

LIFE = uuid4().hex[:6]
"""What tells this process from an earlier one with the same pid, as every first process of a container has."""


@dataclass
class Runs:
    """The tasks that this process works on, each under a name of its own in which it holds leases and writes.

    So what a task could not give back, because the database was away, is known to be nobody's once the task has ended.
    """

    process: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{LIFE}")
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    going: set[str] = field(default_factory=set)
    here: local = field(default_factory=local)

    @property
    def owner(self) -> str:
        """Return the name of this thread's task; a program at a shell is number 0, which ends with the process."""
        return getattr(self.here, "owner", f"{self.process}:0")

    @contextmanager
    def one(self) -> Iterator[None]:
        """Have this thread work on a task."""
        self.here.owner = f"{self.process}:{next(self.numbers)}"
        self.going.add(self.here.owner)
        try:
            yield
        finally:
            self.going.discard(self.here.owner)
            del self.here.owner

    def over(self, owner: str) -> bool:
        """Tell whether an owner was a task, of this process or of one of this machine, that is no more."""
        if not owner.startswith(f"{self.process}:"):
            return _dead(owner)
        return owner not in self.going and owner != f"{self.process}:0"


def _dead(owner: str) -> bool:
    """Tell whether an owner was a process of this machine that is no more: a pid of our own had another before us."""
    host, *rest = owner.rsplit(":", 3)
    if host != socket.gethostname() or len(rest) != len(("pid", "life", "number")):
        return False
    pid = rest[0]
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return int(pid) == os.getpid()
