"""Blocks as Markdown, each read again before it is believed; what a dialect writes differently it overrides."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sync.core.document import (
    Block,
    Blocks,
    Bullet,
    Callout,
    Code,
    Container,
    Divider,
    Equation,
    Heading,
    Image,
    Number,
    Paragraph,
    Quote,
    Raw,
    Runs,
    Table,
    Task,
    Text,
    Toggle,
    agree,
)
from sync.remotes.commonmark.inline import target
from sync.remotes.commonmark.reading import Reader
from sync.remotes.commonmark.spelling import Hand, spelled

ELEMENTS = (Bullet, Number, Task)
_FENCE = re.compile(r"^[ \t]*(`{3,})", re.MULTILINE)
_BOX = re.compile(r"\[[ xX]\]")
_PIPE = re.compile(r"(?<!\\)\|")

Lines = list[str]


class Writer:
    """A tree as Markdown; `hands` are the ways to spell words, the most natural first."""

    hands: Sequence[Hand] = (Hand(),)

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def lines(self, blocks: Sequence[Block], *, number: int = 1) -> Lines:
        """Return blocks as lines; the first of them is `number` if it is an element of a numbered list."""
        lines: Lines = []
        before: Block | None = None
        for block in blocks:
            if isinstance(block, Number) and before is not None:
                number = number + 1 if isinstance(before, Number) else block.start or 1
            elif isinstance(block, Number):
                number = block.start or number
            if before is not None and not self.tight(before, block):
                lines.append("")
            lines += self.block(block, number=number)
            before = block
        return lines

    def tight(self, before: Block, block: Block) -> bool:
        """Tell whether two blocks stand in one list, with no empty line between them."""
        if isinstance(before, Number) or isinstance(block, Number):
            return isinstance(before, Number) and isinstance(block, Number)
        return isinstance(before, ELEMENTS) and isinstance(block, ELEMENTS)

    def block(self, block: Block, *, number: int = 1) -> Lines:
        """Return one block as lines."""
        match block:
            case Quote():
                return quoted(self.lines(block.blocks) or [""])
            case Callout():
                return self.callout(block)
            case Toggle():
                return self.toggle(block)
            case Bullet() | Number() | Task():
                return self.element(block, number=number)
        return self.leaf(block).split("\n")

    def callout(self, block: Callout) -> Lines:
        """Return a callout as lines."""
        raise NotImplementedError

    def toggle(self, block: Toggle) -> Lines:
        """Return a toggle as lines."""
        raise NotImplementedError

    def opening(self, block: Callout | Toggle, mark: str = "") -> Lines | None:  # noqa: ARG002 - dialects have one
        """Return the lines that stand above what a block holds, None where there are no such lines.

        `mark` is the tag that has opened it so far.
        """
        return None

    def retained(self, old: str, new: str) -> str:  # noqa: ARG002 - dialects look at it
        """Return a block written anew with what it held unseen."""
        return new

    def element(self, block: Container, *, number: int) -> Lines:
        """Return an element of a list as lines."""
        mark = self.mark(block, number=number)
        inner: Lines = []
        before: Block | None = None
        for each in block.blocks:
            close = isinstance(before, Paragraph) and isinstance(each, (*ELEMENTS, Code))
            if before is not None and not close and not self.tight(before, each):
                inner.append("")
            inner += ["***"] if isinstance(each, Divider) else self.block(each)
            before = each
        if isinstance(block, Bullet) and inner and _BOX.match(inner[0]):
            inner[0] = "\\" + inner[0]
        width = 2 if isinstance(block, Task) else len(mark)
        if isinstance(block, Task) and inner and not isinstance(block.blocks[0], (Paragraph, Raw)):
            inner = ["", *inner]
        return indented(inner, mark, " " * width)

    def mark(self, block: Container, *, number: int = 1) -> str:
        """Return what opens an element of a list."""
        if isinstance(block, Task):
            return f"- [{'x' if block.checked else ' '}] "
        return f"{number}. " if isinstance(block, Number) else "- "

    def leaf(self, block: Block) -> str:
        """Return a block that holds no blocks as Markdown: the first spelling that is read as the block."""
        text = ""
        for text in self.spellings(block):
            read = self._reader.read(text)
            if agree(read, (block,)) and links(read) >= links((block,)):
                break
        return text

    def spellings(self, block: Block) -> Iterator[str]:
        """Yield ways to write a block, the most natural first."""
        for hand in self.hands:
            match block:
                case Paragraph(runs=runs):
                    yield spelled(runs, hand)
                case Heading(runs=runs, level=level):
                    yield f"{'#' * level} {self.line(runs, hand)}".rstrip()
                case Table():
                    yield "\n".join(self.table(block, hand))
                case Image(source=source, caption=caption):
                    yield f"![{hand.escape(caption)}]({target(source)})"
                case _:
                    yield self.literal(block)
                    return

    def literal(self, block: Block) -> str:
        """Return a block in which nothing is escaped."""
        match block:
            case Code(text=text, language=language):
                return fenced(text, language)
            case Equation(text=text):
                return f"$$\n{text}\n$$"
            case Raw(text=text):
                return text
        return "---"

    def line(self, runs: Runs, hand: Hand) -> str:
        """Return runs without line breaks."""
        return spelled(tuple(replace(run, text=run.text.replace("\n", " ")) for run in runs), hand)

    def table(self, block: Table, hand: Hand) -> Lines:
        """Return a table as lines."""
        width = max(map(len, block.rows), default=1)
        rows = [[self.cell(cell, hand) for cell in row] + [""] * (width - len(row)) for row in block.rows]
        lines = [f"| {' | '.join(row)} |" for row in rows]
        return [lines[0], f"|{' --- |' * width}", *lines[1:]] if lines else []

    def cell(self, runs: Runs, hand: Hand) -> str:
        """Return a cell's words."""
        return _PIPE.sub(r"\\|", spelled(runs, replace(hand, break_="<br>")))


def fenced(text: str, language: str = "") -> str:
    """Return code between fences that do not occur in it."""
    longest = max((len(each) for each in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}" if text else f"{fence}{language}\n{fence}"


def quoted(lines: Sequence[str]) -> Lines:
    """Return lines as a quotation."""
    return [f"> {line}".rstrip() if not line else f"> {line}" for line in lines]


def indented(lines: Sequence[str], first: str, rest: str) -> Lines:
    """Return lines behind a mark, the others below it."""
    if not lines:
        return [first]
    return [first + lines[0], *(rest + line if line else line for line in lines[1:])]


def links(blocks: Sequence[Block]) -> Counter[str]:
    """Return the addresses that the words of blocks are linked to."""
    rows = [block.runs if isinstance(block, Text) else _cells(block) for block in blocks]
    return Counter(run.link for runs in rows for run in runs if run.link)


def _cells(block: Block) -> Runs:
    return tuple(run for row in block.rows for cell in row for run in cell) if isinstance(block, Table) else ()


def titled(blocks: Blocks) -> tuple[Runs, Blocks]:
    """Return the words that a container begins with, and what follows them."""
    if blocks and isinstance(blocks[0], Paragraph):
        return blocks[0].runs, blocks[1:]
    return (), blocks
