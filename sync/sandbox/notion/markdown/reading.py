"""Version 2 of Notion's Markdown as sketches of blocks; what a page held before is not known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode as Node

from sync.sandbox.notion.languages import known
from sync.sandbox.notion.markdown import sketches
from sync.sandbox.notion.markdown.grammar import grammar
from sync.sandbox.notion.markdown.inline import Picture, Piece, pieces, trimmed, words
from sync.sandbox.notion.markdown.tags import TAGS
from sync.sandbox.notion.model import Sketch
from sync.sandbox.notion.texts import element
from sync.sandbox.notion.world import World

Row = list[Sketch]
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_BOX = re.compile(r"\[([ xX])\](?:[ \t]+|\Z)")


def read(world: World, text: str) -> tuple[Sketch, ...]:
    """Return the blocks that a text is; control characters, which no Markdown can say, are left out."""
    return tuple(Reading(world).blocks(_CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))))


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
                return [sketches.heading(min(int(node.tag[1:]), 4), words(pieces(_tokens(node))))]
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
                return [sketches.table(cells, header_row=True, header_column=False)]
            case "blockquote":
                return [sketches.lifted("quote", self.row(node.children))]
            case "bullet_list" | "ordered_list":
                return self._list(node)
        return TAGS[node.meta["tag"].name](self, node.meta["tag"])

    def _paragraph(self, said: Sequence[Piece]) -> Row:
        """Return words and images, each image a block of its own."""
        row: Row = []
        run: list[Piece] = []
        for each in [*said, None]:
            if isinstance(each, Picture) or each is None:
                split = row or each
                text = trimmed(words(run)) if split else words(run)
                if text or not split:
                    row.append(sketches.worded("paragraph", text, icon=None))
                run = []
            else:
                run.append(each)
            if isinstance(each, Picture):
                row.append(sketches.media(self.world, "image", each.url, each.caption))
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
            return sketches.lifted("to_do", inside, checked=box != " ")
        return sketches.lifted("numbered_list_item" if ordered else "bulleted_list_item", inside)


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
