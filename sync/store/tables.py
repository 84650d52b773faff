"""The tables of the state, as they are today; how they came to be stands in migrations."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Big = BigInteger().with_variant(Integer, "sqlite")
"""64 bits everywhere: SQLite counts rows by itself only in a column that it knows as INTEGER, which holds 64 bits there
(sqlite.org/autoinc.html)."""


class Moment(TypeDecorator[datetime]):
    """An aware time, kept in UTC: SQLite has no zone to keep, PostgreSQL answers in the session's own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time as the database keeps it."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time as the program knows it."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text that people wrote: PostgreSQL takes no NUL and no half surrogate pair (its manual, "Character Types")."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text without what cannot be kept."""
        del dialect
        return None if value is None else value.replace("\0", "").encode("utf-8", "replace").decode()


def _id() -> Column[int]:
    return Column("id", Big, primary_key=True, autoincrement=True)


def _link(*, primary_key: bool = False) -> Column[int]:
    return Column("link", Big, ForeignKey("links.id", ondelete="CASCADE"), primary_key=primary_key, nullable=False)


def _text(name: str, *, default: str = "") -> Column[str]:
    return Column(name, Words, nullable=False, server_default=default)


def _json(name: str, *, default: str | None = None) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


ticks = Table("ticks", metadata, Column("name", Text, primary_key=True), _number("value"))

meta = Table("meta", metadata, Column("name", Text, primary_key=True), _text("value"))

beats = Table("beats", metadata, Column("name", Text, primary_key=True), Column("at", Moment, nullable=False))

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    _text("owner"),
    _number("epoch"),
    Column("until", Moment, nullable=False),
)

mappings = Table(
    "mappings",
    metadata,
    Column("name", Text, primary_key=True),
    _text("digest"),
    _flag("first_pass"),
    Column("paused", Words),
    Column("schema", Words),
    Column("schema_at", Moment),
)

cursors = Table(
    "cursors",
    metadata,
    Column("mapping", Text, primary_key=True),
    Column("side", Text, primary_key=True),
    Column("container", Text, primary_key=True),
    Column("cursor", Words),
    Column("polled_at", Moment, nullable=False),
)

links = Table(
    "links",
    metadata,
    _id(),
    Column("mapping", Text, nullable=False),
    _text("kind", default="issue"),
    Column("parent", Big, ForeignKey("links.id")),
    Column("state", Text, nullable=False),
    Column("github", Text),
    Column("github_container", Text),
    Column("github_number", BigInteger),
    Column("notion", Text),
    Column("notion_container", Text),
    Column("notion_number", BigInteger),
    Column("closed_by_us", Boolean, nullable=False, default=False),
    Column("tied_at", Moment),
    # When its depths, the bodies and comments that no list shows, were known last; nothing where a write of ours may
    # hide an edit of them, or where they were never read.
    Column("deep_at", Moment),
    _number("version"),
    _number("epoch"),
    # The tick at which it was marked to be decided, nothing where there is nothing to decide.
    Column("marked", BigInteger),
    # The version that its last decision left: whoever finds another one knows that something happened since.
    _number("decided"),
    _text("withheld"),
    _number("withheld_at"),
    # Since when something of it waits to be written.
    Column("waiting_since", Moment),
    _text("because"),
    # What the journal says of it already, so that a decision that stays the same is told once.
    _text("told"),
    sqlite_autoincrement=True,
)

ALIVE = links.c.state != literal_column("'tombstoned'")
"""Spelled out, never a parameter: SQLite uses a partial index only where the query repeats its very words
(sqlite.org/partialindex.html)."""

for _side in ("github", "notion"):
    Index(
        f"uq_links_{_side}",
        links.c.mapping,
        links.c[_side],
        unique=True,
        sqlite_where=ALIVE,
        postgresql_where=ALIVE,
    )
Index(
    "ix_links_marked",
    links.c.mapping,
    links.c.id,
    sqlite_where=links.c.marked.is_not(None),
    postgresql_where=links.c.marked.is_not(None),
)
Index(
    "ix_links_parent",
    links.c.parent,
    sqlite_where=links.c.parent.is_not(None),
    postgresql_where=links.c.parent.is_not(None),
)
Index(
    "ix_links_waiting_since",
    links.c.mapping,
    links.c.waiting_since,
    sqlite_where=links.c.waiting_since.is_not(None),
    postgresql_where=links.c.waiting_since.is_not(None),
)

shadows = Table(
    "shadows",
    metadata,
    _link(primary_key=True),
    Column("field", Text, primary_key=True),
    _json("shadow"),
)

