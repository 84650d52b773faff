"""Rich text as version 2 spells it: every sign escaped, styles as tags; blocks are not known here."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from sync.sandbox.notion.model import Json

BREAK, CELL_BREAK, TAG_BREAK = "\\\n", "<br />", "<br/>"
"""Line breaks among words, in a cell of a table of signs, in one of a table of tags."""
_SIGN = re.compile(r"([!-/:-@\[-`{-~])")
_LINE_EDGE = re.compile(r"(?<=\n)[^\S\n]+")
_TAGS = (("strikethrough", "s"), ("italic", "i"), ("bold", "b"), ("underline", "u"))


def spelled(elements: Sequence[Json], line_break: str = BREAK) -> str:
    """Return rich text as one line of Markdown, or several with hard breaks."""
    parts: list[str] = []
    for at, each in enumerate(elements):
        first, last = at == 0, at == len(elements) - 1
        text = _words(each, line_break, edges=(first or _ends_line(elements[at - 1]), last))
        if parts and parts[-1].endswith("$") and text[:1].isdigit():
            text = f"&#{ord(text[0])};{text[1:]}"
        parts.append(text)
    return "".join(parts)


def attribute(value: str) -> str:
    """Return text as it can stand between the quotes of an attribute."""
    return html.escape(value, quote=True)


def address(url: str) -> str:
    """Return a link's target as it stands between round brackets."""
    return "<" + re.sub(r"([<>\\])", r"\\\1", url.replace("&", "&amp;").replace("\n", "%0A")) + ">"


def short(color: str) -> str:
    """Return a colour as Markdown names it."""
    return color.replace("_background", "_bg")


def _ends_line(element: Json) -> bool:
    return str(element["plain_text"]).endswith("\n")


def _words(element: Json, line_break: str, *, edges: tuple[bool, bool]) -> str:
    text, look = str(element["plain_text"]), element["annotations"]
    if element["type"] == "equation":
        shown = f"${text}$"
    elif element["type"] == "mention":
        shown = _mention(element)
    elif look["code"]:
        shown = ticked(text)
    else:
        shown = _escaped(text, line_break, edges)
    if line_break == CELL_BREAK and (look["code"] or element["type"] == "equation"):
        shown = shown.replace("|", "\\|")
    for name, sign in _TAGS:
        if look[name]:
            shown = f"<{sign}>{shown}</{sign}>"
    if look["color"] != "default":
        shown = f'<span color="{short(look["color"])}">{shown}</span>'
    if not element["href"] or element["type"] != "text":
        return shown
    target = address(element["href"])
    return f"[{shown}]({target.replace('|', '%7C') if line_break == CELL_BREAK else target})"


def _escaped(text: str, line_break: str, edges: tuple[bool, bool]) -> str:
    """Return words with every sign escaped, and the white space that Markdown would lose as references."""
    first, last = edges
    start = len(text) - len(text.lstrip()) if first else 0
    stop = start + len(text[start:].rstrip()) if last else len(text)
    middle = _SIGN.sub(r"\\\1", text[start:stop])
    middle = _LINE_EDGE.sub(lambda found: _references(found[0]), middle)
    middle = re.sub(r"[\r\x85\u2028\u2029]", lambda found: _references(found[0]), middle)
    return _references(text[:start]) + middle.replace("\n", line_break) + _references(text[stop:])


def _references(blanks: str) -> str:
    return "".join(f"&#{ord(each)};" for each in blanks)


def ticked(text: str) -> str:
    """Return text as code in a line, which has no line breaks."""
    inner = text.replace("\n", " ")
    longest = max((len(each) for each in re.findall(r"`+", inner)), default=0)
    marks = "`" * (longest + 1)
    pad = " " if inner[:1] == "`" or inner[-1:] == "`" or (inner.strip() and inner[0] == inner[-1] == " ") else ""
    return f"{marks}{pad}{inner}{pad}{marks}"


def _mention(element: Json) -> str:
    mention = element["mention"]
    kind = mention["type"]
    if kind == "date":
        return f"<date {_date(mention['date'])} />"
    id_ = mention[kind]["id"]
    if kind == "user":
        return f'<mention url="user://{id_}" />'
    more = ' type="database"' if kind == "database" else ""
    return f'<mention url="https://app.notion.com/p/{id_.replace("-", "")}"{more} />'


def _date(value: Json) -> str:
    told = []
    for name in ("start", "end"):
        day, _, hour = str(value[name] or "").partition("T")
        told += [f'{name}="{day}"'] if day else []
        told += [f'{name}-time="{hour}"'] if hour else []
    return " ".join(told)
