"""Alembic's way in: runs the scripts on the connection that `migrate` hands over; there is no offline mode."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from sync.store.tables import Moment, Words, metadata


def render(kind: str, found: Any, _: object) -> str | Literal[False]:  # noqa: ANN401 - whatever Alembic compares
    """Return a column's type as a script says it: the scripts outlive our own types."""
    if kind == "type" and isinstance(found, Moment):
        return "sa.DateTime(timezone=True)"
    return "sa.Text()" if kind == "type" and isinstance(found, Words) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite changes a table by writing it anew (alembic.sqlalchemy.org, "Running batch migrations").
    render_as_batch=True,
    # It can undo DDL as well, once the driver does not commit by itself: a migration that was killed leaves nothing.
    transactional_ddl=True,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
