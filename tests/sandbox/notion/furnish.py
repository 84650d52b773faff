"""A workspace as it stood before a recorded story: whatever the story shows and did not make itself."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import unquote

from sync.sandbox.notion.model import Block, Comment, Database, DataSource, Option, Page, Parent, Property, State, User

OPTIONS = ("select", "multi_select", "status")
QUERY = re.compile(r"/data_sources/([0-9a-f-]{36})/query")
KINDS = ("data_source", "database", "page", "comment")


def furnish(world, exchanges):
    """Put into a world what a story finds there, in the state in which the story sees it first."""
    objects = list(_seen_first(exchanges))
    _members(world, exchanges)
    for kind in KINDS:
        if kind == "page":
            _tables(world, exchanges)
        for raw in objects:
            if raw["object"] == kind and raw["id"] not in getattr(world, f"{kind}s".replace("data_", "")):
                MAKERS[kind](world, raw)
    for source in list(world.sources.values()):
        _mirrors(world, source)
    _above(world, exchanges)
    _contents(world, exchanges)


def walk(value):
    """Yield every object in a document."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from walk(each)


def _seen_first(exchanges):
    """Yield the objects that were there already, each as the story shows it first."""
    made, seen = set(), set()
    for exchange in exchanges:
        request, shown = exchange["request"], exchange["response"]["body"]
        if request["method"] == "POST" and shown.get("object") in KINDS:
            made |= {shown["id"], *(each["id"] for each in shown.get("data_sources", ()))}
        for raw in (shown, *shown.get("results", ())):
            parent = raw.get("parent") or {}
            ours = raw.get("id") in made | seen or (raw.get("object") == "data_source" and _id(parent) in made)
            if raw.get("object") in KINDS and not ours:
                yield raw
            seen.add(raw.get("id"))


def _members(world, exchanges):
    """Let the people of the story join, and make the connection the one that told it."""
    shown = [each for exchange in exchanges for each in walk(exchange["response"]["body"])]
    users = [each for each in shown if each.get("object") == "user" and "name" in each]
    written = [each["response"]["body"] for each in exchanges if each["request"]["method"] != "GET"]
    own = [each for each in users if (each.get("bot") or {}).get("owner")]
    own += [{"id": each["integration_id"]} for each in shown if "integration_id" in each]
    own += [each["created_by"] for each in written if "created_by" in each]
    del world.users[world.bot.id], world.users[world.owner.id], world.pages[world.root.id]
    if own:
        world.bot.id, workspace = own[0]["id"], own[0].get("bot", {})
        world.workspace_id = workspace.get("workspace_id", world.workspace_id)
        world.workspace_name = workspace.get("workspace_name", world.workspace_name)
    world.bot.name = next(iter(_names(shown)), world.bot.name)
    world.users[world.bot.id] = world.bot
    for each in users:
        email = (each.get("person") or {}).get("email")
        member = User(each["id"], each["name"], email, kind=each["type"], avatar=each["avatar_url"])
        world.users.setdefault(each["id"], member)


def _names(shown):
    """Yield what the connection is called, wherever a story says it."""
    for each in shown:
        if (each.get("bot") or {}).get("owner"):
            yield each["name"]
        if each.get("type") == "integration" and "resolved_name" in each:
            yield each["resolved_name"]
        if each.get("code") == "object_not_found":
            yield each["message"].split('"')[1]


def _database(world, raw):
    made = Database(
        raw["id"],
        raw["title"],
        _parent(raw["parent"]),
        _time(raw["created_time"]),
        edited_at=_time(raw["last_edited_time"]),
        description=raw["description"],
        **{name: raw[name] for name in ("icon", "cover", "is_inline", "is_locked", "in_trash")},
    )
    for each in raw["data_sources"]:
        if each["id"] not in world.sources:
            _unseen(world, each["id"], made.id, shared=True).title = raw["title"]
        made.sources.append(world.sources[each["id"]])
        made.sources[-1].database = made
    world.databases[made.id] = made


