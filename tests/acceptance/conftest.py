from __future__ import annotations

from pathlib import Path

import pytest
from redis import Redis

from sync.queue.embedded import Embedded
from sync.sandbox.server import Sandbox
from tests.acceptance.place import Place


@pytest.fixture
def sandbox():
    with Sandbox.start() as running:
        yield running


@pytest.fixture(scope="session")
def redis(tmp_path_factory):
    """One server for all tests of this process; what they count in it is swept away before each."""
    server = Embedded(tmp_path_factory.mktemp("redis"))
    yield server.url
    server.close()


@pytest.fixture
def place(sandbox, redis, tmp_path, monkeypatch):
    with Redis.from_url(redis) as client:
        client.flushall()
    return Place(sandbox, tmp_path, monkeypatch, redis)


@pytest.fixture
def checkout():
    return Path(__file__).resolve().parents[2]
