"""The Redis that starts by itself where none is set: one server per folder, for the processes of one machine only.

Who uses it holds a shared lock beside it, and the server itself an exclusive one; the kernel drops both however a
process dies, so there is no pid file to go stale. The last to leave stops the server. One that outlived its killed
users is adopted by the next, who stops it in turn. A killed server may lose what was written in its last two seconds:
it writes its log while it answers, but not while a slow disk still works on the second before (Redis, "Persistence").
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from sync.core.errors import Misconfigured, Problem
from sync.queue.binary import locate

# A Unix socket's path has at most 108 bytes with its end, on macOS 104 (unix(7), sockaddr_un).
LONGEST_SOCKET_PATH = 103
START_SECONDS = 15.0
STOP_SECONDS = 10.0

_TETHER = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(1, 15)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""

# Popen complains of a child that it forgets unreaped, and the server may outlive the one who started it.
_children: set[subprocess.Popen[bytes]] = set()


@contextmanager
def reach(redis_url: str | None, state_dir: Path, *, prefix: Sequence[str] = ()) -> Iterator[str]:
    """Give the URL of the Redis to use: the one that is set, else the folder's own, running while the block does.

    `prefix` goes before the server's command. Raises Misconfigured where no server is to be had.
    """
    if redis_url:
        yield redis_url
        return
    server = Embedded(state_dir / "redis", prefix=prefix)
    try:
        yield server.url
    finally:
        server.close()


def tether() -> tuple[str, ...]:
    """Return a prefix with which the server ends when the thread that starts it does (prctl(2)); Linux only, else none.

    For tests and benchmarks in a folder of their own, which nobody would ever adopt. A program in between, because a
    function between fork and exec is not safe among threads.
    """
    return (sys.executable, "-I", "-c", _TETHER, str(os.getpid())) if sys.platform == "linux" else ()


def _made(folder: Path) -> None:
    """Make the folder; raises Misconfigured where that cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        message = f"STATE_DIR: the folder {folder} cannot be made: {error.strerror}"
        cure = "point STATE_DIR at a folder that this user may write, or set REDIS_URL"
        raise Misconfigured([Problem(message, where="STATE_DIR", cure=cure)]) from None


class Embedded:
    """A use of the folder's server, from construction to `close`; it runs when the constructor returns."""

    def __init__(self, folder: Path, *, prefix: Sequence[str] = ()) -> None:
        _made(folder)
        self._folder = folder.resolve()
        self._socket = _socket(self._folder)
        self.url = f"unix://{self._socket}"
        self._use = _open(self._folder / "users.lock")
        # Waits while the last of the others stops the server.
        fcntl.flock(self._use, fcntl.LOCK_SH)
        try:
            self._start(prefix)
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """Return the server's process id."""
        return int((self._folder / "server.lock").read_text(encoding="utf-8"))

    def close(self) -> None:
        """Leave; the last to leave stops the server and waits for its end."""
        self._use.close()
        with _open(self._folder / "users.lock") as users:
            if _lock(users):
                self._stop()

    def _start(self, prefix: Sequence[str]) -> None:
        with _open(self._folder / "server.lock") as lock:
            # A server that was killed a moment ago still holds its lock and does not answer any more.
            _until(lambda: _lock(lock) or self._answers(), START_SECONDS)
            if _lock(lock):
                child = self._spawn(lock, prefix)
                _until(lambda: self._answers() or child.poll() is not None, START_SECONDS)
            if not self._answers():
                raise Misconfigured([self._silence()])

    def _spawn(self, lock: IO[str], prefix: Sequence[str]) -> subprocess.Popen[bytes]:
        self._socket.unlink(missing_ok=True)
        command = [*prefix, str(locate()), *self._options()]
        # A session of its own: Ctrl-C is for the programs that use the server, and they stop it when they are done.
        with (self._folder / "redis.log").open("ab") as log:
            child = subprocess.Popen(  # noqa: S603 - our own command
                command,
                pass_fds=[lock.fileno()],
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        _children.add(child)
        lock.truncate(0)
        lock.write(str(child.pid))
        lock.flush()
        return child

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "600",
            "dir": str(self._folder),
            "save": "",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
        }
        return [word for name, value in options.items() for word in (f"--{name}", value)]

    def _answers(self) -> bool:
        with Redis(unix_socket_path=str(self._socket), socket_timeout=1, retry=Retry(NoBackoff(), 0)) as client:
            with suppress(RedisError):
                return bool(client.ping())
            return False

    def _silence(self) -> Problem:
        log = self._folder / "redis.log"
        said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if log.exists() else []
        return Problem(
            f"the Redis server of {self._folder} does not answer: {' '.join(said[-5:]) or 'it wrote no log'}",
            cure=f"stop process {self.pid} if it runs; {self._folder} may be deleted, for it holds nothing of record",
        )

    def _stop(self) -> None:
        with _open(self._folder / "server.lock") as lock:
            for number in (signal.SIGTERM, signal.SIGKILL):
                if _lock(lock):
                    break
                with suppress(ProcessLookupError):
                    os.kill(self.pid, number)
                _until(lambda: _lock(lock), STOP_SECONDS)
        for child in tuple(_children):
            if child.poll() is not None:
                _children.discard(child)


def _socket(folder: Path) -> Path:
    """Return the folder's socket; a deep folder has it in the temporary directory, under the folder's digest."""
    inside = folder / "redis.sock"
    if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
        return inside
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"tandem-{os.getuid()}-{digest}.sock"


def _open(path: Path) -> IO[str]:
    return path.open("a+", encoding="utf-8")


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _until(done: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again, and return whether it came true in time."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
