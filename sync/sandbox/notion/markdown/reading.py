"""Version 2 of Notion's Markdown as sketches of blocks; what a page held before is not known."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode as Node

from sync.sandbox.notion import files, kinds
from sync.sandbox.notion.languages import known
from sync.sandbox.notion.markdown.grammar import Tag, grammar
from sync.sandbox.notion.markdown.inline import Picture, Piece, pieces, rich, target, trimmed, words
from sync.sandbox.notion.model import Json, Sketch
from sync.sandbox.notion.texts import TINTS, element
from sync.sandbox.notion.world import World

Row = list[Sketch]
_BOX = re.compile(r"\[([ xX])\](?:[ \t]+|\Z)")
_TABLE_ROW = re.compile(r"<tr\b[^>]*>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<t([hd])\b[^>]*>(.*?)</t\1>", re.DOTALL)
_PLAIN: Json = {"rich_text": [], "color": "default"}


def read(world: World, text: str) -> tuple[Sketch, ...]:
    """Return the blocks that a text is."""
    return tuple(Reading(world).blocks(text.replace("\r\n", "\n").replace("\r", "\n")))


@dataclass(frozen=True)
class Reading:
    """Reads for one workspace, whose files and pages a text can name."""

    world: World

    def blocks(self, text: str) -> Row:
        """Return the blocks of a text."""
        return self.row(Node(grammar().parse(text)).children)

    def row(self, nodes: Sequence[Node]) -> Row:
        """Return the blocks of a row of nodes."""
        return [block for node in nodes for block in self._node(node)]

    def _node(self, node: Node) -> Row:
        match node.type:
            case "paragraph":
                return self._paragraph(pieces(_tokens(node)))
            case "heading":
                # Deeper levels than the fourth become it ("Enhanced markdown"; for version 2 nobody says).
                return [_heading(min(int(node.tag[1:]), 4), words(pieces(_tokens(node))))]
            case "fence" | "code_block":
                text = node.content.removesuffix("\n")
                language = known(node.info if node.type == "fence" else "")
                said = [element(text)] if text else []
                return [Sketch(type="code", body={"rich_text": said, "caption": [], "language": language})]
            case "display":
                return [Sketch(type="equation", body={"expression": node.content.strip("\n")})]
            case "hr":
                return [Sketch(type="divider")]
            case "table":
                rows = [row for part in node.children for row in part.children]
                cells = [[words(pieces(_tokens(cell))) for cell in row.children] for row in rows]
                return [_table(cells, header_row=True, header_column=False)]
            case "blockquote":
                return [_lifted("quote", self.row(node.children))]
            case "bullet_list" | "ordered_list":
                return self._list(node)
        return self.tag(node.meta["tag"])

    def _paragraph(self, said: Sequence[Piece]) -> Row:
        """Return words and images, each image a block of its own."""
        row: Row = []
        run: list[Piece] = []
        for each in [*said, None]:
            if isinstance(each, Picture) or each is None:
                split = row or each
                text = trimmed(words(run)) if split else words(run)
                if text or not split:
                    row.append(_worded("paragraph", text, icon=None))
                run = []
            else:
                run.append(each)
            if isinstance(each, Picture):
                row.append(self._media("image", each.url, each.caption))
        return row

    def _list(self, node: Node) -> Row:
        ordered = node.type == "ordered_list"
        row = [self._element(each, ordered=ordered) for each in node.children]
        start = int(node.attrs.get("start", 1))
        if ordered and start != 1:
            row[0] = replace(row[0], body={**row[0].body, "list_start_index": start})
        return row

    def _element(self, node: Node, *, ordered: bool) -> Sketch:
        box = None if ordered else _unboxed(node)
        inside = self.row(node.children)
        if box is not None:
            return _lifted("to_do", inside, checked=box != " ")
        return _lifted("numbered_list_item" if ordered else "bulleted_list_item", inside)

    def tag(self, tag: Tag) -> Row:
        """Return what one of Notion's tags says."""
        return _TAGS[tag.name](self, tag)

    def titled(self, tag: Tag) -> tuple[list[Json], Row]:
        """Return the words behind a tag, and the blocks below them."""
        title, rest = _parted(tag.content)
        said = pieces(grammar().parseInline(title)[0].children or [])
        shown = [self._media("image", each.url, each.caption) for each in said if isinstance(each, Picture)]
        return words(each for each in said if not isinstance(each, Picture)), [*shown, *self.blocks(rest)]

    def simple(self, kind: str, tag: Tag, **more: object) -> Row:
        """Return a block with the words, the colour and the blocks of a tag."""
        said, below = self.titled(tag)
        return [_worded(kind, said, below, color=_color(tag), **more)]

    def inside(self, tag: Tag) -> Row:
        """Return what a tag holds that has no words."""
        return self.blocks(tag.content.strip("\n"))

    def elements(self, kind: str, tag: Tag) -> Row:
        """Return the elements of a list that is spelled in tags."""
        return [replace(each, type=kind) for each in self.inside(tag) if each.type == "bulleted_list_item"]

    def folded(self, tag: Tag) -> Row:
        """Return a toggle, or a heading that can be folded."""
        level = re.sub(r"\D", "", tag.attributes.get("heading", ""))
        if not level:
            return self.simple("toggle", tag)
        return self.simple(f"heading_{min(int(level), 4)}", tag, is_toggleable=True)

    def media(self, tag: Tag) -> Row:
        """Return a file or a page from elsewhere."""
        url, caption = tag.attributes.get("source", ""), rich(tag.content.strip("\n"))
        if tag.name in {"bookmark", "embed"}:
            return [Sketch(type=tag.name, body={"url": url, "caption": caption})]
        return [self._media(tag.name, url, caption)]

    def child(self, tag: Tag) -> Row:
        """Return a page or database that is in the page; one from elsewhere does not come here by being named."""
        id_ = target(tag.attributes.get("url", ""))
        there = id_ in (self.world.pages if tag.name == "page" else self.world.databases)
        return [Sketch(type=f"child_{tag.name}", id=id_)] if id_ and there else []

    def unknown(self, tag: Tag) -> Row:
        """Return a block that Markdown has no word for: the one that is there already."""
        id_ = target(tag.attributes.get("url", "").rpartition("#")[2])
        return [Sketch(type="unknown", body={"block_type": tag.attributes.get("alt", "")}, id=id_)] if id_ else []

    def table(self, tag: Tag) -> Row:
        """Return a table in tags."""
        lines = [_CELL.findall(row) for row in _TABLE_ROW.findall(tag.content)]
        rows = [[(kind, rich(cell.strip("\n"))) for kind, cell in line] for line in lines]
        if not rows:
            return []
        told = tag.attributes
        header = told.get("header-row", str(all(kind == "h" for kind, _ in rows[0])).lower())
        cells = [[cell for _, cell in row] for row in rows]
        return [_table(cells, header_row=header == "true", header_column=told.get("header-column") == "true")]

    def _media(self, kind: str, url: str, caption: list[Json]) -> Sketch:
        """Return a file; a signed address leads to one that Notion holds."""
        upload = files.held(self.world, url)
        body: Json = {"type": "external", "external": {"url": url}, "caption": caption}
        if upload:
            body = {"type": "file", "file": {"upload": upload}, "caption": caption}
        if kind == "file":
            body["name"] = kinds.named(self.world, body)
        return Sketch(type=kind, body=body)


