"""Blocks as version 2 shows them, in Notion's own spelling: what it holds, not what anybody once wrote."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from sync.sandbox.notion import files, mentions, shapes, texts
from sync.sandbox.notion.markdown.spelling import CELL_BREAK, TAG_BREAK, address, attribute, short, spelled
from sync.sandbox.notion.model import Block, Json, Sketch
from sync.sandbox.notion.world import World

_TIGHT = re.compile(r"(?:-|1\.) \S")
_OPEN_END = re.compile(r"(?:```|\$\$|>|^\s*(?:[-|>]|\d+\.).*)$")
UNTITLED = "Untitled"


@dataclass
class Showing:
    """Shows the blocks of one page; `unknown` collects those that Markdown has no word for.

    With a `signature` all files have that one, so that what is shown can be compared.
    """

    world: World
    page: str
    signature: str | None = None
    unknown: list[str] = field(default_factory=list)

    def text(self, blocks: Iterable[Sketch]) -> str:
        """Return blocks as Markdown."""
        return "\n\n".join(self.parts(blocks))

    def parts(self, blocks: Iterable[Sketch]) -> list[str]:
        """Return blocks as Markdown, the elements of one list joined."""
        parts: list[str] = []
        last, number = "", 0
        for block in blocks:
            if isinstance(block, Block) and not shapes.living(self.world, block):
                continue
            listed = block.type if block.type in _MARKS and not _tagged(block) else ""
            number = number + 1 if listed and listed == last else int(block.body.get("list_start_index", 1))
            text = self.element(block, number) if listed else self.one(block)
            if listed and listed == last:
                parts[-1] += "\n" + text
            else:
                parts.append(text)
            last = listed
        return parts

    def one(self, block: Sketch) -> str:
        """Return one block that is not the element of a list."""
        return _SHOWN.get(block.type, Showing.nameless)(self, block)

    def element(self, block: Sketch, number: int) -> str:
        """Return an element of a list; what it holds is indented below it."""
        mark = _MARKS[block.type].format(number=number, box="x" if block.body.get("checked") else " ")
        said, inside = spelled(block.body["rich_text"]), self.parts(block.children)
        tight = said and all(_TIGHT.match(each) for each in inside)
        lines = ("\n" if tight else "\n\n").join([said, *inside]).split("\n")
        indent = " " * (2 if mark.startswith("-") else len(mark))
        first = f"{mark}{lines[0]}".rstrip(" ")
        return "\n".join([first, *(indent + line if line else "" for line in lines[1:])])

    def tag(self, name: str, block: Sketch, told: Mapping[str, str | None] | None = None) -> str:
        """Return a tag with a block's words behind it and what it holds below."""
        color = block.body.get("color", "default")
        shown = {**(told or {}), "color": None if color == "default" else short(color)}
        inside = self.parts(block.children)
        words = spelled(block.body.get("rich_text", ()))
        end = "\n" if inside and _OPEN_END.search(inside[-1].rpartition("\n")[2]) else ""
        return opening(name, shown) + "\n\n".join([words, *inside]) + end + f"</{name}>"

    def paragraph(self, block: Sketch) -> str:
        """Return a paragraph, as a tag where it has more than words."""
        words = spelled(block.body["rich_text"])
        if block.children or block.body.get("color", "default") != "default":
            return self.tag("p", block)
        return words or "<p />"

    def heading(self, block: Sketch) -> str:
        """Return a heading, as a tag where it has more than words on one line."""
        level, words = block.type[-1], spelled(block.body["rich_text"])
        if block.body.get("is_toggleable"):
            return self.tag("toggle", block, {"heading": level})
        if block.body.get("color", "default") != "default" or "\n" in words:
            return self.tag(f"h{level}", block)
        return f"{'#' * int(level)} {words}".rstrip(" ")

    def quote(self, block: Sketch) -> str:
        """Return a quotation."""
        words = spelled(block.body["rich_text"])
        if not words or block.children or block.body.get("color", "default") != "default":
            return self.tag("quote", block)
        return "\n".join(f"> {line}" for line in words.split("\n"))

    def listed(self, block: Sketch) -> str:
        """Return an element of a list whose look a sign cannot tell."""
        if block.type == "to_do":
            return self.tag("todo", block, {"checked": str(bool(block.body.get("checked"))).lower()})
        name = "ul" if block.type == "bulleted_list_item" else "ol"
        return f"<{name}>\n{self.tag('li', block)}\n</{name}>"

    def callout(self, block: Sketch) -> str:
        """Return a callout."""
        icon = block.body.get("icon") or {}
        shown = icon.get("emoji") or (icon.get("external") or {}).get("url")
        return self.tag("callout", block, {"icon": shown})

    def code(self, block: Sketch) -> str:
        """Return a fence that is longer than any in it; a caption is not shown."""
        text = texts.plain(block.body["rich_text"])
        marks = "`" * max([3, *(len(each) + 1 for each in re.findall(r"`+", text))])
        return f"{marks}{block.body['language']}\n{text}\n{marks}"

    def equation(self, block: Sketch) -> str:
        """Return a formula."""
        text = block.body["expression"]
        if "$$" in text or "\n\n" in text or text.strip("\n") != text or text.strip() == "":
            escaped = html.escape(text, quote=False).replace("\n", "&#10;")
            return f"<equation>{escaped}</equation>"
        return f"$$\n{text}\n$$"

    def table(self, block: Sketch) -> str:
        """Return a table with signs, or with tags where its first row alone is no header."""
        header, column = block.body["has_column_header"], block.body["has_row_header"]
        signs = block.children and header and not column
        line_break = CELL_BREAK if signs else TAG_BREAK
        rows = [[spelled(cell, line_break) for cell in row.body["cells"]] for row in block.children]
        if not signs:
            told = {"header-row": str(header).lower(), "header-column": str(column).lower()}
            cells = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
            return "\n".join([opening("table", told), *cells, "</table>"])
        lines = [f"| {' | '.join(row)} |" for row in rows]
        return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])

    def image(self, block: Sketch) -> str:
        """Return an image, a file of Notion's own at a signed address."""
        return f"![{spelled(block.body['caption'])}]({address(self.source(block.body))})"

    def media(self, block: Sketch) -> str:
        """Return a file or a page from elsewhere."""
        caption = spelled(block.body["caption"])
        return opening(block.type, {"source": self.source(block.body)}) + f"{caption}</{block.type}>"

    def source(self, body: Json) -> str:
        """Return the address of what a body names."""
        if "upload" in body.get("file", {}):
            return str(files.signed(self.world, body["file"]["upload"], signature=self.signature)["url"])
        return str(body.get("url") or (body.get("external") or body.get("file") or {}).get("url", ""))

    def arranged(self, block: Sketch) -> str:
        """Return what only arranges the blocks in it."""
        name, told = _ARRANGED[block.type], {}
        if block.type == "column" and block.body.get("width_ratio"):
            told = {"ratio": str(block.body["width_ratio"])}
        if block.type == "synced_block" and block.body.get("synced_from"):
            told = {"url": self.url(block.body["synced_from"]["block_id"])}
        joint = "\n" if block.type == "column_list" else "\n\n"
        return "\n".join([opening(name, told), joint.join(self.parts(block.children)), f"</{name}>"])

    def tabs(self, block: Sketch) -> str:
        """Return tabs, each a title with blocks below it."""
        shown = [self.tag("tab", each, {"icon": (each.body.get("icon") or {}).get("emoji")}) for each in block.children]
        return "\n".join(["<tabs>", *shown, "</tabs>"])

    def contents(self, block: Sketch) -> str:
        """Return a table of contents."""
        color = block.body.get("color", "default")
        return opening("table-of-contents", {"color": None if color == "default" else short(color)}, " /")

    def child(self, block: Sketch) -> str:
        """Return a page or a database that is in this one."""
        name = block.type.removeprefix("child_")
        if name == "page":
            title = self.world.title(self.world.pages[block.id].now)
        else:
            title = mentions.named(self.world.databases[block.id])
        words = spelled(texts.shown(title or UNTITLED))
        return opening(name, {"url": self.world.url(block.id)}) + f"{words}</{name}>"

    def nameless(self, block: Sketch) -> str:
        """Return the sign of a block that Markdown has no word for."""
        self.unknown.append(block.id)
        kind = block.body.get("block_type", block.type)
        return opening("unknown", {"url": self.url(block.id), "alt": kind}, "/")

    def url(self, block: str) -> str:
        """Return the address of a block."""
        return f"{self.world.url(self.page)}#{block.replace('-', '')}"


