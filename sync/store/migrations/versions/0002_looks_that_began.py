"""Looks that have begun, and how often one could not be made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("looks", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reader", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("looks", schema=None) as batch_op:
        batch_op.drop_column("tries")
        batch_op.drop_column("reader")
