"""An edit of a tree made in the text that it was read from: the lines of changed blocks and no others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from sync.core.document import (
    Block,
    Blocks,
    Callout,
    Container,
    Image,
    Number,
    Step,
    Task,
    Text,
    Toggle,
    agree,
    align,
    head,
    words,
)
from sync.remotes.commonmark.reading import Reader
from sync.remotes.commonmark.source import Source
from sync.remotes.commonmark.writing import Lines, Writer

_BOX = re.compile(r"\[[ xX]\]")
_CONTEXT = (0, 4, 16, 64)
"""Characters around a changed place by which it is found in the source."""


class Unplaced(Exception):
    """A block cannot be edited where it stands: what holds it is to be written anew."""


@dataclass(frozen=True)
class Splice:
    """New lines in place of the lines `start` to `end` (exclusive); `blank` is what an empty line is there."""

    start: int
    end: int
    lines: tuple[str, ...] = ()
    blank: str = ""


@dataclass
class _Unit:
    """Steps that concern one stretch of source: one block, or the words and images of one paragraph."""

    steps: list[Step] = field(default_factory=list)

    @property
    def before(self) -> Blocks:
        return tuple(step.before for step in self.steps if step.before is not None)

    @property
    def after(self) -> Blocks:
        return tuple(step.after for step in self.steps if step.after is not None)

    @property
    def source(self) -> Source | None:
        return source(self.before[0]) if self.before else None

    @property
    def same(self) -> bool:
        return all(step.same or is_foreign(step.before) for step in self.steps)


def source(block: Block) -> Source:
    """Return where a block stands; raises Unplaced where that is not known."""
    if not isinstance(block.own, Source):
        raise Unplaced
    return block.own


class Editor:
    """Makes edits of a tree in the lines that it was read from."""

    def __init__(self, lines: Sequence[str], reader: Reader, writer: Writer) -> None:
        self._lines = lines
        self._reader = reader
        self._writer = writer

    def splices(self, before: Blocks, after: Blocks) -> list[Splice]:
        """Return the splices that make `before`, which was read from the lines, say `after`, in their order."""
        whole = Source(0, len(self._lines), bottom=len(self._lines))
        try:
            found = list(self._row(before, after, whole))
        except Unplaced:
            return [Splice(0, len(self._lines), tuple(self._writer.lines(after)))]
        return sorted(found, key=lambda each: (each.start, each.end))

    def _row(self, before: Blocks, after: Blocks, around: Source) -> Iterator[Splice]:
        """Yield the splices in a row of blocks."""
        units = _units(align(before, after))
        for at, unit in enumerate(units):
            if unit.same:
                continue
            last = _placed(units[:at])
            following = _placed(units[at + 1 :][::-1])
            if not unit.before:
                yield self._insertion(unit.after, last, following, around)
            elif not unit.after:
                yield self._removal(unit, last, following, around)
            elif len(unit.before) == len(unit.after) == 1:
                yield from self._change(unit.before[0], unit.after[0])
            else:
                yield self._joined(unit)

    def _change(self, before: Block, after: Block) -> Iterator[Splice]:
        place = source(before)
        if isinstance(before, Container) and isinstance(after, Container) and type(before) is type(after):
            try:
                found = [*self._head(before, after), *self._row(before.blocks, after.blocks, place)]
            except Unplaced:
                found = [Splice(place.start, place.end, self._whole(before, after), place.rest.rstrip())]
            yield from found
        else:
            yield Splice(place.start, place.end, self._whole(before, after), place.rest.rstrip())

    def _whole(self, before: Block, after: Block) -> tuple[str, ...]:
        """Return a block's lines written anew; of a block that holds none, only its changed words are."""
        place = source(before)
        old = self._content(place)
        new = None if isinstance(after, Container) else respelled(old, before, after, self._reader)
        number = _number(place.first + self._lines[place.start][len(place.first) :]) if isinstance(after, Number) else 1
        lines = new.split("\n") if new is not None else self._writer.block(after, number=number)
        if new is None:
            lines = self._writer.retained(old, "\n".join(lines)).split("\n")
        return tuple(prefixed(lines, place.first, place.rest, place.tail))

    def _content(self, place: Source) -> str:
        """Return a block's lines without what precedes them."""
        first, *others = self._lines[place.start : place.end]
        text = "\n".join([first[len(place.first) :], *(_without(line, place.rest) for line in others)])
        return text.removesuffix(place.tail)

    def _joined(self, unit: _Unit) -> Splice:
        """Return a paragraph of words and images written anew."""
        place = source(unit.before[0])
        if len({source(each).start for each in unit.before}) > 1:
            raise Unplaced
        lines = [line for block in unit.after for line in self._writer.block(block)]
        if not agree(self._reader.read("\n".join(lines)), unit.after):
            lines = self._writer.lines(unit.after)
        return Splice(place.start, place.end, tuple(prefixed(lines, place.first, place.rest, place.tail)))

    def _head(self, before: Container, after: Container) -> Iterator[Splice]:
        """Yield the splice of what a block says besides what it holds."""
        if head(before) == head(after):
            return
        place = source(before)
        line = self._lines[place.start]
        if isinstance(after, Task):
            box = f"[{'x' if after.checked else ' '}]"
            start = len(place.first)
            yield Splice(place.start, place.start + 1, (line[:start] + _BOX.sub(box, line[start:], count=1),))
        elif isinstance(after, (Toggle, Callout)):
            lines = self._writer.opening(after, place.mark)
            if lines is None or place.top <= place.start:
                raise Unplaced
            yield Splice(place.start, place.top, tuple(prefixed(lines, place.first, place.rest)))

    def _insertion(self, blocks: Blocks, last: Block | None, following: Block | None, around: Source) -> Splice:
        """Return the splice that puts blocks between two others."""
        if last is None and around.top == around.start and following and source(following).first != around.inside:
            raise Unplaced
        if last is None and following is None and around.inside:
            raise Unplaced
        if last and source(last).tail:
            raise Unplaced
        at = source(last).end if last else around.top
        number = _number(self._lines[source(last).start]) + 1 if isinstance(last, Number) else 1
        lines = prefixed(self._writer.lines(blocks, number=number), around.inside, around.inside)
        blank = around.inside.rstrip()
        above = self._lines[at - 1] if at else ""
        if self._full(above) and not (last and self._writer.tight(last, blocks[0])):
            lines = [blank, *lines]
        below = self._lines[at] if at < len(self._lines) else ""
        if self._full(below) and not (following and self._writer.tight(blocks[-1], following)):
            lines = [*lines, blank]
        return Splice(at, at, tuple(lines), blank)

    def _removal(self, unit: _Unit, last: Block | None, following: Block | None, around: Source) -> Splice:
        """Return the splice that takes blocks away, with the empty lines that set them apart."""
        place = source(unit.before[0])
        start, end = place.start, max(source(each).end for each in unit.before)
        if place.first != place.rest or place.tail or (last is None and following is None and around.inside):
            raise Unplaced
        while end < around.bottom and not self._full(self._lines[end]) and end + 1 < len(self._lines):
            end += 1
        at_end = end >= around.bottom or end + 1 >= len(self._lines)
        end = source(unit.before[-1]).end if at_end else end
        while at_end and start > around.top and not self._full(self._lines[start - 1]):
            start -= 1
        apart = last and following and not self._writer.tight(last, following)
        touching = (
            start and self._full(self._lines[start - 1]) and end < len(self._lines) and self._full(self._lines[end])
        )
        return Splice(start, end, (around.inside.rstrip(),) if apart and touching else ())

    def _full(self, line: str) -> bool:
        return bool(line.strip(" \t>"))