def _source(world, raw):
    home = raw["parent"]["database_id"]
    database = world.databases.get(home) or Database(
        home,
        raw["title"],
        _parent(raw["database_parent"]),
        _time(raw["created_time"]),
        edited_at=_time(raw["last_edited_time"]),
        is_inline=raw["is_inline"],
        in_trash=raw["in_trash"],
    )
    world.databases[home] = database
    made = DataSource(
        raw["id"],
        database,
        raw["title"],
        _time(raw["created_time"]),
        raw["created_by"]["id"],
        edited_at=_time(raw["last_edited_time"]),
        edited_by=raw["last_edited_by"]["id"],
        **{name: raw[name] for name in ("description", "icon", "cover", "in_trash")},
    )
    made.properties = {each.id: each for each in map(_column, raw["properties"].values())}
    database.sources.append(made)
    world.sources[made.id] = made


def _column(raw):
    kind, config = raw["type"], dict(raw[raw["type"]])
    groups = {option: each["name"] for each in config.pop("groups", ()) for option in each["option_ids"]}
    options = [
        Option(each["id"], each["name"], each["color"], groups.get(each["id"], "To-do"))
        for each in config.pop("options", ())
    ]
    if kind == "relation":
        config |= config.pop(config["type"])
        config["mirror"] = unquote(config.get("synced_property_id", ""))
    ids = {each["name"]: each["id"] for each in raw[kind].get("groups", ())}
    return Property(unquote(raw["id"]), raw["name"], kind, config, options, ids, raw["description"])


def _mirrors(world, source):
    """Put the mirror of a relation into a table that nobody sees."""
    for column in source.properties.values():
        other = column.config.get("data_source_id")
        if column.type == "relation" and other not in world.sources and column.config.get("type") == "dual_property":
            name = column.config["synced_property_name"]
            hidden = _unseen(world, other, column.config["database_id"], shared=False)
            hidden.properties[column.config["mirror"]] = Property(column.config["mirror"], name, "relation")


def _unseen(world, id_, home, *, shared):
    """Add a table that the story names and never shows."""
    now, us = world.clock.now(), world.bot.id
    database = Database(home, [], Parent("workspace"), now, now, shared=shared)
    source = DataSource(id_, database, [], now, us, edited_at=now, edited_by=us)
    source.properties["title"] = Property("title", "Name", "title")
    database.sources.append(source)
    world.databases[home], world.sources[id_] = database, source
    return source


def _tables(world, exchanges):
    """Add the tables that the story never shows, with the columns of their rows."""
    rows, made = {}, set()
    for exchange in exchanges:
        request, shown = exchange["request"], exchange["response"]["body"]
        if asked := QUERY.search(request["url"]):
            rows.setdefault((asked[1], asked[1]), [])
        if request["method"] == "POST" and shown.get("object") in {"database", "data_source"}:
            made |= {shown["id"], *(each["id"] for each in shown.get("data_sources", ()))}
        for raw in (shown, *shown.get("results", ())):
            parent = raw.get("parent", {})
            if raw.get("object") == "page" and "data_source_id" in parent:
                rows.setdefault((parent["data_source_id"], parent["database_id"]), []).append(raw)
    for (id_, home), shown in reversed(rows.items()):
        if id_ not in world.sources and id_ not in made:
            source = _unseen(world, id_, home, shared=True)
            names = {name for row in shown for name in row["properties"]}
            source.properties |= {each.id: each for each in (_seen(name, shown) for name in names)}


def _seen(name, rows):
    """Return a column as its values show it."""
    values = [row["properties"][name] for row in rows if name in row["properties"]]
    kind, config = values[0]["type"], {}
    chosen = [each[kind] for each in values] if kind in OPTIONS else []
    flat = [each for value in chosen for each in (value if isinstance(value, list) else [value]) if each]
    options = {each["id"]: Option(each["id"], each["name"], each["color"]) for each in flat}
    if kind == "unique_id":
        config["prefix"] = values[0][kind]["prefix"]
    return Property(unquote(values[0]["id"]), name, kind, config, list(options.values()))


