"""A property's value between Notion's JSON and the canonical form; pages and schemas are not known here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sync.core.errors import Rejected
from sync.core.model import UNREAD, Reading, Value
from sync.core.values import members, names, number, text

Json = Mapping[str, Any]

PEOPLE_SHOWN = 25
"""A page shows no more people and does not say when there are (reference, "Page property values")."""
ELEMENT = 2000
"""UTF-16 units in one rich text element (reference, "Request limits"); whether it counts those is not documented."""
ELEMENTS = 100
"""Elements, options or people in one request (same page)."""
DATE = len("2026-11-23")


def read(raw: Json) -> Reading:
    """Return a property's canonical value; UNREAD where it is cut, computed elsewhere or of no plain shape."""
    kind = str(raw.get("type"))
    reader = _READERS.get(kind)
    if raw.get("has_more"):
        # A relation of more than 25 pages says so (same page); people do not.
        return UNREAD
    return reader(raw[kind]) if reader and kind in raw else UNREAD


def written(kind: str, value: Value) -> dict[str, Any]:
    """Return the JSON that sets a property of that type; raises Rejected where Notion could not take it."""
    writer = _WRITERS.get(kind)
    if writer is None:
        raise Rejected(f"Notion lets nobody write a property of type {kind}", "take the row out, or make it one-way")
    return {kind: writer(value)}


def plain(elements: Sequence[Json]) -> Value:
    """Return rich text as text."""
    return text(plain_text(elements))


def plain_text(elements: Sequence[Json]) -> str:
    """Return the words of rich text without their styles, also of such as is only being sent."""
    return "".join(str(each.get("plain_text") or (each.get("text") or {}).get("content") or "") for each in elements)


def people(users: Sequence[Json]) -> Value:
    """Return users, or related pages, as a set of ids."""
    return names(user["id"] for user in users)


def stamp(raw: str | None, zone: str | None = None) -> str | None:
    """Return a time in UTC to the second, a day as it is; a time without an offset is the zone's own."""
    if raw is None or len(raw) == DATE:
        return raw
    moment = datetime.fromisoformat(raw)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_zone(zone))
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _date(raw: Json | None) -> Value:
    if raw is None:
        return None
    start, end = (stamp(raw.get(each), raw.get("time_zone")) for each in ("start", "end"))
    return f"{start}/{end}" if end else start


def _shown_people(users: Sequence[Json]) -> Reading:
    return UNREAD if len(users) == PEOPLE_SHOWN else people(users)


def _name(option: Json | None) -> Value:
    return text(option["name"]) if option else None


def _unique_id(raw: Json) -> Value:
    prefix, count = raw.get("prefix"), raw.get("number")
    return None if count is None else f"{prefix}-{count}" if prefix else str(count)


def _computed(raw: Json) -> Reading:
    """Return what a formula or a rollup came to, where that is a plain value."""
    kind = str(raw.get("type"))
    reader = _COMPUTED.get(kind)
    return reader(raw.get(kind)) if reader else UNREAD


def _itself(raw: Any) -> Value:  # noqa: ANN401 - a checkbox's true or false
    return bool(raw) if raw is not None else None


_COMPUTED: dict[str, Callable[[Any], Reading]] = {
    "string": text,
    "number": number,
    "boolean": _itself,
    "date": _date,
}

_READERS: dict[str, Callable[[Any], Reading]] = {
    "title": plain,
    "rich_text": plain,
    "number": number,
    "checkbox": _itself,
    "select": _name,
    "status": _name,
    "multi_select": lambda options: names(option["name"] for option in options),
    "date": _date,
    "people": _shown_people,
    "relation": people,
    "files": lambda files: names(each["name"] for each in files),
    "url": text,
    "email": text,
    "phone_number": text,
    "formula": _computed,
    "rollup": _computed,
    "created_time": stamp,
    "last_edited_time": stamp,
    "created_by": lambda user: user["id"],
    "last_edited_by": lambda user: user["id"],
    "unique_id": _unique_id,
    "verification": lambda raw: raw.get("state") if raw else None,
}
"""How each property type is read (reference, "Page property values"); the others have no plain value."""


def _rich_text(value: Value) -> list[dict[str, Any]]:
    elements = [{"type": "text", "text": {"content": each}} for each in pieces(str(value or ""))]
    return _bounded(elements, "shorten the text: Notion takes 100 pieces of 2,000 characters in one write")


def pieces(whole: str) -> Iterator[str]:
    """Yield a text in pieces that one element holds, never cutting a character in two."""
    piece, units = "", 0
    for character in whole:
        width = 2 if ord(character) > 0xFFFF else 1  # noqa: PLR2004 - the last character of one UTF-16 unit
        if units + width > ELEMENT:
            yield piece
            piece, units = "", 0
        piece, units = piece + character, units + width
    if piece:
        yield piece


def _bounded(elements: list[dict[str, Any]], cure: str) -> list[dict[str, Any]]:
    if len(elements) > ELEMENTS:
        raise Rejected(f"{len(elements)} elements in one property", cure)
    return elements


def _option(value: Value) -> dict[str, Any] | None:
    return None if value is None else {"name": value}


def _options(value: Value) -> list[dict[str, Any]]:
    return _bounded(
        [{"name": each} for each in members(value)], "take some away: Notion takes 100 options in one write"
    )


def _persons(value: Value) -> list[dict[str, Any]]:
    # A bare `object` beside the id is how Notion's own client types a user.
    chosen = [{"object": "user", "id": each} for each in members(value)]
    return _bounded(chosen, "take some away: Notion takes 100 people in one write")


def _period(value: Value) -> dict[str, Any] | None:
    if value is None:
        return None
    start, _, end = str(value).partition("/")
    return {"start": start, "end": end or None}


_WRITERS: dict[str, Callable[[Value], Any]] = {
    "title": _rich_text,
    "rich_text": _rich_text,
    "number": lambda value: value,
    "checkbox": bool,
    "select": _option,
    "status": _option,
    "multi_select": _options,
    "people": _persons,
    "date": _period,
    "url": lambda value: value,
    "email": lambda value: value,
    "phone_number": lambda value: value,
}
"""How each property type is written; an array replaces the whole value (same page)."""
