"""Notion's page objects as records, and puts as Notion's JSON; it asks nobody anything."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from sync.core.model import Presence, Put, Reading, Record, Ref, Side
from sync.remotes.network import NEVER
from sync.remotes.notion import values

Json = Mapping[str, Any]

MINUTE = 60
"""Seconds in which Notion tells the time of a page, rounded down: seen on all of 1,388 recorded pages."""
TITLE = "title"
"""The id of every title property."""
_ID = re.compile(r"[0-9a-f]{32}\Z")


def page_id(raw: str) -> str | None:
    """Return the id in an id or a URL, dashed and in lower case; None where there is none.

    Every form of URL ends its path with the 32 digits: app.notion.com/p, www.notion.so, a notion.site, with a title in
    front or not; what follows in the query is a view's id.
    """
    path = urlsplit(raw.strip()).path.rstrip("/").rsplit("/", 1)[-1]
    found = _ID.search(path.replace("-", "").lower())
    return dashed(found[0]) if found else None


def page_url(id_: str) -> str:
    """Return where people find the page with that id; Notion leads on from there to its full address."""
    return f"https://www.notion.so/{id_.replace('-', '')}"


def dashed(bare: str) -> str:
    """Return 32 digits in their dashed form."""
    bare = bare.replace("-", "").lower()
    return "-".join((bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:]))


def property_id(raw: str) -> str:
    """Return a property's id decoded: Notion spells it as in a URL (`%3FB%3AW`)."""
    return unquote(raw)


def spelled(decoded: str) -> str:
    """Return a property's id as Notion spells it, which recorded writes and paths use."""
    return quote(decoded, safe="!'()*")


def record(raw: Json, container: str) -> Record:
    """Return a page object as a record that was looked for in the data source with that id."""
    id_ = dashed(raw["id"])
    home = dashed(str(raw["parent"].get("data_source_id") or ""))
    values_ = fields(raw)
    title = values_.get(TITLE)
    return Record(
        ref=Ref(Side.NOTION, id_, container),
        fields=values_,
        time=moment(raw["last_edited_time"]),
        address=id_,
        label=title if isinstance(title, str) else id_,
        presence=_presence(raw, at_home=home == container),
        grain=MINUTE,
        editor=_editor(raw),
    )


def absent(ref: Ref, presence: Presence) -> Record:
    """Return the record of a page that no answer showed."""
    return Record(ref, {}, NEVER, address=ref.id, label=ref.id, presence=presence, grain=MINUTE)


def fields(raw: Json) -> dict[str, Reading]:
    """Return the canonical values of a page, by the properties' ids."""
    return {property_id(each["id"]): values.read(each) for each in raw["properties"].values()}


def _editor(raw: Json) -> str:
    id_ = (raw.get("last_edited_by") or {}).get("id")
    return dashed(str(id_)) if id_ else ""


def moment(raw: str) -> datetime:
    """Return a time of Notion's as an aware one."""
    return datetime.fromisoformat(raw)


def properties(puts: Sequence[Put]) -> dict[str, Any]:
    """Return the JSON that writes those properties and no others."""
    return {spelled(put.facet.name): values.written(put.facet.type, put.value) for put in puts}


def _presence(raw: Json, *, at_home: bool) -> Presence:
    if raw.get("in_trash"):
        return Presence.TRASHED
    if not at_home:
        return Presence.AWAY
    return Presence.ARCHIVED if raw.get("is_archived") else Presence.PRESENT
