"""`tandem up`: everything on one machine, looked after until it is asked to end; what the parts do is theirs."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sync import wiring
from sync.cli.children import Children
from sync.cli.frame import Result, console
from sync.cli.keep import Keeper
from sync.cli.tied import GRACE
from sync.config.mappings import load_mappings
from sync.config.settings import Settings, load_settings
from sync.core.errors import Misconfigured, Problem
from sync.store import migrate
from sync.wiring.address import address, listen, refuse_strangers

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LEFTOVERS = GRACE + 2
"""Seconds in which the children of a start that was killed have ended."""


def up() -> Result:
    """Run worker, beat and web, and Redis where none is set, until Ctrl-C or SIGTERM; nothing starts on a fault."""
    settings = load_settings()
    _sound(settings)
    with asked_to_end() as ended, _alone(settings.state_dir) as lock:
        variables, place = _web(settings)
        migrate(settings.database_url.get_secret_value())
        with wiring.redis(settings):
            sys.stderr.write(f"tandem is up, its dashboard at {place}; Ctrl-C ends it\n")
            children = Children({**os.environ, **variables}, keep=[lock.fileno()])
            Keeper(children, sys.stderr).keep(ended)
    return Result({"ended": True}, lambda out: out.print("everything has ended; the next start goes on from here"))


def _sound(settings: Settings) -> None:
    """Raise Misconfigured where nothing could be done; a faulty mapping among sound ones is told and left out."""
    settings.require_github()
    settings.require_notion()
    loaded = load_mappings(settings.mappings_dir)
    if not loaded.mappings:
        cure = "write one, see mappings/roadmap.example.yaml; `tandem check` shows every fault"
        nothing = Problem(f"there is no mapping without a fault in {settings.mappings_dir}", cure=cure)
        raise Misconfigured(loaded.problems or [nothing])
    for problem in loaded.problems:
        console(stderr=True).print(f"{problem.level}: {problem}", markup=False, soft_wrap=True)


def _web(settings: Settings) -> tuple[Mapping[str, str], str]:
    """Return the variables that the children get beyond ours, and the dashboard's address; raises Misconfigured."""
    refuse_strangers(settings)
    with listen(settings) as sock:
        # A port that was chosen freely is the same again after a restart.
        own = {"WEB_PORT": str(sock.getsockname()[1]), "PYTHONUNBUFFERED": "1"}
        place = address(settings, sock)
    if settings.log_format == "auto" and sys.stderr.isatty():
        own["LOG_FORMAT"] = "console"  # a child's own output is a pipe
    return own, place


@contextmanager
def asked_to_end() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C, SIGTERM and the terminal's end set, instead of what they do otherwise."""
    ended = threading.Event()
    # Whoever starts it with nohup(1) wants it to outlive the terminal.
    heard = [each for each in ENDINGS if (each, signal.getsignal(each)) != (signal.SIGHUP, signal.SIG_IGN)]
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in heard}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _alone(state_dir: Path) -> Iterator[IO[str]]:
    """Hold the folder's lock, which the children inherit: those of a start that was killed are waited for."""
    with _lock_file(state_dir) as lock:
        patience = time.monotonic() + LEFTOVERS
        while not _locked(lock):
            if _starter_lives(lock) or time.monotonic() > patience:
                cure = "stop it first, or give this one a STATE_DIR of its own"
                raise Misconfigured([Problem(f"`tandem up` runs already in {state_dir}", where="STATE_DIR", cure=cure)])
            time.sleep(0.1)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield lock


def _lock_file(state_dir: Path) -> IO[str]:
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
        return (state_dir / "up.lock").open("a+", encoding="utf-8")
    except OSError as fault:
        cure = "name a folder that this user may write to"
        raise Misconfigured(
            [Problem(f"STATE_DIR {state_dir} cannot be used: {fault.strerror}", where="STATE_DIR", cure=cure)]
        ) from None


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _starter_lives(lock: IO[str]) -> bool:
    lock.seek(0)
    try:
        os.kill(int(lock.read()), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        pass
    return True
