"""What a block says: to a reader, and to the other side; nothing is changed here."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence

from sync.core.document.tree import (
    Block,
    Callout,
    Code,
    Container,
    Equation,
    Form,
    Heading,
    Image,
    Raw,
    Run,
    Runs,
    Table,
    Task,
    Text,
    Toggle,
)

_BLANKS = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")


def words(block: Block) -> str:
    """Return what a reader sees of a block, its inner blocks one line each."""
    match block:
        case Text(runs=runs):
            return plain(runs)
        case Code(text=text) | Equation(text=text) | Raw(text=text):
            return text
        case Image(source=source, caption=caption):
            return f"{caption} {source}".strip()
        case Table(rows=rows):
            return "\n".join(" ".join(plain(cell) for cell in row) for row in rows)
        case Toggle(runs=runs, blocks=blocks):
            return "\n".join([plain(runs), *map(words, blocks)])
        case Container(blocks=blocks):
            return "\n".join(map(words, blocks))
        case _:
            return ""


def plain(runs: Runs) -> str:
    """Return the words of runs."""
    return "".join(run.text for run in runs)


def agree(one: Sequence[Block], two: Sequence[Block]) -> bool:
    """Tell whether two bodies of different sides say the same, whatever either side cannot say of it.

    A side is compared with its own past by equality; this is for what crossed over.
    """
    return [gist(block) for block in one] == [gist(block) for block in two]


def gist(block: Block) -> Hashable:
    """Return what must be the same of a block on both sides.

    Not in it: a code's language (Notion knows some eighty), levels below the fourth, how a link that is its own
    text came to be one, how much white space stands between two words, control characters.
    """
    kind = type(block).__name__
    match block:
        case Heading(runs=runs, level=level):
            return kind, min(level, 4), _spoken(runs)
        case Text(runs=runs):
            return kind, _spoken(runs)
        case Code(text=text):
            return "Code", _CONTROL.sub("", text).rstrip("\n")
        case Equation(text=text):
            return "Equation", _BLANKS.sub(" ", text).strip()
        case Raw(text=text):
            return "Raw", _BLANKS.sub(" ", text).strip()
        case Image(source=source, caption=caption):
            return kind, source, _BLANKS.sub(" ", caption).strip()
        case Table(rows=rows):
            width = max(map(len, rows), default=0)
            return kind, tuple(tuple(map(_spoken, (*row, *((),) * (width - len(row))))) for row in rows)
        case Container(blocks=blocks):
            return kind, _spoken(block.runs) if isinstance(block, Toggle) else _mood(block), tuple(map(gist, blocks))
        case _:
            return (kind,)


def _mood(block: Container) -> Hashable:
    return block.checked if isinstance(block, Task) else block.kind if isinstance(block, Callout) else None


def _spoken(runs: Runs) -> Hashable:
    merged: list[_Said] = []
    for each in map(_Said, runs):
        if merged and merged[-1].look == each.look:
            merged[-1].text += each.text
        else:
            merged.append(each)
    said = [(_BLANKS.sub(" ", each.text), each.look) for each in merged]
    said[:1] = [(text.lstrip(), look) for text, look in said[:1]]
    said[-1:] = [(text.rstrip(), look) for text, look in said[-1:]]
    return tuple(said)


class _Said:
    """What is compared of a run: its words and its look; a side's own markup is words."""

    def __init__(self, run: Run) -> None:
        self.text = _CONTROL.sub("", run.text)
        raw = run.form is Form.RAW
        link = None if raw or _speaks_for_itself(run) else run.link and run.link.rstrip("/")
        self.look = (frozenset() if raw else run.styles, link, run.form is Form.MATH)


def _speaks_for_itself(run: Run) -> bool:
    """Tell whether a link is its own text: a bare address, `#12`, `@name`."""
    if run.link is None or run.code:
        return False
    name = run.text.rpartition("#")[2].removeprefix("@").rstrip("/")
    return bool(name) and run.link.rstrip("/").endswith(name)
