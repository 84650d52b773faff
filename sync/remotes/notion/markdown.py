"""A page's content between Notion-flavored Markdown (version 2) and the tree, and the smallest updates of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise

from sync.core.document import (
    Block,
    Blocks,
    Container,
    Text,
    agree,
    align,
    carried,
)
from sync.core.errors import Rejected
from sync.remotes.commonmark.editing import Editor, Splice, is_foreign, overlapping
from sync.remotes.notion.dialect import NotionReader, NotionWriter
from sync.remotes.notion.files import ALONE, View
from sync.remotes.notion.records import page_url
from sync.remotes.notion.richtext import kept

VERSION = "v2"
"""The `markdown_version` of every request and answer ("Migrate to Notion-flavored Markdown")."""
PARSED = 512
"""So many contents are kept parsed: one decision asks for the same few texts several times."""
UPDATES = 100
"""Changes in one `update_content` (OpenAPI description of the endpoint)."""
REACH = 40
"""Lines around a change within which a place is looked for that occurs once."""


@dataclass(frozen=True)
class Update:
    """One change of `update_content`: `old` stands in the page exactly once."""

    old: str
    new: str


@dataclass(frozen=True)
class Replace:
    """The whole content, where no update can say it (an empty page)."""

    new: str


class NotionBody:
    """The port `sync.core.documents.Body` over canonical texts; a place is a page's id."""

    def tree(self, text: str, place: str) -> Blocks:  # noqa: ARG002 - nothing in it refers to where it stands
        """Return a content as a tree."""
        return _parsed(text)

    def edited(self, text: str, edit: tuple[Blocks, Blocks], place: str) -> str:  # noqa: ARG002 - the same
        """Return the content with the edit made in it."""
        return written(carried(*edit, _parsed(text)))

    def fitted(self, text: str, was: str, rest: str) -> str:  # noqa: ARG002 - the signature of both sides
        """Return the content: a page holds more than any issue."""
        return text

    def link(self, place: str) -> str:
        """Return the page's address."""
        return page_url(place)


@lru_cache(maxsize=PARSED)
def _parsed(text: str) -> Blocks:
    return tree(text)


def tree(text: str, view: View = ALONE) -> Blocks:
    """Return a page's Markdown as a tree, its files as the view shows them.

    Every block's `own` is its Source in the text.
    """
    return NotionReader(view).read(lined(text))


def written(blocks: Sequence[Block]) -> str:
    """Return a tree as Markdown that a page can be born with or get as its whole content."""
    return "\n".join(_writer().lines(blocks))


