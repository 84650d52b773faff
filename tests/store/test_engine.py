from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from sync.core.errors import Misconfigured, TryLater
from sync.store import engine as engine_module
from sync.store import open_store
from sync.store.engine import connect, parse
from sync.store.migrate import check_schema, migrate
from sync.store.tables import beats
from tests.store.making import START

PAGE = 4096


def problem(url: str):
    with pytest.raises(Misconfigured) as caught:
        open_store(url)
    (found,) = caught.value.problems
    assert found.where == "DATABASE_URL"
    assert "DATABASE_URL" in found.message
    assert found.cure
    return str(caught.value)


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_a_sqlite_database_and_its_folder_are_made(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/a/b/tandem.db") as store, store.database.reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 30_000}


def test_several_may_open_a_new_database_at_once(tmp_path):
    def opened(url: str) -> str:
        gate.wait(timeout=20)
        with open_store(url) as store:
            return store.database.engine.dialect.name

    gate = threading.Barrier(3)
    with ThreadPoolExecutor(3) as pool:
        for turn in range(30):
            assert set(pool.map(opened, [f"sqlite:///{tmp_path}/{turn}.db"] * 3)) == {"sqlite"}


def test_a_place_where_nothing_can_be_written_names_the_setting_and_a_cure(tmp_path):
    (tmp_path / "file").touch()
    problem(f"sqlite:///{tmp_path}/file/tandem.db")
    problem(f"sqlite:///{tmp_path}")


def test_a_file_that_is_no_database_names_the_setting(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear database,\n" * 200)
    problem(f"sqlite:///{tmp_path}/letter.txt")


def test_a_database_that_is_damaged_within_names_the_setting_and_a_cure(tmp_path):
    url, file = f"sqlite:///{tmp_path}/tandem.db", tmp_path / "tandem.db"
    migrate(url)
    pages = file.read_bytes()
    # Whole pages: of half a page SQLite reads whatever its memory held before.
    file.write_bytes(pages[:PAGE] + b"\xff" * 4 * PAGE + pages[5 * PAGE :])
    for use in (migrate, check_schema):
        with pytest.raises(Misconfigured, match="DATABASE_URL is damaged") as caught:
            use(url)
        assert caught.value.problems[0].cure
    with open_store(url) as store, pytest.raises(Misconfigured, match="is damaged"), store.database.reading() as reader:
        reader.execute(beats.select())


@pytest.mark.parametrize(
    "shape", ["postgresql://me:{}@127.0.0.1:{}/db", "postgres://127.0.0.1:{1}/db?password={0}&user=me"]
)
def test_a_server_that_does_not_answer_is_told_without_the_password(shape, closed_port):
    message = problem(shape.format("s3cret-word", closed_port))
    assert "s3cret-word" not in message
    assert str(closed_port) in message


@pytest.mark.parametrize("url", ["mysql://me:s3cret-word@db/x", "s3cret-word", "sqlite://", "sqlite:///:memory:", ""])
def test_an_address_of_something_else_is_refused_without_repeating_a_password(url):
    assert "s3cret-word" not in problem(url)


@pytest.mark.parametrize("name", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_short_names_of_postgresql_mean_its_one_driver(name):
    assert parse(f"{name}://me@db/x").drivername == "postgresql+psycopg"


def test_a_read_sees_one_state_though_somebody_writes_meanwhile(store):
    store.beat("worker", START)
    with store.database.reading() as connection:
        asked = beats.select()
        before = connection.execute(asked).all()
        other = threading.Thread(target=store.beat, args=("web", START))
        other.start()
        other.join(timeout=20)
        assert not other.is_alive()
        assert connection.execute(asked).all() == before
    assert store.last_beat("web") == START


def test_a_database_that_stays_locked_is_tried_later(tmp_path, monkeypatch):
    monkeypatch.setattr(engine_module, "BUSY_SECONDS", 0)
    one, two = (connect(f"sqlite:///{tmp_path}/t.db") for _ in range(2))
    with one.writing(), pytest.raises(TryLater), two.writing():
        pass
    one.engine.dispose()
    two.engine.dispose()


def test_a_statement_that_is_wrong_is_not_tried_later(tmp_path):
    with open_store(f"sqlite:///{tmp_path}/t.db") as store, pytest.raises(Exception, match="no such table") as caught:
        store.tick()
    assert not isinstance(caught.value, TryLater)
