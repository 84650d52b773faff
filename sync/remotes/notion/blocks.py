"""A page's content between Notion's block JSON and the tree; edits of what is there already are in `script`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sync.core.document import (
    Block,
    Blocks,
    Bullet,
    Callout,
    Code,
    Container,
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
    Table,
    Task,
    Toggle,
    tidy,
)
from sync.remotes.commonmark.reading import worded
from sync.remotes.commonmark.writing import titled
from sync.remotes.notion import customs, richtext
from sync.remotes.notion.files import ALONE, View
from sync.remotes.notion.richtext import GOES_ON, Json, elements, plainly, portions, runs
from sync.remotes.notion.values import ELEMENT, ELEMENTS, plain_text

Children = Mapping[str, Sequence[Json]]
"""The blocks in a page or a block, by its id."""

LEVELS = 3
"""Levels of blocks in one call: a block, what it holds, and what that holds ("Append block children")."""
EQUATION = "equation"
_HEADING = re.compile(r"heading_([1-4])")
_NAME = re.compile(r"[a-z0-9][\w.+#-]*")
_SEE_THROUGH = frozenset({"column_list", "column", "synced_block", "tab", "template", "transcription", "meeting_notes"})
"""Blocks that only arrange what they hold."""
_LINKED = frozenset({"bookmark", "embed", "link_preview"})
_FILES = frozenset({"video", "file", "pdf", "audio", "image"})
_CLOSED = frozenset({"child_page", "child_database", "unsupported", "link_to_page"})
"""Blocks whose inside is not this page's content."""


@dataclass(frozen=True)
class Place:
    """Where a block stands: its id (several where it had to be cut), its parent's, Notion's own type.

    A `foreign` block is only shown on GitHub: it is never written. `rows` are a table's.
    """

    ids: tuple[str, ...]
    parent: str
    type: str
    foreign: bool = False
    rows: tuple[str, ...] = ()


def unread(children: Children, root: str) -> list[str]:
    """Return the ids of the blocks whose inside must be read before the tree is complete."""
    if root not in children:
        return [root]
    inside = [str(each["id"]) for each in children[root] if each.get("has_children") and each["type"] not in _CLOSED]
    return [missing for each in inside for missing in unread(children, each)]


def tree(children: Children, root: str, view: View = ALONE) -> Blocks:
    """Return a page's content as a tree, its files as the view shows them."""
    return tuple(_Reading(children, view).inside(root))


@dataclass(frozen=True)
class _Reading:
    children: Children
    view: View

    def inside(self, parent: str) -> list[Block]:
        """Return what a block holds."""
        whole = _joined(self.children.get(parent, ()))
        return [block for ids, raw in whole for block in self.block(raw, Place(ids, parent, str(raw["type"])))]

    def block(self, raw: Json, place: Place) -> list[Block]:
        """Return what one block says: several where it holds blocks that could not stand in it on GitHub."""
        kind, id_ = place.type, place.ids[0]
        body = raw.get(kind) or {}
        if kind in _CONTAINERS:
            return [self._container(body, place)]
        below = self.inside(id_) if raw.get("has_children") and kind not in _CLOSED and kind != "table" else []
        block = None if kind in _SEE_THROUGH else self._single(kind, body, place)
        return [*([block] if block else []), *below]

    def _container(self, body: Json, place: Place) -> Block:
        """Return a container: its own words are its first paragraph, which may go on in the first that it holds."""
        id_ = place.ids[0]
        first = Place((id_,), place.parent, place.type)
        (ids, whole), *rest = _joined([_words_of(id_, body), *self.children.get(id_, ())])
        blocks = [block for more, raw in rest for block in self.block(raw, Place(more, id_, str(raw["type"])))]
        words = runs(whole["paragraph"]["rich_text"])
        own = worded(words) if place.type != "toggle" else None
        held = (replace(own, own=replace(first, ids=ids)), *blocks) if own else tuple(blocks)
        return _CONTAINERS[place.type]({**body, "words": _flat(words)}, held, place)

    def _single(self, kind: str, body: Json, place: Place) -> Block | None:  # noqa: PLR0911 - one for each type
        if found := _HEADING.fullmatch(kind):
            level = customs.level_of(int(found[1]), str(body.get("color", "")))
            return Heading(runs=_flat(runs(body["rich_text"])), level=level, own=place)
        if kind == "image" and (image := self._image(body, place)):
            return image
        if kind in _FILES or kind in _LINKED:
            return self._link(body, place)
        match kind:
            case "paragraph":
                block = worded(runs(body["rich_text"]))
                return replace(block, own=place) if block else None
            case "code":
                return replace(_code(body), own=place)
            case "equation":
                return Equation(str(body["expression"]), own=place)
            case "divider":
                return Divider(own=place)
            case "table":
                return self._table(place)
            case "child_page" | "child_database":
                address = f"https://www.notion.so/{place.ids[0].replace('-', '')}"
                return _foreign(str(body.get("title") or "…"), address, place)
        return None

    def _image(self, body: Json, place: Place) -> Block | None:
        url = str((body.get("external") or {}).get("url") or "")
        own = url or self.view.copied(_address(body))
        known = own or self.view.shown(_address(body))
        words = customs.caption_of(_caption(body))
        return Image(known, words, own=replace(place, foreign=not own)) if known else None

    def _link(self, body: Json, place: Place) -> Block:
        """Return a file, a bookmark or an embedded page as a link to it."""
        url = str(body.get("url") or (body.get("external") or {}).get("url") or "")
        address = url or self.view.shown(_address(body)) or self.view.page
        return _foreign(_caption(body) or str(body.get("name") or "") or url or place.type, address, place)

    def _table(self, place: Place) -> Block:
        rows = self.children.get(place.ids[0], ())
        cells = tuple(tuple(runs(cell) for cell in row["table_row"]["cells"]) for row in rows)
        return Table(cells, own=replace(place, rows=tuple(str(row["id"]) for row in rows)))


