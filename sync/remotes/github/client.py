"""The only door to GitHub's network: PyGithub's requester, a grant before every call; it knows no issue."""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import requests
from github import Auth, Github
from github.Requester import (
    HTTPRequestsConnectionClass,
    HTTPSRequestsConnectionClass,
    Requester,
    RequestsResponse,
)
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from sync.core.errors import Busy, Rejected, TandemError, TryLater, Unsafe, Vanished
from sync.core.limits import GITHUB_CREATE, GITHUB_READ, GITHUB_REQUESTS, GITHUB_WRITE, Charge, Lane
from sync.core.ports import Gate
from sync.remotes.github import answers
from sync.remotes.github.answers import Answer
from sync.remotes.github.credential import Credential
from sync.remotes.github.expiry import expiry
from sync.remotes.network import fingerprint, loopback

API_VERSION = "2022-11-28"
"""Its successor drops fields that are read here; it is served until 2028 at least (GitHub changelog, 2026-03-12)."""
# At DEBUG it would write down every answer, an App's new token included.
logging.getLogger("github.Requester").setLevel(logging.INFO)

TIMEOUT = 15
HOPS = 3
UNREACHED_WAIT = 5.0
CHUNK = 64 * 1024
OK = frozenset({HTTPStatus.OK, HTTPStatus.CREATED})
SHOWN = answers.NOT_THERE | {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}
"""What a read may answer and still have said something about the record."""


@dataclass(frozen=True)
class Tariff:
    """What calls are charged, and the budget that is paused and told of the headers: every call takes from it."""

    read: Sequence[Charge] = GITHUB_READ
    write: Sequence[Charge] = GITHUB_WRITE
    create: Sequence[Charge] = GITHUB_CREATE
    all: str = GITHUB_REQUESTS


