"""The web process's application: routes put together and errors worded; what stands behind a route is its module's."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from sync.core.errors import TandemError, TryLater
from sync.core.events import BadDelivery
from sync.web import health, metrics
from sync.web.access import Access, Doorkeeper, shows_pages
from sync.web.api import Buttons
from sync.web.aside import Aside
from sync.web.files import Files
from sync.web.frame import Frame
from sync.web.handshake import Handshake
from sync.web.history import History
from sync.web.look import FOLDER
from sync.web.pages import Pages
from sync.web.places import Places
from sync.web.session import Session
from sync.web.webhooks import Webhooks
from sync.wiring import Sync


def create(sync: Sync) -> ASGIApp:
    """Return the application over everything that a door needs."""
    access = Access(sync.settings, sync.clock)
    handshake = Handshake(sync.settings, sync.store, sync.clock)
    aside = Aside(sync)
    frame = Frame(sync, asks=access.asks)

    def worded(request: Request, error: Exception) -> Response:
        status, message = _status(error)
        if shows_pages(request) and not request.url.path.startswith("/webhooks/"):
            return frame.wrong(request, status, message)
        return JSONResponse({"error": {"message": message, "problems": []}}, status)

    application = Starlette(
        routes=[
            *health.routes(sync),
            *metrics.routes(sync),
            *Files(sync).routes(),
            *Webhooks(sync, Places(sync), handshake, aside).routes(),
            *Buttons(sync, handshake, aside).routes(),
            *Session(frame, access).routes(),
            *Pages(frame).routes(),
            *History(frame, handshake).routes(),
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
        ],
        exception_handlers={HTTPException: worded, TandemError: worded, Exception: worded},
    )
    return Doorkeeper(application, access)


def _status(error: Exception) -> tuple[int, str]:
    match error:
        case HTTPException(status_code=status, detail=detail):
            return status, str(detail)
        case BadDelivery():
            return 400, str(error)
        case TryLater():
            return 503, str(error)
        case TandemError():
            return 500, str(error)
        case _:
            return 500, "this is a fault of tandem's: the web process's log tells more"