observations = Table(
    "observations",
    metadata,
    Column("mapping", Text, primary_key=True),
    Column("side", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("container", Text, nullable=False),
    _number("number"),
    _text("kind", default="issue"),
    _text("address"),
    _flag("in_sight"),
    _json("record"),
    _number("seq"),
    Column("read_at", Moment, nullable=False),
    _json("since"),
    Column("ack", Text),
    _number("ack_seq"),
    _number("listing"),
    Column("link", Big, ForeignKey("links.id", ondelete="SET NULL"), index=True),
    # When the record came into being, as its side spells it.
    Column("born", Text),
    # The rules, by their digest, that do nothing with the record as it is here while no link holds it.
    _text("passed_over"),
)
Index("ix_observations_number", observations.c.mapping, observations.c.container, observations.c.number)
Index("ix_observations_address", observations.c.mapping, observations.c.side, observations.c.address)
Index(
    "ix_observations_free",
    *(observations.c[name] for name in ("mapping", "side", "kind", "container", "number", "id", "passed_over")),
    sqlite_where=observations.c.link.is_(None),
    postgresql_where=observations.c.link.is_(None),
)
Index(
    "ix_observations_born",
    *(observations.c[name] for name in ("mapping", "side", "born")),
    sqlite_where=observations.c.born.is_not(None),
    postgresql_where=observations.c.born.is_not(None),
)

looks = Table(
    "looks",
    metadata,
    Column("mapping", Text, primary_key=True),
    Column("side", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("container", Text, nullable=False),
    Column("number", BigInteger),
    Column("at", Moment, nullable=False),
    Column("reader", BigInteger),
    _number("tries"),
    Index("ix_looks_mapping_at", "mapping", "at"),
)

hints = Table(
    "hints",
    metadata,
    _id(),
    Column("mapping", Text, nullable=False, index=True),
    Column("side", Text),
    Column("record", Text),
    Column("container", Text),
    Column("number", BigInteger),
    Column("lane", Integer, nullable=False),
    _text("mode", default="hint"),
    Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    _link(),
    Column("mapping", Text, nullable=False),
    Column("side", Text, nullable=False),
    _json("op"),
    _json("guards", default="[]"),
    Column("lane", Integer, nullable=False),
    Column("stage", Text, nullable=False),
    # When it may be leased: queued, once it need not wait any more; leased or in flight, once its lease ran out.
    Column("due", Moment, nullable=False),
    Column("decided_at", Moment, nullable=False),
    _number("epoch"),
    _number("attempts"),
    _text("owner"),
    Column("sent_at", Moment),
    Column("trail", BigInteger),
    _text("reason"),
    Column("pass_id", Text),
    UniqueConstraint("link"),
    Index("ix_outbox_lane_due_id", "lane", "due", "id"),
    Index("ix_outbox_mapping_lane_due_id", "mapping", "lane", "due", "id"),
    sqlite_autoincrement=True,
)

conflicts = Table(
    "conflicts",
    metadata,
    _id(),
    _link(),
    Column("mapping", Text, nullable=False, index=True),
    Column("field", Text, nullable=False),
    _json("github"),
    _json("notion"),
    Column("base", Text),
    Column("state", Text, nullable=False),
    Column("winner", Text),
    # The side that a person chose, until the choice is carried out.
    Column("resolved", Text),
    Column("since", Moment, nullable=False),
    Index("ix_conflicts_link_field", "link", "field"),
    sqlite_autoincrement=True,
)

failures = Table(
    "failures",
    metadata,
    _id(),
    _link(),
    Column("mapping", Text, nullable=False, index=True),
    Column("side", Text, nullable=False),
    Column("action", Text, nullable=False),
    _text("digest"),
    _text("error"),
    _text("cure"),
    Column("at", Moment, nullable=False),
    _number("attempts"),
    UniqueConstraint("link"),
    sqlite_autoincrement=True,
)

unmapped = Table(
    "unmapped",
    metadata,
    _id(),
    _link(),
    Column("mapping", Text, nullable=False, index=True),
    Column("side", Text, nullable=False),
    Column("field", Text, nullable=False),
    _text("value"),
    Index("ix_unmapped_link", "link"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("mapping", Text, primary_key=True),
    Column("side", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("container", Text, nullable=False),
    Column("number", BigInteger),
    _text("reason"),
    Column("since", Moment, nullable=False),
)

refusals = Table(
    "refusals",
    metadata,
    Column("mapping", Text, primary_key=True),
    Column("guard", Text, primary_key=True),
    _text("detail"),
)

passes = Table(
    "passes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("mapping", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("ended_at", Moment),
    _text("outcome"),
    _json("report", default="{}"),
    Index("ix_passes_mapping_at", "mapping", "at"),
    Index("ix_passes_at", "at"),
)

journal = Table(
    "journal",
    metadata,
    _id(),
    # No foreign key: what was written is told longer than the link lives.
    Column("link", BigInteger, index=True),
    Column("mapping", Text, nullable=False),
    Column("pass_id", Text, index=True),
    Column("at", Moment, nullable=False),
    Column("event", Text, nullable=False),
    Column("side", Text),
    Column("action", Text),
    _json("fields", default="[]"),
    _json("guards", default="[]"),
    _text("reason"),
    # By field, on the side that was written: what stood there, what stands there now, and what `undo` needs beside it.
    _json("replaced", default="{}"),
    Index("ix_journal_mapping_at", "mapping", "at"),
    sqlite_autoincrement=True,
)