class Door:
    """Every call to GitHub; to be shared by threads, each of which gets its own PyGithub.

    One requester is not safe to share: it keeps a request's state between sending and receiving (PyGithub issue 1257).
    """

    expires: Callable[[datetime], None] = staticmethod(lambda _moment: None)
    """What is told when an answer says how long the token is good."""

    def __init__(self, credential: Credential, gate: Gate, *, base_url: str, tariff: Tariff | None = None) -> None:
        self.lane = Lane.POLL
        self._credential = credential
        self._gate = gate
        self._base_url = base_url
        self._tariff = tariff or Tariff()
        self._local = threading.local()
        self._connections: list[Connection] = []

    def on(self, lane: Lane) -> Self:
        """Return the same door, with its calls charged to another lane."""
        other = copy.copy(self)
        other.lane = lane
        return other

    def close(self) -> None:
        """Close all connections."""
        for connection in self._connections:
            connection.close()

    def read(
        self, url: str, *, parameters: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Get something, following redirects to wherever it moved; the answer is one of SHOWN.

        Raises TryLater, Denied and Rejected.
        """
        for hop in range(HOPS):
            try:
                answer = self._call("GET", url, parameters=parameters, headers=headers, charges=self._tariff.read)
            except requests.RequestException as lost:
                raise TryLater(UNREACHED_WAIT, f"GitHub could not be read: {type(lost).__name__}") from lost
            answer = replace(answer, moved=hop > 0)
            if answer.status not in answers.MOVED or not self._ours(answer.location):
                break
            url, parameters = answer.location, None
        if answer.status not in SHOWN or (answer.status == HTTPStatus.OK and answer.body is None):
            raise answers.unreadable(answer)
        return answer

    def create(self, url: str, body: Mapping[str, Any]) -> Answer:
        """Post something new, once; raises Unsafe where nobody knows whether it happened, and what a read raises."""
        return self._write("POST", url, body, self._tariff.create)

    def update(self, url: str, body: Mapping[str, Any]) -> Answer:
        """Change something, once; raises Vanished where it is not there, and what create raises."""
        return self._write("PATCH", url, body, self._tariff.write)

    def nudge(self, url: str) -> bool:
        """Post nothing, to have the service do something again; tell whether it will. Raises what a read does."""
        try:
            answer = self._call("POST", url, charges=self._tariff.write)
        except requests.RequestException as lost:
            raise TryLater(UNREACHED_WAIT, f"GitHub could not be reached: {type(lost).__name__}") from lost
        return answer.status == HTTPStatus.ACCEPTED

    def delete(self, url: str) -> None:
        """Delete something; raises Vanished where it is not there, and what create raises."""
        self._write("DELETE", url, None, self._tariff.write)

    def reaches(self, url: str) -> bool:
        """Tell whether anybody, without a token, is given a file on the web; raises TryLater."""
        with self._opened(url, "") as answer:
            return _gives(answer)

    def download(self, url: str, most: int, *, ours: bool = True) -> tuple[bytes, str]:
        """Return a file on the web and its type, with our token or as anybody.

        Raises TryLater, Vanished where it is not there for us, and Rejected where it is too large.
        """
        with self._opened(url, self._credential.token(self._ask, url) if ours else "") as answer:
            if not _gives(answer):
                raise Vanished(f"GitHub answered {answer.status_code} for {url.partition('?')[0]}")
            content = bytearray()
            for chunk in answer.iter_content(CHUNK):
                content += chunk
                if len(content) > most:
                    raise Rejected(f"the file has more than {most} bytes")
            return bytes(content), answer.headers.get("content-type", "").partition(";")[0].strip()

    def rendered(self, text: str, repository: str) -> str:
        """Return a text as HTML, as a page of the repository shows it to us (REST "Render a Markdown document")."""
        body = {"text": text, "mode": "gfm", "context": repository}
        try:
            answer = self._call("POST", "/markdown", body=body, charges=self._tariff.write)
        except requests.RequestException as lost:
            raise TryLater(UNREACHED_WAIT, f"GitHub could not be read: {type(lost).__name__}") from lost
        if answer.status != HTTPStatus.OK:
            raise answers.unreadable(answer)
        return answer.text

    @contextmanager
    def _opened(self, url: str, token: str) -> Iterator[requests.Response]:
        """Give the answer to a GET of a file; our token goes to the first host only, and no further than it leads."""
        host = urlsplit(url).netloc
        try:
            with requests.Session() as session:
                session.trust_env = not loopback(urlsplit(url).hostname or "")
                for _ in range(HOPS):
                    ours = token and urlsplit(url).netloc == host
                    self._gate.enter(self._tariff.read, self.lane)
                    answer = session.get(
                        url,
                        headers={"authorization": f"token {token}"} if ours else None,
                        auth=_nobody,  # else a .netrc would be asked
                        stream=True,
                        allow_redirects=False,
                        timeout=TIMEOUT,
                    )
                    if answer.status_code not in answers.MOVED:
                        break
                    url = urljoin(url, answer.headers.get("location", ""))
                if (
                    answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
                    or answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
                ):
                    raise TryLater(answers.OUTAGE_WAIT, f"GitHub answered {answer.status_code} for a file")
                yield answer
        except requests.RequestException as lost:
            raise TryLater(UNREACHED_WAIT, f"GitHub could not be reached for a file: {type(lost).__name__}") from lost

    def login(self) -> str:
        """Return the login under which our issues appear."""
        return self._credential.login(self._ask)

    def fingerprint(self, url: str) -> str:
        """Return what tells this token from the next: an ETag is good for one token only (github/docs issue 34689)."""
        return fingerprint(self._credential.token(self._ask, url))

    def _write(self, verb: str, url: str, body: Mapping[str, Any] | None, charges: Sequence[Charge]) -> Answer:
        try:
            answer = self._call(verb, url, body=body, charges=charges)
        except requests.RequestException as lost:
            raise _lost(lost) from lost
        gone = verb == "DELETE" and answer.status == HTTPStatus.NO_CONTENT
        if not gone and (answer.status not in OK or answer.body is None):
            raise answers.unwritten(answer)
        return answer

    def _call(  # noqa: PLR0913 - the parts of one HTTP request
        self,
        verb: str,
        url: str,
        *,
        charges: Sequence[Charge],
        parameters: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        auth: Auth.Auth | None = None,
    ) -> Answer:
        """Make one call, whatever it answers; only a rate limit is told to the gate and raised here."""
        requester, connection = self._mine()
        who = auth or self._credential.auth(self._ask, url)
        account = "" if auth else self._credential.account(url)
        gate = self._gate.of(account) if account else self._gate
        connection.before = partial(gate.enter, charges, self.lane)
        status, told, text = requester.withAuth(who).requestJson(
            verb, url, dict(parameters or {}), dict(headers or {}), body, connection
        )
        answer = Answer(status, told, answers.parsed(text), text, url)
        self._learn(answer, gate)
        return answer

    def _learn(self, answer: Answer, gate: Gate) -> None:
        """Tell the gate what the headers say, and stop everybody where a limit was overstepped.

        A gate that cannot be told must not hide an answer: what was written would be taken for not written.
        """
        ends = expiry(answer.headers)
        if ends is not None:
            self.expires(ends)
        window = answers.window(answer.headers)
        if window:
            with suppress(TryLater):
                gate.observe(self._tariff.all, limit=window.limit, remaining=window.remaining, reset_at=window.reset_at)
        wait = answers.limited(answer, datetime.now(UTC))
        if wait is not None:
            with suppress(TryLater):
                gate.pause(self._tariff.all, wait, answer.message)
            raise Busy(wait, f"GitHub: {answer.message}")

    def _ask(self, verb: str, url: str, auth: Auth.Auth | None) -> Any:  # noqa: ANN401 - JSON is any shape
        """Make a call that the credential needs."""
        charges = self._tariff.read if verb == "GET" else self._tariff.write
        try:
            answer = self._call(verb, url, charges=charges, auth=auth)
        except requests.RequestException as lost:
            raise TryLater(UNREACHED_WAIT, f"GitHub could not be reached: {type(lost).__name__}") from lost
        if answer.status not in OK or answer.body is None:
            raise answers.unreadable(answer)
        return answer.body

    def _ours(self, location: str) -> bool:
        """Tell whether a redirect stays on our host: a token goes nowhere else, and some are empty."""
        return bool(location) and urlsplit(location).netloc in ("", urlsplit(self._base_url).netloc)

    def _mine(self) -> tuple[Requester, Connection]:
        """Return this thread's requester and its connection."""
        if not hasattr(self._local, "pair"):
            service = Github(
                base_url=self._base_url,
                lazy=True,
                # Its own retries would post an issue eleven times where the reply is lost, so we make none at all.
                retry=None,
                per_page=100,
                timeout=TIMEOUT,
                seconds_between_requests=None,
                seconds_between_writes=None,
                api_version=API_VERSION,
            )
            self._local.pair = (service.requester, _connection(self._base_url))
            self._connections.append(self._local.pair[1])
        requester, connection = self._local.pair
        return requester, connection


def _gives(answer: requests.Response) -> bool:
    """Tell whether an answer is a file; a server of one's own may lead strangers to a page where they log in."""
    return answer.ok and "html" not in answer.headers.get("content-type", "")


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Ask as nobody but whom the headers name."""
    return request


class _Plain(HTTPRequestsConnectionClass):
    """A connection that asks for a grant before every request."""

    before: Callable[[], object]

    def getresponse(self) -> RequestsResponse:
        self.before()
        return _still(super().getresponse())


class _Secure(HTTPSRequestsConnectionClass):
    """The same over TLS."""

    before: Callable[[], object]

    def getresponse(self) -> RequestsResponse:
        self.before()
        return _still(super().getresponse())


Connection = _Plain | _Secure


def _still(response: RequestsResponse) -> RequestsResponse:
    """Hide a redirect from PyGithub, which follows a 301 without its query and uncharged (its Requester.py)."""
    if "location" in response.headers:
        response.headers["x-location"] = response.headers.pop("location")
    return response


def _connection(base_url: str) -> Connection:
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    kind = _Secure if parts.scheme == "https" else _Plain
    connection = kind(host, parts.port, timeout=TIMEOUT)
    # `requests` takes the proxies of the environment even for this machine.
    connection.session.trust_env = not loopback(host)
    return connection


def _lost(lost: requests.RequestException) -> TandemError:
    """Return the error of a write whose answer did not come; where no connection came about, nothing happened."""
    cause = lost.args[0] if lost.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else None
    if isinstance(lost, requests.ConnectTimeout) or isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return TryLater(UNREACHED_WAIT, "GitHub could not be reached")
    return Unsafe(f"GitHub's answer was lost: {type(lost).__name__}")
