"""A query's filter as a test of one row; it knows no list and no order."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from sync.sandbox.notion import texts, times
from sync.sandbox.notion.model import DataSource, Json, Page, Property, Raw, State
from sync.sandbox.notion.refusals import invalid, wrong
from sync.sandbox.notion.showing import OPTIONS
from sync.sandbox.notion.world import World

Test: TypeAlias = Callable[[Page, State], bool]
Getter: TypeAlias = Callable[[Page, State], Raw]
Matcher: TypeAlias = Callable[[Raw], bool]

DEPTH = 2
TIMESTAMPS = ("created_time", "last_edited_time")
TEXTS = frozenset({"title", "rich_text", "url", "email", "phone_number"})
PEOPLE = frozenset({"people", "created_by", "last_edited_by"})
DATES = frozenset({"date", *TIMESTAMPS})
COMPARISONS = {
    "equals": operator.eq,
    "does_not_equal": operator.ne,
    "greater_than": operator.gt,
    "less_than": operator.lt,
    "greater_than_or_equal_to": operator.ge,
    "less_than_or_equal_to": operator.le,
}
RELATIVE = {
    "today": 0,
    "tomorrow": 1,
    "yesterday": -1,
    "one_week_ago": -7,
    "one_week_from_now": 7,
    "one_month_ago": -30,
    "one_month_from_now": 30,
}
WINDOWS = {
    "past_week": (-7, 1),
    "past_month": (-30, 1),
    "past_year": (-365, 1),
    "next_week": (0, 8),
    "next_month": (0, 31),
    "next_year": (0, 366),
}
"""Days around today, from and up to; rounded where the service's calendar arithmetic is not documented."""


def compiled(world: World, source: DataSource, raw: Raw, *, at: str = "body.filter", depth: int = 0) -> Test:
    """Return the test that a filter asks for; groups nest two levels deep (reference, "Filter data source entries")."""
    if not isinstance(raw, dict):
        raise wrong(at, "be an object", raw)
    for word, fold in (("and", all), ("or", any)):
        if word in raw:
            if depth >= DEPTH:
                raise wrong(f"{at}.{word}", "be not present", raw[word])
            members = [
                compiled(world, source, each, at=f"{at}.{word}[{index}]", depth=depth + 1)
                for index, each in enumerate(raw[word])
            ]
            return _folded(fold, members)
    return _leaf(world, source, raw, at)


def edited_since(raw: Raw) -> datetime | None:
    """Return a time before which no row can match, where the filter itself or a member of its `and` tells one."""
    told = [
        each["last_edited_time"].get(word)
        for each in raw.get("and", [raw])
        if each.get("timestamp") == "last_edited_time"
        for word in ("on_or_after", "after")
    ]
    bounds = [times.span(each)[0] for each in told if isinstance(each, str) and each not in RELATIVE]
    return max(bounds) - timedelta(minutes=1) if bounds else None


def _folded(fold: Callable[[Collection[bool]], bool], members: list[Test]) -> Test:
    if len(members) == 1:
        return members[0]
    return lambda page, state: fold([member(page, state) for member in members])


def _leaf(world: World, source: DataSource, raw: Json, at: str) -> Test:
    if "timestamp" in raw:
        name = raw["timestamp"]
        if name not in TIMESTAMPS or name not in raw:
            raise wrong(f"{at}.timestamp", "be `created_time` or `last_edited_time`", name)
        return _joined(timestamp(name), _date(world, raw[name], f"{at}.{name}"))
    column = source.find(str(raw.get("property")))
    if column is None:
        raise invalid(f"Could not find property with name or id: {raw.get('property')}")
    kinds = [key for key in raw if key not in {"property", "type"}]
    if kinds != [column.type]:
        # Quoted in public reports.
        raise invalid(f"database property {column.type} does not match filter {kinds[0] if kinds else 'undefined'}")
    return _joined(getter(column), _matcher(world, column, raw[column.type], f"{at}.{column.type}"))


def timestamp(name: str) -> Getter:
    """Return how to get a page's own time, as it is shown."""
    if name == "created_time":
        return lambda page, _: times.floored(page.created_at)
    return lambda _, state: times.floored(state.edited_at)


def getter(column: Property) -> Getter:
    """Return how to get what a filter or a sort of that column looks at."""
    id_ = column.id
    if column.type in TIMESTAMPS:
        return timestamp(column.type)
    if column.type == "created_by":
        return lambda page, _: [page.created_by]
    if column.type == "last_edited_by":
        return lambda _, state: [state.edited_by]
    if column.type == "unique_id":
        return lambda page, _: page.number
    if column.type in {"title", "rich_text"}:
        return lambda _, state: texts.plain(state.values.get(id_) or [])
    if column.type in OPTIONS:
        return lambda _, state: _names(column, state.values.get(id_))
    return lambda _, state: state.values.get(id_)


def _names(column: Property, kept: Raw) -> list[str]:
    found = [column.option(each) for each in (kept if isinstance(kept, list) else [kept])]
    return [each.name for each in found if each]


