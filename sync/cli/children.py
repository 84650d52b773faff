"""Worker, beat and web as children of this process, which end with it; it starts nobody twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import IO

from sync.cli.tied import GRACE
from sync.queue.app import WORKER

CELERY = ("celery", "--quiet", "--app", "sync.tasks")
PROGRAMS = {
    "worker": (*CELERY, *WORKER),
    "beat": (*CELERY, "beat"),
    "web": ("sync.web",),
}
"""What runs, by the names of the Procfile: a module and its arguments."""


class Children:
    """The processes that were started and not yet ended, by name; `keep` are descriptors that they inherit."""

    def __init__(self, environment: Mapping[str, str], keep: Sequence[int] = ()) -> None:
        self._environment, self._keep = environment, keep
        self._lifeline, self._held = os.pipe()
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """Start one; both its outputs go to `output`, a file or subprocess.PIPE. A second worker is "worker 2"."""
        # Always from the main thread: Linux tells a child of the death of the thread that made it (prctl(2)).
        child = subprocess.Popen(  # noqa: S603 - our own
            [sys.executable, "-m", "sync.cli.tied", str(self._lifeline), *PROGRAMS[name.partition(" ")[0]]],
            env=self._environment,
            pass_fds=[self._lifeline, *self._keep],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        self.running[name] = child
        return child

    def kill(self, name: str) -> None:
        """Kill one at once, as a machine that loses power does (kill -9)."""
        child = self.running.pop(name)
        child.kill()
        child.wait()

    def close(self) -> list[str]:
        """Ask all to end and wait for them; return who had not ended after GRACE seconds and was killed."""
        for child in self.running.values():
            child.terminate()
        end = time.monotonic() + GRACE
        late = [name for name, child in self.running.items() if not _ended(child, end - time.monotonic())]
        for name in late:
            self.kill(name)
        self.running.clear()
        os.close(self._held)
        os.close(self._lifeline)
        return late


def _ended(child: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        child.wait(max(0.0, seconds))
    except subprocess.TimeoutExpired:
        return False
    return True
