"""Whom and what rich text mentions, looked up when it is read: a name, a title, an address; nothing is saved."""

from __future__ import annotations

from collections.abc import Iterable

from sync.sandbox.notion import showing
from sync.sandbox.notion.model import Database, Json
from sync.sandbox.notion.texts import plain
from sync.sandbox.notion.world import World

UNTITLED = "New database"
"""What a database without a title is called where others name it (recorded)."""


def filled(world: World, elements: Iterable[Json]) -> list[Json]:
    """Return rich text as it is read (recorded: a user in full, a page and a database by their titles)."""
    return [_filled(world, each) if each["type"] == "mention" else each for each in elements]


def named(of: Database) -> str:
    """Return what a database is called where others name it: by its first data source (recorded)."""
    return next((plain(each.title) for each in of.sources[:1] if each.title), UNTITLED)


def _filled(world: World, element: Json) -> Json:
    mention = element["mention"]
    kind = mention["type"]
    id_ = mention[kind].get("id", "")
    if kind == "user" and id_ in world.users:
        who = world.users[id_]
        words = f"@{who.name}" if world.may("read_users") else element["plain_text"]
        return {**element, "mention": {"type": kind, kind: showing.user(world, who)}, "plain_text": words}
    if kind == "page" and id_ in world.pages:
        words = world.title(world.pages[id_].now) or element["plain_text"]
        return {**element, "plain_text": words, "href": world.url(id_)}
    if kind == "database" and id_ in world.databases:
        return {**element, "plain_text": named(world.databases[id_]), "href": world.url(id_)}
    return element