def lined(text: str) -> str:
    """Return text with the one kind of line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def signed(text: str) -> bool:
    """Tell whether an address in a text is another one with every reading: nothing that names it is found again."""
    return "X-Amz-" in text


def updates(text: str, before: Blocks, after: Blocks, view: View = ALONE) -> list[Update] | Replace:
    """Return what makes in a page's Markdown the edit that turned `before` into `after`; nothing for no edit.

    `before` and `after` are readings of the issue. Raises Rejected where that is not possible without taking
    away what only Notion can hold.
    """
    text, reader = lined(text), NotionReader(view)
    base = reader.read(text)
    wanted = _foreign_kept(base, _mindful(base, carried(before, after, base)))
    if wanted == base:
        return []
    lines = text.split("\n")
    splices = Editor(lines, reader, _writer()).splices(base, wanted)
    found = _updates(lines, splices) if base else None
    if found and agree(reader.read(_made(text, found)), wanted):
        return found
    if any(map(is_foreign, _all(base))):
        raise Rejected("the edit reaches over what only Notion can hold", "make this edit in Notion")
    return Replace(written(wanted))


def body_of(change: Sequence[Update] | Replace) -> dict[str, object]:
    """Return the body of the `PATCH …/markdown` that makes a change."""
    if isinstance(change, Replace):
        return {"type": "replace_content", "replace_content": {"new_str": change.new}, "markdown_version": VERSION}
    content = [{"old_str": each.old, "new_str": each.new} for each in change]
    return {"type": "update_content", "update_content": {"content_updates": content}, "markdown_version": VERSION}


def _all(blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        yield block
        if isinstance(block, Container):
            yield from _all(block.blocks)


def _mindful(base: Blocks, wanted: Blocks) -> Blocks:
    """Return the wanted blocks, whose words take over the colours and mentions that they had."""
    known = {id(each) for each in _all(base)}
    lost = [each for each in _all(base) if isinstance(each, Text) and any(run.own for run in each.runs)]
    return tuple(_dressed(block, known, lost) for block in wanted) if lost else wanted


def _dressed(block: Block, known: set[int], lost: Sequence[Text]) -> Block:
    if isinstance(block, Container):
        return replace(block, blocks=tuple(_dressed(each, known, lost) for each in block.blocks))
    if not isinstance(block, Text) or id(block) in known:
        return block
    nearest = max(lost, key=lambda each: len(set(_words(each)) & set(_words(block))))
    return replace(block, runs=kept(nearest.runs, block.runs)) if set(_words(nearest)) & set(_words(block)) else block


def _words(block: Text) -> list[str]:
    return "".join(run.text for run in block.runs).split()


def _foreign_kept(base: Blocks, wanted: Blocks) -> Blocks:
    """Return the wanted blocks with the foreign ones of the page, which no edit of an issue takes away."""
    blocks: list[Block] = []
    for step in align(base, wanted):
        one, two = step.before, step.after
        if one is not None and is_foreign(one):
            blocks.append(one)
        elif isinstance(one, Container) and isinstance(two, Container):
            blocks.append(replace(two, blocks=_foreign_kept(one.blocks, two.blocks)))
        elif two is not None:
            blocks.append(two)
    return tuple(blocks)


def _updates(lines: Sequence[str], splices: Sequence[Splice]) -> list[Update] | None:
    """Return the changes that make splices, None where a place cannot be named."""
    text = "\n".join(lines)
    windows = [_window(lines, text, splice) for splice in splices]
    named = [window for window in windows if window is not None]
    if len(named) < len(windows):
        return None
    while overlapping(spans := [Splice(*window) for window in named]) or _touching(spans):
        named = _united(named)
        grown = [_window(lines, text, Splice(*window)) for window in named]
        if any(window is None for window in grown):
            return None
        named = [window for window in grown if window is not None]
    found = [_update(lines, window, splices) for window in named]
    return found if len(found) <= UPDATES else None


def _touching(spans: Sequence[Splice]) -> bool:
    return any(one.end == two.start for one, two in pairwise(spans))


def _united(windows: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    united: list[tuple[int, int]] = []
    for start, end in windows:
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _window(lines: Sequence[str], text: str, splice: Splice) -> tuple[int, int] | None:
    """Return the fewest lines around a splice that stand in the text once, none of which changes by itself."""
    for width in range(min(len(lines), REACH) + 1):
        for above in range(width // 2, width + 1):
            for start, end in (
                (splice.start - above, splice.end + width - above),
                (splice.start - width + above, splice.end + above),
            ):
                part = lines[max(start, 0) : end]
                old = "\n".join(part)
                if old.strip() and text.count(old) == 1 and not any(signed(line) for line in part):
                    return max(start, 0), min(end, len(lines))
    return None


def _update(lines: Sequence[str], window: tuple[int, int], splices: Sequence[Splice]) -> Update:
    start, end = window
    new: list[str] = []
    at = start
    for splice in splices:
        if start <= splice.start and splice.end <= end:
            new += [*lines[at : splice.start], *splice.lines]
            at = splice.end
    return Update("\n".join(lines[start:end]), "\n".join([*new, *lines[at:end]]))


def _made(text: str, found: Sequence[Update]) -> str:
    for each in found:
        if text.count(each.old) != 1:
            return ""
        text = text.replace(each.old, each.new)
    return text


@cache
def _writer() -> NotionWriter:
    return NotionWriter(NotionReader())
