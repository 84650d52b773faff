"""Property values as a person would say them, there and back: a text, an option's name, a day, a list of ids."""

from __future__ import annotations

from collections.abc import Mapping

from sync.sandbox.notion import texts, times
from sync.sandbox.notion.model import DataSource, Page, Property, Raw, State
from sync.sandbox.notion.showing import COMPUTED, OPTIONS
from sync.sandbox.notion.world import World
from sync.sandbox.notion.writing import MADE_BY_A_WRITE, new_option


def kept(world: World, source: DataSource, said: Mapping[str, Raw]) -> dict[str, Raw]:
    """Return values by property id from plain ones by property name; the limits of requests do not hold for people.

    Raises KeyError for a property or a status option that does not exist.
    """
    values = {}
    for name, value in said.items():
        column = source.find(name)
        if column is None:
            raise KeyError(f"no property {name!r}")
        values[column.id] = _kept(world, column, value)
    return values


def told(world: World, page: Page, state: State) -> dict[str, Raw]:
    """Return plain values by property name."""
    return {column.name: _told(world, column, page, state) for column in world.properties(state)}


def _kept(world: World, column: Property, value: Raw) -> Raw:
    if column.type in {"title", "rich_text"}:
        return texts.shown(value) if isinstance(value, str) else value or []
    if column.type in OPTIONS and value is not None:
        return (
            [_option(world, column, each) for each in value]
            if isinstance(value, list)
            else _option(world, column, value)
        )
    if column.type == "date" and value is not None:
        return times.written({"start": value} if isinstance(value, str) else value, "body")
    return value


def _option(world: World, column: Property, name: str) -> str:
    found = column.named(name)
    if found is None:
        if column.type not in MADE_BY_A_WRITE:
            raise KeyError(f"no option {name!r}")
        found = new_option(world, column, {"name": name}, at="body")
        column.options.append(found)
    return found.id


def _told(world: World, column: Property, page: Page, state: State) -> Raw:
    value = state.values.get(column.id)
    if column.type in COMPUTED:
        return COMPUTED[column.type](world, column, page, state)
    if column.type in {"title", "rich_text"}:
        return texts.plain(value or [])
    if column.type == "multi_select":
        return [option.name for each in value or () if (option := column.option(each))]
    if column.type in OPTIONS:
        option = column.option(value)
        return option and option.name
    if column.type == "date" and value is not None:
        return value["start"] if value["end"] is None else (value["start"], value["end"])
    if column.type in {"people", "relation", "files"}:
        return list(value or ())
    return bool(value) if column.type == "checkbox" else value
