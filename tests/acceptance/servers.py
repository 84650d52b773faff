"""A Redis and a PostgreSQL that a test may stop, kill and start again under the same address; nobody else uses them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from sync.queue.binary import locate
from tests.databases import _binary, _unprivileged


class RedisServer:
    """One server on a socket in a folder, with its log on disk as an operator's has."""

    def __init__(self, folder):
        self.folder = Path(tempfile.mkdtemp(prefix="tandem-redis-"))
        self.url = f"unix://{self.folder}/r.sock"
        self._log = folder / "redis-server.log"
        self._process = None
        self.start()

    def start(self):
        words = ("port 0", f"unixsocket {self.folder}/r.sock", f"dir {self.folder}", "save ''", "appendonly yes")
        options = [word for each in words for word in (f"--{each}".split(" ", 1))]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([str(locate()), *options], stdout=log, stderr=log)
        end = time.monotonic() + 15
        while time.monotonic() < end:
            with suppress(RedisError), self.client() as client:
                client.ping()
                return
            time.sleep(0.05)
        pytest.fail(f"no Redis: {self._log.read_text()}")

    def client(self):
        return Redis.from_url(self.url)

    def kill(self):
        self._process.kill()
        self._process.wait()

    def close(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class PostgresServer:
    """One server on a socket in a folder."""

    def __init__(self):
        if _binary("initdb") is None or _binary("pg_ctl") is None:
            pytest.skip("there is no initdb and pg_ctl on this machine")
        self.folder = Path(tempfile.mkdtemp(prefix="tandem-pg-"))
        self._prefix, user = _unprivileged()
        if user:
            shutil.chown(self.folder, user)
        self.url = f"postgresql+psycopg://tandem@/postgres?host={self.folder}"
        self._run(_binary("initdb"), "-D", str(self._kept), "-A", "trust", "-U", "tandem", "-E", "UTF8", "--no-sync")
        self.start()

    @property
    def _kept(self):
        return self.folder / "kept"

    def start(self):
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off"
        self._run(
            _binary("pg_ctl"), "-D", str(self._kept), "-w", "-s", "-l", f"{self.folder}/log", "-o", options, "start"
        )

    def stop(self, how):
        """Stop it: `fast` breaks off what runs, `immediate` is a crash."""
        self._control("-m", how, "stop")

    def close(self):
        with suppress(AssertionError):
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _control(self, *words):
        self._run(_binary("pg_ctl"), "-D", str(self._kept), "-w", "-s", *words)

    def _run(self, *words):
        done = subprocess.run([*self._prefix, *words], cwd=self.folder, capture_output=True, text=True, check=False)
        assert not done.returncode, done.stderr or done.stdout
