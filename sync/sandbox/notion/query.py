"""The query of a data source: which rows, in which order, page by page; how a row looks is not its business."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from operator import attrgetter

from sync.sandbox.notion import filters, showing, times
from sync.sandbox.notion.call import Call, Route
from sync.sandbox.notion.lists import bad_cursor
from sync.sandbox.notion.model import DataSource, Json, Page, Raw
from sync.sandbox.notion.refusals import MISSING, invalid, wrong
from sync.sandbox.notion.world import World

BODY = {"filter", "sorts", "start_cursor", "page_size", "result_type", "is_archived"}
ORDERS_KEPT = 16
CURSORS_KEPT = 200
NUMBER = re.compile(r"([0-9]+)")
INCOMPLETE = {"type": "incomplete", "incomplete_reason": "query_result_limit_reached"}


def query(world: World, call: Call) -> Json:
    """Return a page of rows; each call looks at the table anew and goes on at the row that its cursor names.

    A list longer than the cap ends there, and each of its pages says so (changelog, 2026-04-20).
    """
    allowed = BODY if world.habits.on("query_in_trash_rejected") else BODY | {"in_trash"}
    call.only(allowed)
    source = world.source(call.path["data_source_id"])
    _check_sorts(call.body.get("sorts", []))
    asked = {name: call.body[name] for name in ("filter", "sorts", "is_archived") if call.body.get(name)}
    found = order(world, source, asked)
    cap = int(world.habits.amount("query_cap"))
    capped = 0 < cap < len(found)
    found = found[:cap] if capped else found
    start = _resume(world, source, found, call.start_cursor())
    size = call.page_size()
    if world.habits.on("short_pages"):
        size = world.ids.random.randint(1, size)
    rows, more = found[start : start + size], start + size < len(found)
    following = _cursor(world, source, found, following=start + size) if more else None
    moment, only = world.moment("query_lag_seconds"), call.filter_properties()
    shown = [showing.page(world, row, row.at(moment) or row.now, only=only) for row in rows]
    answer: Json = {
        "object": "list",
        "results": shown,
        "next_cursor": following,
        "has_more": following is not None,
        "type": "page_or_data_source",
        "page_or_data_source": {},
    }
    return {**answer, "request_status": INCOMPLETE} if capped else answer


def order(world: World, source: DataSource, asked: Json) -> list[Page]:
    """Return the rows that match, sorted; kept until something changes, where the answer is of now."""
    if source.in_trash or source.database.in_trash:
        return []
    moment = world.moment("query_lag_seconds")
    if moment is not None:
        return _ordered(world, source, asked, moment=moment)
    key = json.dumps([asked, world.clock.now().astimezone(UTC).date().isoformat()], sort_keys=True)
    kept = source.orders.get(key)
    if kept is None or kept[0] != source.revision:
        while len(source.orders) >= ORDERS_KEPT:
            del source.orders[next(iter(source.orders))]
        source.orders[key] = kept = (source.revision, _ordered(world, source, asked, moment=None))
    return kept[1]


def _ordered(world: World, source: DataSource, asked: Json, *, moment: datetime | None) -> list[Page]:
    raw = asked.get("filter")
    test = filters.compiled(world, source, raw) if raw else None
    archived, found = bool(asked.get("is_archived")), []
    for page in _candidates(source, raw):
        state = page.at(moment) if moment else page.versions[-1]
        if state is None or state.in_trash or state.is_archived is not archived or state.parent.id != source.id:
            continue
        if test is None or test(page, state):
            found.append(page)
    # Without a sort, and among equals, no order is promised (reference, "Query a data source").
    found.sort(key=attrgetter("shuffle"))
    for index, sort in reversed(list(enumerate(asked.get("sorts") or ()))):
        _sort(source, found, sort, at=f"body.sorts[{index}]", moment=moment)
    return found


def _candidates(source: DataSource, raw: Raw) -> Iterable[Page]:
    """Return the rows worth a look: those edited last, where the filter asks for nothing older."""
    bound = filters.edited_since(raw) if raw and source.ordered else None
    if bound is None:
        return source.rows.values()
    recent = []
    for page in reversed(source.rows.values()):
        if page.now.edited_at < bound:
            break
        recent.append(page)
    return recent


def _check_sorts(sorts: Raw) -> None:
    if not isinstance(sorts, list):
        raise wrong("body.sorts", "be an array", sorts)
    for index, sort in enumerate(sorts):
        at = f"body.sorts[{index}]"
        if not isinstance(sort, dict):
            raise wrong(at, "be an object", sort)
        if sort.get("direction") not in ("ascending", "descending"):
            raise wrong(f"{at}.direction", "be `ascending` or `descending`", sort.get("direction", MISSING))


def _sort(source: DataSource, found: list[Page], sort: Raw, *, at: str, moment: datetime | None) -> None:
    """Sort in place, stably; rows without a value stand last."""
    direction = sort["direction"]
    if "timestamp" in sort:
        if sort["timestamp"] not in filters.TIMESTAMPS:
            raise wrong(f"{at}.timestamp", "be `created_time` or `last_edited_time`", sort["timestamp"])
        get = filters.timestamp(sort["timestamp"])
    else:
        column = source.find(str(sort.get("property")))
        if column is None:
            raise invalid(f"Could not find sort property with name or id: {sort.get('property')}")
        get = filters.getter(column)
    keys = {page.id: _key(get(page, page.at(moment) or page.now)) for page in found}
    filled = [page for page in found if keys[page.id] is not None]
    empty = [page for page in found if keys[page.id] is None]
    filled.sort(key=lambda page: keys[page.id], reverse=direction == "descending")
    found[:] = filled + empty


def _key(kept: Raw) -> Raw:
    """Return what a value sorts by, None where there is none.

    Recorded: numbers within a text count as numbers, "Article 4" stands before "Article 10".
    """
    if isinstance(kept, str):
        return [int(each) if each.isdecimal() else each for each in NUMBER.split(kept.casefold())] if kept else None
    if isinstance(kept, dict):
        return times.span(kept["start"])[0] if "start" in kept else json.dumps(kept)
    return (json.dumps(kept) if kept else None) if isinstance(kept, list) else kept


def _cursor(world: World, source: DataSource, found: list[Page], *, following: int) -> str:
    """Return a cursor that names the next row, and remember what was to follow, should that row vanish."""
    cursor = f"s:{world.ids.uuid()}:{found[following].id}"
    while len(world.cursors) >= CURSORS_KEPT:
        del world.cursors[next(iter(world.cursors))]
    world.cursors[cursor] = (source.id, found, following)
    return cursor


def _resume(world: World, source: DataSource, found: list[Page], cursor: str | None) -> int:
    """Return the index of the row at which a cursor goes on, or of the first one after it that is still there."""
    if cursor is None:
        return 0
    owner, then, index = world.cursors.get(cursor, ("", [], 0))
    if owner != source.id:
        raise bad_cursor(cursor)
    if index < len(found) and found[index] is then[index]:
        return index
    places = {page.id: place for place, page in enumerate(found)}
    return next((places[page.id] for page in then[index:] if page.id in places), len(found))


ROUTES = [Route("POST", "/v1/data_sources/{data_source_id}/query", query, "read_content")]
