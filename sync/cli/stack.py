"""Worker and beat as processes on a folder of their own, for the demo and the acceptance tests; not for deployments."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sync.queue.app import WORKER

CELERY = (sys.executable, "-m", "celery", "-A", "sync.tasks")
PATIENCE = 30.0
"""Seconds in which a process must end that was asked to."""
NOT_OURS = ("REDIS_URL", "PYTHONWARNINGS")
"""Settings of the surrounding shell that would lead the processes elsewhere, or stop them."""


class Stack:
    """The processes of one folder: the state, the mapping, the log and the embedded Redis are all in there."""

    def __init__(self, folder: Path, mapping: str, settings: Mapping[str, str]) -> None:
        (folder / "mappings").mkdir()
        (folder / "mappings" / "roadmap.yaml").write_text(mapping, encoding="utf-8")
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        self.log = folder / "worker.log"
        self.environment = {
            **inherited,
            "DATABASE_URL": f"sqlite:///{folder / 'tandem.db'}",
            "STATE_DIR": str(folder),
            "MAPPINGS_DIR": str(folder / "mappings"),
            "POLL_INTERVAL": "1",
            **settings,
        }
        beat = ("beat", "--loglevel=warning", f"--schedule={folder / 'beat'}", f"--pidfile={folder / 'beat.pid'}")
        self._commands = {"worker": (*CELERY, *WORKER, "--loglevel=warning"), "beat": (*CELERY, *beat)}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def tandem(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end as an operator of this stack."""
        command = [sys.executable, "-m", "sync", *words]
        return subprocess.run(command, check=False, capture_output=True, text=True, env=self.environment)  # noqa: S603 - our own

    def start(self, *names: str) -> None:
        """Start the worker, beat, or both; what they say goes to the log."""
        with self.log.open("ab") as log:
            for name in names or self._commands:
                command = self._commands[name]
                self._running[name] = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)  # noqa: S603 - our own

    def kill(self, name: str) -> None:
        """Kill one at once, as a machine that loses power does (kill -9)."""
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """Ask all to end, and wait for them."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            _ended(process)
        self._running.clear()


@contextmanager
def stack(folder: Path, mapping: str, settings: Mapping[str, str]) -> Iterator[Stack]:
    """Run worker and beat on a mapping, and stop them in the end."""
    made = Stack(folder, mapping, settings)
    made.tandem("check")  # migrates the database, as a release does
    try:
        made.start()
        yield made
    finally:
        made.stop()


def _ended(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
