"""A body said in one breath: a tree as runs alone, for places that hold no blocks; no word is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from sync.core.document import (
    Block,
    Bullet,
    Callout,
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
    Style,
    Table,
    Task,
    Text,
    Toggle,
)

GAP, BREAK = Run("\n\n"), Run("\n")
BOLD, CODE = frozenset({Style.BOLD}), frozenset({Style.CODE})
LISTED = (Bullet, Number, Task)


def flat(blocks: Sequence[Block], gap: Run = GAP) -> Runs:
    """Return blocks as runs: signs stand for what only blocks can show, and lines are broken where blocks end."""
    said: list[Run] = []
    for at, block in enumerate(blocks):
        if at:
            close = isinstance(block, LISTED) and isinstance(blocks[at - 1], LISTED)
            said.append(BREAK if close else gap)
        said += _block(block, _place(blocks, at))
    return tuple(said)


def paragraphs(runs: Runs) -> tuple[Paragraph, ...]:
    """Return runs as paragraphs, cut where a line is empty."""
    parts: list[list[Run]] = [[]]
    for run in runs:
        pieces = run.text.split("\n\n") if run.form is Form.TEXT else [run.text]
        for at, piece in enumerate(pieces):
            if at:
                parts.append([])
            parts[-1].append(replace(run, text=piece))
    return tuple(Paragraph(runs=tuple(part)) for part in parts)


def _place(blocks: Sequence[Block], at: int) -> int:
    """Return the number of a list's element."""
    first = at
    while first and isinstance(blocks[first - 1], Number):
        first -= 1
    block = blocks[first]
    return (block.start if isinstance(block, Number) and block.start is not None else 1) + at - first


def _block(block: Block, place: int) -> Iterable[Run]:
    match block:
        case Heading(runs=runs):
            return _bold(runs)
        case Text(runs=runs):
            return runs
        case Code(text=text) | Raw(text=text):
            return [Run(text, CODE if isinstance(block, Code) else frozenset())]
        case Equation(text=text):
            return [Run(text, form=Form.MATH)]
        case Image(source=source, caption=caption):
            return [Run(caption or source, link=source)]
        case Divider():
            return [Run("———")]
        case Table(rows=rows):
            return chain.from_iterable(_row(cells, first=not at) for at, cells in enumerate(rows))
        case _:
            return _container(block, place)


def _container(block: Block, place: int) -> Iterable[Run]:
    match block:
        case Bullet(blocks=inner):
            return [Run("• "), *_indented(flat(inner, BREAK))]
        case Number(blocks=inner):
            return [Run(f"{place}. "), *_indented(flat(inner, BREAK))]
        case Task(blocks=inner, checked=checked):
            return [Run("☑ " if checked else "☐ "), *_indented(flat(inner, BREAK))]
        case Quote(blocks=inner):
            return [Run("▎ "), *_after_breaks(flat(inner), "▎ ")]
        case Callout(blocks=inner, kind=kind):
            return [Run(f"{kind.capitalize()}: ", BOLD), *flat(inner)]
        case Toggle(blocks=inner, runs=runs):
            return [*_bold(runs), *([BREAK] if inner else []), *flat(inner)]
        case _:
            return []


def _bold(runs: Runs) -> Runs:
    return tuple(replace(run, styles=run.styles | BOLD) for run in runs)


def _row(cells: Sequence[Runs], *, first: bool) -> Iterator[Run]:
    if not first:
        yield BREAK
    for at, cell in enumerate(cells):
        if at:
            yield Run(" | ")
        yield from _bold(cell) if first else cell


def _indented(runs: Runs) -> Iterator[Run]:
    return _after_breaks(runs, "    ")


def _after_breaks(runs: Runs, sign: str) -> Iterator[Run]:
    for run in runs:
        yield replace(run, text=run.text.replace("\n", f"\n{sign}"))
