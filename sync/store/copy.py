"""A copy of the whole state in a database that is thrown away, for whoever wants to see what would happen."""

from __future__ import annotations

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
    with source.reading() as old, target.writing() as new:
        for table in metadata.sorted_tables:
            asked = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=ROWS)
            for rows in old.execute(asked).mappings().partitions():
                new.execute(insert(table), [dict(row) for row in rows])
    return target, folder
