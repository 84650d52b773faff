"""The endpoints of databases and of data sources; rows are queried elsewhere."""

from __future__ import annotations

from sync.sandbox.notion import identity, schema, showing, texts
from sync.sandbox.notion.call import Call, Route
from sync.sandbox.notion.model import Database, DataSource, Json, Parent, Raw
from sync.sandbox.notion.pages import destination
from sync.sandbox.notion.refusals import invalid, wrong
from sync.sandbox.notion.world import World

LOOKS = ("icon", "cover")
CREATE = {"parent", "title", "description", "is_inline", "initial_data_source", *LOOKS}
UPDATE = {"parent", "title", "description", "is_inline", "is_locked", "in_trash", *LOOKS}
CREATE_SOURCE = {"parent", "properties", "title", "icon"}
UPDATE_SOURCE = {"title", "icon", "properties", "in_trash", "parent"}


def create(world: World, call: Call) -> Json:
    """Create a database with its first data source."""
    call.only(CREATE)
    parent = destination(world, call.body.get("parent"))
    properties = (call.body.get("initial_data_source") or {}).get("properties")
    title = texts.written(call.body.get("title", []), "body.title")
    made = add(world, parent, title, properties=properties, actor=world.bot.id)
    made.description = texts.written(call.body.get("description", []), "body.description")
    _set_flags(made, call)
    return showing.database(world, made)


def retrieve(world: World, call: Call) -> Json:
    """Return a database."""
    id_ = call.path["database_id"]
    if id_ in world.pages:
        raise invalid(f"Provided ID {id_} is a page, not a database. Use the retrieve page API instead.")
    return showing.database(world, world.database(id_))


def update(world: World, call: Call) -> Json:
    """Change a database; its columns belong to its data sources."""
    call.only(UPDATE)
    database = world.database(call.path["database_id"])
    if "parent" in call.body:
        database.parent = destination(world, call.body["parent"])
    if "title" in call.body:
        database.title = texts.written(call.body["title"], "body.title")
    if "description" in call.body:
        database.description = texts.written(call.body["description"], "body.description")
        for source in database.sources:
            source.description = database.description
    _set_flags(database, call)
    database.edited_at = world.clock.now()
    return showing.database(world, database)


def create_source(world: World, call: Call) -> Json:
    """Add a data source to a database."""
    call.only(CREATE_SOURCE)
    database = _database(world, call.body.get("parent"))
    title = texts.written(call.body.get("title", []), "body.title")
    source = add_source(world, database, title, properties=call.body.get("properties"), actor=world.bot.id)
    source.icon = call.body.get("icon")
    return showing.source(world, source)


def retrieve_source(world: World, call: Call) -> Json:
    """Return a data source with its schema."""
    return showing.source(world, world.source(call.path["data_source_id"]))


def update_source(world: World, call: Call) -> Json:
    """Change a data source's title, icon, columns, database or trash."""
    call.only(UPDATE_SOURCE)
    source = world.source(call.path["data_source_id"])
    if "properties" in call.body:
        schema.change(world, source, call.body["properties"])
    if "title" in call.body:
        source.title = texts.written(call.body["title"], "body.title")
    if "parent" in call.body:
        _rehouse(source, _database(world, call.body["parent"]))
    source.icon = call.body.get("icon", source.icon)
    source.in_trash = call.body.get("in_trash", source.in_trash)
    world.touch(source, world.bot.id)
    return showing.source(world, source)


def add(world: World, parent: Parent, title: list[Json], *, properties: Raw, actor: str) -> Database:
    """Make a database with one data source of the same title."""
    now = world.clock.now()
    database = Database(world.ids.uuid(), title, parent, now, now)
    add_source(world, database, title, properties=properties, actor=actor)
    world.databases[database.id] = database
    return database


def add_source(world: World, database: Database, title: list[Json], *, properties: Raw, actor: str) -> DataSource:
    """Make a data source in a database."""
    now = world.clock.now()
    source = DataSource(world.ids.uuid(), database, title, now, actor, edited_at=now, edited_by=actor)
    schema.create(world, source, properties, at="body.properties")
    database.sources.append(source)
    world.sources[source.id] = source
    return source


def _database(world: World, raw: Raw) -> Database:
    if not isinstance(raw, dict) or "database_id" not in raw:
        raise wrong("body.parent.database_id", "be defined")
    return world.database(identity.checked(raw["database_id"], "body.parent.database_id"))


def _rehouse(source: DataSource, database: Database) -> None:
    source.database.sources.remove(source)
    database.sources.append(source)
    source.database = database


def _set_flags(database: Database, call: Call) -> None:
    for name in ("is_inline", "is_locked", "in_trash", *LOOKS):
        if name in call.body:
            setattr(database, name, call.body[name])


ROUTES = [
    Route("POST", "/v1/databases", create, "insert_content", creates=True),
    Route("GET", "/v1/databases/{database_id}", retrieve, "read_content"),
    Route("PATCH", "/v1/databases/{database_id}", update, "update_content"),
    Route("POST", "/v1/data_sources", create_source, "insert_content", creates=True),
    Route("GET", "/v1/data_sources/{data_source_id}", retrieve_source, "read_content"),
    Route("PATCH", "/v1/data_sources/{data_source_id}", update_source, "update_content"),
]
