"""The columns of a data source as a request describes and changes them; no row is looked at."""

from __future__ import annotations

from copy import deepcopy

from sync.sandbox.notion import identity, relations
from sync.sandbox.notion.model import GROUPS, DataSource, Json, Option, Property, Raw
from sync.sandbox.notion.refusals import MISSING, Refused, invalid, too_long, wrong
from sync.sandbox.notion.showing import OPTIONS
from sync.sandbox.notion.world import World
from sync.sandbox.notion.writing import LIST, READ_ONLY, WRITERS, new_option

TYPES = READ_ONLY | set(WRITERS)
DEFAULT_STATUS = (
    {"name": "Not started", "color": "default", "group": "To-do"},
    {"name": "In progress", "color": "blue", "group": "In progress"},
    {"name": "Done", "color": "green", "group": "Complete"},
)
"""What a status has that was made without options (changelog, 2026-03-19)."""


def create(world: World, source: DataSource, properties: Raw, *, at: str) -> None:
    """Give a new data source its columns; without any it has a title called Name."""
    if not isinstance(properties, dict | None):
        raise wrong(at, "be an object", properties)
    for name, raw in (properties or {"Name": {"title": {}}}).items():
        _add(world, source, name, raw=raw, at=f"{at}.{name}")
    if identity.TITLE not in source.properties:
        raise invalid("Title is not provided")


def change(world: World, source: DataSource, properties: Raw, *, at: str = "body.properties") -> None:
    """Add, change, rename (`name`) and delete (null) columns: all that is asked for, or nothing."""
    if not isinstance(properties, dict):
        raise wrong(at, "be an object", properties)
    before = deepcopy(source.properties)
    try:
        for name, raw in properties.items():
            _change(world, source, name, raw=raw, at=f"{at}.{name}")
    except Refused:
        source.properties = before
        raise
    for id_, column in before.items():
        if id_ in source.properties and source.properties[id_].type != column.type:
            source.empty(id_)


def options(world: World, column: Property, given: Raw, *, at: str) -> None:
    """Set the options of a column: known ones by id or name, new ones appended.

    Recorded for select and multi_select: those left out are gone. For a status that is a guess; a switch keeps them.
    """
    if not isinstance(given, list):
        raise wrong(at, "be an array", given)
    if len(given) > LIST:
        raise too_long(at, LIST, len(given))
    told = [_option(world, column, raw, at=f"{at}[{index}]") for index, raw in enumerate(given)]
    if world.habits.on("partial_options_kept"):
        told = [each for each in column.options if each not in told] + told
    column.options[:] = told


def rename(source: DataSource, column: Property, name: str) -> None:
    """Call a column something else; names are unique."""
    if any(each.name == name and each is not column for each in source.properties.values()):
        raise invalid(f"Cannot create new property with the same name as another property: {name}")
    column.name = name


def _change(world: World, source: DataSource, name: str, *, raw: Raw, at: str) -> None:
    column = source.find(name)
    if column is not None and raw is not None:
        _alter(world, source, column, raw=raw, at=at)
    elif column is not None:
        _delete(source, column)
    elif raw is not None:
        _add(world, source, name, raw=raw, at=at)
    else:
        raise invalid(f"Could not find property with name or id: {name}")


def _delete(source: DataSource, column: Property) -> None:
    if column.type == identity.TITLE:
        raise invalid("Cannot delete the title property.")
    del source.properties[column.id]


def _add(world: World, source: DataSource, name: str, *, raw: Raw, at: str) -> None:
    kind = _type(raw, at)
    if kind == identity.TITLE and identity.TITLE in source.properties:
        raise invalid("Cannot create a second title property.")
    id_ = identity.TITLE if kind == identity.TITLE else world.ids.property(set(source.properties))
    column = Property(id_, "", kind)
    rename(source, column, name)
    _configure(world, source, column, raw=raw, at=at)
    source.properties[id_] = column


def _alter(world: World, source: DataSource, column: Property, *, raw: Raw, at: str) -> None:
    if not isinstance(raw, dict):
        raise wrong(at, "be an object", raw)
    if raw.get("name"):
        rename(source, column, raw["name"])
    if not raw.keys() & TYPES:
        return
    kind = _type(raw, at)
    if kind != column.type:
        if identity.TITLE in {kind, column.type}:
            raise invalid("Cannot change the type of the title property.")
        column.type, column.config = kind, {}
        column.options.clear()
    _configure(world, source, column, raw=raw, at=at)


def _type(raw: Raw, at: str) -> str:
    if not isinstance(raw, dict):
        raise wrong(at, "be an object", raw)
    kinds = raw.keys() & TYPES
    if len(kinds) != 1:
        raise wrong(f"{at}.{raw.get('type', 'title')}", "be defined", MISSING)
    return str(kinds.pop())


def _configure(world: World, source: DataSource, column: Property, *, raw: Json, at: str) -> None:
    given = raw[column.type]
    if not isinstance(given, dict):
        raise wrong(f"{at}.{column.type}", "be an object", given)
    if column.type == "status" and not column.group_ids:
        column.group_ids = {name: world.ids.uuid() for name, _ in GROUPS}
    if column.type in OPTIONS:
        unsaid = DEFAULT_STATUS if column.type == "status" and not column.options else ()
        if "options" in given or unsaid:
            told = given.get("options", list(unsaid))
            options(world, column, told, at=f"{at}.{column.type}.options")
    elif column.type == "number":
        told = given.get("format", column.config.get("format", "number"))
        column.config = {"format": _string(told, f"{at}.number.format")}
    elif column.type == "relation":
        column.config = relations.configured(world, source, column, given=given, at=f"{at}.relation")
    elif column.type == "rollup":
        column.config = relations.rolled_up(world, source, given, at=f"{at}.rollup")
    elif column.type == "unique_id":
        prefix = given.get("prefix")
        column.config = {"prefix": None if prefix is None else _string(prefix, f"{at}.unique_id.prefix")}
    elif column.type == "formula":
        column.config = {"expression": _string(given.get("expression", ""), f"{at}.formula.expression")}
    else:
        column.config = dict(given)


def _string(raw: Raw, at: str) -> str:
    if not isinstance(raw, str):
        raise wrong(at, "be a string", raw)
    return raw


def _option(world: World, column: Property, raw: Raw, *, at: str) -> Option:
    if not isinstance(raw, dict) or not (raw.get("id") or raw.get("name")):
        raise wrong(f"{at}.name", "be defined", MISSING)
    known = column.option(raw["id"]) if raw.get("id") else column.named(raw["name"])
    if known is None:
        if not raw.get("name"):
            raise invalid(f'{column.spelled} is an invalid {column.type} option "{raw["id"]}".')
        known = new_option(world, column, raw, at=at)
    elif raw.get("color", known.color) != known.color:
        # Quoted in public reports: options are not recoloured by the API.
        raise invalid(f"Cannot update color of select with name: {known.name}.")
    group = raw.get("group", known.group)
    if group not in {name for name, _ in GROUPS}:
        raise wrong(f"{at}.group", "be a status group", group)
    known.group = group
    return known
