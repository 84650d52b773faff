"""A page seen as a block, and where blocks and Markdown will be answered; content is kept as it came for now."""

from __future__ import annotations

from sync.sandbox.notion import showing, times
from sync.sandbox.notion.call import Call, Route
from sync.sandbox.notion.model import Json, Page
from sync.sandbox.notion.refusals import invalid, under_trash
from sync.sandbox.notion.world import World


def retrieve(world: World, call: Call) -> Json:
    """Return a page as a block."""
    return _block(world, world.page(call.path["block_id"], "block"))


def delete(world: World, call: Call) -> Json:
    """Move a page to the trash (recorded: the answer is a block, in the trash)."""
    page = world.page(call.path["block_id"], "block")
    if world.buried(page.now):
        raise under_trash()
    world.commit(page, world.bot.id, in_trash=True)
    return _block(world, page)


def markdown(world: World, call: Call) -> Json:
    """Return the Markdown that a page was created with."""
    page = world.page(call.path["page_id"])
    return {
        "object": "page_markdown",
        "id": page.id,
        "markdown": page.content.get("markdown", ""),
        "truncated": False,
        "unknown_block_ids": [],
    }


def missing(_: World, call: Call) -> Json:
    """Refuse what this sandbox cannot do yet."""
    raise invalid(f"{call.request.method} {call.request.path} is not in this sandbox yet.")


def _block(world: World, page: Page) -> Json:
    state = page.now
    return {
        "object": "block",
        "id": page.id,
        "parent": showing.parent(world, state.parent),
        "created_time": times.minute(page.created_at),
        "last_edited_time": times.minute(state.edited_at),
        "created_by": showing.partial(page.created_by),
        "last_edited_by": showing.partial(state.edited_by),
        "has_children": bool(page.content),
        "in_trash": state.in_trash,
        "type": "child_page",
        "child_page": {"title": world.title(state)},
    }


ROUTES = [
    Route("GET", "/v1/blocks/{block_id}", retrieve, "read_content"),
    Route("DELETE", "/v1/blocks/{block_id}", delete, "update_content"),
    Route("PATCH", "/v1/blocks/{block_id}", missing, "update_content"),
    Route("GET", "/v1/blocks/{block_id}/children", missing, "read_content"),
    Route("PATCH", "/v1/blocks/{block_id}/children", missing, "insert_content"),
    Route("GET", "/v1/pages/{page_id}/markdown", markdown, "read_content"),
    Route("PATCH", "/v1/pages/{page_id}/markdown", missing, "update_content"),
]