def is_foreign(block: Block | None) -> bool:
    """Tell whether a block is shown to the other side and never written."""
    return block is not None and isinstance(block.own, Source) and block.own.foreign


def _units(steps: Iterable[Step]) -> list[_Unit]:
    """Return steps by the stretch of source that they concern; what is put between two parts belongs to both."""
    units: list[_Unit] = []
    waiting: list[Step] = []
    for step in steps:
        if step.before is None:
            waiting.append(step)
            continue
        open_unit = units[-1] if units else None
        if open_unit and open_unit.before and _shared(open_unit.before[-1], step.before):
            open_unit.steps += [*waiting, step]
        else:
            units += [_Unit(waiting)] * bool(waiting)
            units.append(_Unit([step]))
        waiting = []
    return units + [_Unit(waiting)] * bool(waiting)


def _shared(one: Block, two: Block) -> bool:
    """Tell whether two blocks are parts of one paragraph."""
    mine, theirs = one.own, two.own
    if not isinstance(mine, Source) or not isinstance(theirs, Source):
        return False
    return isinstance(one, (Text, Image)) and (mine.start, mine.end) == (theirs.start, theirs.end) and theirs.part > 0


def _placed(units: Sequence[_Unit]) -> Block | None:
    """Return the nearest block of the source that stays or is changed in place."""
    for unit in reversed(units):
        if unit.before and unit.after:
            return unit.before[-1]
    return None


