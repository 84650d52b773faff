"""The servers that a process stands on: Redis, reached or started, and the database, once it has our schema."""

from __future__ import annotations

from contextlib import AbstractContextManager

from sync.config.settings import Settings
from sync.queue.embedded import reach
from sync.store import check_schema

SCHEMA_WAIT = 60.0
"""Seconds that a worker waits for the release process to migrate the database."""


def redis(settings: Settings) -> AbstractContextManager[str]:
    """Return the way to the Redis that is set, or to the machine's own, which runs while anybody is within."""
    return reach(settings.redis_url.get_secret_value() if settings.redis_url else None, settings.state_dir)


def awaiting(url: str) -> None:
    """Wait for the release process to bring the database to this program's schema."""
    check_schema(url, wait=SCHEMA_WAIT)
