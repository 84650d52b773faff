"""The web process: where it listens, that it may, and that it ends when asked to; what it answers is the app's."""

from __future__ import annotations

import socket
import sys

import uvicorn

from sync import wiring
from sync.config.settings import Settings, load_settings
from sync.core.errors import Misconfigured, Problem, TandemError
from sync.remotes.network import loopback
from sync.web.app import create

GRACE = 5
"""Seconds that requests may go on after the process was asked to end."""


def main() -> None:
    """Serve until Ctrl-C or SIGTERM; a person's fault is told in words, with exit code 1."""
    try:
        serve(load_settings())
    except TandemError as error:
        sys.stderr.write(f"{_told(error)}\n")
        raise SystemExit(1) from None


def serve(settings: Settings) -> None:
    """Serve where the settings say."""
    refuse_strangers(settings)
    with listen(settings) as sock, wiring.opened(env=settings, prepare=wiring.awaiting) as sync:
        sys.stderr.write(f"the dashboard is at {address(settings, sock)}\n")
        config = uvicorn.Config(
            create(sync),
            log_level="warning",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # whose word a proxy passes on is judged by the app itself
            lifespan="off",
            timeout_graceful_shutdown=GRACE,
        )
        uvicorn.Server(config).run(sockets=[sock])


def refuse_strangers(settings: Settings) -> None:
    """Raise Misconfigured where anybody could come in: without a token only this machine may."""
    if settings.web_token is None and not loopback(settings.web_host):
        cure = "set WEB_TOKEN to a long random text, or leave WEB_HOST at 127.0.0.1"
        message = f"WEB_HOST is {settings.web_host}, where anybody could open the dashboard: WEB_TOKEN is not set"
        raise Misconfigured([Problem(message, where="WEB_TOKEN", cure=cure)])


def listen(settings: Settings) -> socket.socket:
    """Return a socket that listens; port 0 takes a free one. Raises Misconfigured where it is not to be had."""
    host, port = settings.web_host, settings.web_port
    try:
        return _bound(host, port)
    except OSError as error:
        cure = "choose another WEB_PORT, or stop what listens there"
        problem = Problem(f"WEB_HOST {host}, WEB_PORT {port} cannot be opened: {error.strerror}", cure=cure)
        raise Misconfigured([problem]) from None


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    # With its protocol named: only then does asyncio turn Nagle's algorithm off, which costs 40 ms an answer.
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(place)
    except OSError:
        sock.close()
        raise
    return sock


def address(settings: Settings, sock: socket.socket) -> str:
    """Return where people find the dashboard."""
    host = f"[{settings.web_host}]" if ":" in settings.web_host else settings.web_host
    return f"{settings.public_url or f'http://{host}:{sock.getsockname()[1]}'}/"


def _told(error: TandemError) -> str:
    if not isinstance(error, Misconfigured):
        return f"error: {error}"
    lines = (f"error: {each}" + (f"\n  {each.cure}" if each.cure else "") for each in error.problems)
    return "\n".join(lines)
