"""The endpoints of pages: create, retrieve, update, move and one property's values; rows are not searched here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sync.sandbox.notion import content, identity, making, showing
from sync.sandbox.notion.call import Call, Route
from sync.sandbox.notion.lists import bad_cursor
from sync.sandbox.notion.looks import flags, looks
from sync.sandbox.notion.markdown import pages as markdown
from sync.sandbox.notion.model import DataSource, Json, Page, Parent, Property, Raw, Sketch, State
from sync.sandbox.notion.refusals import MISSING, invalid, trashed, under_trash, wrong
from sync.sandbox.notion.world import World
from sync.sandbox.notion.writing import Draft, defaults

CONTENT = ("children", "markdown", "content")
CREATE = {"parent", "properties", "icon", "cover", "template", "position", "allow_async", "markdown_version", *CONTENT}
UPDATE = {"properties", "icon", "cover", "is_locked", "template", "erase_content", "in_trash", "is_archived"}
PARENTS = ("data_source_id", "database_id", "page_id", "workspace")
FLAGS = ("in_trash", "is_archived", "is_locked")


def create(world: World, call: Call) -> Json:
    """Create a page with its content; an unknown option of a select is made."""
    call.only(CREATE)
    making.spend_blocks(world)
    parent = destination(world, call.body.get("parent"))
    blocks = _content(world, call)
    source = world.sources.get(parent.id)
    state = State({}, parent, world.clock.now(), world.bot.id)
    draft = Draft(world, world.properties(state)).read(call.body.get("properties", {}))
    look = looks(call)
    _save_options(world, draft, source)
    values = {**(defaults(world, source) if source else {}), **draft.values}
    if "markdown" in call.body and blocks and blocks[0].type == "heading_1" and identity.TITLE not in values:
        # The first heading is the title where none is given (reference, "Create a page").
        values[identity.TITLE], blocks = blocks[0].body["rich_text"], blocks[1:]
    page = world.add_page(world.bot.id, parent, values, **look)
    page.versions[-1] = replace(page.now, content=world.born(page, blocks, world.bot.id))
    return showing.page(world, page, page.now, only=call.filter_properties())


def retrieve(world: World, call: Call) -> Json:
    """Return a page, trashed or not, as late as the switch says."""
    id_ = call.path["page_id"]
    if id_ in world.databases:
        raise invalid(f"Provided ID {id_} is a database, not a page. Use the retrieve database API instead.")
    page = world.page(id_)
    state = page.at(world.moment("read_lag_seconds"))
    if state is None:
        raise world.missing("page", id_)
    return showing.page(world, page, state, only=call.filter_properties())


def update(world: World, call: Call) -> Json:
    """Change properties, icon, cover, trash, archive and lock; what is not named stays."""
    call.only(UPDATE)
    page = world.page(call.path["page_id"])
    given = flags(call, FLAGS)
    check_editable(world, page, given)
    draft = Draft(world, world.properties(page.now)).read(call.body.get("properties", {}))
    look = looks(call)
    if call.body.get("erase_content"):
        world.rewrite(page, world.bot.id, content.trashed(page.now.content))
    _save_options(world, draft, world.source_of(page.now))
    state = world.commit(page, world.bot.id, values={**page.now.values, **draft.values}, **given, **look)
    return showing.page(world, page, state, only=call.filter_properties())


def move(world: World, call: Call) -> Json:
    """Move a page to another page or data source."""
    call.only({"parent"})
    page = world.page(call.path["page_id"])
    check_editable(world, page, {})
    state = moved(world, page, destination(world, call.body.get("parent")), actor=world.bot.id)
    return showing.page(world, page, state)


def one_property(world: World, call: Call) -> Json:
    """Return one property with all its values, a list's in pages of their own."""
    page = world.page(call.path["page_id"])
    name = call.path["property"]
    known = {name, identity.plain(name)}
    column = next((each for each in world.properties(page.now) if known & {each.id, each.name}), None)
    if column is None:
        raise invalid(f"Could not find property with name or id: {name}")
    head = {"object": "property_item", "type": column.type, "id": column.spelled}
    shown = showing.value(world, column, page, page.now)
    if column.type not in showing.LISTS:
        return {**head, **shown}
    computed = column.type in showing.COMPUTED
    kept = [] if computed else page.now.values.get(column.id) or []
    start, size = _offset(call, len(kept)), call.page_size()
    following = _cursor(start + size) if start + size < len(kept) else None
    results = [{**head, column.type: each} for each in _elements(world, column, kept[start : start + size])]
    return {
        "object": "list",
        "results": results,
        "next_cursor": following,
        "has_more": following is not None,
        "type": "property_item",
        "property_item": {
            "id": column.spelled,
            "next_url": following and f"{world.base_url}{call.request.path}?start_cursor={following}",
            "type": column.type,
            column.type: shown[column.type] if computed else {},
        },
    }


