"""A page's blocks as a tree that never changes: found, put in, changed and taken out; the page is not known here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from sync.sandbox.notion.model import Block, Blocks

CHILDREN = frozenset({"child_page", "child_database"})
"""Blocks that only stand for what is elsewhere."""


def walk(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield all blocks, each before what it holds."""
    for each in blocks:
        yield each
        yield from walk(each.children)


def living(blocks: Iterable[Block]) -> Blocks:
    """Return the blocks that are not in the trash, without what lies in the trash below them."""
    return tuple(replace(each, children=living(each.children)) for each in blocks if not each.in_trash)


def find(blocks: Iterable[Block], id_: str) -> Block | None:
    """Return the block with that id, in the trash or not."""
    return next((each for each in walk(blocks) if each.id == id_), None)


def parent(blocks: Iterable[Block], id_: str) -> Block | None:
    """Return the block that holds the one with that id, None where the page itself does."""
    return next((each for each in walk(blocks) if any(child.id == id_ for child in each.children)), None)


def buried(blocks: Blocks, id_: str) -> bool:
    """Tell whether a block or one that holds it is in the trash."""
    found, above = find(blocks, id_), parent(blocks, id_)
    return found is not None and (found.in_trash or (above is not None and buried(blocks, above.id)))


def changed(blocks: Blocks, id_: str, change: Callable[[Block], Block]) -> Blocks:
    """Return a tree with one block changed."""
    return tuple(
        change(each) if each.id == id_ else replace(each, children=changed(each.children, id_, change))
        for each in blocks
    )


def without(blocks: Blocks, id_: str) -> Blocks:
    """Return a tree without one block."""
    return tuple(replace(each, children=without(each.children, id_)) for each in blocks if each.id != id_)


def inserted(row: Blocks, new: Blocks, *, after: str | None) -> Blocks:
    """Return a row with blocks put in behind the one with that id, at the beginning where `after` is None."""
    at = next(index for index, each in enumerate(row) if each.id == after) + 1 if after else 0
    return (*row[:at], *new, *row[at:])


def trashed(blocks: Iterable[Block]) -> Blocks:
    """Return blocks in the trash."""
    return tuple(replace(each, in_trash=True) for each in blocks)


def ids(blocks: Sequence[Block]) -> set[str]:
    """Return the ids of all blocks in a tree."""
    return {each.id for each in walk(blocks)}
