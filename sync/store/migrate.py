"""The schema in step with the program: migrated by one process at a time, waited for by the others."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, inspect, select

from sync.core.errors import Misconfigured, Problem
from sync.store.engine import MEND, connect, translated
from sync.store.tables import metadata

APART = f"give tandem a database of its own; if it was tandem's, it is damaged: {MEND}"
LOCK = 0x74616E64656D
"""The number under which PostgreSQL keeps our lock: "tandem" in ASCII."""
PAUSE = 0.2


def migrate(url: str) -> None:
    """Bring the schema to this program's; raises Misconfigured where a newer program wrote it."""
    database = connect(url)
    try:
        with translated(), _alone(database.engine), database.engine.connect() as connection:
            _revision(connection)
            command.upgrade(config(connection), "head")
    finally:
        database.engine.dispose()


def check_schema(url: str, *, wait: float = 0) -> None:
    """Return once the schema is this program's; raises Misconfigured where it is newer, or older for `wait` s more."""
    database = connect(url)
    try:
        patience = time.monotonic() + wait
        while not _current(database.engine):
            if time.monotonic() >= patience:
                raise _fault("the database's schema is older than this program", "run the release process or tandem up")
            time.sleep(PAUSE)
    finally:
        database.engine.dispose()


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration: the scripts travel with the package, the connection is handed over."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    made.attributes["connection"] = connection
    return made


def _current(engine: Engine) -> bool:
    with translated(), engine.connect() as connection:
        found = _revision(connection)
    return found == ScriptDirectory.from_config(config()).get_current_head()


def _revision(connection: Connection) -> str | None:
    """Return the revision that the database has; one that is unknown here, or lost, is refused before it does harm."""
    # The tables first: they come together with their version, perhaps between the two questions.
    taken = set(inspect(connection).get_table_names()) & set(metadata.tables)
    found = MigrationContext.configure(connection).get_current_revision()
    if taken and found is None:
        raise _fault(f"the database has tables of our names ({min(taken)}, ...) without a schema's version", APART)
    scripts = ScriptDirectory.from_config(config())
    if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
        raise _fault(f"the database's schema {found!r} is newer than this program", "upgrade tandem on this machine")
    connection.rollback()
    return found


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Hold a lock that outlives the single transactions: several upgrades at once fail on each other's tables."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            connection.execute(select(func.pg_advisory_lock(LOCK)))
            try:
                yield
            finally:
                connection.execute(select(func.pg_advisory_unlock(LOCK)))
                connection.rollback()
        return
    with Path(f"{engine.url.database}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fault(message: str, cure: str) -> Misconfigured:
    return Misconfigured([Problem(message, where="DATABASE_URL", cure=cure)])
