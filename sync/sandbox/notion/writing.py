"""Property values on their way in: checked by type with Notion's words, turned into what is kept; nothing is saved."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from sync.sandbox.notion import texts, times
from sync.sandbox.notion.identity import checked
from sync.sandbox.notion.model import DataSource, Json, Option, Property, Raw
from sync.sandbox.notion.refusals import MISSING, invalid, too_long, unknown_property, wrong
from sync.sandbox.notion.world import World

LIST, OPTION_NAME = 100, 100
STRINGS = {"url": 2000, "email": 200, "phone_number": 200}
"""Limits of a request (reference, "Request limits")."""
READ_ONLY = frozenset(
    {
        "formula",
        "rollup",
        "created_time",
        "created_by",
        "last_edited_time",
        "last_edited_by",
        "unique_id",
        "button",
    }
)
MORE = {"relation": ("has_more",)}
"""What a value may carry beside itself (recorded)."""
MADE_BY_A_WRITE = frozenset({"select", "multi_select"})


class Draft:
    """The values of one request: all of them are sound before any is saved, and so are the options they make."""

    def __init__(self, world: World, columns: list[Property]) -> None:
        self.world, self.values = world, dict[str, Raw]()
        self._columns = columns
        self._made: list[tuple[Property, Option]] = []

    def read(self, properties: Raw, *, at: str = "body.properties") -> Draft:
        """Take the `properties` of a request; raises Refused."""
        if not isinstance(properties, dict):
            raise wrong(at, "be an object", properties)
        for name, raw in properties.items():
            column = self._column(name)
            self.values[column.id] = self._value(column, raw, f"{at}.{name}")
        return self

    def save_options(self) -> bool:
        """Add the options that the values need; tell whether there were any."""
        for column, option in self._made:
            column.options.append(option)
        return bool(self._made)

    def option(self, column: Property, raw: Raw, at: str) -> str:
        """Return the id of an option given by id or name; one that is missing is made, where its type allows it."""
        if not isinstance(raw, dict) or not (raw.get("id") or "name" in raw):
            raise wrong(f"{at}.name", "be defined", MISSING)
        if raw.get("id"):
            found = column.option(raw["id"])
            if found is None:
                raise invalid(f'{column.spelled} is an invalid {column.type} option "{raw["id"]}".')
            return found.id
        name = raw["name"]
        if not isinstance(name, str) or not name:
            raise wrong(f"{at}.name", "be populated", name)
        made = next((option for owner, option in self._made if owner is column and option.name == name), None)
        return (made or column.named(name) or self._new_option(column, raw, at)).id

    def _new_option(self, column: Property, raw: Json, at: str) -> Option:
        name = raw["name"]
        if column.type not in MADE_BY_A_WRITE:
            # A page write makes none of a status (reference, "Page property values"); the quote at the end is theirs.
            raise invalid(f'Invalid status option. Status option "{name}" does not exist".')
        option = new_option(self.world, column, raw, at=at)
        self._made.append((column, option))
        return option

    def _column(self, name: str) -> Property:
        for each in self._columns:
            if name in {each.name, each.id, each.spelled}:
                return each
        raise unknown_property(name)

    def _value(self, column: Property, raw: Raw, at: str) -> Raw:
        if isinstance(raw, list) and column.type in {"title", "rich_text"}:
            # Recorded: the bare array is taken too.
            raw = {column.type: raw}
        if not isinstance(raw, dict):
            raise wrong(at, "be an object", raw)
        if column.type in READ_ONLY:
            raise wrong(f"{at}.{column.type}", "be not present", raw.get(column.type))
        if column.type not in raw:
            # Quoted in many public reports.
            raise invalid(f"{column.name} is expected to be {column.type}.")
        for key in raw:
            if key not in {"type", "id", "name", column.type, *MORE.get(column.type, ())}:
                raise wrong(f"{at}.{key}", "be not present", raw[key])
        return WRITERS[column.type](self, column, raw[column.type], f"{at}.{column.type}")


def new_option(world: World, column: Property, raw: Json, *, at: str) -> Option:
    """Return a new option, in a colour of Notion's choice where none is given; raises Refused."""
    name = raw["name"]
    if not isinstance(name, str):
        raise wrong(f"{at}.name", "be a string", name)
    if "," in name and column.type in MADE_BY_A_WRITE:
        raise invalid(f"Invalid {column.type} option, commas not allowed: {name}")
    if texts.units(name) > OPTION_NAME:
        raise too_long(f"{at}.name", OPTION_NAME, texts.units(name))
    color = raw["color"] if "color" in raw else world.ids.random.choice(texts.COLORS)
    if color not in texts.COLORS:
        raise wrong(f"{at}.color", "be a valid color", color)
    return Option(world.ids.uuid(), name, color)


