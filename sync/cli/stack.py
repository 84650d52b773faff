"""Worker, beat and web on a folder of their own, for the demo and the acceptance tests; not for deployments."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sync.cli.children import Children

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
        self._children = Children(self.environment)

    def tandem(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end as an operator of this stack."""
        command = [sys.executable, "-m", "sync", *words]
        return subprocess.run(command, check=False, capture_output=True, text=True, env=self.environment)  # noqa: S603 - our own

    def start(self, *names: str) -> None:
        """Start the worker and beat, or others; what they say goes to the log."""
        with self.log.open("ab") as log:
            for name in names or ("worker", "beat"):
                self._children.start(name, log)

    def kill(self, name: str) -> None:
        """Kill one at once, as a machine that loses power does (kill -9)."""
        self._children.kill(name)

    def stop(self) -> None:
        """Ask all to end, and wait for them."""
        self._children.close()


@contextmanager
def stack(folder: Path, mapping: str, settings: Mapping[str, str], *names: str) -> Iterator[Stack]:
    """Run worker and beat, or others, on a mapping, and stop them in the end."""
    made = Stack(folder, mapping, settings)
    made.tandem("check")  # migrates the database, as a release does
    try:
        made.start(*names)
        yield made
    finally:
        made.stop()


def free_port() -> int:
    """Return a port of this machine at which nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def answers(port: int) -> bool:
    """Tell whether somebody listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