def _joined(get: Getter, match: Matcher) -> Test:
    return lambda page, state: match(get(page, state))


def _matcher(world: World, column: Property, raw: Raw, at: str) -> Matcher:
    word, told = _single(raw, at)
    if word in {"is_empty", "is_not_empty"}:
        return (
            (lambda kept: kept in (None, "", [])) if word == "is_empty" else (lambda kept: kept not in (None, "", []))
        )
    if column.type in TEXTS:
        return _text(word, told, at)
    if column.type in OPTIONS:
        return _option(column, word, told, at=at)
    if column.type in PEOPLE or column.type == "relation":
        return _member(word, _id(world, told), at)
    if column.type in DATES:
        return _date(world, raw, at)
    if column.type == "checkbox" and word in {"equals", "does_not_equal"}:
        return lambda kept: bool(kept) is ((word == "equals") == told)
    if column.type in {"number", "unique_id"} and word in COMPARISONS:
        compare = COMPARISONS[word]
        return lambda kept: compare(kept, told) if kept is not None else word == "does_not_equal"
    raise wrong(f"{at}.{word}", "be not present", told)


def _single(raw: Raw, at: str) -> tuple[str, Raw]:
    if not isinstance(raw, dict) or len(raw) != 1:
        raise wrong(at, "be an object with one condition", raw)
    return next(iter(raw.items()))


def _text(word: str, told: Raw, at: str) -> Matcher:
    """Return the test of a text; parts are found whatever their case."""
    if not isinstance(told, str):
        raise wrong(f"{at}.{word}", "be a string", told)
    part = told.casefold()
    tests: Mapping[str, Matcher] = {
        "equals": lambda kept: (kept or "") == told,
        "does_not_equal": lambda kept: (kept or "") != told,
        "contains": lambda kept: part in (kept or "").casefold(),
        "does_not_contain": lambda kept: part not in (kept or "").casefold(),
        "starts_with": lambda kept: (kept or "").casefold().startswith(part),
        "ends_with": lambda kept: (kept or "").casefold().endswith(part),
    }
    if word not in tests:
        raise wrong(f"{at}.{word}", "be not present", told)
    return tests[word]


def _option(column: Property, word: str, told: Raw, *, at: str) -> Matcher:
    """Return the test of options by name; an array means any of them (changelog, 2026-04-17)."""
    wanted = set(told if isinstance(told, list) else [told])
    yes, no = ("contains", "does_not_contain") if column.type == "multi_select" else ("equals", "does_not_equal")
    if word not in {yes, no}:
        raise wrong(f"{at}.{word}", "be not present", told)
    for name in wanted:
        if column.named(name) is None and column.option(name) is None:
            known = ", ".join(f'"{each.name}"' for each in column.options)
            raise invalid(
                f'{column.type} option "{name}" not found for property "{column.name}". Available options: {known}.'
            )
    wanted |= {option.name for option in map(column.option, wanted) if option}
    return lambda kept: bool(wanted.intersection(kept)) is (word == yes)


def _member(word: str, id_: str, at: str) -> Matcher:
    if word not in {"contains", "does_not_contain"}:
        raise wrong(f"{at}.{word}", "be not present", id_)
    return lambda kept: (id_ in (kept or ())) is (word == "contains")


def _id(world: World, told: Raw) -> str:
    """Return an id; `me` is nobody for an internal connection (changelog, 2026-03-30)."""
    if told == "me":
        return world.owner.id if world.habits.on("personal_token") else ""
    return str(told)


def _date(world: World, raw: Raw, at: str) -> Matcher:
    word, told = _single(raw, at)
    today = world.clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if word in {"is_empty", "is_not_empty"}:
        return lambda kept: (kept is None) is (word == "is_empty")
    if word in WINDOWS or word == "this_week":
        monday = (-today.weekday(), 7 - today.weekday())
        first, last = WINDOWS.get(word, monday)
        return _between(today + timedelta(days=first), today + timedelta(days=last))
    if told in RELATIVE:
        told = (today + timedelta(days=RELATIVE[told])).date().isoformat()
    low, high = times.span(told, f"{at}.{word}")
    exact = low == high
    tests: Mapping[str, Matcher] = {
        "equals": lambda start: low <= start <= high if exact else low <= start < high,
        "before": lambda start: start < low,
        "after": lambda start: start > high if exact else start >= high,
        "on_or_before": lambda start: start <= high if exact else start < high,
        "on_or_after": lambda start: start >= low,
    }
    if word not in tests:
        raise wrong(f"{at}.{word}", "be not present", told)
    return _dated(tests[word])


def _between(first: datetime, last: datetime) -> Matcher:
    return _dated(lambda start: first <= start < last)


def _dated(test: Matcher) -> Matcher:
    def match(kept: Raw) -> bool:
        if kept is None:
            return False
        return test(kept if isinstance(kept, datetime) else times.span(kept["start"])[0])

    return match
