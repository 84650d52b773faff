"""A copy of the whole state in a database that is thrown away, for whoever wants to see what would happen."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert, select

from sync.store.engine import Database, connect
from sync.store.tables import metadata

ROWS = 1000


def copied(source: Database) -> tuple[Database, TemporaryDirectory[str]]:
    """Return a database with all rows of all tables as of one moment, and the folder to remove in the end."""
    folder = TemporaryDirectory(prefix="tandem-plan-", ignore_cleanup_errors=True)
    target = connect(f"sqlite:///{Path(folder.name) / 'copy.db'}", source.now)
    metadata.create_all(target.engine)
    if source.engine.dialect.name == "sqlite":
        _attached(str(source.engine.url.database), target)
    else:
        _carried(source, target)
    return target, folder


def _attached(file: str, target: Database) -> None:
    """Have SQLite read the other file itself: carrying each row through this program takes eight times as long."""
    with closing(target.engine.raw_connection()) as pooled:
        connection = pooled.driver_connection
        assert connection is not None
        connection.execute("ATTACH DATABASE ? AS source", (file,))
        connection.execute("BEGIN")
        for table in metadata.sorted_tables:
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            connection.execute(f"INSERT INTO main.{table.name} ({names}) SELECT {names} FROM source.{table.name}")  # noqa: S608 - our own names
        connection.execute("COMMIT")
        connection.execute("DETACH DATABASE source")


def _carried(source: Database, target: Database) -> None:
    """Carry the rows over in chunks, read in one transaction."""
    with source.reading() as old, target.writing() as new:
        for table in metadata.sorted_tables:
            asked = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=ROWS)
            for rows in old.execute(asked).mappings().partitions():
                new.execute(insert(table), [dict(row) for row in rows])
