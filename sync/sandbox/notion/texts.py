"""Rich text: what may be written, and how it reads back; where it stands is not known."""

from __future__ import annotations

from collections.abc import Iterable

from sync.sandbox.notion import times
from sync.sandbox.notion.identity import checked
from sync.sandbox.notion.model import Json, Raw
from sync.sandbox.notion.refusals import MISSING, invalid, too_long, wrong

CONTENT, ELEMENTS, URL, EXPRESSION = 2000, 100, 2000, 1000
"""Limits of a request, not of what is kept (reference, "Request limits")."""
COLORS = ("default", "gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red")
TINTS = (*COLORS, *(f"{color}_background" for color in COLORS))
"""The colours of words and blocks."""
PLAIN: Json = {
    "bold": False,
    "italic": False,
    "strikethrough": False,
    "underline": False,
    "code": False,
    "color": "default",
}
KINDS = ("text", "mention", "equation")
MENTIONS = ("user", "page", "database", "date")


def units(text: str) -> int:
    """Return the length in UTF-16 units, the strictest reading of the documented "characters"."""
    return len(text.encode("utf-16-le")) // 2


def written(raw: Raw, at: str) -> list[Json]:
    """Return rich text as it reads back; empty elements are gone. Raises Refused."""
    if not isinstance(raw, list):
        raise wrong(at, "be an array", raw)
    if len(raw) > ELEMENTS:
        raise too_long(at, ELEMENTS, len(raw))
    elements = [_element(each, f"{at}[{index}]") for index, each in enumerate(raw)]
    return [each for each in elements if each["plain_text"]]


def shown(text: str) -> list[Json]:
    """Return plain text as rich text, in elements of the length that the service allows."""
    return [_text(text[start : start + 1000], None, PLAIN) for start in range(0, len(text), 1000)]


def plain(elements: list[Json]) -> str:
    """Return the words of rich text."""
    return "".join(each["plain_text"] for each in elements)


def merged(elements: Iterable[Json]) -> list[Json]:
    """Return rich text in which neighbours that look alike are one, however long (recorded: 2,000 and 1 are 2,001)."""
    whole: list[Json] = []
    for each in elements:
        last = whole[-1] if whole else None
        if last and last["type"] == each["type"] == "text" and _look(last) == _look(each):
            whole[-1] = _text(last["plain_text"] + each["plain_text"], each["href"], each["annotations"])
        elif each["plain_text"]:
            whole.append(each)
    return whole


def element(content: str, url: str | None = None, look: Json | None = None) -> Json:
    """Return one element of text."""
    return _text(content, url, {**PLAIN, **(look or {})})


def formula(expression: str, look: Json | None = None) -> Json:
    """Return one element that is a formula."""
    return {
        "type": "equation",
        "equation": {"expression": expression},
        "annotations": {**PLAIN, **(look or {})},
        "plain_text": expression,
        "href": None,
    }


def mention(inner: Json, look: Json | None = None) -> Json:
    """Return one element that mentions somebody or something; raises Refused."""
    return _mention(inner, "body.mention", {**PLAIN, **(look or {})})


def absolute(url: str) -> bool:
    """Tell whether an address can be a link."""
    return "://" in url or url.startswith(("mailto:", "tel:", "/"))


def _look(of: Json) -> tuple[Json, str | None]:
    return of["annotations"], of["href"]


def _element(raw: Raw, at: str) -> Json:
    if not isinstance(raw, dict):
        raise wrong(at, "be an object", raw)
    kind = raw.get("type", next((kind for kind in KINDS if kind in raw), "text"))
    if kind not in KINDS or not isinstance(raw.get(kind), dict):
        raise wrong(f"{at}.{kind if kind in KINDS else 'text'}", "be defined", raw.get(str(kind), MISSING))
    annotations = _annotations(raw.get("annotations", {}), f"{at}.annotations")
    inner, place = raw[kind], f"{at}.{kind}"
    if kind == "text":
        return _text(_content(inner, place), _link(inner.get("link"), f"{place}.link"), annotations)
    if kind == "mention":
        return _mention(inner, place, annotations)
    return formula(_string(inner.get("expression", MISSING), f"{place}.expression", EXPRESSION), annotations)


def _content(inner: Json, at: str) -> str:
    return _string(inner.get("content", MISSING), f"{at}.content", CONTENT)


def _string(raw: Raw, at: str, limit: int) -> str:
    if not isinstance(raw, str):
        raise wrong(at, "be a string", raw)
    if units(raw) > limit:
        raise too_long(at, limit, units(raw))
    return raw


def _link(raw: Raw, at: str) -> str | None:
    if raw is None:
        return None
    url = _string(raw.get("url", MISSING) if isinstance(raw, dict) else raw, f"{at}.url", URL)
    # Words of many public reports; a link has to be absolute.
    if not absolute(url):
        raise invalid("Invalid URL for link.")
    return url


def _text(content: str, url: str | None, annotations: Json) -> Json:
    return {
        "type": "text",
        "text": {"content": content, "link": None if url is None else {"url": url}},
        "annotations": dict(annotations),
        "plain_text": content,
        "href": url,
    }


def _annotations(given: Raw, at: str) -> Json:
    if not isinstance(given, dict):
        raise wrong(at, "be an object or `undefined`", given)
    for name, value in given.items():
        if name not in PLAIN:
            raise wrong(f"{at}.{name}", "be not present", value)
        if name != "color" and not isinstance(value, bool):
            raise wrong(f"{at}.{name}", "be a boolean", value)
    if given.get("color", "default") not in TINTS:
        raise wrong(f"{at}.color", "be a valid color", given["color"])
    return {**PLAIN, **given}


def _mention(inner: Json, at: str, annotations: Json) -> Json:
    """Return a mention without looking up whom it means: its words are filled in when it is shown."""
    kind = inner.get("type") or next((kind for kind in MENTIONS if kind in inner), "")
    if kind not in MENTIONS or not isinstance(inner.get(kind), dict):
        raise wrong(f"{at}.user", "be defined")
    target, href = inner[kind], None
    if kind == "date":
        value = times.written(target, f"{at}.date") or {}
        words = value["start"] + (f" → {value['end']}" if value["end"] else "")
    else:
        value = {"id": checked(target.get("id"), f"{at}.{kind}.id")}
        words = "Untitled"
    if kind == "user":
        value, words = {"object": "user", **value}, "@Anonymous"
    if kind in {"page", "database"}:
        href = f"https://app.notion.com/p/{value['id'].replace('-', '')}"
    mention = {"type": kind, kind: value}
    return {"type": "mention", "mention": mention, "annotations": annotations, "plain_text": words, "href": href}
