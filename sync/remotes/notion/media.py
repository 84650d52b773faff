"""Where the files of a page are right now, and what its blocks hold; our own addresses are not made or read here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sync.remotes.notion.client import Door
from sync.remotes.notion.files import name_of

KINDS = ("image", "file", "pdf", "video", "audio")
"""Blocks that hold a file (reference, "Block")."""
APART = ("child_page", "child_database")
"""Blocks whose inside is not this page's content."""


@dataclass(frozen=True)
class Location:
    """A file's address as Notion signed it, and until when it is good: whoever has it sees the file."""

    url: str
    until: datetime


def located(door: Door, page: str) -> Iterator[tuple[str, Location]]:
    """Yield the files of a page by name.

    A block says whether Notion holds its file; an address alone, which anybody may write, does not.
    """
    for raw in walked(door, page):
        body = raw.get(raw["type"]) or {}
        if raw["type"] in KINDS and body.get("type") == "file":
            yield _located(body["file"])


def walked(door: Door, page: str) -> Iterator[Any]:
    """Yield all blocks of a page, level by level."""
    waiting = [page]
    while waiting:
        for raw in children(door, waiting.pop(0)):
            yield raw
            if raw.get("has_children") and raw["type"] not in APART:
                waiting.append(str(raw["id"]))


def children(door: Door, block: str) -> Iterator[Any]:
    """Yield what a page or a block holds, in calls of a hundred."""
    query: dict[str, Any] = {"page_size": 100}
    while True:
        body = door.read(f"blocks/{block}/children", query=query).body
        yield from body["results"]
        if not body.get("has_more"):
            return
        query["start_cursor"] = body["next_cursor"]


def _located(file: Any) -> tuple[str, Location]:  # noqa: ANN401 - JSON
    url = str(file["url"])
    return name_of(url), Location(url, datetime.fromisoformat(file["expiry_time"]))
