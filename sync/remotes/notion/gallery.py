"""The images and files of pages: how others see Notion's, and how Notion gets copies of those it could not fetch."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from sync.core.document import Blocks, Container, Image
from sync.core.errors import Denied, Rejected, TryLater, Unsafe, Vanished
from sync.core.ports import Picture, Pictures
from sync.remotes.notion import customs
from sync.remotes.notion.client import Door
from sync.remotes.notion.files import Signer, View, nowhere
from sync.remotes.notion.media import walked
from sync.remotes.notion.records import page_url
from sync.remotes.notion.values import plain_text

TYPES = {
    "image/gif": ".gif",
    "image/heic": ".heic",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/tiff": ".tiff",
    "image/vnd.microsoft.icon": ".ico",
    "image/webp": ".webp",
}
"""Images that Notion takes, and what it wants a file's name to end with ("Working with files and media")."""
ENOUGH = 20.0
"""Seconds of copying after which the rest waits for another go: a write must not outlive its lease."""
SOON = 1.0
FRESH = 1800.0
"""Seconds in which an upload is attached, of the hour for which Notion keeps it ("Uploading small files")."""
AGAIN = 10.0
"""Seconds after which an upload is begun anew whose answer was lost; what nothing refers to is gone in an hour."""
BROKEN = (TryLater, Unsafe, Rejected, Denied, Vanished)

logger = logging.getLogger(__name__)

Json = Mapping[str, Any]


Uploads = dict[str, tuple[str, float]]
"""Uploads by the image that they are of, each with when it was made: what was not attached yet is taken again."""


@dataclass(frozen=True)
class Gallery:
    """What a mapping's pages have to do with files: either part may be missing."""

    signer: Signer | None = None
    pictures: Pictures | None = None
    uploads: Uploads = field(default_factory=dict, compare=False)

    def on(self, page: str) -> View:
        """Return how others see the files of a page."""
        shown = self.signer.on(page) if self.signer else nowhere
        return View(page_url(page), shown, self._copied)

    def copies(self, door: Door) -> Copies:
        """Return what makes the copies for one write."""
        return Copies(door, self.pictures, self.uploads)

    def _copied(self, address: str) -> str | None:
        return self.pictures.source(address.rpartition("/")[2]) if self.pictures else None


NO_FILES = Gallery()
"""For whoever has nothing to do with files."""


@dataclass
class Copies:
    """Copies of images for one write, each uploaded once: its upload's id by source, None where none can be had."""

    door: Door
    pictures: Pictures | None
    uploads: Uploads
    made: dict[str, str | None] = field(default_factory=dict)

    def bring(self, sources: Iterable[str]) -> None:
        """Upload those that not everybody can fetch, before anything is written.

        Raises TryLater, also where there are too many for one go: those that were uploaded are not uploaded again.
        """
        began, copied = monotonic(), False
        for source in sources:
            name = self.pictures.name(source) if self.pictures and source not in self.made else None
            if self.pictures is None or name is None or self._kept(source):
                continue
            if copied and monotonic() - began > ENOUGH:
                raise TryLater(SOON, "images are still being copied")
            self._bring(self.pictures, source, name)
            copied = True

    def dressed(self, payload: Json) -> dict[str, Any]:
        """Return a block's JSON with the copies in it; what nobody brought yet is brought now, if that is possible."""
        kind = str(payload["type"])
        body = dict(payload[kind])
        if "children" in body:
            body["children"] = [self.dressed(each) for each in body["children"]]
        return {**payload, kind: self.image(body) if kind == "image" else body}

    def image(self, body: Json) -> dict[str, Any]:
        """Return an image's JSON, new or changed, with its copy or with a link to it."""
        source = str((body.get("external") or {}).get("url") or "")
        try:
            self.bring([source])
        except TryLater as later:
            self._told(source, later.reason)
        if source not in self.made:
            return dict(body)
        upload = self.made[source]
        if upload is None:
            return {**body, "caption": linked(source, body.get("caption") or ())}
        rest = {name: value for name, value in body.items() if name != "external"}
        kind = {"type": "file_upload"} if "type" in body else {}
        return {**rest, **kind, "file_upload": {"id": upload}}

    def hang(self, page: str) -> None:
        """Put the copies into a page that was written as Markdown, which knows no uploads; what fails stays a link."""
        if not self.made:
            return
        try:
            for block in list(walked(self.door, page)):
                image = block.get("image") or {}
                source = (image.get("external") or {}).get("url")
                if image.get("type") == "external" and source in self.made:
                    self._hang(block, source)
        except BROKEN as broken:
            logger.warning("images could not be put into the page %s: %s", page, broken)

    def _hang(self, block: Json, source: str) -> None:
        upload, words = self.made[source], block["image"].get("caption") or ()
        if upload:
            self.door.write("PATCH", f"blocks/{block['id']}", {"image": {"file_upload": {"id": upload}}})
        elif not any(each.get("href") for each in words):
            self.door.write("PATCH", f"blocks/{block['id']}", {"image": {"caption": linked(source, words)}})

    def _kept(self, source: str) -> bool:
        """Take the upload of an image that was made a while ago, and tell whether there is one."""
        for each in [each for each, (_, at) in self.uploads.items() if monotonic() - at > FRESH]:
            self.uploads.pop(each, None)
        if source in self.uploads:
            self.made[source] = self.uploads[source][0]
        return source in self.uploads

    def _bring(self, pictures: Pictures, source: str, name: str) -> None:
        try:
            picture = pictures.fetch(source)
            if picture is not None:
                self.uploads[source] = self._upload(picture, name), monotonic()
                self._kept(source)
        except Rejected as rejected:
            self._told(source, rejected.reason)
        except Unsafe as unsafe:
            raise TryLater(AGAIN, unsafe.reason) from unsafe

    def _upload(self, picture: Picture, name: str) -> str:
        """Upload an image and return the upload's id; raises Rejected."""
        if picture.type not in TYPES:
            raise Rejected(f"Notion takes no image of the type {picture.type}")
        file = name + TYPES[picture.type]
        asked = {"mode": "single_part", "filename": file, "content_type": picture.type}
        upload = str(self.door.write("POST", "file_uploads", asked).body["id"])
        sent = self.door.send(f"file_uploads/{upload}/send", (file, picture.content, picture.type)).body
        if sent.get("filename") != file:
            # By its name it is known again: without it every reading would be taken for somebody's edit.
            raise Rejected(f"Notion calls it {sent.get('filename')}")
        return upload

    def _told(self, source: str, reason: str) -> None:
        logger.warning("an image stays a link in Notion: %s: %s", source, reason)
        self.made[source] = None


def sources(blocks: Blocks) -> Iterator[str]:
    """Yield the addresses of all images, in their order."""
    for block in blocks:
        if isinstance(block, Image):
            yield block.source
        elif isinstance(block, Container):
            yield from sources(block.blocks)


def fresh(before: Blocks, after: Blocks) -> list[str]:
    """Return the images that an edit brings."""
    return list(Counter(sources(after)) - Counter(sources(before)))


def linked(source: str, words: Sequence[Json]) -> list[dict[str, Any]]:
    """Return an image's words as a link to where it is; Notion cannot show the image itself."""
    text = plain_text(words) or customs.ELSEWHERE
    return [{"type": "text", "text": {"content": text, "link": {"url": source}}}]