def _tokens(node: Node) -> list[Token]:
    inline = next((each for each in node.children if each.type == "inline"), None)
    return (inline.token.children or []) if inline and inline.token else []


def _unboxed(node: Node) -> str | None:
    """Take a task's box off an element; return what is in it, None where there is none."""
    first = node.children[0] if node.children else None
    if first is None or first.type != "paragraph":
        return None
    found = _BOX.match(first.children[0].content)
    if found is None:
        return None
    _tokens(first)[0].content = _tokens(first)[0].content[found.end() :]
    return found[1]


def _worded(kind: str, said: list[Json], below: Sequence[Sketch] = (), **more: object) -> Sketch:
    return Sketch(type=kind, body={**_PLAIN, "rich_text": said, **more}, children=tuple(below))


def _lifted(kind: str, inside: Sequence[Sketch], **more: object) -> Sketch:
    """Return a block whose words are those of the first paragraph that it holds."""
    if inside and inside[0].type == "paragraph" and not inside[0].children and inside[0].body["color"] == "default":
        return _worded(kind, inside[0].body["rich_text"], inside[1:], **more)
    return _worded(kind, [], inside, **more)


def _heading(level: int, said: list[Json]) -> Sketch:
    return _worded(f"heading_{level}", said, is_toggleable=False)


