from __future__ import annotations

import fcntl
import json
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, func, inspect, select, text

from sync.core.errors import Misconfigured
from sync.core.model import Side
from sync.store import check_schema, migrate, open_store
from sync.store.migrate import LOCK, config
from sync.store.tables import metadata

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request, tmp_path) -> Iterator[str]:
    """The address of a database in which nobody was yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/bare.db"
        return
    server = request.getfixturevalue("server")
    name = f"bare_{uuid.uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.replace("/postgres?", f"/{name}?")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def stamp(url: str, revision: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    engine.dispose()


def test_the_migrations_lead_to_the_tables_that_the_program_knows(bare_url):
    migrate(bare_url)
    assert tables(bare_url) == {*metadata.tables, "alembic_version"}
    engine = create_engine(bare_url)
    with engine.connect() as connection:
        command.check(config(connection))
    engine.dispose()


def test_a_migration_that_was_made_is_not_made_again(bare_url):
    migrate(bare_url)
    with open_store(bare_url) as store:
        store.tick()
        migrate(bare_url)
        assert store.tick() == 2


def test_processes_may_migrate_at_once(bare_url):
    words = [sys.executable, "-c", "import sys; from sync.store import migrate; migrate(sys.argv[1])", bare_url]
    running = [subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [(process.communicate(timeout=60)[1], process.returncode) for process in running] == [("", 0)] * 3
    check_schema(bare_url)


def test_a_newer_schema_is_refused_by_everyone(bare_url):
    migrate(bare_url)
    stamp(bare_url, "9999")
    for refuse in (migrate, check_schema):
        with pytest.raises(Misconfigured, match="newer"):
            refuse(bare_url)


def test_tables_of_our_names_without_a_version_are_left_alone(bare_url):
    migrate(bare_url)
    engine = create_engine(bare_url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    engine.dispose()
    for refuse in (migrate, check_schema):
        with pytest.raises(Misconfigured, match=r"tables of our names \(beats") as caught:
            refuse(bare_url)
        assert caught.value.problems[0].cure


def test_an_older_schema_is_waited_for_and_then_refused(bare_url):
    began = time.monotonic()
    with pytest.raises(Misconfigured, match="older") as caught:
        check_schema(bare_url, wait=0.3)
    assert time.monotonic() - began >= 0.3
    assert caught.value.problems[0].cure


def test_a_schema_that_is_migrated_meanwhile_is_good(bare_url):
    other = threading.Timer(0.3, migrate, [bare_url])
    other.start()
    check_schema(bare_url, wait=30)
    other.join()


def test_the_way_back_leaves_nothing(bare_url):
    migrate(bare_url)
    engine = create_engine(bare_url)
    with engine.begin() as connection:
        command.downgrade(config(connection), "base")
    engine.dispose()
    assert tables(bare_url) == {"alembic_version"}


@contextmanager
def somebody_migrates(url: str) -> Iterator[None]:
    if url.startswith("sqlite"):
        with Path(f"{url.removeprefix('sqlite:///')}.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.execute(select(func.pg_advisory_lock(LOCK)))
        yield
    engine.dispose()


def test_who_migrates_waits_until_nobody_else_does(bare_url):
    other = threading.Thread(target=migrate, args=(bare_url,))
    with somebody_migrates(bare_url):
        other.start()
        other.join(timeout=0.5)
        assert other.is_alive()
        assert tables(bare_url) == set()
    other.join(timeout=30)
    assert tables(bare_url) > set(metadata.tables)


def test_issues_of_an_older_version_tell_when_they_were_born(bare_url):
    born, insert = "2026-01-01T00:00:00Z", "INSERT INTO observations (mapping, side, id, container, in_sight, record, "
    insert += "read_at, since, link) VALUES ('m', 'github', :id, '101', true, :record, '2026-03-01 00:00:00', '{}', 1)"
    engine = create_engine(bare_url)
    with engine.begin() as connection:
        command.upgrade(config(connection), "0002")
        link = "(1, 'm', 'linked', false)"
        connection.execute(text(f"INSERT INTO links (id, mapping, state, closed_by_us) VALUES {link}"))
        rows = [("i1", {"created_at": born}), ("i2", {"created_at": {}}), ("i3", {}), ("i4", {"created_at": born})]
        rows += [(f"more{number}", {"created_at": "later"}) for number in range(600)]
        told = [{"id": id_, "record": json.dumps([None, {"title": "\ud800\0"} | fields])} for id_, fields in rows]
        connection.execute(text(insert), told)
    engine.dispose()
    migrate(bare_url)
    with open_store(bare_url) as store:
        assert [ref.id for ref in store.born("m", Side.GITHUB, [born])] == ["i1", "i4"]
        assert len(store.born("m", Side.GITHUB, ["later"])) == 600


def test_a_database_of_an_older_version_keeps_what_it_holds(bare_url):
    engine = create_engine(bare_url)
    with engine.begin() as connection:
        command.upgrade(config(connection), "0001")
        values = "('m', 'github', 'i1', '101', '2026-03-01 00:00:00')"
        connection.execute(text(f"INSERT INTO looks (mapping, side, id, container, at) VALUES {values}"))
    engine.dispose()
    with pytest.raises(Misconfigured, match="older"):
        check_schema(bare_url)
    migrate(bare_url)
    with open_store(bare_url) as store:
        assert [ref.id for ref in store.due_looks("m", datetime(2026, 3, 2, tzinfo=UTC))] == ["i1"]
