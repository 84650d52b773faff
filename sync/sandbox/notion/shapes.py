"""Blocks as Notion's JSON: those of a page, and pages and databases seen as blocks; who may see them is not asked."""

from __future__ import annotations

from sync.sandbox.notion import content, files, mentions, showing, times
from sync.sandbox.notion.model import Block, Database, Json, Page, Raw, State
from sync.sandbox.notion.world import World


def block(world: World, of: Page, one: Block, *, above: str = "") -> Json:
    """Return a block of a page; `above` is the block that holds it."""
    if one.type in content.CHILDREN:
        return _child(world, one)
    parent: Json = {"type": "block_id", "block_id": above} if above else {"type": "page_id", "page_id": of.id}
    return {
        "object": "block",
        "id": one.id,
        "parent": parent,
        "created_time": times.minute(one.created_at),
        "last_edited_time": times.minute(one.edited_at),
        "created_by": showing.partial(one.created_by),
        "last_edited_by": showing.partial(one.edited_by),
        "has_children": bool(content.living(one.children)) or bool(one.body.get("synced_from")),
        "in_trash": one.in_trash,
        "type": one.type,
        one.type: _read(world, one.body),
    }


def page(world: World, of: Page, state: State) -> Json:
    """Return a page as a block."""
    return {
        "object": "block",
        "id": of.id,
        "parent": showing.parent(world, state.parent),
        "created_time": times.minute(of.created_at),
        "last_edited_time": times.minute(state.edited_at),
        "created_by": showing.partial(of.created_by),
        "last_edited_by": showing.partial(state.edited_by),
        "has_children": any(living(world, each) for each in state.content),
        "in_trash": state.in_trash,
        "type": "child_page",
        "child_page": {"title": world.title(state)},
    }


def database(world: World, of: Database) -> Json:
    """Return a database as a block (recorded)."""
    return {
        "object": "block",
        "id": of.id,
        "parent": showing.parent(world, of.parent),
        "created_time": times.minute(of.created_at),
        "last_edited_time": times.minute(of.edited_at),
        "created_by": showing.partial(of.sources[0].created_by if of.sources else world.owner.id),
        "last_edited_by": showing.partial(of.sources[0].edited_by if of.sources else world.owner.id),
        "has_children": False,
        "in_trash": of.in_trash,
        "type": "child_database",
        "child_database": {"title": mentions.named(of)},
    }


def living(world: World, one: Block) -> bool:
    """Tell whether a block of a page is to be seen: neither it nor what it stands for is in the trash."""
    if one.type == "child_page":
        found = world.pages.get(one.id)
        return found is not None and not found.now.in_trash
    if one.type == "child_database":
        return one.id in world.databases and not world.databases[one.id].in_trash
    return not one.in_trash


def _child(world: World, one: Block) -> Json:
    if one.type == "child_database":
        return database(world, world.databases[one.id])
    found = world.pages[one.id]
    return page(world, found, found.now)


def _read(world: World, body: Raw) -> Raw:
    """Return a body as it is read: each file at an address of its own, mentions with the names they have now."""
    shown = dict(body)
    for name in ("rich_text", "caption"):
        if name in shown:
            shown[name] = mentions.filled(world, shown[name])
    if "cells" in shown:
        shown["cells"] = [mentions.filled(world, cell) for cell in shown["cells"]]
    for name in ("file", "icon"):
        inner = shown.get(name)
        if isinstance(inner, dict) and "upload" in inner:
            shown[name] = files.signed(world, inner["upload"])
        elif isinstance(inner, dict) and "file" in inner:
            shown[name] = _read(world, inner)
    return shown