def _page(world, raw):
    columns = raw["properties"].values()
    state = State(
        {unquote(each["id"]): _kept(each) for each in columns},
        _parent(raw["parent"]),
        _time(raw["last_edited_time"]),
        raw["last_edited_by"]["id"],
        **{name: raw.get(name, False) for name in ("in_trash", "is_archived", "is_locked")},
        **{name: raw[name] for name in ("icon", "cover")},
    )
    number = next((each["unique_id"]["number"] for each in columns if each["type"] == "unique_id"), 0)
    page = Page(raw["id"], _time(raw["created_time"]), raw["created_by"]["id"], len(world.pages), [state], number)
    world.pages[page.id] = page
    home = world.sources.get(state.parent.id)
    if home is not None:
        home.rows[page.id] = page
        home.ordered, home.revision = False, home.revision + 1


def _kept(raw):
    value = raw[raw["type"]]
    if raw["type"] in OPTIONS:
        return [each["id"] for each in value] if isinstance(value, list) else value and value["id"]
    return [each["id"] for each in value] if raw["type"] in {"people", "relation"} else value


def _comment(world, raw):
    world.comments[raw["id"]] = Comment(
        raw["id"],
        _id(raw["parent"]),
        raw["discussion_id"],
        raw["rich_text"],
        _time(raw["created_time"]),
        edited_at=_time(raw["last_edited_time"]),
        created_by=raw["created_by"]["id"],
        display_name=raw["display_name"],
    )


MAKERS = {"data_source": _source, "database": _database, "page": _page, "comment": _comment}


def _above(world, exchanges):
    """Put empty pages where the story names one without showing it."""
    named = [each.get("page_id") for exchange in exchanges for each in walk(exchange["request"]["body"])]
    named += [each.now.parent.id for each in world.pages.values() if each.now.parent.kind == "page_id"]
    named += [each.parent.id for each in world.databases.values() if each.parent.kind == "page_id"]
    named += [each.page for each in world.comments.values()]
    made = {exchange["response"]["body"].get("id") for exchange in exchanges}
    for raw in named:
        id_ = raw and _dashed(raw)
        if id_ and id_ not in world.pages and id_ not in made:
            _unseen_page(world, id_)


def _contents(world, exchanges):
    """Fill pages with the blocks that a story finds in them, and with the pages and databases that are in them."""
    for kind, found in (("child_database", world.databases), ("child_page", world.pages)):
        for each in list(found.values()):
            at = each.parent if kind == "child_database" else each.now.parent
            world.hang(at, each.id, actor=world.bot.id, type=kind)
    blocks, made = {}, set()
    for exchange in exchanges:
        method, shown = exchange["request"]["method"], exchange["response"]["body"]
        found = [each for each in (shown, *shown.get("results", ())) if each.get("object") == "block"]
        if method == "GET":
            blocks |= {each["id"]: each for each in found if each["id"] not in made | blocks.keys()}
        made |= {each["id"] for each in found}
    rows = {}
    for raw in blocks.values():
        if raw["type"] not in {"child_page", "child_database"}:
            rows.setdefault(_id(raw["parent"]), []).append(raw)
    for id_ in [each for each in rows if each not in blocks or blocks[each]["type"] == "child_page"]:
        page = world.pages.get(id_) or _unseen_page(world, id_)
        row = tuple(_block(world, page, raw, rows) for raw in rows[id_])
        page.versions[-1] = replace(page.now, content=(*row, *page.now.content))


def _block(world, page, raw, rows):
    world.homes[raw["id"]] = page.id
    return Block(
        type=raw["type"],
        body=raw[raw["type"]],
        children=tuple(_block(world, page, each, rows) for each in rows.get(raw["id"], ())),
        id=raw["id"],
        created_at=_time(raw["created_time"]),
        created_by=raw["created_by"]["id"],
        edited_at=_time(raw["last_edited_time"]),
        edited_by=raw["last_edited_by"]["id"],
    )


def _unseen_page(world, id_):
    """Add an empty page that the story names and never shows."""
    now = world.clock.now()
    world.pages[id_] = Page(id_, now, world.bot.id, 0, [State({}, Parent("workspace"), now, world.bot.id)])
    return world.pages[id_]


def _parent(raw):
    return Parent(raw["type"], _id(raw)) if raw["type"] in {"page_id", "data_source_id"} else Parent("workspace")


def _id(parent):
    return parent.get(parent.get("type"), "")


def _dashed(raw):
    bare = raw.replace("-", "")
    return "-".join((bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:]))


def _time(raw):
    return datetime.fromisoformat(raw)
