"""What a page holds, read and rewritten in one of two ways: as Markdown in one call, or block by block; no property."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from sync.core.document import Blocks
from sync.core.errors import Denied, Rejected, TandemError, TryLater, Unsafe, Vanished
from sync.core.model import UNREAD, Put, Reading
from sync.remotes.notion import blocks, markdown, script
from sync.remotes.notion.client import Door
from sync.remotes.notion.files import ShownOn, nowhere
from sync.remotes.notion.media import children
from sync.remotes.notion.records import page_url

MARKDOWN, BLOCKS, AUTO = "markdown", "blocks", "auto"
TOO_LARGE = "shorten the page, or split it: Notion does not show all of it at once"


class Edited(Exception):
    """The content is not what was to be replaced; `shown` is what it is."""

    def __init__(self, shown: Reading) -> None:
        super().__init__("the content was edited meanwhile")
        self.shown = shown


class Way(Protocol):
    """One way to a page's content; texts are in canonical form, as `canonical` gives them."""

    def read(self, door: Door, page: str) -> Reading:
        """Return the content, UNREAD where Notion does not show all of it."""
        ...

    def rewrite(self, door: Door, page: str, put: Put) -> Reading:
        """Make in the content the edit from the put's base to its value; UNREAD where no reply shows what came of it.

        Raises Edited where it is not the base any more.
        """
        ...


def way(how: str, shown: ShownOn = nowhere) -> Way:
    """Return the way that is called so; `shown` tells where others see the files that Notion holds."""
    return ByMarkdown(shown) if how == MARKDOWN else ByBlocks(shown)


def chosen(door: Door, wanted: str, source: str) -> str:
    """Return how the content of a data source's pages is to be written: `auto` asks whether Markdown answers.

    Version 2 is an opt-in that a workspace may not have ("Migrate to Notion-flavored Markdown"); where there is no page
    yet, one that never was is asked for: what is not understood is refused before it is looked for.
    """
    if wanted != AUTO:
        return wanted
    found = door.read(f"data_sources/{source}/query", body={"page_size": 1}).body["results"]
    page = str(found[0]["id"]) if found else str(uuid4())
    with suppress(Vanished):
        try:
            _markdown(door, page)
        except Rejected:
            return BLOCKS
    return MARKDOWN


def born(put: Put) -> dict[str, Any]:
    """Return the part of a create's body with which a page is born with its content."""
    if put.facet.type != MARKDOWN or not put.value:
        return {}
    return {"markdown": str(put.value), "markdown_version": markdown.VERSION}


def canonical(tree: Blocks) -> str | None:
    """Return a tree in our own spelling: however it was read, the same content is the same text."""
    return markdown.written(tree) or None


@dataclass(frozen=True)
class ByMarkdown:
    """The page's Markdown of version 2 (reference, "Retrieve a page as Markdown")."""

    shown: ShownOn

    def read(self, door: Door, page: str) -> Reading:
        """Return the content, in one call."""
        shown = _markdown(door, page)
        return UNREAD if shown["truncated"] else self._read(shown["markdown"], page)

    def rewrite(self, door: Door, page: str, put: Put) -> Reading:
        """Change the places that changed, in one call after a look at what is there."""
        shown = _markdown(door, page)
        if shown["truncated"]:
            raise Rejected("the page is too large to be edited as a whole", TOO_LARGE)
        there = self._read(shown["markdown"], page)
        if there != put.base:
            raise Edited(there)
        before, after = _trees(put)
        change = markdown.updates(shown["markdown"], before, after, page=page_url(page), shown=self.shown(page))
        if isinstance(change, list) and not change:
            return there
        answer = door.write("PATCH", f"pages/{page}/markdown", markdown.body_of(change)).body
        if not isinstance(answer, dict) or "markdown" not in answer:
            raise Unsafe("Notion answered a write without the content")
        return UNREAD if answer.get("truncated") else self._read(answer["markdown"], page)

    def _read(self, text: str, page: str) -> str | None:
        """Return Markdown as Notion shows it in canonical form: addresses of files change with every read."""
        return canonical(markdown.tree(text, page=page_url(page), shown=self.shown(page)))


@dataclass(frozen=True)
class ByBlocks:
    """The page's blocks (reference, "Retrieve block children")."""

    shown: ShownOn

    def read(self, door: Door, page: str) -> Reading:
        """Return the content, in a call for every hundred blocks and for every block that holds some."""
        return canonical(self._tree(door, page))

    def rewrite(self, door: Door, page: str, put: Put) -> Reading:
        """Change, insert and remove the blocks that changed, and no others."""
        there = self._tree(door, page)
        if canonical(there) != put.base:
            raise Edited(canonical(there))
        calls = script.script(page, there, *_trees(put))
        made, ids = False, list[str]()
        while True:
            try:
                call = calls.send(ids) if made else next(calls)
                made, ids = True, _made(door, call)
            except StopIteration:
                return UNREAD
            except (TryLater, Denied, Rejected, Vanished) as broken:
                raise _half_done(broken, made=made) from broken

    def _tree(self, door: Door, page: str) -> Blocks:
        held: dict[str, Sequence[Any]] = {}
        while missing := blocks.unread(held, page):
            held |= {each: list(children(door, each)) for each in missing}
        return blocks.tree(held, page, page=page_url(page), shown=self.shown(page))


def _half_done(broken: TandemError, *, made: bool) -> TandemError:
    """Return the error of an edit that takes several calls: once one was made, nobody knows what there is."""
    return Unsafe(f"the page was edited in part: {broken}") if made else broken


def _made(door: Door, call: script.Call) -> list[str]:
    match call:
        case script.Append(parent=parent, children=children):
            # The answer shows the new blocks and whatever follows them: so it was recorded.
            shown = door.write("PATCH", f"blocks/{parent}/children", call.body).body["results"]
            return [str(each["id"]) for each in shown[: len(children)]]
        case script.Patch(id=id_, body=body):
            door.write("PATCH", f"blocks/{id_}", body)
        case script.Remove(id=id_):
            door.write("DELETE", f"blocks/{id_}", {})
    return []


def _markdown(door: Door, page: str) -> Any:  # noqa: ANN401 - JSON
    return door.read(f"pages/{page}/markdown", query={"markdown_version": markdown.VERSION}).body


def _trees(put: Put) -> tuple[Blocks, Blocks]:
    return _tree_of(put.base), _tree_of(put.value)


def _tree_of(text: Reading) -> Blocks:
    return markdown.tree(text) if isinstance(text, str) else ()
