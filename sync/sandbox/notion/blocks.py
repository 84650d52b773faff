"""The endpoints of blocks: one, what it holds, more of it, other words, the trash; Markdown is not known here."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sync.sandbox.notion import content, identity, kinds, lists, making, pages, shapes
from sync.sandbox.notion.call import WITHOUT_ARCHIVED, Call, Route
from sync.sandbox.notion.looks import flags
from sync.sandbox.notion.model import Block, Blocks, Json, Page, Raw, State
from sync.sandbox.notion.refusals import MISSING, Refused, invalid, trashed, under_trash, wrong
from sync.sandbox.notion.world import World

SOURCES = ("external", "file")
"""Where a file is: one takes the place of the other."""


class Place(NamedTuple):
    """A block in its page at some time; a page itself has none."""

    page: Page
    state: State
    block: Block | None = None

    @property
    def children(self) -> Blocks:
        """Return what it holds."""
        return self.state.content if self.block is None else self.block.children


def retrieve(world: World, call: Call) -> Json:
    """Return a block, a page or a database as a block."""
    id_ = call.path["block_id"]
    if id_ in world.databases:
        return shapes.database(world, world.database(id_))
    return _shown(world, _place(world, id_, world.moment("read_lag_seconds")))


def children(world: World, call: Call) -> Json:
    """Return the blocks in a block or a page; a synced block shows what its original holds."""
    place = _original(world, _place(world, call.path["block_id"], world.moment("read_lag_seconds")))
    row = [each for each in place.children if shapes.living(world, each)]
    results, following = lists.cut(call, row)
    above = place.block.id if place.block else ""
    shown = [shapes.block(world, place.page, each, above=above) for each in results]
    return lists.listed("block", shown, following)


def append(world: World, call: Call) -> Json:
    """Put blocks into a block or a page, at its end or where the position says.

    Recorded: the answer is the new blocks and all that follow them.
    """
    old = call.request.headers.get("notion-version", "") < WITHOUT_ARCHIVED
    call.only({"children", "position", *(["after"] if old else [])})
    making.spend_blocks(world)
    place = _original(world, _place(world, call.path["block_id"]))
    _check_editable(world, place)
    kind = place.block.type if place.block else "page"
    if place.block and not making.holds(kind, place.block.body):
        raise invalid("Block does not support children.")
    told = making.sketches(world, call.body.get("children", MISSING), "body.children", within=kind)
    if place.block and kind == "table":
        making.fit(place.block.body, told)
    after = _after(place, call)
    new = world.born(place.page, told, world.bot.id)
    row = content.inserted(place.children, new, after=after)
    _put(world, place, row)
    above = place.block.id if place.block else ""
    following = [each for each in row[row.index(new[0]) :] if shapes.living(world, each)] if new else []
    shown = [shapes.block(world, place.page, each, above=above) for each in following]
    return lists.listed("block", shown, None)


def made(call: Call, answer: Json) -> tuple[str, list[str]]:
    """Return into what an append has put blocks, and which."""
    return call.path["block_id"], [each["id"] for each in answer["results"]][: len(call.body["children"])]


def update(world: World, call: Call) -> Json:
    """Change what a block says, or move it into the trash and out of it; its type stays."""
    given = flags(call, ("in_trash",))
    if call.path["block_id"] in world.databases:
        return _set_trash(world, call.path["block_id"], in_trash=given.get("in_trash", False))
    place = _place(world, call.path["block_id"])
    if place.block is None:
        call.only({"in_trash"})
        pages.check_editable(world, place.page, given)
        world.commit(place.page, world.bot.id, **given)
        return _shown(world, _place(world, place.page.id))
    _check_editable(world, place, given.get("in_trash"))
    said = _said(world, place.block, call)
    kept = {name: value for name, value in place.block.body.items() if "type" not in said or name not in SOURCES}
    return _change(world, place, body={**kept, **said}, **given)


def delete(world: World, call: Call) -> Json:
    """Move a block, a page or a database into the trash (recorded: the answer is a block, in the trash)."""
    id_ = call.path["block_id"]
    if id_ in world.databases:
        return _set_trash(world, id_, in_trash=True)
    place = _place(world, id_)
    if place.block is None:
        if world.buried(place.page.now):
            raise under_trash()
        world.commit(place.page, world.bot.id, in_trash=True)
        return _shown(world, _place(world, id_))
    _check_editable(world, place)
    return _change(world, place, in_trash=True)


def _place(world: World, id_: str, moment: datetime | None = None) -> Place:
    """Return where a block is; raises the 404."""
    home = world.homes.get(id_, id_)
    if home not in world.pages:
        raise world.missing("block", id_)
    try:
        page = world.page(home, "block")
    except Refused as unseen:
        raise world.missing("block", id_) from unseen
    state = page.at(moment)
    block = content.find(state.content, id_) if state and home != id_ else None
    if state is None or (home != id_ and block is None):
        raise world.missing("block", id_)
    return Place(page, state, block)


def _original(world: World, place: Place) -> Place:
    origin = place.block.body.get("synced_from") if place.block else None
    return _place(world, origin["block_id"]) if origin else place


def _shown(world: World, place: Place) -> Json:
    if place.block is None:
        return shapes.page(world, place.page, place.state)
    above = content.parent(place.state.content, place.block.id)
    block = replace(place.block, in_trash=content.buried(place.state.content, place.block.id))
    return shapes.block(world, place.page, block, above=above.id if above else "")


def _check_editable(world: World, place: Place, in_trash: Raw = None) -> None:
    """Refuse to change what lies in the trash, unless it is being taken out."""
    if world.buried(place.state) or (place.block and place.page.now.in_trash):
        raise under_trash()
    if place.block is None and place.page.now.in_trash:
        raise trashed()
    if place.block is not None and content.buried(place.state.content, place.block.id) and in_trash is not False:
        raise trashed()


def _after(place: Place, call: Call) -> str | None:
    """Return the block behind which new ones go, None for the beginning."""
    at, row = "body.position", content.living(place.children)
    position = call.body.get("position", {"type": "end"})
    if "after" in call.body:
        at, position = "body.after", {"type": "after_block", "after_block": {"id": call.body["after"]}}
    if position == {"type": "end"}:
        return place.children[-1].id if place.children else None
    if position == {"type": "start"}:
        return None
    kind = position.get("type", MISSING) if isinstance(position, dict) else position
    if kind != "after_block":
        raise wrong(f"{at}.type", 'be `"after_block"` or `"start"` or `"end"`', kind)
    if not isinstance(position.get("after_block"), dict):
        raise wrong(f"{at}.after_block", "be defined")
    id_ = identity.checked(position["after_block"].get("id"), f"{at}.after_block.id")
    if all(each.id != id_ for each in row):
        raise invalid(f"Block with ID {id_} to append after was not found in the parent block.")
    return id_


def _put(world: World, place: Place, row: Blocks) -> None:
    """Let a block or a page hold a row of blocks."""
    whole = place.page.now.content
    if place.block is not None:
        whole = content.changed(whole, place.block.id, lambda each: replace(each, children=row))
        row = whole
    world.rewrite(place.page, world.bot.id, row)


def _change(world: World, place: Place, **changes: Raw) -> Json:
    """Change a block, now and by the connection, and return it."""
    block, now = place.block, world.clock.now()
    if block is None:
        raise TypeError("a page is changed elsewhere")
    new = replace(block, **changes, edited_at=now, edited_by=world.bot.id)
    world.rewrite(place.page, world.bot.id, content.changed(place.page.now.content, block.id, lambda _: new))
    return _shown(world, _place(world, block.id))


def _said(world: World, block: Block, call: Call) -> Json:
    """Return what a request says newly of a block."""
    for name in call.body:
        if name not in {"in_trash", "type", block.type}:
            # Its type cannot be changed (reference, "Update a block").
            raise wrong(f"body.{name}", "be not present", call.body[name])
    raw = call.body.get(block.type, {})
    if not isinstance(raw, dict) or block.type not in kinds.FIELDS:
        raise wrong(f"body.{block.type}", "be an object", raw)
    # Recorded: an empty list of children is taken for none.
    raw = {name: value for name, value in raw.items() if (name, value) != ("children", [])}
    said = kinds.rest(world, block.type, raw, f"body.{block.type}")
    for name in kinds.UNCHANGED.get(block.type, ()):
        if name in said and said[name] != block.body[name]:
            raise wrong(f"body.{block.type}.{name}", "be not present", raw[name])
    if "cells" in said and len(said["cells"]) != len(block.body["cells"]):
        raise invalid("Number of cells in table row must match the table width of the parent table")
    return said


def _set_trash(world: World, id_: str, *, in_trash: bool) -> Json:
    found = world.database(id_)
    found.in_trash, found.edited_at = in_trash, world.clock.now()
    for source in found.sources:
        source.revision += 1
    return shapes.database(world, found)


ROUTES = [
    Route("GET", "/v1/blocks/{block_id}", retrieve, "read_content"),
    Route("DELETE", "/v1/blocks/{block_id}", delete, "update_content"),
    Route("PATCH", "/v1/blocks/{block_id}", update, "update_content"),
    Route("GET", "/v1/blocks/{block_id}/children", children, "read_content"),
    Route("PATCH", "/v1/blocks/{block_id}/children", append, "insert_content"),
]
