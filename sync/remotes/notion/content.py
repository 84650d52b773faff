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
from sync.remotes.notion.gallery import Copies, Gallery, fresh, sources
from sync.remotes.notion.media import children
from sync.remotes.notion.values import ELEMENTS

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


def way(how: str, gallery: Gallery) -> Way:
    """Return the way that is called so."""
    return ByMarkdown(gallery) if how == MARKDOWN else ByBlocks(gallery)


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


def calls_beyond(put: Put, *, birth: bool) -> int:
    """Return how many calls a write of content takes beyond one, at the least: block by block it may be more.

    An edit takes a look before it. What a page is not born with is one, after it was read.
    """
    if not put.facet.apart or (birth and (born(put) or not put.value)):
        return 0
    return 2 + -(-len(_tree_of(put.value)) // ELEMENTS) if birth else 1


def copies(door: Door, gallery: Gallery, put: Put) -> Copies:
    """Return the copies of images with which a page is born, uploaded."""
    made = gallery.copies(door)
    made.bring(sources(_tree_of(put.value)) if born(put) else ())
    return made


def canonical(tree: Blocks) -> str | None:
    """Return a tree in our own spelling: however it was read, the same content is the same text."""
    return markdown.written(tree) or None


@dataclass(frozen=True)
class ByMarkdown:
    """The page's Markdown of version 2 (reference, "Retrieve a page as Markdown")."""

    gallery: Gallery

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
        change = self._change(shown["markdown"], (before, after), page)
        if change is None:
            return ByBlocks(self.gallery).rewrite(door, page, put)
        if change == []:
            return there
        made = self.gallery.copies(door)
        # What is in the page at its address on GitHub could not be copied so far.
        made.bring([*fresh(before, after), *(each for each in sources(after) if each in shown["markdown"])])
        answer = door.write("PATCH", f"pages/{page}/markdown", markdown.body_of(change)).body
        if not isinstance(answer, dict) or "markdown" not in answer:
            raise Unsafe("Notion answered a write without the content")
        made.hang(page)
        return UNREAD if answer.get("truncated") else self._read(answer["markdown"], page)

    def _read(self, text: str, page: str) -> str | None:
        """Return Markdown as Notion shows it in canonical form: addresses of files change with every read."""
        return canonical(markdown.tree(text, self.gallery.on(page)))

    def _change(
        self, text: str, edit: tuple[Blocks, Blocks], page: str
    ) -> list[markdown.Update] | markdown.Replace | None:
        """Return what makes the edit, None where it is of files that Notion holds, whose addresses cannot be named."""
        try:
            change = markdown.updates(text, *edit, self.gallery.on(page))
        except Rejected:
            if markdown.signed(text):
                return None
            raise
        return None if isinstance(change, markdown.Replace) and markdown.signed(text) else change


@dataclass(frozen=True)
class ByBlocks:
    """The page's blocks (reference, "Retrieve block children")."""

    gallery: Gallery

    def read(self, door: Door, page: str) -> Reading:
        """Return the content, in a call for every hundred blocks and for every block that holds some."""
        return canonical(self._tree(door, page))

    def rewrite(self, door: Door, page: str, put: Put) -> Reading:
        """Change, insert and remove the blocks that changed, and no others."""
        there = self._tree(door, page)
        if canonical(there) != put.base:
            raise Edited(canonical(there))
        before, after = _trees(put)
        images = self.gallery.copies(door)
        images.bring(fresh(before, after))
        calls = script.script(page, there, before, after)
        made, ids = False, list[str]()
        while True:
            try:
                call = calls.send(ids) if made else next(calls)
                made, ids = True, _made(door, images, call)
            except StopIteration:
                return UNREAD
            except (TryLater, Denied, Rejected, Vanished) as broken:
                raise _half_done(broken, made=made) from broken

    def _tree(self, door: Door, page: str) -> Blocks:
        held: dict[str, Sequence[Any]] = {}
        while missing := blocks.unread(held, page):
            held |= {each: list(children(door, each)) for each in missing}
        return blocks.tree(held, page, self.gallery.on(page))


def _half_done(broken: TandemError, *, made: bool) -> TandemError:
    """Return the error of an edit that takes several calls: once one was made, nobody knows what there is."""
    return Unsafe(f"the page was edited in part: {broken}") if made else broken


def _made(door: Door, images: Copies, call: script.Call) -> list[str]:
    match call:
        case script.Append(parent=parent, children=new):
            body = {**call.body, "children": [images.dressed(each) for each in new]}
            # The answer shows the new blocks and whatever follows them: so it was recorded.
            shown = door.write("PATCH", f"blocks/{parent}/children", body).body["results"]
            return [str(each["id"]) for each in shown[: len(new)]]
        case script.Patch(id=id_, body=body):
            door.write(
                "PATCH",
                f"blocks/{id_}",
                {**body, **({"image": images.image(body["image"])} if "image" in body else {})},
            )
        case script.Remove(id=id_):
            door.write("DELETE", f"blocks/{id_}", {})
    return []


def _markdown(door: Door, page: str) -> Any:  # noqa: ANN401 - JSON
    return door.read(f"pages/{page}/markdown", query={"markdown_version": markdown.VERSION}).body


def _trees(put: Put) -> tuple[Blocks, Blocks]:
    return _tree_of(put.base), _tree_of(put.value)


def _tree_of(text: Reading) -> Blocks:
    return markdown.tree(text) if isinstance(text, str) else ()
