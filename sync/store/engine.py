"""The way to the database: an address made an engine, and transactions that are short; no table is known here."""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from sync.core.errors import Misconfigured, Problem, TryLater

BUSY_SECONDS = 30
PAUSE = 0.05
CHUNK = 500
"""How many rows one statement names: SQLite took 999 parameters for long (sqlite.org/limits.html)."""
CURE = "point DATABASE_URL at a database that this machine can reach and write, such as sqlite:///var/tandem.db"
DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
"""How SQLite's names of a file that it cannot read begin (sqlite.org/rescode.html)."""
MEND = "put a backup in its place, or move it away: without it all pairs are tied again by their marks"

_T = TypeVar("_T")


def chunks(many: Iterable[_T], size: int = CHUNK) -> Iterator[Sequence[_T]]:
    """Yield what there is, so many at a time."""
    rest = iter(many)
    while chunk := tuple(islice(rest, size)):
        yield chunk


def present() -> datetime:
    """Return the present in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Database:
    """An engine with the two kinds of transactions that the queries know, and the clock of what has no time given."""

    engine: Engine
    now: Callable[[], datetime] = present

    @property
    def insert(self) -> Any:  # noqa: ANN401 - two dialects' constructs of the same shape
        """Return the dialect's INSERT, which knows ON CONFLICT."""
        return sqlite.insert if self.engine.dialect.name == "sqlite" else postgresql.insert

    @cached_property
    def _reader(self) -> Engine:
        if self.engine.dialect.name == "sqlite":
            return self.engine.execution_options(reading=True)
        # One transaction, one picture: several questions about a link must not straddle somebody's commit.
        return self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state and changes nothing; raises TryLater where the database is away."""
        with translated(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, mapping: str | None = None, *, lasting: bool = False) -> Iterator[Connection]:
        """Open a transaction that changes something; those that name one mapping take turns.

        SQLite lets one write at a time anyway; PostgreSQL gets a lock per mapping, so that what is read within the
        transaction still stands when it is written, on both alike. One that is `lasting` survives a power cut, with all
        before it; others may be lost then, and are made again. Raises TryLater where the database is away.
        """
        engine = self.engine.execution_options(lasting=True) if lasting else self.engine
        with translated(), engine.begin() as connection:
            if mapping is not None and self.engine.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(zlib.crc32(mapping.encode()))))
            yield connection


@dataclass(frozen=True)
class Queries:
    """What every group of queries stands on."""

    database: Database


def connect(address: str, now: Callable[[], datetime] = present) -> Database:
    """Return the database at that address, once it answered; raises Misconfigured, which never shows a password."""
    url = parse(address)
    try:
        engine = _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)
        with engine.begin():
            pass
    except (DBAPIError, OSError) as error:
        raise _unreachable(url, error) from None
    return Database(engine, now)


def parse(address: str) -> URL:
    """Return the parsed address; the short names of PostgreSQL mean its one driver here."""
    try:
        url = make_url(address)
    except ArgumentError:
        # Nothing of it is repeated: what cannot be parsed may hold a password anywhere.
        raise _fault("is no address of a database") from None
    if url.drivername in ("postgres", "postgresql"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise _fault(f"names {url.drivername!r}, but the state is kept in SQLite or PostgreSQL")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise _fault("names a SQLite database without a file, which would be forgotten")
    return url


def _sqlite(url: URL) -> Engine:
    assert url.database is not None
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, pool_size=8, max_overflow=24)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "invalidate", _undo)
    return engine


def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    # The driver must not begin by itself: its BEGIN is deferred, and a read that turns into a write then fails at once
    # with "database is locked", whatever the timeout (docs.python.org sqlite3, "Transaction control").
    connection.isolation_level = None
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}")
    _write_ahead(connection)


def _write_ahead(connection: sqlite3.Connection) -> None:
    # Of several that turn a new file to WAL together all but one are told "busy" at once, whatever the timeout: SQLite
    # asks nobody to wait where two could wait for each other (sqlite.org/c3ref/busy_handler.html).
    patience = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() >= patience:
                raise
            time.sleep(PAUSE)
        else:
            return


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    reading = options.get("reading")
    if not reading:  # In WAL mode the last commits are on disk only where each is synced (sqlite.org/pragma.html).
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if options.get('lasting') else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _undo(connection: Any, _record: object, _error: object) -> None:  # noqa: ANN401 - the driver's own connection
    # A connection that Ctrl-C broke off is closed at once, but SQLite keeps it, and its lock, for as long as one of its
    # statements is unfinished (sqlite.org/c3ref/close.html, "zombie").
    with suppress(sqlite3.Error):
        connection.rollback()


def _postgresql(url: URL) -> Engine:
    # A connection that was idle may be dead: it is tried before it is used, never in the middle of a transaction.
    return create_engine(url, pool_pre_ping=True, pool_size=8, max_overflow=24, connect_args={"connect_timeout": 10})


@contextmanager
def translated() -> Iterator[None]:
    """Raise TryLater where the database is away, and Misconfigured where its file is damaged."""
    try:
        yield
    except (DatabaseError, InterfaceError, PoolTimeout) as error:
        name = getattr(getattr(error, "orig", None), "sqlite_errorname", "")
        if name.startswith(DAMAGED):
            raise _damaged(error) from error
        if isinstance(error, DatabaseError) and not isinstance(error, OperationalError):
            raise
        if name == "SQLITE_ERROR":
            raise  # a fault of a statement, such as a missing table: waiting would not cure it
        raise TryLater(5, f"the database does not answer: {type(error).__name__}") from error


def _damaged(error: Exception) -> Misconfigured:
    message = f"the file of DATABASE_URL is damaged: {getattr(error, 'orig', error)}"
    return Misconfigured([Problem(message, where="DATABASE_URL", cure=MEND)])


def _unreachable(url: URL, error: Exception) -> Misconfigured:
    cause = str(getattr(error, "orig", None) or error).strip().splitlines() or [type(error).__name__]
    secrets = [url.password, *url.normalized_query.get("password", ())]
    reason = cause[0]
    for secret in filter(None, secrets):
        reason = reason.replace(secret, "***")
    return _fault(f"{url.set(query={}).render_as_string(hide_password=True)} does not answer: {reason}")


def _fault(message: str) -> Misconfigured:
    return Misconfigured([Problem(f"DATABASE_URL {message}", where="DATABASE_URL", cure=CURE)])
