"""The data source of a mapping as it is now, with everything that is wrong with it at once; no page is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sync.core.errors import Denied, Misconfigured, Problem, Rejected, Vanished
from sync.core.model import Person, Property, Schema, Side
from sync.remotes.notion import content
from sync.remotes.notion.client import Door
from sync.remotes.notion.records import dashed, page_id, property_id
from sync.remotes.notion.values import plain_text

Json = Mapping[str, Any]

OPTIONS = frozenset({"select", "multi_select", "status"})
MADE_BY_A_WRITE = frozenset({"select", "multi_select"})
"""A page write makes a missing option of these, never one of a status (reference, "Page property values")."""
WITHOUT_COMMAS = MADE_BY_A_WRITE
"""Whose options hold no comma (same page)."""
DATABASE, SOURCE = "notion.database", "notion.data_source"
SHARE = (
    "open the database in Notion as a full page, then ••• > Connections > add this connection; "
    "if it is shared, check that NOTION_TOKEN belongs to the same workspace"
)


@dataclass(frozen=True)
class Asked:
    """What a schema is asked for besides properties: the workspace's users, and how to write what pages hold."""

    people: bool = False
    content: str = ""


ASKED = Asked()


def schema(door: Door, *, database: str, data_source: str | None = None, asked: Asked = ASKED) -> Schema:
    """Return the data source with its properties, and what else is asked for.

    Raises Misconfigured where the database is not shared, is in the trash or leaves open which data source is meant.
    """
    source = _source(door, _database(door, database), data_source)
    if source.get("in_trash"):
        raise Misconfigured([Problem("the data source is in Notion's trash", where=SOURCE, cure="restore it")])
    id_ = dashed(source["id"])
    me = door.read("users/me").body
    shown, warnings = _people(door, me) if asked.people else ((), ())
    return Schema(
        Side.NOTION,
        ((id_, plain_text(source["title"]) or id_),),
        tuple(_property(each) for each in source["properties"].values()),
        people=shown,
        own_id=dashed(str(me["id"])),
        content=content.chosen(door, asked.content, id_) if asked.content else "",
        warnings=warnings,
    )


def _database(door: Door, database: str) -> Json:
    id_ = page_id(database)
    if id_ is None:
        cure = "paste the database's link: ••• > Copy link"
        raise Misconfigured([Problem(f"{database!r} names no Notion database", where=DATABASE, cure=cure)])
    try:
        found: Json = door.read(f"databases/{id_}").body
    except (Vanished, Rejected) as unseen:
        message = f"Notion shows no database {database!r} to this connection"
        raise Misconfigured([Problem(message, where=DATABASE, cure=SHARE)]) from unseen
    if found.get("in_trash"):
        raise Misconfigured([Problem("the database is in Notion's trash", where=DATABASE, cure="restore it")])
    return found


def _source(door: Door, database: Json, wanted: str | None) -> Json:
    """Return the one data source that is meant, by its name or id where there are several."""
    sources = [(dashed(each["id"]), str(each["name"])) for each in database.get("data_sources") or ()]
    named = [name for _, name in sources]
    if wanted is None:
        chosen = [id_ for id_, _ in sources]
    else:
        sought = page_id(wanted)
        chosen = [id_ for id_, name in sources if name == wanted or id_ == sought]
    if len(chosen) == 1:
        found: Json = door.read(f"data_sources/{chosen[0]}").body
        return found
    listed = ", ".join(repr(name) for name in named) or "none"
    if wanted is None:
        message, nearest = f"the database has {len(sources)} data sources: {listed}", None
    else:
        close = get_close_matches(wanted, named, n=1, cutoff=0.5)
        message, nearest = f"{len(chosen)} data sources are called {wanted!r}; there are {listed}", _first(close)
    cure = "set notion.data_source to the name or id of the one that is meant"
    raise Misconfigured([Problem(message, where=SOURCE, nearest=nearest, cure=cure)])


def _property(raw: Json) -> Property:
    kind = str(raw["type"])
    options = raw[kind].get("options") or () if kind in OPTIONS else ()
    return Property(
        id=property_id(raw["id"]),
        name=str(raw["name"]),
        type=kind,
        options=tuple((str(each["id"]), str(each["name"])) for each in options),
        open=kind in MADE_BY_A_WRITE,
        forbids="," if kind in WITHOUT_COMMAS else "",
    )


PERSONAL = (
    "this is a personal token of Notion, which may not list users: people can be tied by their user id only\n"
    "write user ids under `users` (a profile's ••• > Copy user ID), or use an internal connection's token"
)
UNLISTED = (
    "the connection may not read user information: people can be tied by their user id only\n"
    "allow 'Read user information including email addresses' among its capabilities in Notion's developer portal"
)
UNMAILED = (
    "the connection is shown no e-mail addresses: people can be tied by name or user id only\n"
    "allow 'Read user information including email addresses' among its capabilities in Notion's developer portal"
)


def _people(door: Door, me: Json) -> tuple[tuple[Person, ...] | None, tuple[str, ...]]:
    """Return the members whom the connection may list, and what it is not shown of them.

    Guests are never among them, a personal token never may, a connection needs the capability (reference, "List all
    users").
    """
    try:
        found = tuple(_person(each) for each in _users(door))
    except (Denied, Rejected):
        owner = (me.get("bot") or {}).get("owner") or {}
        return None, (PERSONAL if owner.get("type") == "user" else UNLISTED,)
    return found, () if not found or any(each.email for each in found) else (UNMAILED,)


def _users(door: Door) -> Iterator[Json]:
    query: dict[str, Any] = {"page_size": 100}
    while True:
        body = door.read("users", query=query).body
        yield from (each for each in body["results"] if each.get("type") == "person")
        if not body.get("has_more"):
            return
        query["start_cursor"] = body["next_cursor"]


def _person(raw: Json) -> Person:
    return Person(dashed(raw["id"]), str(raw.get("name") or ""), (raw.get("person") or {}).get("email"))


def _first(found: list[str]) -> str | None:
    return found[0] if found else None
