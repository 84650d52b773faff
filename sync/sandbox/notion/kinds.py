"""What each type of block says: read from a request with Notion's words, and what it holds; nothing is saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from sync.sandbox.notion import files, texts
from sync.sandbox.notion.identity import checked
from sync.sandbox.notion.languages import LANGUAGES
from sync.sandbox.notion.model import Json, Raw
from sync.sandbox.notion.refusals import MISSING, invalid, too_long, wrong
from sync.sandbox.notion.world import World

Reader = Callable[[World, Raw, str], Raw]
NEEDED = object()
"""In place of what a field is when nobody gives it: a request has to."""
ABSENT = object()
"""In place of it: the field is not there."""


def _text(_: World, raw: Raw, at: str) -> list[Json]:
    return texts.merged(texts.written(raw, at))


def _color(_: World, raw: Raw, at: str) -> str:
    if raw not in texts.TINTS:
        raise wrong(at, "be a valid color", raw)
    return str(raw)


def _flag(_: World, raw: Raw, at: str) -> bool:
    if not isinstance(raw, bool):
        raise wrong(at, "be a boolean", raw)
    return raw


def _language(_: World, raw: Raw, at: str) -> str:
    if not isinstance(raw, str) or raw not in LANGUAGES:
        raise wrong(at, "be a valid language", raw)
    return raw


def _string(limit: int) -> Reader:
    def read(_: World, raw: Raw, at: str) -> str:
        if not isinstance(raw, str):
            raise wrong(at, "be a string", raw)
        if texts.units(raw) > limit:
            raise too_long(at, limit, texts.units(raw))
        return raw

    return read


def _number(_: World, raw: Raw, at: str) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise wrong(at, "be a number", raw)
    return raw


def _icon(world: World, raw: Raw, at: str) -> Json:
    if not isinstance(raw, dict):
        raise wrong(at, "be an object", raw)
    named = raw.keys() - {"type"}
    kind = next(iter(named), "emoji")
    if len(named) != 1 or kind not in _ICONS or raw.get("type", kind) != kind:
        raise wrong(f"{at}.emoji", "be defined")
    return (
        {"type": kind, kind: _ICONS[kind](world, raw[kind], f"{at}.{kind}")}
        if kind != "file_upload"
        else {"type": "file", "file": _uploaded(world, raw[kind], f"{at}.{kind}")}
    )


def _cells(_: World, raw: Raw, at: str) -> list[list[Json]]:
    if not isinstance(raw, list):
        raise wrong(at, "be an array", raw)
    if len(raw) > texts.ELEMENTS:
        raise too_long(at, texts.ELEMENTS, len(raw))
    return [texts.merged(texts.written(cell, f"{at}[{index}]")) for index, cell in enumerate(raw)]


def _external(_: World, raw: Raw, at: str) -> Json:
    url = raw.get("url", MISSING) if isinstance(raw, dict) else MISSING
    if not isinstance(url, str):
        raise wrong(f"{at}.url", "be a string", url)
    if texts.units(url) > texts.URL:
        raise too_long(f"{at}.url", texts.URL, texts.units(url))
    # Words of many public reports.
    if not re.match(r"https?://\S", url):
        raise invalid("Invalid URL for media block." if url else f"{at}.url should be populated.")
    return {"url": url}


def _uploaded(world: World, raw: Raw, at: str) -> Json:
    return {"upload": files.attached(world, raw, at)}


def _origin(_: World, raw: Raw, at: str) -> Json | None:
    if raw is None:
        return None
    if not isinstance(raw, dict):
        raise wrong(at, "be an object or `null`", raw)
    return {"type": "block_id", "block_id": checked(raw.get("block_id"), f"{at}.block_id")}


def _id(_: World, raw: Raw, at: str) -> str:
    return checked(raw, at)


def _emoji(_: World, raw: Raw, at: str) -> str:
    if not isinstance(raw, str):
        raise wrong(at, "be a string", raw)
    return raw


_ICONS: Mapping[str, Reader] = {"emoji": _emoji, "external": _external, "file_upload": _uploaded}
_WORDS: Mapping[str, tuple[Reader, Raw]] = {"rich_text": (_text, NEEDED), "color": (_color, "default")}
_HEADING = {**_WORDS, "is_toggleable": (_flag, False)}
_LINK = {"url": (_string(texts.URL), NEEDED), "caption": (_text, ())}
_MEDIA = {"external": (_external, ABSENT), "file_upload": (_uploaded, ABSENT), "caption": (_text, ())}

FIELDS: Mapping[str, Mapping[str, tuple[Reader, Raw]]] = {
    "paragraph": {**_WORDS, "icon": (_icon, None)},
    "heading_1": _HEADING,
    "heading_2": _HEADING,
    "heading_3": _HEADING,
    "heading_4": _HEADING,
    "bulleted_list_item": _WORDS,
    # Only read, never written: where a list begins and how it counts.
    "numbered_list_item": _WORDS,
    "to_do": {**_WORDS, "checked": (_flag, False)},
    "quote": _WORDS,
    "toggle": _WORDS,
    "callout": {**_WORDS, "icon": (_icon, ABSENT)},
    "template": {"rich_text": (_text, NEEDED)},
    "code": {"rich_text": (_text, NEEDED), "language": (_language, NEEDED), "caption": (_text, ())},
    "equation": {"expression": (_string(texts.EXPRESSION), NEEDED)},
    "divider": {},
    "breadcrumb": {},
    "tab": {},
    "column_list": {},
    "column": {"width_ratio": (_number, ABSENT)},
    "table_of_contents": {"color": (_color, "default")},
    "table": {
        "table_width": (_number, NEEDED),
        "has_column_header": (_flag, False),
        "has_row_header": (_flag, False),
    },
    "table_row": {"cells": (_cells, NEEDED)},
    "synced_block": {"synced_from": (_origin, NEEDED)},
    "bookmark": _LINK,
    "embed": _LINK,
    "image": _MEDIA,
    "video": _MEDIA,
    "pdf": _MEDIA,
    "audio": _MEDIA,
    "file": {**_MEDIA, "name": (_string(texts.URL), ABSENT)},
    "link_to_page": {"page_id": (_id, ABSENT), "database_id": (_id, ABSENT), "comment_id": (_id, ABSENT)},
}
"""What a request may say of each type: how it is read, and what it is when it is left out (types of the client)."""
CHOSEN = {
    **dict.fromkeys(("image", "video", "pdf", "audio", "file"), ("external", "file_upload")),
    "link_to_page": ("page_id", "database_id", "comment_id"),
}
"""Of these fields one is to be given, and `type` names it."""
UNCHANGED = {"table": {"table_width"}, "synced_block": {"synced_from"}}
"""What no request changes."""
PARTLY = frozenset({"paragraph", "to_do", "callout", "code", "bookmark", "embed", *CHOSEN}) - {"link_to_page"}
"""Of these an update may name some fields only (types of the client)."""
FLAGS = {"table": ("has_column_header", "has_row_header")}
"""What an update has to name though a new block may leave it out (types of the client)."""
BULB: Json = {"type": "emoji", "emoji": "💡"}
"""A callout's icon where none is given (recorded)."""
HOLDERS = frozenset(
    {
        "paragraph", "bulleted_list_item", "numbered_list_item", "to_do", "quote", "toggle", "callout", "template",
        "synced_block", "column", "column_list", "table", "tab", "heading_1", "heading_2", "heading_3", "heading_4",
    }
)  # fmt: skip
"""Types that may hold blocks; a heading only if it can be folded."""
ONLY = {"table": "table_row", "column_list": "column", "tab": "paragraph"}
"""What some of them hold, and nothing else."""


