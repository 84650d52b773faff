"""Sketches of blocks as both dialects make them; no text is read here."""

from __future__ import annotations

from collections.abc import Sequence

from sync.sandbox.notion import files, kinds
from sync.sandbox.notion.model import Json, Sketch
from sync.sandbox.notion.world import World

_PLAIN: Json = {"rich_text": [], "color": "default"}


def worded(kind: str, said: list[Json], below: Sequence[Sketch] = (), **more: object) -> Sketch:
    """Return a block with words."""
    return Sketch(type=kind, body={**_PLAIN, "rich_text": said, **more}, children=tuple(below))


def lifted(kind: str, inside: Sequence[Sketch], **more: object) -> Sketch:
    """Return a block whose words are those of the first paragraph that it holds."""
    if inside and inside[0].type == "paragraph" and not inside[0].children and inside[0].body["color"] == "default":
        return worded(kind, inside[0].body["rich_text"], inside[1:], **more)
    return worded(kind, [], inside, **more)


def heading(level: int, said: list[Json]) -> Sketch:
    """Return a heading that cannot be folded."""
    return worded(f"heading_{level}", said, is_toggleable=False)


def table(rows: list[list[list[Json]]], *, header_row: bool, header_column: bool) -> Sketch:
    """Return a table; a row that is too short gets empty cells."""
    width = max(map(len, rows), default=1)
    body = {"table_width": width, "has_column_header": header_row, "has_row_header": header_column}
    cells = [[*row, *([] for _ in range(width - len(row)))] for row in rows]
    lines = tuple(Sketch(type="table_row", body={"cells": row}) for row in cells)
    return Sketch(type="table", body=body, children=lines)


def media(world: World, kind: str, url: str, caption: list[Json]) -> Sketch:
    """Return a file; a signed address leads to one that Notion holds."""
    upload = files.held(world, url)
    body: Json = {"type": "external", "external": {"url": url}, "caption": caption}
    if upload:
        body = {"type": "file", "file": {"upload": upload}, "caption": caption}
    if kind == "file":
        body["name"] = kinds.named(world, body)
    return Sketch(type=kind, body=body)