def _number(line: str) -> int:
    found = re.search(r"(\d{1,9})[.)](?:[ \t]|$)", line)
    return int(found[1]) if found else 1


def _without(line: str, prefix: str) -> str:
    """Return a line without its prefix, however much of it is there."""
    if line.startswith(prefix):
        return line[len(prefix) :]
    common = next(
        (at for at, (one, two) in enumerate(zip(line, prefix, strict=False)) if one != two), min(len(line), len(prefix))
    )
    return line[common:]


def prefixed(lines: Sequence[str], first: str, rest: str, tail: str = "") -> Lines:
    """Return lines between what precedes and what follows them; an empty line carries no white space at its end."""
    whole = [
        f"{first if at == 0 else rest}{line}" if line or at == 0 else rest.rstrip() for at, line in enumerate(lines)
    ]
    return [*whole[:-1], whole[-1] + tail] if tail else whole


def respelled(text: str, before: Block, after: Block, reader: Reader) -> str | None:
    """Return a block's source with only its changed words changed, None where that does not say `after`."""
    if type(before) is not type(after):
        return None
    old, new = words(before), words(after)
    start = next(
        (at for at, (one, two) in enumerate(zip(old, new, strict=False)) if one != two), min(len(old), len(new))
    )
    tail = 0
    while tail < min(len(old), len(new)) - start and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    for width in _CONTEXT:
        left, right = max(0, start - width), min(tail, width)
        was, becomes = old[left : len(old) - tail + right], new[left : len(new) - tail + right]
        if not was or text.count(was) != 1:
            continue
        candidate = text.replace(was, becomes)
        if [*reader.read(candidate)] == [after]:
            return candidate
    return None


def spliced(lines: Sequence[str], splices: Sequence[Splice], newline: str) -> str:
    """Return lines, each with its own end, with the splices made; new lines end like the others."""
    parts: list[str] = []
    at = 0
    for splice in splices:
        parts += lines[at : splice.start]
        parts += [line + newline for line in splice.lines]
        at = splice.end
    parts += lines[at:]
    return "".join(parts)


def aired(splices: Sequence[Splice]) -> list[Splice]:
    """Return the splices with an empty line around what they write, for where neighbours would run together."""
    return [replace(each, lines=(each.blank, *each.lines, each.blank)) if each.lines else each for each in splices]


def overlapping(splices: Sequence[Splice]) -> bool:
    """Tell whether two splices concern the same lines."""
    return any(one.end > two.start for one, two in pairwise(splices))
