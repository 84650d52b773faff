"""The search endpoint: pages and data sources by any word of a title, from an index that may be late."""

from __future__ import annotations

import re
from datetime import datetime

from sync.sandbox.notion import lists, showing, texts
from sync.sandbox.notion.call import Call, Route
from sync.sandbox.notion.model import DataSource, Json, Page
from sync.sandbox.notion.refusals import wrong
from sync.sandbox.notion.world import World

BODY = {"query", "sort", "filter", "start_cursor", "page_size"}
FILTER = {"property", "value", "in_trash"}
WORD = re.compile(r"\w+")


def search(world: World, call: Call) -> Json:
    """Return what is shared and has one of the words in its title, last edited first.

    Recorded: tables in the trash are found unless the filter says otherwise, pages in the trash are not.
    """
    call.only(BODY)
    wanted = call.body.get("filter") or {}
    for key in wanted:
        if key not in FILTER:
            raise wrong(f"body.filter.{key}", "be not present", wanted[key])
    words = _words(str(call.body.get("query", "")))
    found: list[Page | DataSource] = []
    if wanted.get("value") in {None, "page"}:
        found += _pages(world, words, in_trash=wanted.get("in_trash", False))
    if wanted.get("value") in {None, "data_source"}:
        found += _sources(world, words, in_trash=wanted.get("in_trash"))
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


def _words(told: str) -> set[str]:
    """Return the words of a text, those in the plural in the singular."""
    return {each.removesuffix("s") for each in WORD.findall(told.casefold())}


def _fits(title: str, words: set[str]) -> bool:
    """Tell whether a title has a word that begins like one of those (recorded: "Markdown Test" finds "Tests")."""
    return not words or any(each.startswith(word) for each in _words(title) for word in words)


def _pages(world: World, words: set[str], *, in_trash: bool) -> list[Page]:
    moment, found = world.moment("search_lag_seconds"), []
    for page in world.pages.values():
        state = page.at(moment)
        if state is None or state.in_trash is not in_trash or not _fits(world.title(state), words):
            continue
        if world.visible(page.now.parent, shared=page.shared) and not world.buried(page.now):
            found.append(page)
    return found


def _sources(world: World, words: set[str], *, in_trash: bool | None) -> list[DataSource]:
    moment = world.moment("search_lag_seconds") or world.clock.now()
    return [
        source
        for source in world.sources.values()
        if source.database.shared
        and in_trash in {None, source.in_trash or source.database.in_trash}
        and source.created_at <= moment
        and _fits(texts.plain(source.title), words)
    ]


ROUTES = [Route("POST", "/v1/search", search, "read_content")]