def opening(name: str, told: Mapping[str, str | None], end: str = "") -> str:
    """Return a tag with its attributes."""
    shown = "".join(f' {key}="{attribute(value)}"' for key, value in told.items() if value is not None)
    return f"<{name}{shown}{end}>"


def _tagged(block: Sketch) -> bool:
    """Tell whether an element of a list has to be spelled in tags."""
    return block.body.get("color", "default") != "default" or bool(block.children and not block.body["rich_text"])


_MARKS = {"bulleted_list_item": "- ", "numbered_list_item": "{number}. ", "to_do": "- [{box}] "}
_ARRANGED = {"column_list": "columns", "column": "column", "synced_block": "synced-block"}
_SHOWN: Mapping[str, Callable[[Showing, Sketch], str]] = {
    "paragraph": Showing.paragraph,
    **dict.fromkeys(("heading_1", "heading_2", "heading_3", "heading_4"), Showing.heading),
    **dict.fromkeys(_MARKS, Showing.listed),
    "quote": Showing.quote,
    "toggle": lambda showing, block: showing.tag("toggle", block),
    "callout": Showing.callout,
    "code": Showing.code,
    "equation": Showing.equation,
    "divider": lambda *_: "***",
    "table": Showing.table,
    "image": Showing.image,
    **dict.fromkeys(("video", "pdf", "audio", "file", "bookmark", "embed"), Showing.media),
    **dict.fromkeys(_ARRANGED, Showing.arranged),
    "tab": Showing.tabs,
    "table_of_contents": Showing.contents,
    "child_page": Showing.child,
    "child_database": Showing.child,
}
