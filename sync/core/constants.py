"""The value that a mapping's constant has in a property, by the property's type; no row is known here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sync.core.forms import Figure, Flag
from sync.core.model import UNREAD, Value

TYPES = (
    "select",
    "multi_select",
    "status",
    "rich_text",
    "number",
    "checkbox",
    "date",
    "people",
    "url",
    "email",
    "phone_number",
)
"""Types of properties that may hold a constant."""


def value(kind: str, text: str, person: Callable[[str], str | None]) -> Value:
    """Return the canonical value; raises ValueError with what is wrong with the text."""
    match kind:
        case "multi_select":
            return (text,)
        case "number":
            return _said(Figure().write(text), f"{text!r} is no number")
        case "checkbox":
            return _said(Flag().write(text.casefold()), f"{text!r} is neither true nor false")
        case "date":
            return _date(text)
        case "people":
            found = person(text)
            return (found,) if found else _said(UNREAD, f"Notion shows no user {text!r}")
        case _:
            return text


def _said(reading: object, fault: str) -> Value:
    if reading is UNREAD:
        raise ValueError(fault)
    assert isinstance(reading, str | int | float | bool | tuple | None)
    return reading


def _date(text: str) -> Value:
    """Return a day as it is, a time in UTC to the second."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fault = f"{text!r} is no date: write 2026-12-01 or 2026-12-01T09:00:00Z"
        raise ValueError(fault) from None
    if len(text) == len("2026-12-01"):
        return text
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
