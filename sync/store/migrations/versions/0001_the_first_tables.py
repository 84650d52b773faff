"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: PLR0915 - a list of tables
    """Go forward."""
    op.create_table(
        "beats",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_beats")),
    )
    op.create_table(
        "cursors",
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("container", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mapping", "side", "container", name=op.f("pk_cursors")),
    )
    op.create_table(
        "hints",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=True),
        sa.Column("record", sa.Text(), nullable=True),
        sa.Column("container", sa.Text(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("mode", sa.Text(), server_default="hint", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hints")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("hints", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hints_mapping"), ["mapping"], unique=False)

    op.create_table(
        "journal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("link", sa.BigInteger(), nullable=True),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("pass_id", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("fields", sa.Text(), server_default="[]", nullable=False),
        sa.Column("guards", sa.Text(), server_default="[]", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("replaced", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_link"), ["link"], unique=False)
        batch_op.create_index("ix_journal_mapping_at", ["mapping", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_pass_id"), ["pass_id"], unique=False)

    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "links",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="issue", nullable=False),
        sa.Column("parent", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("github", sa.Text(), nullable=True),
        sa.Column("github_container", sa.Text(), nullable=True),
        sa.Column("github_number", sa.BigInteger(), nullable=True),
        sa.Column("notion", sa.Text(), nullable=True),
        sa.Column("notion_container", sa.Text(), nullable=True),
        sa.Column("notion_number", sa.BigInteger(), nullable=True),
        sa.Column("closed_by_us", sa.Boolean(), nullable=False),
        sa.Column("tied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deep_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("marked", sa.BigInteger(), nullable=True),
        sa.Column("decided", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("withheld", sa.Text(), server_default="", nullable=False),
        sa.Column("withheld_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("because", sa.Text(), server_default="", nullable=False),
        sa.Column("told", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["parent"], ["links.id"], name=op.f("fk_links_parent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index(
            "ix_links_marked",
            ["mapping", "id"],
            unique=False,
            sqlite_where=sa.text("marked IS NOT NULL"),
            postgresql_where=sa.text("marked IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_links_parent",
            ["parent"],
            unique=False,
            sqlite_where=sa.text("parent IS NOT NULL"),
            postgresql_where=sa.text("parent IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_links_waiting_since",
            ["mapping", "waiting_since"],
            unique=False,
            sqlite_where=sa.text("waiting_since IS NOT NULL"),
            postgresql_where=sa.text("waiting_since IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_links_github",
            ["mapping", "github"],
            unique=True,
            sqlite_where=sa.text("state != 'tombstoned'"),
            postgresql_where=sa.text("state != 'tombstoned'"),
        )
        batch_op.create_index(
            "uq_links_notion",
            ["mapping", "notion"],
            unique=True,
            sqlite_where=sa.text("state != 'tombstoned'"),
            postgresql_where=sa.text("state != 'tombstoned'"),
        )

    op.create_table(
        "looks",
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("container", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reader", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("mapping", "side", "id", name=op.f("pk_looks")),
    )
    with op.batch_alter_table("looks", schema=None) as batch_op:
        batch_op.create_index("ix_looks_mapping_at", ["mapping", "at"], unique=False)

    op.create_table(
        "mappings",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), server_default="", nullable=False),
        sa.Column("first_pass", sa.Boolean(), nullable=False),
        sa.Column("paused", sa.Text(), nullable=True),
        sa.Column("schema", sa.Text(), nullable=True),
        sa.Column("schema_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mappings")),
    )
    op.create_table(
        "meta",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_meta")),
    )
    op.create_table(
        "passes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("report", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passes")),
    )
    with op.batch_alter_table("passes", schema=None) as batch_op:
        batch_op.create_index("ix_passes_at", ["at"], unique=False)
        batch_op.create_index("ix_passes_mapping_at", ["mapping", "at"], unique=False)

    op.create_table(
        "quarantine",
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("container", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mapping", "side", "id", name=op.f("pk_quarantine")),
    )
    op.create_table(
        "refusals",
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("guard", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("mapping", "guard", name=op.f("pk_refusals")),
    )
    op.create_table(
        "ticks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_ticks")),
    )
    op.create_table(
        "conflicts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("link", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("github", sa.Text(), nullable=False),
        sa.Column("notion", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("winner", sa.Text(), nullable=True),
        sa.Column("resolved", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["link"], ["links.id"], name=op.f("fk_conflicts_link"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflicts")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("conflicts", schema=None) as batch_op:
        batch_op.create_index("ix_conflicts_link_field", ["link", "field"], unique=False)
        batch_op.create_index(batch_op.f("ix_conflicts_mapping"), ["mapping"], unique=False)

    op.create_table(
        "failures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("link", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), server_default="", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("cure", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["link"], ["links.id"], name=op.f("fk_failures_link"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failures")),
        sa.UniqueConstraint("link", name=op.f("uq_failures_link")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("failures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_failures_mapping"), ["mapping"], unique=False)

    op.create_table(
        "observations",
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("container", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("kind", sa.Text(), server_default="issue", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("in_sight", sa.Boolean(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("ack", sa.Text(), nullable=True),
        sa.Column("ack_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("listing", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("link", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["link"], ["links.id"], name=op.f("fk_observations_link"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("mapping", "side", "id", name=op.f("pk_observations")),
    )
    with op.batch_alter_table("observations", schema=None) as batch_op:
        batch_op.create_index("ix_observations_address", ["mapping", "side", "address"], unique=False)
        batch_op.create_index(
            "ix_observations_free",
            ["mapping", "side", "container", "number", "id"],
            unique=False,
            sqlite_where=sa.text("link IS NULL"),
            postgresql_where=sa.text("link IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_observations_link"), ["link"], unique=False)
        batch_op.create_index("ix_observations_number", ["mapping", "container", "number"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("link", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("guards", sa.Text(), server_default="[]", nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trail", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("pass_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["link"], ["links.id"], name=op.f("fk_outbox_link"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("link", name=op.f("uq_outbox_link")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_lane_due_id", ["lane", "due", "id"], unique=False)
        batch_op.create_index("ix_outbox_mapping_lane_due_id", ["mapping", "lane", "due", "id"], unique=False)

    op.create_table(
        "shadows",
        sa.Column("link", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("shadow", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["link"], ["links.id"], name=op.f("fk_shadows_link"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("link", "field", name=op.f("pk_shadows")),
    )
    op.create_table(
        "unmapped",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("link", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["link"], ["links.id"], name=op.f("fk_unmapped_link"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmapped")),
    )
    with op.batch_alter_table("unmapped", schema=None) as batch_op:
        batch_op.create_index("ix_unmapped_link", ["link"], unique=False)
        batch_op.create_index(batch_op.f("ix_unmapped_mapping"), ["mapping"], unique=False)


def downgrade() -> None:  # noqa: PLR0915 - the same list
    """Go back."""
    with op.batch_alter_table("unmapped", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unmapped_mapping"))
        batch_op.drop_index("ix_unmapped_link")

    op.drop_table("unmapped")
    op.drop_table("shadows")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_mapping_lane_due_id")
        batch_op.drop_index("ix_outbox_lane_due_id")

    op.drop_table("outbox")
    with op.batch_alter_table("observations", schema=None) as batch_op:
        batch_op.drop_index("ix_observations_number")
        batch_op.drop_index(batch_op.f("ix_observations_link"))
        batch_op.drop_index(
            "ix_observations_free", sqlite_where=sa.text("link IS NULL"), postgresql_where=sa.text("link IS NULL")
        )
        batch_op.drop_index("ix_observations_address")

    op.drop_table("observations")
    with op.batch_alter_table("failures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_failures_mapping"))

    op.drop_table("failures")
    with op.batch_alter_table("conflicts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conflicts_mapping"))
        batch_op.drop_index("ix_conflicts_link_field")

    op.drop_table("conflicts")
    op.drop_table("ticks")
    op.drop_table("refusals")
    op.drop_table("quarantine")
    with op.batch_alter_table("passes", schema=None) as batch_op:
        batch_op.drop_index("ix_passes_mapping_at")
        batch_op.drop_index("ix_passes_at")

    op.drop_table("passes")
    op.drop_table("meta")
    op.drop_table("mappings")
    with op.batch_alter_table("looks", schema=None) as batch_op:
        batch_op.drop_index("ix_looks_mapping_at")

    op.drop_table("looks")
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_links_notion",
            sqlite_where=sa.text("state != 'tombstoned'"),
            postgresql_where=sa.text("state != 'tombstoned'"),
        )
        batch_op.drop_index(
            "uq_links_github",
            sqlite_where=sa.text("state != 'tombstoned'"),
            postgresql_where=sa.text("state != 'tombstoned'"),
        )
        batch_op.drop_index(
            "ix_links_parent",
            sqlite_where=sa.text("parent IS NOT NULL"),
            postgresql_where=sa.text("parent IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_links_waiting_since",
            sqlite_where=sa.text("waiting_since IS NOT NULL"),
            postgresql_where=sa.text("waiting_since IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_links_marked",
            sqlite_where=sa.text("marked IS NOT NULL"),
            postgresql_where=sa.text("marked IS NOT NULL"),
        )

    op.drop_table("links")
    op.drop_table("leases")
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journal_pass_id"))
        batch_op.drop_index("ix_journal_mapping_at")
        batch_op.drop_index(batch_op.f("ix_journal_link"))

    op.drop_table("journal")
    with op.batch_alter_table("hints", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hints_mapping"))

    op.drop_table("hints")
    op.drop_table("cursors")
    op.drop_table("beats")
