"""The endpoints of a page's Markdown; how it is read and shown stands beside this."""

from __future__ import annotations

from sync.sandbox.notion.call import Call, Route
from sync.sandbox.notion.markdown import pages
from sync.sandbox.notion.model import Json
from sync.sandbox.notion.pages import check_editable
from sync.sandbox.notion.refusals import MISSING, invalid
from sync.sandbox.notion.world import World

UPDATE = {
    "type",
    "replace_content",
    "update_content",
    "insert_content",
    "replace_content_range",
    "allow_async",
    "markdown_version",
}


def retrieve(world: World, call: Call) -> Json:
    """Return a page's content, as late as the switch says."""
    dialect = pages.version(world, call.request.first("markdown_version") or MISSING, "query.markdown_version")
    id_ = call.path["page_id"]
    _check_page(world, id_)
    page = world.page(id_)
    state = page.at(world.moment("read_lag_seconds"))
    if state is None:
        raise world.missing("page", id_)
    return pages.show(world, page, state, dialect)


def update(world: World, call: Call) -> Json:
    """Change a page's content and return all of it as it is afterwards."""
    call.only(UPDATE)
    dialect = pages.version(world, call.body.get("markdown_version", MISSING), "body.markdown_version")
    _check_page(world, call.path["page_id"])
    page = world.page(call.path["page_id"])
    check_editable(world, page, {})
    told = {name: value for name, value in call.body.items() if name not in {"allow_async", "markdown_version"}}
    pages.write(world, page, told, dialect)
    return pages.show(world, page, page.now, dialect)


def _check_page(world: World, id_: str) -> None:
    if id_ in world.databases:
        raise invalid(f"Provided ID {id_} is a database, not a page.")
    if id_ in world.homes:
        raise invalid(f"Provided ID {id_} is a block, not a page.")


ROUTES = [
    Route("GET", "/v1/pages/{page_id}/markdown", retrieve, "read_content"),
    Route("PATCH", "/v1/pages/{page_id}/markdown", update, "update_content"),
]