def _address(body: Json) -> str:
    return str((body.get("file") or {}).get("url") or "").partition("?")[0]


def _caption(body: Json) -> str:
    return "".join(run.text for run in runs(body.get("caption") or ()))


def _foreign(words: str, address: str, place: Place) -> Block:
    return Paragraph(runs=(Run(words, link=address or None),), own=replace(place, foreign=True))


def _flat(words: Runs) -> Runs:
    return tidy(replace(run, text=run.text.replace("\n", " ")) for run in words)


def _code(body: Json) -> Block:
    text = plain_text(body["rich_text"])
    language, caption = str(body.get("language", "")), _caption(body)
    if language == customs.MARKUP_LANGUAGE:
        return Raw(text)
    if language == "latex" and caption == EQUATION:
        return Equation(text)
    if language == customs.PLAIN:
        return Code(text, caption if _NAME.fullmatch(caption) else "")
    return Code(text, language)


def _goes_on(raw: Json) -> bool:
    """Tell whether a block goes on from the one above it, with which it was one too long for Notion."""
    kind = str(raw["type"])
    if kind == "code":
        return _caption(raw["code"]) == GOES_ON
    return kind == "paragraph" and richtext.continues(raw["paragraph"]["rich_text"])


def _words_of(id_: str, body: Json) -> Json:
    """Return a container's own words as a paragraph."""
    return {"id": id_, "type": "paragraph", "paragraph": {"rich_text": body.get("rich_text", ())}}


def _joined(row: Sequence[Json]) -> list[tuple[tuple[str, ...], Json]]:
    """Return blocks with their ids; one that was too long for Notion is one again."""
    whole: list[tuple[tuple[str, ...], Json]] = []
    for raw in row:
        kind = str(raw["type"])
        if whole and whole[-1][1]["type"] == kind and _goes_on(raw):
            ids, above = whole[-1]
            more = raw[kind]["rich_text"]
            words = [*above[kind]["rich_text"], *(_unsigned(more) if kind == "paragraph" else more)]
            whole[-1] = (*ids, str(raw["id"])), {**above, kind: {**above[kind], "rich_text": words}}
        else:
            whole.append(((str(raw["id"]),), raw))
    return whole


def _unsigned(words: Sequence[Json]) -> Sequence[Json]:
    """Return rich text without the sign that it goes on."""
    first = words[0]
    text = str(first["text"]["content"]).removeprefix(GOES_ON).removeprefix(" ")
    return [{**first, "text": {**first["text"], "content": text}}, *words[1:]] if text else words[1:]


def _callout(body: Json, blocks: Blocks, place: Place) -> Block:
    icon = str((body.get("icon") or {}).get("emoji") or "")
    return Callout(blocks, kind=customs.kind_of(icon, str(body.get("color", ""))), own=place)


_CONTAINERS: dict[str, Callable[[Json, Blocks, Place], Block]] = {
    "quote": lambda _body, blocks, place: Quote(blocks, own=place),
    "callout": _callout,
    "toggle": lambda body, blocks, place: Toggle(blocks, runs=body["words"], own=place),
    "bulleted_list_item": lambda _body, blocks, place: Bullet(blocks, own=place),
    "numbered_list_item": lambda body, blocks, place: Number(blocks, start=body.get("list_start_index"), own=place),
    "to_do": lambda body, blocks, place: Task(blocks, checked=bool(body.get("checked")), own=place),
}


