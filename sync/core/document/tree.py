"""The nodes of a body in canonical form; no side's spelling is known here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

SPACE = " \t\n"
"""White space that may be trimmed; a non-breaking space is a character like any other."""
_NEAR_BREAK = re.compile(r"[ \t]*\n[ \t]*")


class Style(StrEnum):
    """How a piece of text is set."""

    BOLD = "bold"
    ITALIC = "italic"
    STRIKE = "strike"
    UNDERLINE = "underline"
    CODE = "code"


class Form(StrEnum):
    """What a piece of text is: words, a formula, or a side's own markup that the other side cannot say."""

    TEXT = "text"
    MATH = "math"
    RAW = "raw"


@dataclass(frozen=True)
class Run:
    """A piece of text in one style; a newline in it is a line break.

    `own` is what only the side that showed the run knows of it (a colour, a mention): never compared.
    """

    text: str
    styles: frozenset[Style] = frozenset()
    link: str | None = None
    form: Form = Form.TEXT
    own: Any = field(default=None, compare=False, repr=False)

    @property
    def code(self) -> bool:
        """Tell whether the run is set as code, in which white space counts."""
        return Style.CODE in self.styles


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Block:
    """A node of the tree; `own` is what only the side that showed it knows of it: never compared."""

    own: Any = field(default=None, compare=False, repr=False, kw_only=True)


Blocks = tuple[Block, ...]


@dataclass(frozen=True)
class Text(Block):
    """A block whose own words are runs."""

    runs: Runs = ()


@dataclass(frozen=True)
class Paragraph(Text):
    """A paragraph."""


@dataclass(frozen=True)
class Heading(Text):
    """A heading of level 1 to 6."""

    level: int = 1


@dataclass(frozen=True)
class Code(Block):
    """Text in which every character counts; `language` is empty where none is named."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class Equation(Block):
    """A displayed formula."""

    text: str


@dataclass(frozen=True)
class Raw(Block):
    """Markup of one side that the other cannot say: shown there as it is spelled, kept here to the letter."""

    text: str


@dataclass(frozen=True)
class Divider(Block):
    """A line across."""


@dataclass(frozen=True)
class Image(Block):
    """A picture by its address, with the words that stand for it."""

    source: str
    caption: str = ""


@dataclass(frozen=True)
class Table(Block):
    """Rows of cells, the first row being the header."""

    rows: tuple[tuple[Runs, ...], ...]


@dataclass(frozen=True)
class Container(Block):
    """A block that holds blocks."""

    blocks: Blocks = ()


@dataclass(frozen=True)
class Quote(Container):
    """A quotation."""


@dataclass(frozen=True)
class Callout(Container):
    """A box that draws attention: note, tip, important, warning or caution."""

    kind: str = "note"


@dataclass(frozen=True)
class Toggle(Container):
    """Blocks that are folded away under a title."""

    runs: Runs = ()


@dataclass(frozen=True)
class Bullet(Container):
    """An element of a bulleted list; a list is nothing but its elements in a row."""


@dataclass(frozen=True)
class Number(Container):
    """An element of a numbered list; `start` is the number that its list begins with, where it is not 1."""

    start: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Task(Container):
    """An element of a list of tasks."""

    checked: bool = False


def head(block: Block) -> Block:
    """Return the block without what it holds."""
    return replace(block, blocks=()) if isinstance(block, Container) else block
