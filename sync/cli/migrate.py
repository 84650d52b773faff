"""`tandem migrate`: the database's schema in step with the program; safe to run twice and by two at once."""

from __future__ import annotations

from sync.cli.frame import Result
from sync.config.settings import load_settings
from sync.store import migrate as upgrade


def migrate() -> Result:
    """Migrate, and say so."""
    upgrade(load_settings().database_url.get_secret_value())
    return Result({"migrated": True}, lambda out: out.print("[green]✓[/] the database is ready"))
