"""Images that people dropped into issues, for the other side to keep copies of where not everybody can fetch them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from http import HTTPStatus
from urllib.parse import urlsplit

from sync.core.errors import Rejected, Vanished
from sync.core.ports import Picture
from sync.remotes.github.client import Door

GITHUB = "https://github.com"
MOST_BYTES = 20 * 1024 * 1024
"""Larger ones are not fetched: GitHub takes images of 10 MB ("Attaching files"), on servers of one's own maybe more."""
_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SOURCE = re.compile(r'<img\b[^>]*\bsrc="([^"]+)"')
_NAME = re.compile(rf"github-({_ID})(?:\.\w+)?")


class GitHubPictures:
    """The port `sync.core.ports.Pictures`; the door is only opened for an image that is fetched."""

    def __init__(self, door: Callable[[], Door], api: str, repositories: Sequence[str]) -> None:
        self._open = door
        self._repositories = tuple(repositories)
        self._web = web_of(api)
        self._place = f"{self._web}/user-attachments/assets/"
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
        """Return an image of a private repository: without a token it is not there, and with ours it may be.

        It is to a classic token. A fine-grained one, and so maybe an App's, is told 404, yet a page that is rendered
        for it shows the image at an address that is signed for some minutes (josegonzalez/python-github-backup,
        issue 477 and pull request 478).
        """
        if self._everybodys or self._door.reaches(source):
            return None
        try:
            content, kind = self._door.download(source, MOST_BYTES)
        except Vanished:
            content, kind = self._shown(source)
        if not content:
            raise Rejected("the image is empty")
        return Picture(content, kind)

    def _shown(self, source: str) -> tuple[bytes, str]:
        """Return an image as a page of one of the repositories shows it."""
        for repository in self._repositories:
            page = self._door.rendered(f"![]({source})", repository)
            found = next((each for each in _SOURCE.findall(page) if "jwt=" in each), None)
            if found:
                try:
                    return self._door.download(html.unescape(found), MOST_BYTES, ours=False)
                except Vanished as gone:
                    raise Rejected(str(gone)) from gone
        raise Rejected("our credential is not shown it, or it is not there any more")

    @cached_property
    def _everybodys(self) -> bool:
        """Tell whether nothing here is private, so that no image has to be asked for; a server may hide all it has."""
        if self._web != GITHUB:
            return False
        seen = [self._door.read(f"/repos/{name}") for name in self._repositories]
        return all(each.status == HTTPStatus.OK and each.body.get("private") is False for each in seen)

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