def default_status(column: Property) -> str | None:
    """Return the option that a status has when nobody chose one: the first of its first group."""
    todo = [each for each in column.options if each.group == "To-do"] or column.options
    return todo[0].id if todo else None


def defaults(world: World, source: DataSource) -> dict[str, Raw]:
    """Return the values that a row has without anybody's doing."""
    if world.habits.on("unset_status_is_null"):
        return {}
    return {each.id: default_status(each) for each in source.properties.values() if each.type == "status"}


def _listed(raw: Raw, at: str) -> list[Raw]:
    if not isinstance(raw, list):
        raise wrong(at, "be an array", raw)
    if len(raw) > LIST:
        raise too_long(at, LIST, len(raw))
    return raw


def _text(_: Draft, __: Property, raw: Raw, at: str) -> list[Json]:
    return texts.written(raw, at)


def _number(_: Draft, __: Property, raw: Raw, at: str) -> float | None:
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not math.isfinite(raw):
        raise wrong(at, "be a number or `null`", raw)
    return int(raw) if float(raw).is_integer() else raw


def _checkbox(_: Draft, __: Property, raw: Raw, at: str) -> bool:
    if not isinstance(raw, bool):
        raise wrong(at, "be a boolean", raw)
    return raw


def _select(draft: Draft, column: Property, raw: Raw, at: str) -> str | None:
    return None if raw is None else draft.option(column, raw, at)


def _status(draft: Draft, column: Property, raw: Raw, at: str) -> str | None:
    """Null sets the default option, it does not empty (reference, "Page property values")."""
    return default_status(column) if raw is None else draft.option(column, raw, at)


def _multi_select(draft: Draft, column: Property, raw: Raw, at: str) -> list[str]:
    given = [draft.option(column, each, f"{at}[{index}]") for index, each in enumerate(_listed(raw, at))]
    return list(dict.fromkeys(given))


def _date(_: Draft, __: Property, raw: Raw, at: str) -> Json | None:
    return times.written(raw, at)


def _people(draft: Draft, __: Property, raw: Raw, at: str) -> list[str]:
    given = [_id(each, f"{at}[{index}]") for index, each in enumerate(_listed(raw, at))]
    for id_ in given:
        if id_ not in draft.world.users:
            raise invalid(f"Could not find user with ID: {id_}.")
    return given


def _relation(draft: Draft, __: Property, raw: Raw, at: str) -> list[str]:
    return [draft.world.page(_id(each, f"{at}[{index}]")).id for index, each in enumerate(_listed(raw, at))]


def _id(raw: Raw, at: str) -> str:
    return checked(raw.get("id") if isinstance(raw, dict) else raw, f"{at}.id")


def _string(_: Draft, column: Property, raw: Raw, at: str) -> str | None:
    if raw is None:
        return None
    if not isinstance(raw, str):
        raise wrong(at, "be a string or `null`", raw)
    if not raw:
        # Words of many public reports.
        raise wrong(at, "be populated or `null`", raw)
    if texts.units(raw) > STRINGS[column.type]:
        raise too_long(at, STRINGS[column.type], texts.units(raw))
    return raw


def _files(draft: Draft, __: Property, raw: Raw, at: str) -> list[Json]:
    return [_file(draft, each, f"{at}[{index}]") for index, each in enumerate(_listed(raw, at))]


def _file(draft: Draft, raw: Raw, at: str) -> Json:
    """Return a file; an upload reads back as a signed address that expires."""
    if isinstance(raw, dict) and not isinstance(raw.get("name", ""), str):
        raise wrong(f"{at}.name", "be a string", raw["name"])
    if isinstance(raw, dict) and isinstance(raw.get("external"), dict):
        url = raw["external"].get("url")
        return {"name": raw.get("name") or url, "type": "external", "external": {"url": url}}
    if isinstance(raw, dict) and isinstance(raw.get("file_upload"), dict):
        id_ = checked(raw["file_upload"].get("id"), f"{at}.file_upload.id")
        file = {
            "url": f"https://files.example/{id_}?signature=sandbox",
            "expiry_time": times.minute(draft.world.clock.now()),
        }
        return {"name": raw.get("name") or "file", "type": "file", "file": file}
    raise wrong(f"{at}.external", "be defined")


def _opaque(_: Draft, __: Property, raw: Raw, at: str) -> Json | None:
    if raw is not None and not isinstance(raw, dict):
        raise wrong(at, "be an object or `null`", raw)
    return raw


WRITERS: Mapping[str, Callable[[Draft, Property, Raw, str], Raw]] = {
    "title": _text,
    "rich_text": _text,
    "number": _number,
    "checkbox": _checkbox,
    "select": _select,
    "status": _status,
    "multi_select": _multi_select,
    "date": _date,
    "people": _people,
    "relation": _relation,
    "files": _files,
    "url": _string,
    "email": _string,
    "phone_number": _string,
    "place": _opaque,
    "verification": _opaque,
}
