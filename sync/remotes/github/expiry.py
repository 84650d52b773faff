"""When a personal token ends, as every answer to a call with it says; an App's key never does."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

HEADER = "github-authentication-token-expiration"
"""Sent with fine-grained and expiring classic tokens (docs.github.com, "Managing your personal access tokens")."""
FORMS = ("%Y-%m-%d %H:%M:%S %Z", "%Y-%m-%d %H:%M:%S %z")
"""`2026-07-02 09:51:24 UTC`, and with another zone `2025-10-19 14:18:25 +0900`: both were recorded."""


def expiry(headers: Mapping[str, str]) -> datetime | None:
    """Return when the token ends, None where nothing is said of it."""
    text = headers.get(HEADER, "").strip()
    for form in FORMS:
        with suppress(ValueError):
            moment = datetime.strptime(text, form)  # noqa: DTZ007 - a zone that is only named is UTC
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return None
