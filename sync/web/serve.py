"""The web process: that it serves, and ends when asked to; what it answers is the app's."""

from __future__ import annotations

import signal
import sys
from typing import NoReturn

import uvicorn

from sync import wiring
from sync.config.settings import Settings, load_settings
from sync.core.errors import Misconfigured, TandemError
from sync.web.app import create
from sync.wiring.address import address, listen, refuse_strangers

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


def end(*_: object) -> NoReturn:
    """End as after the last line: uvicorn gives a signal back when it is done, and the default is to die of it."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(0)


def _told(error: TandemError) -> str:
    if not isinstance(error, Misconfigured):
        return f"error: {error}"
    lines = (f"error: {each}" + (f"\n  {each.cure}" if each.cure else "") for each in error.problems)
    return "\n".join(lines)
