import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from sync.queue.app import WORKER
from sync.queue.embedded import Embedded

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    running = Embedded(tmp_path_factory.mktemp("redis"))
    yield running
    running.close()


@pytest.fixture
def client(server):
    with Redis.from_url(server.url, decode_responses=True) as client:
        client.flushall()
        yield client


def eventually(question, seconds=15.0):
    """Ask until it is true, and return the last answer."""
    end = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < end:
        time.sleep(0.02)
    return answer


@contextmanager
def process(*command, **environment):
    """Run a real process beside the test, and end it kindly."""
    child = subprocess.Popen(
        [sys.executable, *command],
        cwd=CHECKOUT,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
        child.wait(30)
        child.stdin.close()
        child.stdout.close()


def kill(server):
    """Kill a server once its log is written: with `everysec` a slow disk may postpone that by two seconds."""
    with Redis.from_url(server.url) as client:
        assert eventually(lambda: client.info("persistence")["aof_buffer_length"] == 0)
    os.kill(server.pid, signal.SIGKILL)


def worker(url, *options):
    arguments = ("-m", "celery", "-A", "tests.queue.worker", *WORKER, "--loglevel=warning", *options)
    return process(*arguments, TANDEM_TEST_REDIS=url)
