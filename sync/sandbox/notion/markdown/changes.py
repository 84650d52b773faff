"""The four ways to change a page's Markdown, as a request tells them: a text in, the new text out; no page is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from sync.sandbox.notion.model import Json, Raw
from sync.sandbox.notion.refusals import MISSING, invalid, too_long, wrong

UPDATES = 100
"""Changes in one `update_content` (OpenAPI description of the endpoint)."""


class Change(NamedTuple):
    """The new text, whether pages in it may go, and whether every block is made anew."""

    text: str
    deleting: bool
    anew: bool = False


def change(body: Json, text: str, joint: str) -> Change:
    """Return what a request makes of a text; raises Refused."""
    kind = str(body.get("type"))
    if kind not in _WAYS:
        raise wrong("body.type", "be " + " or ".join(f'`"{name}"`' for name in _WAYS), body.get("type", MISSING))
    told = body.get(kind, MISSING)
    if not isinstance(told, dict):
        raise wrong(f"body.{kind}", "be an object", told)
    allowed, way = _WAYS[kind]
    for name in told:
        if name not in allowed:
            raise wrong(f"body.{kind}.{name}", "be not present", told[name])
    deleting = _flag(told, "allow_deleting_content", f"body.{kind}")
    return Change(way(told, text, joint), deleting, kind == "replace_content")


def replaced(told: Json, text: str, joint: str) -> str:  # noqa: ARG001 - one signature for all ways
    """Return the whole new text."""
    return _text(told, "new_str", "body.replace_content")


def updated(told: Json, text: str, joint: str) -> str:  # noqa: ARG001 - one signature for all ways
    """Return a text with passages replaced, one after the other."""
    updates, at = told.get("content_updates", MISSING), "body.update_content.content_updates"
    if not isinstance(updates, list):
        raise wrong(at, "be an array", updates)
    if len(updates) > UPDATES:
        raise too_long(at, UPDATES, len(updates))
    for index, each in enumerate(updates):
        text = _one(each, text, f"{at}[{index}]")
    return text


def inserted(told: Json, text: str, joint: str) -> str:
    """Return a text with something put in: at its beginning, its end, or behind a passage."""
    new, at = _text(told, "content", "body.insert_content"), "body.insert_content"
    if "after" in told and "position" in told:
        raise invalid("Only one of `after` and `position` should be provided.")
    if "after" in told:
        _, end = _range(_text(told, "after", at), text)
        return joint.join([text[:end], new]) + (joint + text[end:].lstrip("\n") if text[end:].strip() else "")
    position = told.get("position", {"type": "end"})
    if position not in ({"type": "start"}, {"type": "end"}):
        raise wrong(f"{at}.position.type", 'be `"start"` or `"end"`', position)
    whole = [new, text] if position["type"] == "start" else [text, new]
    return joint.join(each for each in whole if each)


def cut(told: Json, text: str, joint: str) -> str:  # noqa: ARG001 - one signature for all ways
    """Return a text with a passage replaced that is told by its beginning and its end."""
    at = "body.replace_content_range"
    start, end = _range(_text(told, "content_range", at), text)
    return text[:start] + _text(told, "content", at) + text[end:]


def _one(raw: Raw, text: str, at: str) -> str:
    if not isinstance(raw, dict):
        raise wrong(at, "be an object", raw)
    old, new = _text(raw, "old_str", at), _text(raw, "new_str", at)
    for name in raw:
        if name not in {"old_str", "new_str", "replace_all_matches"}:
            raise wrong(f"{at}.{name}", "be not present", raw[name])
    if not old:
        raise wrong(f"{at}.old_str.length", "be ≥ `1`", 0)
    count = text.count(old)
    if not count:
        raise _missing(old, text)
    if count > 1 and not _flag(raw, "replace_all_matches", at):
        raise invalid(f"{at}.old_str matches {count} places in the page; set replace_all_matches or say more of it.")
    return text.replace(old, new)


def _range(selection: str, text: str) -> tuple[int, int]:
    """Return where a passage begins and ends that is told as `beginning...end`."""
    first, dots, last = selection.partition("...")
    start = text.find(first) if first else -1
    end = text.find(last, start + len(first)) if dots and last else start + len(first)
    if start < 0 or end < 0:
        raise _missing(selection, text)
    return start, end + (len(last) if dots and last else 0)


def _missing(pattern: str, text: str) -> Exception:
    # Quoted (makenotion/lore, issue 90).
    return invalid(
        f"String not found: <pattern>{pattern}</pattern> in current version of the page <target>{text}</target>"
    )


def _text(told: Json, name: str, at: str) -> str:
    raw = told.get(name, MISSING)
    if not isinstance(raw, str):
        raise wrong(f"{at}.{name}", "be a string", raw)
    return raw


def _flag(told: Json, name: str, at: str) -> bool:
    raw = told.get(name, False)
    if not isinstance(raw, bool):
        raise wrong(f"{at}.{name}", "be a boolean or `undefined`", raw)
    return raw


_DELETING = "allow_deleting_content"
_WAYS: Mapping[str, tuple[set[str], Callable[[Json, str, str], str]]] = {
    "replace_content": ({"new_str", _DELETING}, replaced),
    "update_content": ({"content_updates", _DELETING}, updated),
    "insert_content": ({"content", "after", "position"}, inserted),
    "replace_content_range": ({"content", "content_range", _DELETING}, cut),
}