def destination(world: World, raw: Raw) -> Parent:
    """Return the parent that a request names; a database stands for its only data source."""
    if not isinstance(raw, dict):
        raise wrong("body.parent", "be defined", MISSING if raw is None else raw)
    if raw.get("type", PARENTS[0]) not in PARENTS:
        raise wrong("body.parent.type", "be a type of parent", raw["type"])
    if "data_source_id" in raw:
        source = world.source(identity.checked(raw["data_source_id"], "body.parent.data_source_id"))
    elif "database_id" in raw:
        database = world.database(identity.checked(raw["database_id"], "body.parent.database_id"))
        if len(database.sources) != 1:
            raise invalid(f"Databases with multiple data sources are not supported here: {database.id}")
        source = database.sources[0]
    elif "page_id" in raw:
        above = world.page(identity.checked(raw["page_id"], "body.parent.page_id"))
        if above.now.in_trash:
            raise trashed()
        return Parent("page_id", above.id)
    else:
        raise wrong("body.parent.page_id", "be defined")
    if source.in_trash or source.database.in_trash:
        raise under_trash()
    return Parent("data_source_id", source.id)


def moved(world: World, page: Page, parent: Parent, *, actor: str) -> State:
    """Move a page; its values go along where the new table has a column of the same name and type."""
    before = {each.name: each for each in world.properties(page.now)}
    after = world.properties(State({}, parent, page.now.edited_at, actor))
    carried = dict(page.now.values)
    for column in after:
        old = before.get(column.name)
        if old is not None and old.type == column.type and column.id != identity.TITLE:
            carried[column.id] = _carried(world, old, column, page.now.values.get(old.id))
    return world.commit(page, actor, parent=parent, values=carried)


def check_editable(world: World, page: Page, given: Mapping[str, bool]) -> None:
    """Refuse to change what lies in the trash, unless it is being taken out."""
    if world.buried(page.now):
        raise under_trash()
    if page.now.in_trash and given.get("in_trash") is not False:
        raise trashed()


def _carried(world: World, old: Property, new: Property, kept: Raw) -> Raw:
    """Return a value in terms of another column: options go by their names."""
    if old.type not in showing.OPTIONS or not kept:
        return kept
    ids = []
    for option in (old.option(each) for each in (kept if isinstance(kept, list) else [kept])):
        if option is None:
            continue
        draft = Draft(world, [new])
        if new.named(option.name) or new.type != "status":
            ids.append(draft.option(new, {"name": option.name, "color": option.color}, "body"))
            draft.save_options()
    return ids if isinstance(kept, list) else (ids[0] if ids else None)


def _content(world: World, call: Call) -> tuple[Sketch, ...]:
    """Return the blocks that a new page is to have: told as blocks or as Markdown, not both."""
    given = [name for name in CONTENT if name in call.body]
    if len(given) > 1:
        raise wrong(f"body.{given[1]}", "be not present", call.body[given[1]])
    if given == ["markdown"]:
        dialect = markdown.version(world, call.body.get("markdown_version", MISSING), "body.markdown_version")
        if not isinstance(call.body["markdown"], str):
            raise wrong("body.markdown", "be a string", call.body["markdown"])
        return markdown.read(world, call.body["markdown"], dialect)
    if "markdown_version" in call.body:
        raise wrong("body.markdown_version", "be not present", call.body["markdown_version"])
    return making.sketches(world, call.body[given[0]], f"body.{given[0]}") if given else ()


def _save_options(world: World, draft: Draft, source: DataSource | None) -> None:
    if draft.save_options() and source is not None:
        world.touch(source, world.bot.id)


def _elements(world: World, column: Property, kept: list[Raw]) -> list[Raw]:
    if column.type == "relation":
        return [{"id": each} for each in kept]
    return showing.people(world, kept) if column.type == "people" else kept


def _cursor(offset: int) -> str:
    return f"o:{offset}"


def _offset(call: Call, length: int) -> int:
    cursor = call.start_cursor()
    if cursor is None:
        return 0
    offset = cursor.removeprefix("o:")
    if not offset.isdigit() or int(offset) >= length:
        raise bad_cursor(cursor)
    return int(offset)


ROUTES = [
    Route("POST", "/v1/pages", create, "insert_content", creates=True),
    Route("GET", "/v1/pages/{page_id}", retrieve, "read_content"),
    Route("PATCH", "/v1/pages/{page_id}", update, "update_content"),
    Route("POST", "/v1/pages/{page_id}/move", move, "update_content"),
    Route("GET", "/v1/pages/{page_id}/properties/{property}", one_property, "read_content"),
]