def _table(rows: list[list[list[Json]]], *, header_row: bool, header_column: bool) -> Sketch:
    width = max(map(len, rows), default=1)
    body = {"table_width": width, "has_column_header": header_row, "has_row_header": header_column}
    cells = [[*row, *([] for _ in range(width - len(row)))] for row in rows]
    lines = tuple(Sketch(type="table_row", body={"cells": row}) for row in cells)
    return Sketch(type="table", body=body, children=lines)


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
    (head,) = reading.simple(f"heading_{tag.name[1]}", tag, is_toggleable=False)
    return [replace(head, children=()), *head.children]


def _equation(_: Reading, tag: Tag) -> Row:
    return [Sketch(type="equation", body={"expression": html.unescape(tag.content.strip("\n"))})]


def _contents(_: Reading, tag: Tag) -> Row:
    return [Sketch(type="table_of_contents", body={"color": _color(tag)})]


def _column(reading: Reading, tag: Tag) -> Row:
    ratio = tag.attributes.get("ratio")
    body: Json = {"width_ratio": float(ratio)} if ratio else {}
    return [Sketch(type="column", body=body, children=tuple(reading.inside(tag)))]


def _columns(reading: Reading, tag: Tag) -> Row:
    inside = tuple(each for each in reading.inside(tag) if each.type == "column")
    return [Sketch(type="column_list", children=inside)] if inside else []


def _tabs(reading: Reading, tag: Tag) -> Row:
    return [Sketch(type="tab", children=tuple(each for each in reading.inside(tag) if each.type == "paragraph"))]


def _synced(reading: Reading, tag: Tag) -> Row:
    """Return a synced block; one that only shows another is kept where it is, and new where it is not."""
    origin = target(tag.attributes.get("url", ""))
    if origin:
        return [Sketch(type="synced_block", body={"synced_from": {"type": "block_id", "block_id": origin}})]
    return [Sketch(type="synced_block", body={"synced_from": None}, children=tuple(reading.inside(tag)))]


_TAGS: Mapping[str, Callable[[Reading, Tag], Row]] = {
    "p": lambda reading, tag: reading.simple("paragraph", tag, icon=None),
    **dict.fromkeys(("h1", "h2", "h3", "h4"), _headed),
    "quote": lambda reading, tag: reading.simple("quote", tag),
    "toggle": Reading.folded,
    "callout": lambda reading, tag: reading.simple("callout", tag, icon=_icon(tag)),
    "todo": lambda reading, tag: reading.simple("to_do", tag, checked=tag.attributes.get("checked") == "true"),
    "li": lambda reading, tag: reading.simple("bulleted_list_item", tag),
    "ul": lambda reading, tag: reading.elements("bulleted_list_item", tag),
    "ol": lambda reading, tag: reading.elements("numbered_list_item", tag),
    "tab": lambda reading, tag: reading.simple("paragraph", tag, icon=_icon(tag)),
    "tabs": _tabs,
    "columns": _columns,
    "column": _column,
    "synced-block": _synced,
    "folder": Reading.inside,
    "mail": Reading.inside,
    "meeting-notes": Reading.inside,
    "equation": _equation,
    "table": Reading.table,
    "table-of-contents": _contents,
    **dict.fromkeys(("image", "pdf", "file", "audio", "video", "bookmark", "embed"), Reading.media),
    "page": Reading.child,
    "database": Reading.child,
    "unknown": Reading.unknown,
    "external_object_instance": Reading.unknown,
    "custom-block": Reading.unknown,
}
