"""Where a block stands in a text: its lines and what precedes it on them; nothing is read or written here."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_QUOTED = re.compile(r"[ \t]{0,3}> ?")
_ELEMENT = re.compile(r"[ \t]*(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$)([ \t]*)")
_TAB = 4


@dataclass(frozen=True)
class Source:
    """The lines `start` to `end` (exclusive) of a block.

    `first` precedes its words on its first line, `rest` on the others, and `tail` follows them on the last. Of a block
    that holds blocks, `inside` precedes theirs, they stand in the lines from `top` to `bottom`, and `mark` is the tag
    that opens it. `part` counts the blocks that share one paragraph. A `foreign` block is never written.
    """

    start: int
    end: int
    first: str = ""
    rest: str = ""
    inside: str = ""
    top: int = 0
    bottom: int = 0
    part: int = 0
    mark: str = ""
    tail: str = ""
    foreign: bool = False


@dataclass(frozen=True)
class Frame:
    """What the containers around a block put before its lines.

    `marks` are the containers from the outermost: None for a quotation, a width for a list's element. The line `line`
    opens the innermost, and `first` is what precedes its content there; `tail` closes it on the line `last`.
    """

    lines: tuple[str, ...]
    marks: tuple[int | None, ...] = ()
    rest: str = ""
    line: int = -1
    first: str = ""
    last: int = -1
    tail: str = ""

    def source(self, start: int, end: int) -> Source:
        """Return the source of a block in this frame, without the empty lines after it."""
        end = min(end, len(self.lines))
        while end > start + 1 and not self.content(end - 1).strip():
            end -= 1
        tail = self.tail if end - 1 == self.last else ""
        return Source(start, end, self.before(start), self.rest, self.rest, start, end, tail=tail)

    def before(self, line: int) -> str:
        """Return what precedes a block's words on its first line."""
        return self.first if line == self.line else self.rest

    def content(self, line: int) -> str:
        """Return a line without what the containers put before it."""
        return self.lines[line][self._column(line) :]

    def quotation(self, line: int) -> Frame:
        """Return the frame inside a quotation that opens on that line."""
        column = self._column(line)
        found = _QUOTED.match(self.lines[line], column)
        first = self.lines[line][: found.end()] if found else f"{self.before(line)}> "
        return replace(self, marks=(*self.marks, None), rest=f"{self.rest}> ", line=line, first=first)

    def element(self, line: int) -> Frame:
        """Return the frame inside a list's element that opens on that line."""
        raw, column = self.lines[line], self._column(line)
        found = _ELEMENT.match(raw, column)
        if found is None:
            return replace(
                self, marks=(*self.marks, 2), rest=f"{self.rest}  ", line=line, first=f"{self.before(line)}- "
            )
        mark = raw[column : found.start(1)]
        space = found.group(1)
        alone = found.end() == len(raw) or len(space.expandtabs(_TAB)) > _TAB
        width = len((mark + (" " if alone else space)).expandtabs(_TAB))
        first = raw[: found.start(1)] + (" " if alone else space)
        return replace(self, marks=(*self.marks, width), rest=self.rest + " " * width, line=line, first=first)

    def _column(self, line: int) -> int:
        if line == self.line:
            return min(len(self.first), len(self.lines[line]))
        raw, column = self.lines[line], 0
        for mark in self.marks:
            if mark is None:
                found = _QUOTED.match(raw, column)
                column = found.end() if found else column
            else:
                column = _indented(raw, column, mark)
        return column


def _indented(raw: str, column: int, width: int) -> int:
    """Return the column after as much white space as a list's element is wide."""
    start = column
    while column < len(raw) and raw[column] in " \t" and len(raw[start:column].expandtabs(_TAB)) < width:
        column += 1
    return column
