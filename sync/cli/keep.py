"""Children kept alive: what one says is passed on under its name, one that ended is started again; it judges nobody."""

from __future__ import annotations

import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TextIO

from sync.cli.children import PROGRAMS, Children
from sync.cli.tied import GRACE

LOOK = 0.2
FIRST, LONGEST = 1.0, 30.0
"""Seconds before an ended child is started again: doubled each time, up to the longest."""
SETTLED = 60.0
"""Seconds that a child must have lived for its next end to be taken for a first one."""


@dataclass
class Turn:
    """How one child fares: when it was last started, how long after its end it is started again, and when."""

    began: float = 0.0
    wait: float = FIRST
    due: float | None = 0.0

    def ended(self, now: float) -> float:
        """Note an end, and return how long to wait."""
        wait = FIRST if now - self.began >= SETTLED else self.wait
        self.due, self.wait = now + wait, min(2 * wait, LONGEST)
        return wait


class Keeper:
    """Keeps all of them alive until it is told to stop; `out` takes what they say, line by line."""

    def __init__(self, children: Children, out: TextIO) -> None:
        self._children, self._out = children, out
        self._turns = {name: Turn() for name in PROGRAMS}

    def keep(self, ended: threading.Event) -> None:
        """Start what is due and look after it until the event is set, then end all of them."""
        try:
            while not ended.is_set():
                for name, turn in self._turns.items():
                    self._look(name, turn)
                ended.wait(LOOK)
        finally:
            for name in self._children.close():
                self._say(name, f"had not ended after {GRACE:.0f} s and was killed; the next start goes on\n")

    def _look(self, name: str, turn: Turn) -> None:
        now, child = time.monotonic(), self._children.running.get(name)
        if child is None:
            if turn.due is not None and turn.due <= now:
                turn.began, turn.due = now, None
                self._start(name)
        elif child.poll() is not None:
            del self._children.running[name]
            self._say(name, f"ended with {child.returncode}; started again in {turn.ended(now):.0f} s\n")

    def _start(self, name: str) -> None:
        child = self._children.start(name, subprocess.PIPE)
        assert child.stdout is not None
        threading.Thread(target=self._pass_on, args=(name, child.stdout), name=name, daemon=True).start()

    def _pass_on(self, name: str, said: IO[bytes]) -> None:
        with said:
            for line in said:
                self._say(name, line.decode(errors="replace"))

    def _say(self, name: str, line: str) -> None:
        # Where nobody listens any more, the children must be able to go on talking.
        with suppress(OSError, ValueError):
            self._out.write(titled(name, line))
            self._out.flush()


def titled(name: str, line: str) -> str:
    """Return a line with the name of who said it; one that is a JSON object stays one."""
    if line.startswith('{"') and line.rstrip().endswith("}"):
        return f'{{"process": "{name}", {line[1:]}'
    return f"{name:<6} | {line.rstrip()}\n"
