"""The pages that begin and end a session; what a session is stands in `access`."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sync.web.access import Access
from sync.web.bodies import given
from sync.web.frame import Frame
from sync.web.look import own_path


@dataclass(frozen=True)
class Session:
    """Asks for the token."""

    frame: Frame
    access: Access

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/login", self.ask, methods=["GET"]),
            Route("/login", self.login, methods=["POST"]),
            Route("/logout", self.logout, methods=["POST"]),
        ]

    def ask(self, request: Request) -> Response:
        """Ask for the token."""
        if not self.access.asks:
            return RedirectResponse("/", 303)
        return self._form(request, request.query_params.get("next", "/"))

    async def login(self, request: Request) -> Response:
        """Begin a session for whoever knows the token."""
        said = await given(request)
        onward = said.get("next", "/")
        if not self.access.fits(said.get("token", "").strip()):
            return await run_in_threadpool(self._form, request, onward, 401)
        response = RedirectResponse(own_path(onward), 303)
        self.access.enter(response)
        return response

    def logout(self, _: Request) -> Response:
        """End the session."""
        response = RedirectResponse("/login", 303)
        self.access.leave(response)
        return response

    def _form(self, request: Request, onward: str, status: int = 200) -> Response:
        return self.frame.bare(request, "login.html", {"onward": onward, "wrong": status != 200}, status)  # noqa: PLR2004 - what HTTP calls it
