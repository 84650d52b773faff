from __future__ import annotations

import pytest
from redis import Redis
from sqlalchemy import delete

from sync.queue.embedded import Embedded
from sync.store import migrate
from sync.store.tables import metadata
from tests.web.desk import FILE, TOKEN, environment, running


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
    server = Embedded(tmp_path_factory.mktemp("redis"))
    yield server.url
    server.close()


@pytest.fixture
def redis(redis_server):
    with Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    file = tmp_path_factory.mktemp("template") / "template.db"
    migrate(f"sqlite:///{file}")
    return file.read_bytes()


@pytest.fixture
def folder(tmp_path, migrated):
    """A folder with a mapping and an empty database."""
    return furnished(tmp_path, migrated)


@pytest.fixture(scope="session")
def open_house(tmp_path_factory, migrated, redis_server):
    with running(environment(furnished(tmp_path_factory.mktemp("open"), migrated), redis_server)) as made:
        yield made


@pytest.fixture(scope="session")
def locked_house(tmp_path_factory, migrated, redis_server):
    folder = furnished(tmp_path_factory.mktemp("locked"), migrated)
    with running(environment(folder, redis_server, WEB_TOKEN=TOKEN)) as made:
        yield made


@pytest.fixture
def desk(open_house, redis):
    """A web process without a token, for somebody at this machine; nothing has happened yet."""
    return emptied(open_house)


@pytest.fixture
def locked(locked_house, redis):
    """A web process with a token; nothing has happened yet."""
    return emptied(locked_house)


def furnished(folder, migrated):
    (folder / "mappings").mkdir()
    (folder / "mappings" / "roadmap.yaml").write_text(FILE, encoding="utf-8")
    (folder / "tandem.db").write_bytes(migrated)
    return folder


def emptied(desk):
    with desk.store.database.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
    desk.client.cookies.clear()
    desk.remember()
    return desk
