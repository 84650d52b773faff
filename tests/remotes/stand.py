"""A web server on this machine that says what a test tells it to, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sync.core.limits import Charge, Lane

NOON = "Mon, 23 Nov 2026 12:00:00 GMT"


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    verb: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any


@dataclass
class Said:
    """One answer; a status of 0 closes the connection instead."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    text: str | None = None


Script = Callable[[Asked], Said]


class Stand:
    """The server; `script` may be replaced at any time."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.script: Script = lambda _asked: Said(404, {"message": "Not Found"})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _bound_to(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def says(self, *said: Said) -> None:
        """Answer with these in turn, the last one for ever."""
        left = list(said)
        self.script = lambda _asked: left.pop(0) if len(left) > 1 else left[0]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _bound_to(stand: Stand) -> type[BaseHTTPRequestHandler]:
    class Talk(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body leave together; in two packets the second one waits for the first one's receipt.
        wbufsize = -1

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("content-length") or 0)
            raw = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = json.loads(raw) if raw else None
            asked = Asked(self.command, parts.path, parse_qs(parts.query), headers, body)
            # Who waits until it was asked and then replaces the script does not mean this request.
            script = stand.script
            stand.asked.append(asked)
            self._say(script(asked))

        do_POST = do_PATCH = do_GET  # noqa: N815 - the names that http.server looks for

        def _say(self, said: Said) -> None:
            if not said.status:
                self.close_connection = True
                self.connection.shutdown(2)
                return
            text = said.text if said.text is not None else "" if said.body is None else json.dumps(said.body)
            self.send_response_only(said.status)
            headers = {"date": NOON, "content-type": "application/json", "content-length": str(len(text.encode()))}
            given = {name.lower(): value for name, value in said.headers.items()}
            for name, value in (headers | given).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args: object) -> None:
            pass

    return Talk


@contextmanager
def standing():
    stand = Stand()
    try:
        yield stand
    finally:
        stand.stop()


@dataclass
class Turnstile:
    """A gate that lets everybody through and remembers all that it was told."""

    entered: list[tuple[tuple[Charge, ...], Lane]] = field(default_factory=list)
    paused: list[tuple[str, float, str]] = field(default_factory=list)
    observed: list[tuple[str, int, int]] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)
    closed: Exception | None = None

    def of(self, account: str) -> Turnstile:
        self.accounts.append(account)
        return self

    def enter(self, charges: Sequence[Charge], lane: Lane) -> None:
        if self.closed:
            raise self.closed
        self.entered.append((tuple(charges), lane))

    def pause(self, budget: str, seconds: float, reason: str) -> None:
        self.paused.append((budget, seconds, reason))

    def observe(self, budget: str, *, limit: int, remaining: int, reset_at: object) -> None:
        self.observed.append((budget, limit, remaining))
