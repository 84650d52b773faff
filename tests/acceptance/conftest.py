from __future__ import annotations

from pathlib import Path

import pytest
from redis import Redis

from sync.queue.embedded import Embedded
from sync.sandbox.server import Sandbox
from tests.acceptance.place import Place
from tests.databases import emptied


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
def database(request, tmp_path):
    """The state's address: a file, or the PostgreSQL server for tests that name it."""
    if getattr(request, "param", "sqlite") == "postgresql":
        return emptied(request.getfixturevalue("migrated_server"))
    return f"sqlite:///{tmp_path / 'tandem.db'}"


@pytest.fixture
def place(sandbox, redis, tmp_path, monkeypatch, database):
    with Redis.from_url(redis) as client:
        client.flushall()
    made = Place(sandbox, tmp_path, monkeypatch, redis)
    made.set(DATABASE_URL=database)
    return made


@pytest.fixture
def checkout():
    return Path(__file__).resolve().parents[2]
