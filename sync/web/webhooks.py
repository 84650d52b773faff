"""What the services tell us: verified, kept as hints, answered at once; no worker is waited for."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sync.core.events import BadDelivery, Event, is_news
from sync.core.limits import Lane
from sync.remotes.github import webhook as github
from sync.remotes.notion import webhook as notion
from sync.web.aside import Aside
from sync.web.bodies import whole
from sync.web.handshake import Handshake
from sync.web.places import Places
from sync.wiring import Sync

HEARD = "heard from "
"""The heartbeat under which is kept when a service's last delivery came."""


@dataclass(frozen=True)
class Webhooks:
    """The two routes."""

    sync: Sync
    places: Places
    handshake: Handshake
    aside: Aside

    def routes(self) -> list[Route]:
        """Return them."""
        return [
            Route("/webhooks/github", self.github, methods=["POST"]),
            Route("/webhooks/notion", self.notion, methods=["POST"]),
        ]

    async def github(self, request: Request) -> Response:
        """Take a delivery of GitHub's: 202, a ping 200, a wrong signature 401."""
        body = await whole(request, github.MOST_BYTES)
        if not github.verified(request.headers, body, self.sync.settings.github_webhook_secrets):
            raise HTTPException(401, "X-Hub-Signature-256 does not fit GITHUB_WEBHOOK_SECRET")
        name, payload = github.delivery(request.headers, body)
        if name == github.PING:
            self.aside.note(f"{HEARD}github")
            return JSONResponse({"pong": True})
        return await self._taken("github", github.events(name, payload))

    async def notion(self, request: Request) -> Response:
        """Take a delivery of Notion's: 202, the handshake 200, a wrong signature 401."""
        body = await whole(request, notion.MOST_BYTES)
        token = await run_in_threadpool(self.handshake.token)
        if token is None or not notion.verified(request.headers, body, token):
            return await self._begun(request, body)
        return await self._taken("notion", notion.events(notion.delivery(body)))

    async def _begun(self, request: Request, body: bytes) -> Response:
        """Keep the token of a handshake, the first one only; anything else is nobody's."""
        with suppress(BadDelivery):
            token = notion.handshake(notion.delivery(body))
            # Whether a handshake is signed is told both ways; one that is must be so by its own token.
            fits = "x-notion-signature" not in request.headers or notion.verified(request.headers, body, token or "")
            if token and fits and await run_in_threadpool(self.handshake.offer, token):
                return JSONResponse({"kept": True})
        raise HTTPException(401, "X-Notion-Signature does not fit the verification token")

    async def _taken(self, service: str, events: tuple[Event, ...]) -> Response:
        names = await run_in_threadpool(self._keep, events) if events else []
        for name in names:
            self.aside.nudge("heed", name)
        self.aside.note(f"{HEARD}{service}")
        return JSONResponse({"hinted": names}, 202)

    def _keep(self, events: Iterable[Event]) -> list[str]:
        """Keep what is news as hints, and return whose workers are to be nudged."""
        store, now = self.sync.store, self.sync.clock.now()
        hinted = set()
        for event in events:
            for each in self.places.concerned(event):
                if each.ref is None or is_news(event, each.known):
                    store.hint(each.mapping, each.ref, Lane.PERSON, now, mode=event.mode)
                    hinted.add(each.mapping)
        return sorted(hinted)
