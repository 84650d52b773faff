"""The endpoints of databases and of data sources; rows are queried elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from sync.sandbox.notion import identity, schema, showing, texts
from sync.sandbox.notion.call import Call, Route
from sync.sandbox.notion.looks import flags, looks
from sync.sandbox.notion.model import Database, DataSource, Json, Parent, Raw
from sync.sandbox.notion.pages import destination
from sync.sandbox.notion.refusals import MISSING, invalid, wrong
from sync.sandbox.notion.world import World

LOOKS, WORDS, FLAGS = ("icon", "cover"), ("title", "description"), ("is_inline", "is_locked", "in_trash")
CREATE = {"parent", "title", "description", "is_inline", "initial_data_source", *LOOKS}
UPDATE = {"parent", "title", "description", "is_inline", "is_locked", "in_trash", *LOOKS}
CREATE_SOURCE = {"parent", "properties", "title", "icon"}
UPDATE_SOURCE = {"title", "icon", "properties", "in_trash", "parent"}


def create(world: World, call: Call) -> Json:
    """Create a database with its first data source."""
    call.only(CREATE)
    parent = destination(world, call.body.get("parent"))
    initial, changes = call.body.get("initial_data_source", {}), _changes(call)
    if not isinstance(initial, dict):
        raise wrong("body.initial_data_source", "be an object", initial)
    properties = initial.get("properties")
    made = add(world, parent, changes.get("title", []), properties=properties, actor=world.bot.id)
    _apply(made, changes)
    return showing.database(world, made)


def retrieve(world: World, call: Call) -> Json:
    """Return a database."""
    id_ = call.path["database_id"]
    if id_ in world.pages:
        raise invalid(f"Provided ID {id_} is a page, not a database. Use the retrieve page API instead.")
    return showing.database(world, world.database(id_))


def update(world: World, call: Call) -> Json:
    """Change a database; its columns belong to its data sources, its description shows on them too (recorded)."""
    call.only(UPDATE)
    database, changes = world.database(call.path["database_id"]), _changes(call)
    if "parent" in call.body:
        changes["parent"] = destination(world, call.body["parent"])
        world.unhang(database.parent, database.id)
        world.hang(changes["parent"], database.id, actor=world.bot.id, type="child_database")
    _apply(database, {**changes, "edited_at": world.clock.now()})
    if "description" in changes:
        for source in database.sources:
            source.description = database.description
    return showing.database(world, database)


def create_source(world: World, call: Call) -> Json:
    """Add a data source to a database."""
    call.only(CREATE_SOURCE)
    database, changes = _database(world, call.body.get("parent")), _changes(call)
    properties = call.body.get("properties", MISSING)
    if not isinstance(properties, dict):
        raise wrong("body.properties", "be an object", properties)
    source = add_source(world, database, changes.get("title", []), properties=properties, actor=world.bot.id)
    _apply(source, changes)
    return showing.source(world, source)


def retrieve_source(world: World, call: Call) -> Json:
    """Return a data source with its schema."""
    return showing.source(world, world.source(call.path["data_source_id"]))


def update_source(world: World, call: Call) -> Json:
    """Change a data source's title, icon, columns, database or trash."""
    call.only(UPDATE_SOURCE)
    source, changes = world.source(call.path["data_source_id"]), _changes(call)
    home = _database(world, call.body["parent"]) if "parent" in call.body else source.database
    if "properties" in call.body:
        schema.change(world, source, call.body["properties"])
    _rehouse(source, home)
    _apply(source, changes)
    world.touch(source, world.bot.id)
    return showing.source(world, source)


def add(world: World, parent: Parent, title: list[Json], *, properties: Raw, actor: str) -> Database:
    """Make a database with one data source of the same title."""
    now = world.clock.now()
    database = Database(world.ids.uuid(), title, parent, now, now)
    add_source(world, database, title, properties=properties, actor=actor)
    world.databases[database.id] = database
    world.hang(parent, database.id, actor=actor, type="child_database")
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
    if source.database is database:
        return
    source.database.sources.remove(source)
    database.sources.append(source)
    source.database = database


def _changes(call: Call) -> dict[str, Raw]:
    """Return the attributes that a body sets on whatever it is about."""
    words = {name: texts.written(call.body[name], f"body.{name}") for name in WORDS if name in call.body}
    return {**words, **flags(call, FLAGS), **looks(call)}


def _apply(to: Database | DataSource, changes: Mapping[str, Raw]) -> None:
    for name, value in changes.items():
        setattr(to, name, value)


ROUTES = [
    Route("POST", "/v1/databases", create, "insert_content", creates=True),
    Route("GET", "/v1/databases/{database_id}", retrieve, "read_content"),
    Route("PATCH", "/v1/databases/{database_id}", update, "update_content"),
    Route("POST", "/v1/data_sources", create_source, "insert_content", creates=True),
    Route("GET", "/v1/data_sources/{data_source_id}", retrieve_source, "read_content"),
    Route("PATCH", "/v1/data_sources/{data_source_id}", update_source, "update_content"),
]
