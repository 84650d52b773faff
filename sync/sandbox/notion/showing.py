"""What is kept, as Notion's JSON: values by type, pages, data sources, databases; who may see it is decided before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from sync.sandbox.notion import relations, texts, times
from sync.sandbox.notion.model import (
    GROUPS,
    Comment,
    Database,
    DataSource,
    Json,
    Page,
    Parent,
    Property,
    Raw,
    State,
    User,
)
from sync.sandbox.notion.world import World

SHOWN = 25
"""A page leaves out the people and relations beyond these, people silently (reference, "Page property values")."""
OPTIONS = frozenset({"select", "multi_select", "status"})
UNTITLED = "New database"
"""What a database is called where it and its data sources have no title (recorded)."""
LISTS = frozenset({"title", "rich_text", "people", "relation", "rollup"})
"""Types whose property endpoint answers a list (recorded for each; a rollup's own value stands beside the list)."""


def partial(user_id: str) -> Json:
    """Return a user as created_by and last_edited_by show them."""
    return {"object": "user", "id": user_id}


def user(world: World, who: User) -> Json:
    """Return a user as far as the capabilities go."""
    if not world.may("read_users"):
        return partial(who.id)
    shown = {**partial(who.id), "name": who.name, "avatar_url": who.avatar}
    if who.kind == "bot":
        return {**shown, "type": "bot", "bot": {}}
    person = {"email": who.email} if who.email and world.may("read_emails") else {}
    return {**shown, "type": "person", "person": person}


def parent(world: World, of: Parent) -> Json:
    """Return a parent; a row names its database too (recorded)."""
    if of.kind == "workspace":
        return {"type": "workspace", "workspace": True}
    shown: Json = {"type": of.kind, of.kind: of.id}
    if of.kind == "data_source_id":
        shown["database_id"] = world.sources[of.id].database.id
    return shown


def page(world: World, of: Page, state: State, *, only: Collection[str] = ()) -> Json:
    """Return a page object with all its properties, or only those named or numbered by their ids."""
    shown: Json = {}
    for column in world.properties(state):
        if only and not {column.name, column.id, column.spelled}.intersection(only):
            continue
        shown[column.name] = {"id": column.spelled, "type": column.type, **value(world, column, of, state)}
    return {
        "object": "page",
        "id": of.id,
        "created_time": times.minute(of.created_at),
        "last_edited_time": times.minute(state.edited_at),
        "created_by": partial(of.created_by),
        "last_edited_by": partial(state.edited_by),
        "cover": state.cover,
        "icon": state.icon,
        "parent": parent(world, state.parent),
        "in_trash": state.in_trash,
        "is_archived": state.is_archived,
        "is_locked": state.is_locked,
        "properties": shown,
        "url": world.url(of.id, world.title(state)),
        "public_url": None,
    }


def value(world: World, column: Property, of: Page, state: State) -> Json:
    """Return what a page shows of one property beside its id and type."""
    kept = state.values.get(column.id)
    if column.type == "relation":
        kept = kept or []
        return {"relation": [{"id": each} for each in kept[:SHOWN]], "has_more": len(kept) > SHOWN}
    if column.type == "people":
        return {"people": people(world, (kept or [])[:SHOWN])}
    if column.type in COMPUTED:
        return {column.type: COMPUTED[column.type](world, column, of, state)}
    return {column.type: SHOWERS.get(column.type, _as_kept)(column, kept)}


def people(world: World, ids: list[str]) -> list[Json]:
    """Return the users of a people property, in full as far as the capabilities go (recorded)."""
    return [user(world, world.users[each]) if each in world.users else partial(each) for each in ids]


def option(column: Property, kept: Raw) -> Json | None:
    """Return an option as a value shows it; one that was deleted is no value any more."""
    found = column.option(kept)
    return None if found is None else {"id": found.id, "name": found.name, "color": found.color}


def _as_kept(_: Property, kept: Raw) -> Raw:
    return kept


def _listed(_: Property, kept: Raw) -> Raw:
    return kept or []


def _options(column: Property, kept: Raw) -> list[Json]:
    return [shown for each in kept or () if (shown := option(column, each))]


def _checkbox(_: Property, kept: Raw) -> bool:
    return bool(kept)


SHOWERS: Mapping[str, Callable[[Property, Raw], Raw]] = {
    "title": _listed,
    "rich_text": _listed,
    "files": _listed,
    "select": option,
    "status": option,
    "multi_select": _options,
    "checkbox": _checkbox,
}


def _author(world: World, id_: str) -> Json:
    return user(world, world.users[id_]) if id_ in world.users else partial(id_)


COMPUTED: Mapping[str, Callable[[World, Property, Page, State], Raw]] = {
    "created_time": lambda _, __, of, ___: times.minute(of.created_at),
    "last_edited_time": lambda _, __, ___, state: times.minute(state.edited_at),
    "created_by": lambda world, _, of, __: _author(world, of.created_by),
    "last_edited_by": lambda world, _, __, state: _author(world, state.edited_by),
    "unique_id": lambda _, column, of, __: {"prefix": column.config.get("prefix"), "number": of.number},
    # Nothing is calculated here: a page shows what it was loaded with.
    "formula": lambda _, column, __, state: state.values.get(column.id) or {"type": "string", "string": None},
    "rollup": lambda _, column, __, state: (
        state.values.get(column.id)
        or {"type": "number", "number": None, "function": column.config.get("function", "count")}
    ),
    "button": lambda *_: {},
}


def column(world: World, of: Property) -> Json:
    """Return a property of a schema."""
    config: Json = relations.shown(world, of.config) if of.type == "relation" else dict(of.config)
    if of.type in OPTIONS:
        config = {
            "options": [
                {"id": each.id, "name": each.name, "color": each.color, "description": None} for each in of.options
            ]
        }
    if of.type == "status":
        config["groups"] = [
            {
                "id": of.group_ids[name],
                "name": name,
                "color": color,
                "option_ids": [each.id for each in of.options if each.group == name],
            }
            for name, color in GROUPS
        ]
    return {"id": of.spelled, "name": of.name, "description": of.description, "type": of.type, of.type: config}


def source(world: World, of: DataSource) -> Json:
    """Return a data source with its schema; its address is its database's (recorded)."""
    columns = sorted(of.properties.values(), key=lambda each: (each.type == "title", each.spelled))
    return {
        "object": "data_source",
        "id": of.id,
        "cover": of.cover,
        "icon": of.icon,
        "created_time": times.minute(of.created_at),
        "created_by": partial(of.created_by),
        "last_edited_by": partial(of.edited_by),
        "last_edited_time": times.minute(of.edited_at),
        "title": of.title,
        "description": of.description,
        "is_inline": of.database.is_inline,
        "properties": {each.name: column(world, each) for each in columns},
        "parent": {"type": "database_id", "database_id": of.database.id},
        "database_parent": parent(world, of.database.parent),
        "url": world.url(of.database.id),
        "public_url": None,
        "in_trash": of.in_trash,
    }


def database(world: World, of: Database) -> Json:
    """Return a database: a container without a schema."""
    return {
        "object": "database",
        "id": of.id,
        "title": _title(of),
        "description": of.description,
        "parent": parent(world, of.parent),
        "is_inline": of.is_inline,
        "in_trash": of.in_trash,
        "is_locked": of.is_locked,
        "created_time": times.millis(of.created_at),
        "last_edited_time": times.millis(of.edited_at),
        "data_sources": [{"id": each.id, "name": texts.plain(each.title) or UNTITLED} for each in of.sources],
        "icon": of.icon,
        "cover": of.cover,
        "url": world.url(of.id),
        "public_url": None,
    }


def _title(of: Database) -> list[Json]:
    """Return a database's title; where it was given none it is that of its first data source (recorded)."""
    named = [of.title, *(each.title for each in of.sources), texts.shown(UNTITLED)]
    return next(title for title in named if title)


def comment(of: Comment) -> Json:
    """Return a comment."""
    return {
        "object": "comment",
        "id": of.id,
        "parent": {"type": "page_id", "page_id": of.page},
        "discussion_id": of.discussion,
        "created_time": times.minute(of.created_at),
        "last_edited_time": times.minute(of.edited_at),
        "created_by": partial(of.created_by),
        "rich_text": of.rich_text,
        "display_name": of.display_name,
    }
