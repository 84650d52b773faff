"""The search endpoint: pages and data sources by title, from an index that may be late."""

from __future__ import annotations

from datetime import datetime

from sync.sandbox.notion import lists, showing, texts
from sync.sandbox.notion.call import Call, Route
from sync.sandbox.notion.model import DataSource, Json, Page
from sync.sandbox.notion.refusals import wrong
from sync.sandbox.notion.world import World

BODY = {"query", "sort", "filter", "start_cursor", "page_size"}
FILTER = {"property", "value", "in_trash"}


def search(world: World, call: Call) -> Json:
    """Return what is shared and holds the words in its title, last edited first."""
    call.only(BODY)
    wanted = call.body.get("filter") or {}
    for key in wanted:
        if key not in FILTER:
            raise wrong(f"body.filter.{key}", "be not present", wanted[key])
    words, trash = str(call.body.get("query", "")).casefold(), wanted.get("in_trash", False)
    found: list[Page | DataSource] = []
    if wanted.get("value") in {None, "page"}:
        found += _pages(world, words, in_trash=trash)
    if wanted.get("value") in {None, "data_source"}:
        found += _sources(world, words, in_trash=trash)
    newest = (call.body.get("sort") or {}).get("direction", "descending") == "descending"
    found.sort(key=_edited, reverse=newest)
    results, following = lists.cut(call, found)
    shown = [
        showing.source(world, each) if isinstance(each, DataSource) else showing.page(world, each, each.now)
        for each in results
    ]
    return lists.listed("page_or_data_source", shown, following)


def _edited(each: Page | DataSource) -> datetime:
    return each.edited_at if isinstance(each, DataSource) else each.now.edited_at


def _pages(world: World, words: str, *, in_trash: bool) -> list[Page]:
    moment, found = world.moment("search_lag_seconds"), []
    for page in world.pages.values():
        state = page.at(moment)
        if state is None or state.in_trash is not in_trash or words not in world.title(state).casefold():
            continue
        if world.visible(page.now.parent, shared=page.shared) and not world.buried(page.now):
            found.append(page)
    return found


def _sources(world: World, words: str, *, in_trash: bool) -> list[DataSource]:
    moment = world.moment("search_lag_seconds") or world.clock.now()
    return [
        source
        for source in world.sources.values()
        if source.database.shared
        and (source.in_trash or source.database.in_trash) is in_trash
        and source.created_at <= moment
        and words in texts.plain(source.title).casefold()
    ]


ROUTES = [Route("POST", "/v1/search", search, "read_content")]
