"""Files that people drop into an issue: kept with its repository, given to whoever may read that; no REST endpoint."""

from __future__ import annotations

import html
import mimetypes
import re
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from sync.sandbox.exchange import Reply, Request
from sync.sandbox.github.refusals import Refused, fault, invalid
from sync.sandbox.github.state import Asset, Repository, User
from sync.sandbox.github.world import World

PATH = "/user-attachments/assets/"
"""Where they are found, on the host for people, not on the API's."""
SIGNED = "/private-user-images/"
"""Where a rendered page finds those of private repositories; at GitHub a host of its own."""
RENDER = "/markdown"
GOOD = timedelta(minutes=5)
"""How long such an address is good (josegonzalez/python-github-backup, pull request 478)."""
MODES = ("markdown", "gfm")
_IMAGE = re.compile(r"!\[([^\]]*)\]\(([^()\s]+)\)")
_SIGNED = re.compile(rf"{SIGNED}\d+/\d+-([0-9a-f-]{{36}})\.\w+")


def put(world: World, repository: Repository, filename: str, content: bytes) -> str:
    """Keep a file and return its path."""
    name = str(uuid.uuid5(uuid.NAMESPACE_URL, str(world.new_id())))
    kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    world.assets[name] = Asset(repository.id, kind, content)
    return PATH + name


def answer(world: World, request: Request) -> Reply:
    """Give a file, a private repository's only to a token of somebody who may read there, and say 404 to others."""
    if found := _SIGNED.fullmatch(request.path):
        return _signed(world, found[1], request.first("jwt"))
    asset = world.assets.get(request.path.removeprefix(PATH))
    _, _, token = request.headers.get("authorization", "").partition(" ")
    grant = world.grants.get(token.strip()) if world.on("files_for_tokens") else None
    home = world.repositories.get(asset.repository) if asset else None
    if asset is None or home is None or not home.may(grant.user if grant else None, "pull"):
        return Reply(404, b"Not Found", {"content-type": "text/plain; charset=utf-8"})
    return Reply(200, asset.content, {"content-type": asset.kind})


def rendered(world: World, user: User | None, web: str, body: Mapping[str, object]) -> str:
    """Return a text as HTML, of which nothing but paragraphs and images is known; raises Refused.

    Images of a private repository that the text is rendered for are signed for whoever may read there.
    """
    text, mode, context = body.get("text"), body.get("mode", MODES[0]), body.get("context")
    if not isinstance(text, str):
        raise invalid([fault("Markdown", "text", "missing_field")])
    if mode not in MODES or not isinstance(context, str | None):
        raise Refused(400, "Problems parsing JSON")
    place = next((each for each in world.repositories.values() if each.full_name == context), None)
    readable = place if mode == "gfm" and place and place.may(user, "pull") else None

    def image(found: re.Match[str]) -> str:
        source = html.escape(_shown(world, readable, web, found[2]))
        tag = f'<img src="{source}" alt="{html.escape(found[1])}" style="max-width: 100%;">'
        return f'<a target="_blank" rel="noopener noreferrer" href="{source}">{tag}</a>'

    return f'<p dir="auto">{_IMAGE.sub(image, text)}</p>'


def _shown(world: World, place: Repository | None, web: str, url: str) -> str:
    """Return the address at which a rendered page finds an image."""
    name = url.removeprefix(web + PATH)
    asset = world.assets.get(name)
    if asset is None or place is None or asset.repository != place.id or not place.private:
        return url
    suffix = mimetypes.guess_extension(asset.kind) or ".bin"
    until = int((world.clock.now() + GOOD).timestamp())
    return f"{web}{SIGNED}{place.id}/{until}-{name}{suffix}?jwt=sandbox.{until}.{name}"


def _signed(world: World, name: str, jwt: str) -> Reply:
    """Give a file for an address that was signed a moment ago."""
    asset, now = world.assets.get(name), world.clock.now()
    found = re.fullmatch(rf"sandbox\.(\d{{1,11}})\.{re.escape(name)}", jwt)
    if asset is None or found is None or datetime.fromtimestamp(int(found[1]), now.tzinfo) < now:
        return Reply(404, b"Not Found", {"content-type": "text/plain; charset=utf-8"})
    return Reply(200, asset.content, {"content-type": asset.kind})
