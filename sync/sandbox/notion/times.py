"""Notion's times and date values: how finely they are told and what they are turned into; no property is known."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sync.sandbox.notion.model import Json, Raw
from sync.sandbox.notion.refusals import wrong

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
ISO = "be a valid ISO 8601 date string"


def minute(moment: datetime) -> str:
    """Return the time of a page, block, comment or data source: floored to the minute (recorded, 2,784 of 2,784)."""
    return moment.strftime("%Y-%m-%dT%H:%M:00.000Z")


@lru_cache(maxsize=65536)
def floored(moment: datetime) -> datetime:
    """Return the beginning of the minute."""
    return moment.replace(second=0, microsecond=0)


def millis(moment: datetime) -> str:
    """Return the time of a database: milliseconds and a numeric offset (recorded)."""
    return moment.isoformat(timespec="milliseconds")


def written(raw: Raw, at: str) -> Json | None:
    """Return a date value as it is kept and read back; raises Refused.

    Recorded: seconds are dropped, a time zone becomes an offset and is null when read, a bare day stays a day.
    """
    if raw is None:
        return None
    if not isinstance(raw, dict) or "start" not in raw:
        raise wrong(f"{at}.start", "be defined")
    zone = _zone(raw.get("time_zone"), at)
    end = raw.get("end")
    return {
        "start": normal(raw["start"], f"{at}.start", zone),
        "end": None if end is None else normal(end, f"{at}.end", zone),
        "time_zone": None,
    }


def normal(raw: Raw, at: str, zone: ZoneInfo | None = None) -> str:
    """Return a day as it is, and a time with whole minutes, milliseconds and an offset; without one it is UTC."""
    moment = parsed(raw, at)
    if not isinstance(moment, datetime):
        return moment.isoformat()
    if zone is not None:
        moment = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
    elif moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return floored(moment).isoformat(timespec="milliseconds")


def parsed(raw: Raw, at: str) -> date | datetime:
    """Return the day or the time that a text names."""
    if not isinstance(raw, str):
        raise wrong(at, ISO, raw)
    try:
        return date.fromisoformat(raw) if _DAY.fullmatch(raw) else datetime.fromisoformat(raw)
    except ValueError as broken:
        raise wrong(at, ISO, raw) from broken


def span(told: str, at: str = "body") -> tuple[datetime, datetime]:
    """Return the first instant of what a date text names and the first after it: a day, or an instant of no length."""
    moment = parsed(told, at)
    if isinstance(moment, datetime):
        instant = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return instant, instant
    start = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    return start, start + timedelta(days=1)


def _zone(raw: Raw, at: str) -> ZoneInfo | None:
    if raw is None:
        return None
    try:
        return ZoneInfo(raw)
    except (ZoneInfoNotFoundError, ValueError, TypeError) as unknown:
        raise wrong(f"{at}.time_zone", "be a valid time zone", raw) from unknown
