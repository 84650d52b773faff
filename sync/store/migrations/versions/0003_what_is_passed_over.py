"""When records were born, and the rules that pass over one; what no link holds is found by both its kind and these."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FREE = "ix_observations_free"
BORN = "ix_observations_born"
BATCH = 500

observations = sa.table(
    "observations", *(sa.column(name) for name in ("mapping", "side", "id", "kind", "record", "born", "link"))
)
place = [observations.c[name] for name in ("mapping", "side", "id")]


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("observations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("born", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("passed_over", sa.Text(), server_default="", nullable=False))
    _tell_births(op.get_bind())
    op.drop_index(FREE, "observations")
    _index(FREE, ["mapping", "side", "kind", "container", "number", "id", "passed_over"], observations.c.link.is_(None))
    _index(BORN, ["mapping", "side", "born"], observations.c.born.is_not(None))


def downgrade() -> None:
    """Go back."""
    op.drop_index(BORN, "observations")
    op.drop_index(FREE, "observations")
    with op.batch_alter_table("observations", schema=None) as batch_op:
        batch_op.drop_column("passed_over")
        batch_op.drop_column("born")
    _index(FREE, ["mapping", "side", "container", "number", "id"], observations.c.link.is_(None))


def _index(name: str, columns: list[str], where: sa.ColumnElement[bool]) -> None:
    op.create_index(name, "observations", columns, sqlite_where=where, postgresql_where=where)


def _tell_births(connection: sa.Connection) -> None:
    """Say of each issue when it was born; the second part of a record are its fields."""
    told = (
        sa.update(observations)
        .where(*(column == sa.bindparam(f"the_{column.name}") for column in place))
        .values(born=sa.bindparam("at"))
    )
    after: tuple[str, ...] = ()
    while True:
        asked = sa.select(*place, observations.c.record).where(observations.c.kind == "issue").order_by(*place)
        page = asked.where(sa.tuple_(*place) > sa.tuple_(*after)) if after else asked
        rows = connection.execute(page.limit(BATCH)).all()
        if not rows:
            return
        after = tuple(rows[-1][:3])
        births = [
            {"the_mapping": row.mapping, "the_side": row.side, "the_id": row.id, "at": at}
            for row in rows
            if isinstance(at := json.loads(row.record)[1].get("created_at"), str)
        ]
        if births:
            connection.execute(told, births)
