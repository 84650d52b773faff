"""Images that people dropped into issues, for the other side to keep copies of where not everybody can fetch them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from urllib.parse import urlsplit

from sync.core.errors import Rejected
from sync.core.ports import Picture
from sync.remotes.github.client import Door

MOST_BYTES = 20 * 1024 * 1024
"""Larger ones are not fetched: GitHub takes images of 10 MB ("Attaching files"), on servers of one's own maybe more."""
_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NAME = re.compile(rf"github-({_ID})(?:\.\w+)?")


class GitHubPictures:
    """The port `sync.core.ports.Pictures`; the door is only opened for an image that is fetched."""

    def __init__(self, door: Callable[[], Door], api: str) -> None:
        self._open = door
        self._place = f"{web_of(api)}/user-attachments/assets/"
        self._address = re.compile(rf"{re.escape(self._place)}({_ID})")

    def name(self, source: str) -> str | None:
        """Return `github-` and the image's own id."""
        found = self._address.fullmatch(source)
        return f"github-{found[1]}" if found else None

    def source(self, name: str) -> str | None:
        """Return the address of the image of that id."""
        found = _NAME.fullmatch(name)
        return f"{self._place}{found[1]}" if found else None

    def fetch(self, source: str) -> Picture | None:
        """Return an image of a private repository: without a token it is not there, and with ours it may be."""
        if self._door.reaches(source):
            return None
        content, kind = self._door.download(source, MOST_BYTES)
        if not content:
            raise Rejected("the image is empty")
        return Picture(content, kind)

    @cached_property
    def _door(self) -> Door:
        return self._open()


def web_of(api: str) -> str:
    """Return where people find what an API's address belongs to.

    `api.github.com`, `api.NAME.ghe.com` ("About GitHub Enterprise Cloud with data residency") and a server's `/api/v3`
    ("REST API on GitHub Enterprise Server").
    """
    parts = urlsplit(api)
    host = parts.netloc.removeprefix("api.") if parts.netloc.endswith(("github.com", ".ghe.com")) else parts.netloc
    return f"{parts.scheme}://{host}"
