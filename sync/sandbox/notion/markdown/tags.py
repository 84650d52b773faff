"""Notion's own tags as sketches of blocks: what each of them says; where a tag begins and ends, the grammar knows."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from sync.sandbox.notion.markdown import sketches
from sync.sandbox.notion.markdown.grammar import Tag, grammar
from sync.sandbox.notion.markdown.inline import Picture, pieces, rich, target, words
from sync.sandbox.notion.markdown.sketches import media, worded
from sync.sandbox.notion.model import Json, Sketch
from sync.sandbox.notion.texts import TINTS

if TYPE_CHECKING:
    from sync.sandbox.notion.markdown.reading import Reading

Row = list[Sketch]
_TABLE_ROW = re.compile(r"<tr\b[^>]*>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<t([hd])\b[^>]*>(.*?)</t\1>", re.DOTALL)


def titled(reading: Reading, tag: Tag) -> tuple[list[Json], Row]:
    """Return the words behind a tag, and the blocks below them."""
    title, rest = _parted(tag.content)
    said = pieces(grammar().parseInline(title)[0].children or [])
    shown = [media(reading.world, "image", each.url, each.caption) for each in said if isinstance(each, Picture)]
    return words(each for each in said if not isinstance(each, Picture)), [*shown, *reading.blocks(rest)]


def simple(reading: Reading, kind: str, tag: Tag, **more: object) -> Row:
    """Return a block with the words, the colour and the blocks of a tag."""
    said, below = titled(reading, tag)
    return [worded(kind, said, below, color=_color(tag), **more)]


def inside(reading: Reading, tag: Tag) -> Row:
    """Return what a tag holds that has no words."""
    return reading.blocks(tag.content.strip("\n"))


def elements(reading: Reading, kind: str, tag: Tag) -> Row:
    """Return the elements of a list that is spelled in tags."""
    return [replace(each, type=kind) for each in inside(reading, tag) if each.type == "bulleted_list_item"]


def folded(reading: Reading, tag: Tag) -> Row:
    """Return a toggle, or a heading that can be folded."""
    level = re.sub(r"\D", "", tag.attributes.get("heading", ""))
    if not level:
        return simple(reading, "toggle", tag)
    return simple(reading, f"heading_{min(int(level), 4)}", tag, is_toggleable=True)


def filed(reading: Reading, tag: Tag) -> Row:
    """Return a file or a page from elsewhere."""
    url, caption = tag.attributes.get("source", ""), rich(tag.content.strip("\n"))
    if tag.name in {"bookmark", "embed"}:
        return [Sketch(type=tag.name, body={"url": url, "caption": caption})]
    return [media(reading.world, tag.name, url, caption)]


def child(reading: Reading, tag: Tag) -> Row:
    """Return a page or database that is in the page; one from elsewhere does not come here by being named."""
    id_ = target(tag.attributes.get("url", ""))
    there = id_ in (reading.world.pages if tag.name == "page" else reading.world.databases)
    return [Sketch(type=f"child_{tag.name}", id=id_)] if id_ and there else []


def unknown(_: Reading, tag: Tag) -> Row:
    """Return a block that Markdown has no word for: the one that is there already."""
    id_ = target(tag.attributes.get("url", "").rpartition("#")[2])
    return [Sketch(type="unknown", body={"block_type": tag.attributes.get("alt", "")}, id=id_)] if id_ else []


def table(_: Reading, tag: Tag) -> Row:
    """Return a table in tags."""
    lines = [_CELL.findall(row) for row in _TABLE_ROW.findall(tag.content)]
    rows = [[(kind, rich(cell.strip("\n"))) for kind, cell in line] for line in lines]
    if not rows:
        return []
    told = tag.attributes
    header = told.get("header-row", str(all(kind == "h" for kind, __ in rows[0])).lower())
    cells = [[cell for __, cell in row] for row in rows]
    return [sketches.table(cells, header_row=header == "true", header_column=told.get("header-column") == "true")]


def _parted(content: str) -> tuple[str, str]:
    """Return the words behind a tag and what follows after a blank line."""
    blank = re.search(r"\n[ \t]*(?=\n)", content)
    title, rest = (content[: blank.start()], content[blank.end() :]) if blank else (content, "")
    return title.strip("\n"), rest.strip("\n")


def _color(tag: Tag) -> str:
    color = re.sub(r"_bg$", "_background", tag.attributes.get("color", "default"))
    return color if color in TINTS else "default"


def _icon(tag: Tag) -> Json | None:
    icon = tag.attributes.get("icon")
    if not icon:
        return None
    return {"type": "external", "external": {"url": icon}} if "://" in icon else {"type": "emoji", "emoji": icon}


def _headed(reading: Reading, tag: Tag) -> Row:
    """Return a heading that cannot be folded, which holds nothing: what follows is below it."""
    (head,) = simple(reading, f"heading_{tag.name[1]}", tag, is_toggleable=False)
    return [replace(head, children=()), *head.children]


def _equation(_: Reading, tag: Tag) -> Row:
    return [Sketch(type="equation", body={"expression": html.unescape(tag.content.strip("\n"))})]


def _contents(_: Reading, tag: Tag) -> Row:
    return [Sketch(type="table_of_contents", body={"color": _color(tag)})]


def _column(reading: Reading, tag: Tag) -> Row:
    ratio = re.fullmatch(r"\d*\.?\d+", tag.attributes.get("ratio", ""))
    body: Json = {"width_ratio": float(ratio[0])} if ratio else {}
    return [Sketch(type="column", body=body, children=tuple(inside(reading, tag)))]


def _columns(reading: Reading, tag: Tag) -> Row:
    columns = tuple(each for each in inside(reading, tag) if each.type == "column")
    return [Sketch(type="column_list", children=columns)] if columns else []


def _tabs(reading: Reading, tag: Tag) -> Row:
    return [Sketch(type="tab", children=tuple(each for each in inside(reading, tag) if each.type == "paragraph"))]


def _synced(reading: Reading, tag: Tag) -> Row:
    """Return a synced block; one that only shows another is kept where it is, and new where it is not."""
    origin = target(tag.attributes.get("url", ""))
    if origin:
        return [Sketch(type="synced_block", body={"synced_from": {"type": "block_id", "block_id": origin}})]
    return [Sketch(type="synced_block", body={"synced_from": None}, children=tuple(inside(reading, tag)))]


TAGS: Mapping[str, Callable[[Reading, Tag], Row]] = {
    "p": lambda reading, tag: simple(reading, "paragraph", tag, icon=None),
    **dict.fromkeys(("h1", "h2", "h3", "h4"), _headed),
    "quote": lambda reading, tag: simple(reading, "quote", tag),
    "toggle": folded,
    "callout": lambda reading, tag: simple(reading, "callout", tag, icon=_icon(tag)),
    "todo": lambda reading, tag: simple(reading, "to_do", tag, checked=tag.attributes.get("checked") == "true"),
    "li": lambda reading, tag: simple(reading, "bulleted_list_item", tag),
    "ul": lambda reading, tag: elements(reading, "bulleted_list_item", tag),
    "ol": lambda reading, tag: elements(reading, "numbered_list_item", tag),
    "tab": lambda reading, tag: simple(reading, "paragraph", tag, icon=_icon(tag)),
    "tabs": _tabs,
    "columns": _columns,
    "column": _column,
    "synced-block": _synced,
    "folder": inside,
    "mail": inside,
    "meeting-notes": inside,
    "equation": _equation,
    "table": table,
    "table-of-contents": _contents,
    **dict.fromkeys(("image", "pdf", "file", "audio", "video", "bookmark", "embed"), filed),
    "page": child,
    "database": child,
    "unknown": unknown,
    "external_object_instance": unknown,
    "custom-block": unknown,
}