def body(world: World, kind: str, raw: Json, at: str) -> Json:
    """Return what a new block says, as it is kept; raises Refused."""
    given = read(world, kind, raw, at)
    for name, (_, otherwise) in FIELDS[kind].items():
        if name in given or otherwise is ABSENT:
            continue
        if otherwise is NEEDED:
            raise wrong(f"{at}.{name}", "be defined")
        given[name] = list(otherwise) if otherwise == () else otherwise
    if kind in CHOSEN and "type" not in given:
        raise wrong(f"{at}.{CHOSEN[kind][0]}", "be defined")
    if kind == "callout":
        given.setdefault("icon", BULB)
    if kind == "file":
        given.setdefault("name", named(world, given))
    return given


def rest(world: World, kind: str, raw: Json, at: str) -> Json:
    """Return what a request says newly of a block, which of most types may be no part; raises Refused."""
    if kind not in PARTLY:
        for name in (*(each for each in FIELDS[kind] if FIELDS[kind][each][1] is NEEDED), *FLAGS.get(kind, ())):
            if name not in raw and name not in UNCHANGED.get(kind, ()):
                raise wrong(f"{at}.{name}", "be defined")
    given = read(world, kind, raw, at)
    if kind == "link_to_page" and "type" not in given:
        raise wrong(f"{at}.page_id", "be defined")
    return given


def read(world: World, kind: str, raw: Json, at: str) -> Json:
    """Return what a request says of a block, which may be a part; raises Refused."""
    fields = FIELDS[kind]
    for name in raw:
        if name not in fields and not (name == "type" and kind in CHOSEN):
            raise wrong(f"{at}.{name}", "be not present", raw[name])
    given = {name: reader(world, raw[name], f"{at}.{name}") for name, (reader, _) in fields.items() if name in raw}
    return _chosen(kind, given, at)


def _chosen(kind: str, given: Json, at: str) -> Json:
    named = [name for name in CHOSEN.get(kind, ()) if name in given]
    if len(named) > 1:
        raise wrong(f"{at}.{named[1]}", "be not present", given[named[1]])
    if named:
        given["type"] = named[0]
        if named[0] == "file_upload":
            given["type"], given["file"] = "file", given.pop("file_upload")
    return given


def named(world: World, given: Json) -> str:
    """Return what a file is called: by its address, as recorded, or as it was uploaded."""
    if "external" in given:
        return str(given["external"]["url"]).partition("?")[0].rstrip("/").rpartition("/")[2]
    return world.uploads[given["file"]["upload"]].filename or "file"