def payloads(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Return a tree as block JSON, however deep; a block too long for Notion is several that go on from each other."""
    return [payload for block in blocks for payload in payload_of(block)]


def payload_of(block: Block) -> Iterator[dict[str, Any]]:
    """Yield the JSON of one block, and of what it goes on in."""
    if isinstance(block, Container):
        yield _container(block)
    elif isinstance(block, Paragraph):
        for portion in portions(block.runs):
            yield _json("paragraph", {"rich_text": portion})
    elif isinstance(block, (Code, Raw, Equation)):
        yield from _literal(block)
    else:
        yield _plain(block)


def _json(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"object": "block", "type": kind, kind: dict(body)}


def own_words(block: Container) -> tuple[Runs, Blocks]:
    """Return the words that stand in a container's own rich text, and what it holds besides."""
    if isinstance(block, Toggle):
        return block.runs, block.blocks
    if block.blocks and isinstance(raw := block.blocks[0], Raw) and "\n" not in raw.text:
        return (Run(raw.text, form=Form.RAW),), block.blocks[1:]
    return titled(block.blocks)


def traits(block: Container) -> dict[str, Any]:
    """Return what a container's JSON says besides its words and what it holds."""
    if isinstance(block, Task):
        return {"checked": block.checked}
    if isinstance(block, Callout):
        icon, colour = customs.KINDS[block.kind]
        return {"icon": {"type": "emoji", "emoji": icon}, "color": f"{colour}_background"}
    return {}


TYPES: dict[type[Block], str] = {
    Quote: "quote",
    Callout: "callout",
    Toggle: "toggle",
    Bullet: "bulleted_list_item",
    Number: "numbered_list_item",
    Task: "to_do",
}


def _container(block: Container) -> dict[str, Any]:
    words, rest = own_words(block)
    first, *more = portions(words)
    below = [*(_json("paragraph", {"rich_text": portion}) for portion in more), *payloads(rest)]
    body = {"rich_text": first, **traits(block), **({"children": below} if below else {})}
    return _json(TYPES[type(block)], body)


def _literal(block: Code | Raw | Equation) -> Iterator[dict[str, Any]]:
    """Yield a block in which every character counts."""
    text = block.text
    if isinstance(block, Equation) and len(text) <= richtext.FORMULA:
        yield _json("equation", {"expression": text})
        return
    if isinstance(block, Raw) and "\n" not in text and len(text) <= ELEMENT:
        yield _json("paragraph", {"rich_text": elements((Run(text, form=Form.RAW),))})
        return
    language, caption = spoken(block)
    words = elements((Run(text),)) if text else []
    for at in range(0, max(len(words), 1), ELEMENTS):
        sign = GOES_ON if at else caption
        said = {"rich_text": words[at : at + ELEMENTS], "language": language}
        yield _json("code", {**said, **({"caption": elements((Run(sign),))} if sign else {})})


def spoken(block: Code | Raw | Equation) -> tuple[str, str]:
    """Return the language of a block of code, and the caption that says what the language cannot."""
    if isinstance(block, Raw):
        return customs.MARKUP_LANGUAGE, ""
    if isinstance(block, Equation):
        return "latex", EQUATION
    known = block.language in customs.LANGUAGES
    return (block.language, "") if known else (customs.PLAIN, block.language)


def _plain(block: Block) -> dict[str, Any]:
    match block:
        case Heading(runs=words, level=level):
            tint = {"color": customs.LEVELS[level]} if level in customs.LEVELS else {}
            return _json(f"heading_{min(level, 4)}", {"rich_text": plainly(words), **tint})
        case Image(source=source, caption=caption):
            said = {"caption": elements((Run(caption),))} if caption else {}
            return _json("image", {"type": "external", "external": {"url": source}, **said})
        case Table(rows=rows):
            width = max(map(len, rows), default=1)
            body = {"table_width": width, "has_column_header": True, "has_row_header": False}
            return _json("table", {**body, "children": [row_of(row, width) for row in rows]})
    return _json("divider", {})


def row_of(cells: Sequence[Runs], width: int) -> dict[str, Any]:
    """Return a table's row of that many cells."""
    padded = [*cells, *((),) * (width - len(cells))]
    return _json("table_row", {"cells": [plainly(cell) for cell in padded]})
