"""Somebody at work inside a page: words, tasks, blocks of any kind; no API rule and no limit binds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sync.sandbox.notion import content, identity, kinds, texts
from sync.sandbox.notion.markdown import pages
from sync.sandbox.notion.model import Block, Blocks, Json, Page, Parent, Sketch, Upload
from sync.sandbox.notion.world import World


class Editor:
    """A user in a page's own window; a block is named by its id or by words that are in it.

    Raises LookupError for a block that is not there.
    """

    def __init__(self, world: World, user_id: str) -> None:
        self.id = user_id
        self._world = world

    def write(self, page: str, markdown: str) -> None:
        """Make the page say this (Markdown of version 2); blocks that say it already stay."""
        found = self._page(page)
        pages.put(self._world, found, pages.read(self._world, markdown, "v2"), actor=self.id)

    def add(self, page: str, markdown: str, *, after: str | None = None) -> None:
        """Add what Markdown of version 2 says, at the end or behind a block."""
        self._insert(page, pages.read(self._world, markdown, "v2"), after)

    def add_paragraph(self, page: str, text: str, *, after: str | None = None) -> str:
        """Add a paragraph of plain words and return the block's id."""
        return self.add_block(page, {"type": "paragraph", "paragraph": {"rich_text": texts.shown(text)}}, after=after)

    def add_block(self, page: str, block: Json, *, after: str | None = None) -> str:
        """Add a block, told as the API tells it, of a type that no request can make too, and return its id."""
        (made,) = self._insert(page, (self._sketch(block),), after)
        return made.id

    def add_image(self, page: str, filename: str, sent: bytes | str = b"image", *, after: str | None = None) -> str:
        """Drop an image into the page, which Notion stores and signs, and return the block's id."""
        raw, now = sent if isinstance(sent, bytes) else sent.encode(), self._world.clock.now()
        kind, until = "image/" + filename.rpartition(".")[2], now + timedelta(hours=1)
        upload = Upload(self._world.ids.uuid(), filename, kind, now, until, content=raw, attached=True)
        self._world.uploads[upload.id] = upload
        body = {"type": "file", "file": {"upload": upload.id}, "caption": []}
        (made,) = self._insert(page, (Sketch(type="image", body=body),), after)
        return made.id

    def add_page(self, page: str, title: str) -> str:
        """Add a page in the page and return its id."""
        parent, values = Parent("page_id", self._page(page).id), {identity.TITLE: texts.shown(title)}
        return self._world.add_page(self.id, parent, values).id

    def retype(self, page: str, old: str, new: str) -> None:
        """Replace words where they first stand within words of one look, whose look stays."""
        block = self._block(page, old)
        self._change(page, block, lambda each: replace(each, body=_retyped(each.body, old, new)))

    def tick(self, page: str, block: str) -> None:
        """Tick a task."""
        self._change(page, self._block(page, block), lambda each: replace(each, body={**each.body, "checked": True}))

    def untick(self, page: str, block: str) -> None:
        """Take the tick off a task."""
        self._change(page, self._block(page, block), lambda each: replace(each, body={**each.body, "checked": False}))

    def remove(self, page: str, block: str) -> None:
        """Delete a block with all that it holds: it goes to the trash."""
        self._change(page, self._block(page, block), lambda each: replace(each, in_trash=True))

    def bring_back(self, page: str, block: str) -> None:
        """Take a block, named by its id, out of the trash."""
        self._change(page, self._block(page, block), lambda each: replace(each, in_trash=False))

    def _page(self, named: str) -> Page:
        """Return the page of that id, or the only one of that title."""
        found = self._world.pages.get(identity.dashed(named))
        titled = [each for each in self._world.pages.values() if self._world.title(each.now) == named]
        if found is None and len(titled) != 1:
            raise KeyError(f"{len(titled)} pages are called {named!r}")
        return found or titled[0]

    def _insert(self, page: str, new: tuple[Sketch, ...], after: str | None) -> Blocks:
        found = self._page(page)
        made, whole = self._world.born(found, new, self.id), found.now.content
        before = self._block(page, after) if after else None
        above = content.parent(whole, before.id) if before else None
        row = above.children if above else whole
        last = before.id if before else (whole[-1].id if whole else None)
        row = content.inserted(row, made, after=last)
        if above is not None:
            row = content.changed(whole, above.id, lambda each: replace(each, children=row))
        self._world.rewrite(found, self.id, row)
        return made

    def _block(self, page: str, named: str) -> Block:
        found = self._page(page)
        block = content.find(found.now.content, named)
        if block is None:
            block = next((one for one in content.walk(content.living(found.now.content)) if named in words(one)), None)
        if block is None:
            raise LookupError(f"no block {named!r}")
        return block

    def _change(self, page: str, block: Block, change: Callable[[Block], Block]) -> None:
        now = self._world.clock.now()
        found = self._page(page)
        whole = content.changed(
            found.now.content, block.id, lambda each: replace(change(each), edited_at=now, edited_by=self.id)
        )
        self._world.rewrite(found, self.id, whole)

    def _sketch(self, raw: Json) -> Sketch:
        kind = raw.get("type") or next(iter(raw))
        body = dict(raw[kind])
        below = tuple(self._sketch(each) for each in body.pop("children", ()))
        kept = kinds.body(self._world, kind, body, f"block.{kind}") if kind in kinds.FIELDS else body
        return Sketch(type=kind, body=kept, children=below)


def plainly(block: Block) -> Json:
    """Return a block in plain values: id, type, text and children."""
    below = [plainly(each) for each in block.children]
    return {"id": block.id, "type": block.type, "text": words(block), "children": below}


def words(block: Block) -> str:
    """Return the plain words of a block."""
    rows = [block.body.get("rich_text", []), block.body.get("caption", []), *block.body.get("cells", [])]
    return " ".join(texts.plain(row) for row in rows if row)


def _retyped(body: Json, old: str, new: str) -> Json:
    for name, row in ((name, body.get(name)) for name in ("rich_text", "caption")):
        for at, each in enumerate(row or ()):
            if each["type"] == "text" and old in each["plain_text"]:
                text = each["plain_text"].replace(old, new, 1)
                changed = texts.element(text, each["href"], each["annotations"])
                return {**body, name: texts.merged([*body[name][:at], changed, *body[name][at + 1 :]])}
    raise LookupError(f"no words {old!r} of one look")
