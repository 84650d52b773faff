"""Who may come in: the token as a bearer's or as a session's, and no request that another site had a browser make."""

from __future__ import annotations

import hashlib
import hmac
import logging
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.config.settings import Settings
from sync.core.ports import Clock
from sync.remotes.network import loopback

LOG = logging.getLogger("tandem.web")
COOKIE = "tandem_session"
SESSION = timedelta(days=30)
OPEN = ("/healthz", "/readyz", "/login", "/static/", "/webhooks/", "/files/")
"""What is answered without a token: health, the form that asks for one, its looks, what the services or we signed."""
WEBHOOKS = "/webhooks/"
SAFE = ("GET", "HEAD", "OPTIONS")
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
HEADERS = {
    # Nothing is loaded from elsewhere, nothing inline runs, and no other site may frame a button.
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    # Forms need their Origin, which browsers blank under `no-referrer` (Fetch standard, "append a request Origin").
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

"""What every answer has that does not say otherwise."""
UNKEPT = {"cache-control": "no-store"}


class Access:
    """The rules, from the settings; it keeps nothing: a session is a signature that the token's change undoes."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._token = settings.web_token.get_secret_value().encode() if settings.web_token else None
        self._public = urlsplit(settings.public_url or "")
        self._clock = clock

    @property
    def asks(self) -> bool:
        """Tell whether a token is asked for at all."""
        return self._token is not None

    def refusal(self, request: Request) -> Response | None:
        """Return the answer to a request that may not come in, None where it may."""
        path = request.url.path
        if request.method not in SAFE and not path.startswith(WEBHOOKS) and not self._own_site(request):
            return refused(403, "this request was made by another site")
        if path.startswith(OPEN):
            return None
        if self._token is None:
            return None if _local(request) else refused(403, "set WEB_TOKEN to reach the dashboard from elsewhere")
        if self._bearer(request) or self._session(request):
            return None
        if request.method in SAFE and shows_pages(request):
            return RedirectResponse(f"/login?next={quote(request.url.path)}", 303)
        return refused(401, "a bearer token is needed: the value of WEB_TOKEN")

    def fits(self, token: str) -> bool:
        """Tell in constant time whether that is the token."""
        return self._token is not None and hmac.compare_digest(token.encode(errors="replace"), self._token)

    def enter(self, response: Response) -> None:
        """Begin a session."""
        ends = int((self._clock.now() + SESSION).timestamp())
        response.set_cookie(
            COOKIE,
            f"{ends}.{self._signature(ends)}",
            max_age=int(SESSION.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=self._public.scheme == "https",
        )

    def leave(self, response: Response) -> None:
        """End the browser's session."""
        response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=self._public.scheme == "https")

    def _bearer(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme.casefold() == "bearer" and self.fits(token.strip())

    def _session(self, request: Request) -> bool:
        ends, _, signature = request.cookies.get(COOKIE, "").partition(".")
        if not (ends.isascii() and ends.isdigit() and len(ends) < len("99999999999")):
            return False
        fresh = datetime.fromtimestamp(int(ends), self._clock.now().tzinfo) > self._clock.now()
        return fresh and hmac.compare_digest(signature.encode(errors="replace"), self._signature(int(ends)).encode())

    def _signature(self, ends: int) -> str:
        assert self._token is not None
        return hmac.new(self._token, f"session {ends}".encode(), hashlib.sha256).hexdigest()

    def _own_site(self, request: Request) -> bool:
        """Tell whether a request that changes something was made by our own pages, or by no browser at all."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        origin = request.headers.get("origin")
        own = {request.headers.get("host", ""), self._public.netloc} - {""}
        return origin is None or urlsplit(origin).netloc in own


class Doorkeeper:
    """The application at the door of another: it turns people away, and gives every answer its headers."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                more = {name.encode(): value.encode() for name, value in {**HEADERS, **UNKEPT}.items()}
                own = [(name, value) for name, value in more.items() if name not in there]
                message["headers"] = [*message["headers"], *own]
            await send(message)

        answer = self._access.refusal(Request(scope)) or self._app
        try:
            await answer(scope, receive, dressed)
        except Exception:
            # It was answered as a fault of ours already; the server would end the connection on top of that.
            LOG.exception("a request failed: %s %s", scope["method"], scope["path"])


def refused(status: int, message: str) -> Response:
    """Return an error as every program gets it."""
    headers = {"www-authenticate": "Bearer"} if status == 401 else None  # noqa: PLR2004 - what HTTP calls it
    return JSONResponse({"error": {"message": message, "problems": []}}, status, headers)


def shows_pages(request: Request) -> bool:
    """Tell whether a browser asks, which shows pages to a person."""
    return "text/html" in request.headers.get("accept", "")


def _local(request: Request) -> bool:
    """Tell whether somebody at this machine asks, under its own name: no proxy, no name that merely leads here."""
    client = request.client.host if request.client else ""
    named = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    return loopback(client) and loopback(named) and not any(name in request.headers for name in FORWARDED)
