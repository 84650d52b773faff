"""Both simulated services, the control API and the page on one port; what they answer is decided elsewhere."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from functools import partial
from typing import Any, Self
from urllib.parse import parse_qs

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request as WebRequest
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from sync.sandbox.clock import Clock
from sync.sandbox.control import Control
from sync.sandbox.counters import Counters
from sync.sandbox.exchange import Reply, Request
from sync.sandbox.faults import Faults
from sync.sandbox.front import Front
from sync.sandbox.github import GitHub
from sync.sandbox.github.assets import PATH, RENDER, SIGNED
from sync.sandbox.github.events import Events as GitHubEvents
from sync.sandbox.notion import Notion
from sync.sandbox.notion.events import Events as NotionEvents
from sync.sandbox.page import Shown, issue_page, issues, page, pages
from sync.sandbox.webhooks import SWITCHES, Webhook

HOST = "127.0.0.1"
PATIENCE = 10.0
"""Seconds a server may take to start or to stop."""

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Gate:
    """The ASGI application: a request below a side's name goes to that side, anything else to the web pages.

    Files in issues are found where people find GitHub, and belong to its side.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._fronts, self._github = sandbox.fronts, sandbox.github
        self._shown: dict[str, Shown] = {
            "github": partial(issues, sandbox.github),
            "notion": partial(pages, sandbox.notion),
        }
        own = [Route("/", self._page), Route("/{owner}/{name}/issues/{number:int}", self._issue)]
        control = Control(sandbox.fronts, sandbox.clock, sandbox.hook)
        self._web = Starlette(routes=[*control.routes(), *own])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        # The raw path, for a label's name may hold an escaped slash.
        path = scope["raw_path"].decode("latin-1") if scope["type"] == "http" else ""
        side, _, rest = path.removeprefix("/").partition("/")
        if path.startswith((PATH, SIGNED)):
            side, rest = "github", path[1:]
        front = self._fronts.get(side)
        if front is None:
            await self._web(scope, receive, send)
            return
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        request = Request(scope["method"], f"/{rest}", query, headers, await _body(receive))
        if seconds := front.delay(request):
            await asyncio.sleep(seconds)
        await _answer(front.handle(request), receive, send)

    async def _page(self, _: WebRequest) -> Response:
        return HTMLResponse(page(self._fronts, self._shown))

    async def _issue(self, request: WebRequest) -> Response:
        place = "{owner}/{name}".format_map(request.path_params)
        shown = issue_page(self._github, place, request.path_params["number"])
        return HTMLResponse(shown or "There is no such issue.", 200 if shown else 404)


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


async def _answer(reply: Reply, receive: Receive, send: Send) -> None:
    if not reply.status:
        await _cut(receive, send)
        return
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers.items()]
    if reply.body or reply.status not in {204, 304}:
        headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


async def _cut(receive: Receive, send: Send) -> None:
    """Close the connection without a word.

    ASGI has no message for that, so the transport is taken from uvicorn's own request cycle, whose method `send` is.
    """
    send.__self__.transport.abort()  # type: ignore[attr-defined]
    await receive()  # until the cycle knows, it would answer 500 in our place


class Sandbox:
    """A running sandbox: `github_url` and `notion_url` for clients, `github` and `notion` for whoever edits in them.

    Hold `lock` around edits of `notion` made from another thread while clients are at work.
    """

    def __init__(self, sock: socket.socket, clock: Clock | None = None) -> None:
        self.url = f"http://{HOST}:{sock.getsockname()[1]}"
        self.github_url, self.notion_url = f"{self.url}/github", f"{self.url}/notion"
        self.clock = clock or Clock()
        github_faults, notion_faults = Faults(), Faults()
        self.github = GitHub(self.clock, github_faults, self.github_url, self.url)
        self.notion = Notion(self.clock, notion_faults, self.notion_url)
        self.lock = threading.RLock()
        self.fronts = {
            "github": Front(self.github, github_faults, Counters(self.github.template, renders), self.lock),
            "notion": Front(self.notion, notion_faults, Counters(reads=queries), self.lock),
        }
        for front in self.fronts.values():
            front.faults.declare({}, SWITCHES)
        self.webhooks: dict[str, Webhook] = {}
        config = uvicorn.Config(
            Gate(self),
            log_level="warning",
            access_log=False,
            date_header=False,  # each side has its own clock
            server_header=False,
            lifespan="off",
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
        self._socket, self._server = sock, uvicorn.Server(config)
        self._thread = threading.Thread(target=self.run, name="sandbox", daemon=True)

    @classmethod
    def start(cls, port: int = 0, *, clock: Clock | None = None) -> Self:
        """Start a sandbox in a thread and return it once it answers; port 0 takes a free one."""
        sandbox = cls(listen(port), clock)
        sandbox._thread.start()
        waited = threading.Event()
        for _ in range(int(PATIENCE * 200)):
            if sandbox._server.started:
                return sandbox
            waited.wait(0.005)
        raise TimeoutError("the sandbox did not start")

    def hook(self, side: str, url: str = "", secret: str = "") -> None:
        """Deliver to an address what happens on a side from now on, instead of where it went; to none without one."""
        if side in self.webhooks:
            self.webhooks.pop(side).stop()
        if url:
            events = (
                GitHubEvents(self.github.world, self.github.render)
                if side == "github"
                else NotionEvents(self.notion.world)
            )
            self.webhooks[side] = Webhook(events, self.fronts[side], url, secret=secret)

    def stop(self) -> None:
        """Stop the thread's server; connections are closed."""
        for side in tuple(self.webhooks):
            self.hook(side)
        self._server.should_exit = True
        self._thread.join(PATIENCE)

    def run(self) -> None:
        """Serve in this thread until it is told to stop."""
        with self._socket:
            self._server.run(sockets=[self._socket])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def renders(request: Request) -> bool:
    """Tell whether a POST only has a text rendered."""
    return request.path == RENDER


def queries(request: Request) -> bool:
    """Tell whether a POST only reads, as Notion's queries and searches do."""
    return request.path.endswith(("/query", "/search"))


def listen(port: int) -> socket.socket:
    """Return a socket on the loopback interface. Raises OSError where the port is taken."""
    # With its protocol named: only then does asyncio turn Nagle's algorithm off, which costs 40 ms an answer.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((HOST, port))
    except OSError:
        sock.close()
        raise
    return sock


def serve(port: int, prepare: Callable[[Sandbox], None] = lambda _: None) -> None:
    """Serve in the foreground until Ctrl-C or SIGTERM; `prepare` gets the sandbox before the first request."""
    sandbox = Sandbox(listen(port))
    prepare(sandbox)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        sandbox.run()
