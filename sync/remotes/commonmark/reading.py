"""The parser's tokens as blocks with their sources; what a dialect reads differently it overrides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from typing import Any, Self

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode as Node

from sync.core.document import (
    Block,
    Blocks,
    Bullet,
    Code,
    Divider,
    Equation,
    Form,
    Heading,
    Image,
    Number,
    Paragraph,
    Quote,
    Raw,
    Run,
    Runs,
    Table,
    Task,
    tidy,
)
from sync.core.document.tree import SPACE
from sync.remotes.commonmark.inline import Line, Piece, target
from sync.remotes.commonmark.source import Frame, Source

_BOX = re.compile(r"\[([ xX])\](?:[ \t]+|$)")


class Reader:
    """Markdown as a tree; every block's `own` is its Source."""

    def __init__(self, md: MarkdownIt) -> None:
        self._md = md
        self._references: dict[str, Any] = {}

    def within(self, text: str) -> Self:
        """Return this reader for parts of a text, with the targets that links are given elsewhere in it."""
        if "]:" not in text:
            return self
        known: dict[str, Any] = {}
        self._md.parse(text, known)
        reader = copy(self)
        reader._references = known.get("references", {})  # noqa: SLF001 - its own kind
        return reader

    def read(self, text: str) -> Blocks:
        """Return the blocks of a text whose lines end in a newline alone."""
        return tuple(
            self.blocks(
                Node(self._md.parse(text, {"references": dict(self._references)})).children,
                Frame(tuple(text.split("\n"))),
            )
        )

    def speak(self, text: str) -> Iterable[Run]:
        """Return plain words as runs."""
        return [Run(text)]

    def linkable(self, url: str) -> bool:
        """Tell whether both sides can hold a link to that address."""
        return bool(url)

    def picture(self, source: str) -> str:
        """Return an image's address as both sides call it."""
        return source

    def tagged(self, line: Line, html: str, at: int) -> None:  # noqa: ARG002 - dialects look around
        """Read a tag in a line: as the words that it is."""
        line.say(html)

    def settled(self, run: Run) -> Run:
        """Return a run as what it is with all that stands around it."""
        return run

    def language(self, info: str) -> str:
        """Return the language that a fence names."""
        return info.split(maxsplit=1)[0].replace("`", "") if info.strip() else ""

    def blocks(self, nodes: Sequence[Node], frame: Frame) -> list[Block]:
        """Return what a row of nodes says."""
        return [block for node in nodes for block in self.block(node, frame)]

    def block(self, node: Node, frame: Frame) -> list[Block]:  # noqa: C901, PLR0911 - one case for each kind of node
        """Return what one node says: a list is its elements, a paragraph with images several blocks."""
        start, end = node.map or (0, 0)
        source = frame.source(start, end)
        match node.type:
            case "paragraph":
                return self.paragraph(_tokens(node), source, frame)
            case "heading":
                runs = self.runs(_tokens(node), one_line=True)
                return [Heading(runs=runs, level=int(node.tag[1:]), own=source)]
            case "fence" | "code_block":
                return [self.code(node, source)]
            case "display":
                return [Equation(node.content, own=source)]
            case "footnote":
                return [self.footnote(node.content, source)]
            case "hr":
                return [Divider(own=source)]
            case "table":
                return [Table(self._rows(node), own=source)]
            case "html_block":
                return self.html(node.content.rstrip("\n"), source)
            case "blockquote":
                return [self.quotation(node, source, frame)]
            case "bullet_list" | "ordered_list":
                return self._list(node, frame)
        return self.other(node, source, frame)

    def other(self, node: Node, source: Source, frame: Frame) -> list[Block]:  # noqa: ARG002 - dialects recurse
        """Return what a node of the dialect's own says."""
        return [Raw(node.content, own=source)] if node.content else []

    def paragraph(self, tokens: Sequence[Token], source: Source, frame: Frame) -> list[Block]:
        """Return a paragraph's words and images; a paragraph of markup alone is markup."""
        rows: list[list[Run] | Image] = []
        alone = any(mark is not None for mark in frame.marks)
        for piece in Line(self).read(tokens):
            if isinstance(piece, Run) or alone:
                run = _named(piece)
                if rows and isinstance(rows[-1], list):
                    rows[-1].append(run)
                else:
                    rows.append([run])
            else:
                rows.append(piece)
        said = [row if isinstance(row, Image) else worded(tidy(row)) for row in rows]
        blocks = [block for block in said if block is not None]
        return [replace(block, own=replace(source, part=part)) for part, block in enumerate(blocks)]

    def runs(self, tokens: Sequence[Token], *, one_line: bool = False) -> Runs:
        """Return words alone: an image among them is shown as it is spelled."""
        runs = tidy(_named(piece) for piece in Line(self).read(tokens))
        return tidy(replace(run, text=run.text.replace("\n", " ")) for run in runs) if one_line else runs

    def code(self, node: Node, source: Source) -> Block:
        """Return a block of code."""
        text = node.content.removesuffix("\n")
        return Code(text, self.language(node.info) if node.type == "fence" else "", own=source)

    def footnote(self, text: str, source: Source) -> Block:
        """Return a footnote: a paragraph that begins with its mark, or as it is spelled where it is more."""
        if "\n\n" in text or "\n    " in text:
            return Raw(text, own=source)
        mark, _, rest = text.partition("]:")
        tokens = self._md.parseInline(rest.strip())[0].children or []
        runs = [_named(piece) for piece in Line(self).read(tokens)]
        said = worded(tidy([Run(f"{mark}]:", form=Form.RAW), Run(" "), *runs]))
        return replace(said or Raw(text), own=source)

    def html(self, text: str, source: Source) -> list[Block]:
        """Return what a block of HTML says."""
        return [Raw(text, own=source)]

    def _list(self, node: Node, frame: Frame) -> list[Block]:
        ordered = node.type == "ordered_list"
        elements = [self.element(each, frame, ordered=ordered) for each in node.children]
        start = int(node.attrs.get("start", 1))
        if start != 1 and elements and isinstance(elements[0], Number):
            elements[0] = replace(elements[0], start=start)
        return elements

    def quotation(self, node: Node, source: Source, frame: Frame) -> Block:
        """Return a quotation."""
        inner = frame.quotation(source.start)
        return Quote(tuple(self.blocks(node.children, inner)), own=replace(source, inside=inner.rest))

    def element(self, node: Node, frame: Frame, *, ordered: bool) -> Block:
        """Return an element of a list."""
        start, end = node.map or (0, 0)
        inner = frame.element(start)
        source = replace(frame.source(start, end), inside=inner.rest)
        box = None if ordered else self._boxed(node)
        if box is not None:
            inner = replace(inner, first=inner.first + inner.content(start)[: len("[ ] ")])
        blocks = tuple(self.blocks(node.children, inner))
        if box is not None:
            return Task(blocks, checked=box, own=source)
        return Number(blocks, own=source) if ordered else Bullet(blocks, own=source)

    def _boxed(self, node: Node) -> bool | None:
        """Take a task's box off its first paragraph; tell whether it is ticked, None where there is no box."""
        first = node.children[0] if node.children else None
        tokens = _tokens(first) if first and first.type == "paragraph" else []
        found = _BOX.match(tokens[0].content) if tokens and tokens[0].type == "text" else None
        if found is None or (
            found.end() == len(found.group(0).rstrip()) and len(tokens) > 1 and tokens[1].type != "softbreak"
        ):
            return None
        tokens[0].content = tokens[0].content[found.end() :]
        return found.group(1) != " "

    def _rows(self, node: Node) -> tuple[tuple[Runs, ...], ...]:
        rows = [row for part in node.children for row in part.children]
        return tuple(tuple(self.runs(_tokens(cell)) for cell in row.children) for row in rows)


def worded(runs: Runs) -> Block | None:
    """Return runs as a paragraph; markup alone is a block of markup, nothing is no block."""
    if not runs:
        return None
    if all(run.form is Form.RAW or not (run.text.strip(SPACE) or run.code) for run in runs):
        return Raw("".join(run.text for run in runs))
    return Paragraph(runs=runs)


def _named(piece: Piece) -> Run:
    """Return an image that cannot stand alone as it is spelled."""
    if isinstance(piece, Image):
        return Run(piece.own or f"![{piece.caption}]({target(piece.source)})", form=Form.RAW)
    return piece


def _tokens(node: Node) -> list[Token]:
    inline = next((each for each in node.children if each.type == "inline"), None)
    return (inline.token.children or []) if inline and inline.token else []
