"""The endpoints of users; nobody joins or leaves here."""

from __future__ import annotations

from sync.sandbox.notion import lists, showing
from sync.sandbox.notion.call import Call, Route
from sync.sandbox.notion.model import Json, User
from sync.sandbox.notion.refusals import restricted, user_not_found
from sync.sandbox.notion.world import World

FREE_UPLOAD = 5_242_880
"""Bytes of the largest file in a free workspace (recorded)."""


def listed(world: World, call: Call) -> Json:
    """Return members and bots, no guests; not for personal tokens (guide, "Personal access tokens")."""
    if world.habits.on("personal_token"):
        raise restricted()
    members = sorted(
        (each for each in world.users.values() if each.kind != "guest"), key=lambda each: each.kind == "bot"
    )
    results, following = lists.cut(call, members)
    return lists.listed("user", [_full(world, each) for each in results], following)


def me(world: World, _: Call) -> Json:
    """Return the bot that this token is, with its workspace; it needs no capability."""
    return _bot(world)


def retrieve(world: World, call: Call) -> Json:
    """Return a user, a guest too."""
    found = world.users.get(call.path["user_id"])
    if found is None:
        raise user_not_found(call.path["user_id"])
    return _full(world, found)


def _full(world: World, who: User) -> Json:
    """Return a user as the endpoints of users do; only they tell whether the address is verified (recorded)."""
    if who is world.bot:
        return _bot(world)
    shown = showing.user(world, who)
    if shown.get("person"):
        shown["person"]["email_verified"] = True
    return shown


def _bot(world: World) -> Json:
    owner: Json = {"type": "workspace", "workspace": True}
    if world.habits.on("personal_token"):
        owner = {"type": "user", "user": showing.user(world, world.owner)}
    bot = {
        "owner": owner,
        "workspace_name": world.workspace_name,
        "workspace_id": world.workspace_id,
        "workspace_limits": {"max_file_upload_size_in_bytes": FREE_UPLOAD},
    }
    return {**showing.partial(world.bot.id), "name": world.bot.name, "avatar_url": None, "type": "bot", "bot": bot}


ROUTES = [
    Route("GET", "/v1/users", listed, "read_users"),
    Route("GET", "/v1/users/me", me),
    Route("GET", "/v1/users/{user_id}", retrieve, "read_users"),
]
