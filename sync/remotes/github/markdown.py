"""An issue's body between GitHub-flavoured Markdown and the tree; the mark at its end is nobody's content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from uuid import UUID

from sync.core.document import (
    Block,
    Blocks,
    Paragraph,
    agree,
    carried,
    until,
)
from sync.remotes.commonmark.editing import Editor, Splice, aired, spliced
from sync.remotes.commonmark.source import Source
from sync.remotes.github import records
from sync.remotes.github.dialect import GitHubReader, GitHubWriter

PARSED = 512
"""So many bodies are kept parsed: one decision asks for the same few texts several times."""
LIMIT = 65_536
"""Characters in a body (error "body is too long (maximum is 65536 characters)")."""
MARK_LENGTH = len(records.marked(" ", str(UUID(int=0)))) - 1
"""Characters of the mark that follows a newborn's text."""
GOES_ON = "⋯ goes on in Notion"
"""The words of the link with which a body ends that is too long for GitHub."""
_BYTES = 4
"""Bytes that the database allows for each character of the limit, as far as is known."""
_ENDED = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
_MARK = re.compile(r"(?:\r?\n){0,2}^<!--[ \t]*tandem:page=[0-9a-fA-F-]{32,36}[ \t]*-->[ \t]*(?:\r?\n)*\Z", re.MULTILINE)


class GitHubBody:
    """The port `sync.core.documents.Body`; a place is an issue's address on the web."""

    def tree(self, text: str, place: str) -> Blocks:
        """Return a body as a tree."""
        return _parsed(text, _home(place))

    def edited(self, text: str, edit: tuple[Blocks, Blocks], place: str) -> str:
        """Return the body with the edit made in it, our mark left where it is."""
        return edited(text, *edit, home=_home(place))

    def fitted(self, text: str, was: str, rest: str) -> str:
        """Return a body that GitHub takes; one that was too long already is a person's, and is not cut.

        Where there was none an issue may be born, and its mark comes after the text.
        """
        room = 0 if was else MARK_LENGTH
        return shortened(text, page=rest, limit=LIMIT - room) if rest and len(was) <= LIMIT else text

    def link(self, place: str) -> str:
        """Return the issue's address."""
        return place


def _home(place: str) -> str | None:
    """Return the address of the repository that an issue's address is in."""
    home, _, number = place.rpartition("/issues/")
    return home if number.isdigit() else None


@lru_cache(maxsize=PARSED)
def _parsed(text: str, home: str | None) -> Blocks:
    return tree(text, home=home)


def tree(text: str | None, *, home: str | None = None) -> Blocks:
    """Return a body as a tree; `home` is the repository's address on the web, which `#12` refers to.

    Every block's `own` is its Source in the text, whose lines are counted without the mark.
    """
    return _reader(home).read(lined(parted(text or "")[0]))


def written(blocks: Sequence[Block], *, home: str | None = None) -> str:
    """Return a tree as a body of its own."""
    return "\n".join(_writer(home).lines(blocks))


def edited(text: str, before: Blocks, after: Blocks, *, home: str | None = None) -> str:
    """Return the body with the edit made in it that turned `before` into `after`.

    These are two readings of one side, and not necessarily of this one. The lines of changed blocks change and
    nothing else does, to the byte: line ends, comments, reference links and our mark stay as they are.
    """
    body, mark = parted(text)
    base = _parsed(body, home)
    if base and is_note(base[-1]):
        before, after = until(before, after, len(base) - 1)
        before, after = (*before, base[-1]), (*after, base[-1])
    wanted = carried(before, after, base)
    if wanted == base:
        return text
    raw = _ENDED.findall(body)
    lines = [*map(lined, raw), *([""] if not raw or raw[-1].endswith(("\n", "\r")) else [])]
    reader = _reader(home).within(lined(body))
    splices = Editor([line.rstrip("\n") for line in lines], reader, GitHubWriter(reader)).splices(base, wanted)
    newline = "\r\n" if "\r\n" in text else "\n"
    for attempt in (splices, aired(splices)):
        new = _respliced(raw, attempt, newline)
        if agree(_parsed(new, home), wanted):
            break
    else:
        new = written(wanted, home=home).replace("\n", newline)
    return new + (mark if new or not mark else mark.lstrip("\r\n"))


def _respliced(raw: list[str], splices: Sequence[Splice], newline: str) -> str:
    """Return the lines of a body with the splices made; its last line ends as it did."""
    ended = not raw or raw[-1].endswith(("\n", "\r"))
    whole = raw if ended else [*raw[:-1], raw[-1] + newline]
    new = spliced(whole, splices, newline)
    return new.removesuffix(newline) if not ended or not raw else new


def shortened(text: str, *, page: str, limit: int = LIMIT) -> str:
    """Return a body that GitHub takes: one that is too long ends at a block, with a link to the page for the rest."""
    if len(text) <= limit and len(text.encode()) <= limit * _BYTES:
        return text
    body, mark = parted(text)
    newline = "\r\n" if "\r\n" in body else "\n"
    note = f"{newline}{newline}[{GOES_ON}]({page}){mark}"
    lines = _ENDED.findall(body)
    whole = [block for block in tree(body) if not is_note(block) and isinstance(block.own, Source)]
    for block in reversed(whole):
        start = "".join(lines[: block.own.end]).rstrip("\r\n")
        if len(start + note) <= limit and len((start + note).encode()) <= limit * _BYTES:
            return start + note
    return note.lstrip("\r\n")


def is_note(block: Block) -> bool:
    """Tell whether a block is the link to the rest of a body that was cut."""
    return (
        isinstance(block, Paragraph)
        and len(block.runs) == 1
        and block.runs[0].text == GOES_ON
        and bool(block.runs[0].link)
    )


def parted(text: str) -> tuple[str, str]:
    """Return a body without our mark at its end, and the mark with what stands around it."""
    found = _MARK.search(text)
    return (text[: found.start()], text[found.start() :]) if found else (text, "")


def lined(text: str) -> str:
    """Return text with the one kind of line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


@cache
def _reader(home: str | None) -> GitHubReader:
    return GitHubReader(home)


@cache
def _writer(home: str | None) -> GitHubWriter:
    return GitHubWriter(_reader(home))
