"""Files that people drop into an issue: kept with its repository, given to whoever may read that; no REST endpoint."""

from __future__ import annotations

import mimetypes
import uuid

from sync.sandbox.exchange import Reply, Request
from sync.sandbox.github.state import Asset, Repository
from sync.sandbox.github.world import World

PATH = "/user-attachments/assets/"
"""Where they are found, on the host for people, not on the API's."""


def put(world: World, repository: Repository, filename: str, content: bytes) -> str:
    """Keep a file and return its path."""
    name = str(uuid.uuid5(uuid.NAMESPACE_URL, str(world.new_id())))
    kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    world.assets[name] = Asset(repository.id, kind, content)
    return PATH + name


def answer(world: World, request: Request) -> Reply:
    """Give a file, a private repository's only to a token of somebody who may read there, and say 404 to others."""
    found = world.assets.get(request.path.removeprefix(PATH))
    _, _, token = request.headers.get("authorization", "").partition(" ")
    grant = world.grants.get(token.strip())
    home = world.repositories.get(found.repository) if found else None
    if found is None or home is None or not home.may(grant.user if grant else None, "pull"):
        return Reply(404, b"Not Found", {"content-type": "text/plain; charset=utf-8"})
    return Reply(200, found.content, {"content-type": found.kind})
