"""The only door to Notion's network: notion-client over a transport that asks for a grant; it knows no page."""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx
from notion_client import Client
from notion_client.errors import HTTPResponseError, InvalidPathParameterError, RequestTimeoutError

from sync.core.errors import Busy, Denied, Rejected, TandemError, TryLater, Unsafe
from sync.core.limits import NOTION_CALL, Charge, Lane
from sync.core.ports import Gate
from sync.remotes.network import loopback, served_at
from sync.remotes.notion import answers

VERSION = "2026-03-11"
TIMEOUT_MS = 70_000
"""Longer than the service's own deadline of 55 s, whose answer names what was saved (reference, "Request limits")."""
UNREACHED_WAIT = 5.0
UNREACHED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""What happens before a request is sent."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reply:
    """A body, and the service's own time of it."""

    body: Any
    served_at: datetime | None


class Door:
    """Every call to Notion; to be shared by threads."""

    def __init__(self, token: str, gate: Gate, *, base_url: str, charges: Sequence[Charge] = NOTION_CALL) -> None:
        self.lane = Lane.POLL
        self._gate = gate
        self._charges = charges
        self._network = httpx.HTTPTransport(proxy=_proxy(base_url))
        self._transports = {lane: _Granted(self._network, self._enter, lane) for lane in Lane}
        self._clients = {lane: self._client(token, base_url, lane) for lane in Lane}

    def on(self, lane: Lane) -> Self:
        """Return the same door, with its calls charged to another lane."""
        other = copy.copy(self)
        other.lane = lane
        return other

    def close(self) -> None:
        """Close all connections."""
        self._network.close()

    def read(
        self, path: str, *, query: Mapping[str, Any] | None = None, body: Mapping[str, Any] | None = None
    ) -> Reply:
        """Get something, or ask a query where there is a body; raises Vanished, TryLater, Denied and Rejected."""
        verb = "GET" if body is None else "POST"
        try:
            return self._call(verb, path, query=query, body=body)
        except HTTPResponseError as refused:
            raise answers.unreadable(self._refused(refused)) from refused
        except (RequestTimeoutError, httpx.HTTPError, ValueError) as lost:
            raise TryLater(UNREACHED_WAIT, f"Notion could not be read: {type(lost).__name__}") from lost

    def write(self, verb: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        """Write something, once; raises Unsafe where nobody knows whether it happened, and what a read raises."""
        return self._written(lambda: self._call(verb, path, body=body))

    def send(self, path: str, file: tuple[str, bytes, str]) -> Reply:
        """Send a file (name, bytes, type) as a form, once; raises what a write does."""
        return self._written(lambda: self._call("POST", path, file=file))

    def _call(
        self,
        verb: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        file: tuple[str, bytes, str] | None = None,
    ) -> Reply:
        """Make one call by the client's raw request: its methods drop keywords that they do not know, in silence."""
        try:
            answer = self._clients[self.lane].request(
                path,
                verb,
                query=dict(query) if query else None,
                body=None if body is None else dict(body),
                form_data={"file": file} if file else None,
            )
        except InvalidPathParameterError as invalid:
            raise Rejected(f"{path!r} is no address in Notion", "correct the id in the mapping") from invalid
        except UnicodeEncodeError as half:
            if half.encoding != "utf-8":
                raise
            cure = "type that character anew where the text comes from"
            raise Rejected("the text has half a character (a lone surrogate), which cannot be sent", cure) from half
        return Reply(answer, self._transports[self.lane].served_at)

    def _written(self, call: Callable[[], Reply]) -> Reply:
        try:
            return call()
        except HTTPResponseError as refused:
            raise answers.unwritten(self._refused(refused)) from refused
        except (RequestTimeoutError, httpx.HTTPError, ValueError) as lost:
            raise _lost(lost) from lost

    def _refused(self, refused: HTTPResponseError) -> answers.Answer:
        """Return a refusal; a limit stops everybody and is raised here."""
        answer = answers.Answer.of(refused.status, refused.headers, refused.body)
        wait = answers.limited(answer)
        if wait is None:
            return answer
        reason = str(answer.details.get("rate_limit_reason") or answer.message)
        for charge in self._charges:
            self._gate.pause(charge.budget, wait, reason)
        if reason == answers.BLOCKED:
            raise Denied(f"Notion blocked this connection: {answer.message}", "ask Notion's support why") from refused
        raise Busy(wait, f"Notion: {reason}") from refused

    def _enter(self, lane: Lane) -> None:
        self._gate.enter(self._charges, lane)

    def _client(self, token: str, base_url: str, lane: Lane) -> Client:
        return Client(
            auth=token,
            # A slash at the end would be doubled (notion-sdk-py issue 349).
            base_url=base_url.rstrip("/"),
            notion_version=VERSION,
            retry=False,
            timeout_ms=TIMEOUT_MS,
            # Without one each client adds a handler of its own.
            logger=logger,
            log_level=logging.ERROR,
            client=httpx.Client(transport=self._transports[lane]),
        )


class _Granted(httpx.BaseTransport):
    """A transport that asks for a grant before every request, and remembers when each thread's last one was served."""

    def __init__(self, network: httpx.BaseTransport, enter: Any, lane: Lane) -> None:  # noqa: ANN401
        self._network = network
        self._enter = enter
        self._lane = lane
        self._local = threading.local()

    @property
    def served_at(self) -> datetime | None:
        """Return the service's own time of this thread's last answer."""
        found: datetime | None = getattr(self._local, "served_at", None)
        return found

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._enter(self._lane)
        response = self._network.handle_request(request)
        self._local.served_at = served_at(response.headers)
        return response


def _proxy(base_url: str) -> str | None:
    """Return the environment's proxy; httpx looks for none where it is given a transport."""
    parts = urlsplit(base_url)
    return None if loopback(parts.hostname or "") else getproxies().get(parts.scheme)


def _lost(lost: Exception) -> TandemError:
    """Return the error of a write whose answer did not come; where no connection came about, nothing happened."""
    if isinstance(lost, UNREACHED) or isinstance(lost.__context__, UNREACHED):
        return TryLater(UNREACHED_WAIT, "Notion could not be reached")
    return Unsafe(f"Notion's answer was lost: {type(lost).__name__}")
