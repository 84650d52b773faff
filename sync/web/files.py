"""The way from an issue to a file that Notion holds: a signed address is led to where Notion has the file right now."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sync.core.errors import TryLater, Vanished
from sync.remotes.notion.files import ROUTE, Held
from sync.remotes.notion.media import Location, located
from sync.wiring import Sync

KEPT = timedelta(minutes=10)
"""How long is kept where the files of a page are; Notion's addresses are good for an hour ("File object")."""
SPARE = timedelta(minutes=1)
"""How long an address must still be good when it is handed out."""
MOST = 1000
"""So many pages are remembered."""
LOOKUPS = 2
"""Pages that are read at once: whoever fetches files holds up nobody else in this process."""
WAITING = 50
"""Pages that may wait to be read; whoever asks for more comes later."""
PATIENCE = 25.0
"""Seconds that somebody waits for an address; what a lookup finds afterwards is kept for the next one."""
LATER = 10.0
"""Seconds after which somebody may ask again."""


@dataclass(frozen=True)
class Shelf:
    """Where the files of a page are, by name, and until when that is believed."""

    files: Mapping[str, Location]
    until: datetime


@dataclass
class Files:
    """The route, and what it remembers; each page is read once at a time, whoever asks for its files."""

    sync: Sync
    shelves: OrderedDict[str, Shelf] = field(default_factory=OrderedDict)
    running: dict[str, Future[Shelf]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.threads = ThreadPoolExecutor(LOOKUPS, "files")
        self.sync.closing.callback(self.threads.shutdown, cancel_futures=True)

    def routes(self) -> list[Route]:
        """Return it."""
        return [Route(f"{ROUTE}/{{page}}/{{name}}/{{signature}}", self.file)]

    async def file(self, request: Request) -> Response:
        """Lead to a file: 302, and 404 for whatever we have not signed or Notion does not hold."""
        held = Held(request.path_params["page"], request.path_params["name"])
        signer = await run_in_threadpool(lambda: self.sync.signer)
        if signer is None or not signer.signed(held, request.path_params["signature"]):
            raise HTTPException(404, "there is no such file")
        location = (await self._shelf(held.page)).files.get(held.name)
        if location is None:
            raise HTTPException(404, "there is no such file")
        # GitHub shows it on its own pages, mostly through a proxy of its own, and on some servers without one.
        return RedirectResponse(location.url, 302, {"cross-origin-resource-policy": "cross-origin"})

    async def _shelf(self, page: str) -> Shelf:
        """Return where the files of a page are, read together with all others who ask meanwhile."""
        known = self.shelves.get(page)
        if known and known.until > self.sync.clock.now():
            return known
        lookup = self.running.get(page)
        if lookup is None:
            if len(self.running) >= WAITING:
                raise TryLater(LATER, "too many files are looked for at once")
            lookup = self.running[page] = self.threads.submit(self._read, page)
            lookup.add_done_callback(lambda _: self.running.pop(page, None))
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(lookup)), PATIENCE)
        except TimeoutError:
            raise TryLater(LATER, "the file is still looked for") from None

    def _read(self, page: str) -> Shelf:
        """Read the page and remember what it shows."""
        now = self.sync.clock.now()
        try:
            files = dict(located(self.sync.file_door, page))
        except Vanished:
            files = {}
        shelf = Shelf(files, min([now + KEPT, *(each.until - SPARE for each in files.values())]))
        self.shelves[page] = shelf
        self.shelves.move_to_end(page)
        while len(self.shelves) > MOST:
            self.shelves.popitem(last=False)
        return shelf
