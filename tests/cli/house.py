"""A folder in which `tandem up` runs against a sandbox, and what of it is alive."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from sync.cli.sandbox import environment
from sync.cli.stack import NOT_OURS
from sync.cli.stage import Stage
from tests.acceptance.place import UNLIMITED, mapping
from tests.queue.conftest import eventually

PATIENCE = 60
"""Seconds in which anything must have happened, on a slow machine too."""
PART = re.compile(r"sync\.cli\.tied\0\d+\0(?:celery\0.*?(worker|beat)|sync\.(web))\0")


class House(Stage):
    """The stage, with all of tandem behind it in one process group."""

    def __init__(self, running, ids, folder):
        super().__init__(running, ids)
        self.folder, self.log, self.up = folder, folder / "up.log", None
        (folder / "mappings").mkdir()
        (folder / "mappings" / "roadmap.yaml").write_text(mapping(ids.database), encoding="utf-8")
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in NOT_OURS},
            **environment(running),
            **UNLIMITED,
            "STATE_DIR": str(folder / "var"),
            "DATABASE_URL": f"sqlite:///{folder / 'var' / 'tandem.db'}",
            "MAPPINGS_DIR": str(folder / "mappings"),
            "WEB_PORT": "0",
            "POLL_INTERVAL": "1",
        }

    def start(self, **settings):
        """Start it as a shell does, in a process group of its own, and wait until it says that it is up."""
        self.launch(**settings)
        assert eventually(lambda: "is up" in self.said() or self.up.poll() is not None, PATIENCE)
        assert self.up.poll() is None, self.said()

    def launch(self, **settings):
        with self.log.open("ab") as log:
            self.up = subprocess.Popen(
                [sys.executable, "-m", "sync", "up"],
                cwd=self.folder,
                env={**self.environment, **settings},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def refused(self, **settings):
        """Start it where it must refuse, and return the error's document."""
        words = [sys.executable, "-m", "sync", "up", "--json"]
        env = {**self.environment, **settings}
        done = subprocess.run(words, check=False, cwd=self.folder, env=env, capture_output=True, text=True)
        assert done.returncode == 1, done
        return json.loads(done.stdout)["error"]

    def said(self):
        return self.log.read_text(encoding="utf-8", errors="replace")

    def parts(self):
        """Return the pids of worker, beat and web that live, by name."""
        found = {}
        for pid in self.alive():
            with suppress(OSError):
                line = PART.search(Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8"))
                if line:
                    found[line[1] or line[2]] = pid
        return found

    def alive(self):
        """Return the pids of all processes that were started for this folder and are not dead."""
        return sorted(int(each.name) for each in Path("/proc").glob("[0-9]*") if _lives(each, self.folder))

    def whole(self):
        """Wait until all three work together, and return their pids."""
        assert eventually(lambda: len(self.parts()) == 3, PATIENCE), self.said()
        return self.parts()

    def gone(self):
        """Tell whether nothing is left of it, Redis included."""
        return eventually(lambda: not self.alive(), PATIENCE)

    def ended(self):
        """Return the exit code."""
        return self.up.wait(PATIENCE)

    def kill(self):
        """Kill the parent alone, as the kernel does that runs out of memory."""
        self.up.kill()
        self.up.wait(PATIENCE)

    def close(self):
        if self.up is not None and self.up.poll() is None:
            self.up.send_signal(signal.SIGTERM)
            self.up.wait(PATIENCE)
        for pid in self.alive():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def state(pid):
    """Return the letter of what a process does (proc(5)), None where there is none."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return None


def _lives(process, folder):
    """Tell by its working directory: Redis writes its title over its environment."""
    with suppress(OSError):
        return (process / "cwd").readlink().is_relative_to(folder) and state(process.name) not in ("Z", None)
    return False
