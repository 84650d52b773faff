"""Whether the process lives, and whether the whole of tandem works, for those who restart things; not for people."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sync.core.errors import TandemError
from sync.flow.beat import ALIVE, TICK, alive
from sync.wiring import Sync

OK = "ok"


def routes(sync: Sync) -> list[Route]:
    """Return the two routes."""

    def healthz(_: Request) -> Response:
        return JSONResponse({"status": OK})

    def readyz(_: Request) -> Response:
        checks = {
            "database": _check(lambda: sync.store.last_beat(TICK)),
            "redis": _check(sync.limiter.state),
            "worker": _worker(sync),
        }
        ready = all(found == OK for found in checks.values())
        return JSONResponse({"ready": ready, "checks": checks}, 200 if ready else 503)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def _check(ask: Callable[[], object]) -> str:
    try:
        ask()
    except TandemError as error:
        return str(error)
    return OK


def _worker(sync: Sync) -> str:
    try:
        beats = alive(sync.store, sync.clock.now())
    except TandemError as error:
        return str(error)
    return OK if beats else f"no heartbeat within {ALIVE.seconds} s: start worker and beat (see Procfile)"
