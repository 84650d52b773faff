"""Where the web process listens: that it may, that the place is free, what people call it; no door and no HTTP."""

from __future__ import annotations

import socket

from sync.config.settings import Settings
from sync.core.errors import Misconfigured, Problem
from sync.remotes.network import loopback


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
