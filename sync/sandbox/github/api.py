"""The simulated GitHub as one object that answers requests; what each endpoint does stands in its own module."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlencode

from sync.sandbox.clock import Clock
from sync.sandbox.exchange import Reply, Request
from sync.sandbox.faults import Faults
from sync.sandbox.github import assets
from sync.sandbox.github.call import READS, Answer, Call, Route
from sync.sandbox.github.issues import http_time
from sync.sandbox.github.limits import Limits
from sync.sandbox.github.load import Row, load
from sync.sandbox.github.person import Person
from sync.sandbox.github.refusals import DOCS, Refused, bad_credentials, forbidden, moved, not_found
from sync.sandbox.github.render import Json, Render, encode
from sync.sandbox.github.routes import ELSEWHERE, OF_A_REPOSITORY
from sync.sandbox.github.state import Repository, User
from sync.sandbox.github.world import Grant, World, present

BOT, TOKEN = "tandem-bot", "sandbox-github"  # a token that opens nothing but this simulator
PREFIX = re.compile(r"^/(?:repos/([^/]+)/([^/]+)|repositories/(\d+))(/.*)?$")
HEADERS = {
    "content-type": "application/json; charset=utf-8",
    "server": "github.com",
    "x-github-media-type": "github.v3; format=json",
    "x-github-api-version-selected": "2022-11-28",
}
CACHED = {
    "cache-control": "private, max-age=60, s-maxage=60",
    "vary": "Accept, Authorization, Cookie, X-GitHub-OTP,Accept-Encoding, Accept, X-Requested-With",
}

Table = dict[str, list[tuple[re.Pattern[str], Route]]]


def _table(routes: tuple[Route, ...]) -> Table:
    table: Table = {}
    for route in routes:
        table.setdefault(route.method, []).append((route.pattern, route))
    return table


class GitHub:
    """A GitHub in memory: an Api for clients, and people for tests and for the demo.

    `base_url` is where clients find it (every address in an answer begins with it), `web_url` where people do.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        faults: Faults | None = None,
        base_url: str = "http://127.0.0.1/github",
        web_url: str = "https://github.com",
    ) -> None:
        self.clock, self.faults = clock or Clock(), faults or Faults()
        self.world = World(self.clock, self.faults)
        self.render = Render(self.world, base_url.rstrip("/"), web_url.rstrip("/"))
        self.limits = Limits(self.world)
        self.lock = self.world.lock
        self._count = 0
        self._tables = _table(OF_A_REPOSITORY), _table(ELSEWHERE)
        self.grant(TOKEN, BOT)

    # --- the place and its people

    def grant(self, token: str, login: str, *, issues: str = "write", expires: str = "") -> Grant:
        """Let a token stand for a user; `issues` is how far it reaches: write, read or none; `expires` is only told."""
        return self.world.grant(token, login, issues=issues, expires=expires)

    def add_user(self, login: str, *, name: str | None = None, kind: str = "User") -> User:
        """Return the user of that login, made now if there was none."""
        return self.world.add_user(login, name=name, kind=kind)

    def add_repository(
        self,
        full_name: str,
        *,
        access: Mapping[str, str] | None = None,
        private: bool = False,
        types: Iterable[str] | None = None,
    ) -> Repository:
        """Make a repository where the bot may push; `access` maps more logins to roles (pull, triage, push, admin).

        `types` names issue types and makes the owner an organisation.
        """
        return self.world.add_repository(full_name, access=access, private=private, types=types)

    def load(self, full_name: str, rows: Iterable[Row]) -> int:
        """Put issues and pull requests, given as REST objects, into a repository; return how many."""
        return load(self.world, self.world.repository(full_name), rows)

    def issues(self, full_name: str) -> list[Json]:
        """Return the issues and pull requests of a repository as REST objects, by number."""
        with self.lock:
            repository = self.world.repository(full_name)
            return [self.render.issue(repository, each) for each in present(repository.issues, None)]

    def comments(self, full_name: str, number: int) -> list[Json]:
        """Return the comments of an issue as REST objects, oldest first."""
        with self.lock:
            repository = self.world.repository(full_name)
            every = present(repository.comments, None)
            return [self.render.comment(repository, each) for each in every if each.number == number]

    def person(self, login: str = "octocat") -> Person:
        """Return somebody who edits as people do, in the web interface."""
        return Person(self.world, self.render, self.add_user(login))

    # --- answering

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        with self.lock:
            self._count += 1
            if request.path.startswith((assets.PATH, assets.SIGNED)):
                return assets.answer(self.world, request)
            try:
                grant = self._authenticate(request)
            except Refused as refused:
                return self._reply(Answer(refused.status, refused.body(DOCS)), user=0)
            reply = self._authenticated(request, grant)
            return _ending(reply, grant.expires) if grant and grant.expires else reply

    def template(self, request: Request) -> str:
        """Return the route's template for the counters."""
        place = PREFIX.match(request.path)
        if place is None:
            found = _match(self._tables[1], request.method, request.path)
            return found[0].template if found else request.path
        found = _match(self._tables[0], request.method, place[4] or "")
        return "/repos/{repo}" + (found[0].template if found else "/?")

    def _authenticate(self, request: Request) -> Grant | None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if not kind:
            return None
        grant = self.world.grants.get(token.strip()) if kind.casefold() in {"token", "bearer"} else None
        if grant is None:
            raise bad_credentials()
        return grant

    def _authenticated(self, request: Request, grant: Grant | None) -> Reply:
        user, docs = grant.user.id if grant else 0, DOCS
        if request.path == "/rate_limit":
            return self._reply(Answer(200, self._rate(user)), user=user)
        try:
            self.limits.ask(user, request.method)
            if (request.method, request.path) == ("POST", assets.RENDER):
                return self._rendered(request, grant)
            call, route = self._find(request, grant)
            docs = f"{DOCS}/{route.docs}"
            if route.creates:
                self.limits.create(user)
            answer = route.answer(call)
        except Refused as refused:
            # A redirect and a refusal carry no ETag (recorded: @octokit/fixtures rename-repository).
            return self._reply(Answer(refused.status, refused.body(docs), refused.headers), user=user)
        return self._conditional(request, grant, answer) if request.method in READS else self._reply(answer, user=user)

    def _rendered(self, request: Request, grant: Grant | None) -> Reply:
        """Answer with HTML, the only endpoint here that does (REST "Render a Markdown document")."""
        user = grant.user if grant else None
        call = Call(self.world, self.render, request, {}, grant)
        text = assets.rendered(self.world, user, self.render.web, call.body())
        html = Answer(200, text.encode(), {"content-type": "text/html;charset=utf-8"})
        return self._reply(html, user=user.id if user else 0)

    def _find(self, request: Request, grant: Grant | None) -> tuple[Call, Route]:
        """Return the call and its route. Raises 301, 307, 403 or 404."""
        place = PREFIX.match(request.path)
        known = self._place(request, grant, place) if place else None
        found = _match(self._tables[0 if place else 1], request.method, place[4] or "" if place else request.path)
        if found is None:
            raise not_found()
        if known and known.archived and request.method not in READS:
            raise forbidden("Repository was archived so is read-only.")
        return Call(self.world, self.render, request, found[1], grant, known), found[0]

    def _place(self, request: Request, grant: Grant | None, place: re.Match[str]) -> Repository:
        owner, name, number, rest = place.groups()
        moves = None
        if number:
            known = self.world.repositories.get(int(number))
        else:
            full_name = f"{unquote(owner)}/{unquote(name)}".casefold()
            every = self.world.repositories.values()
            known = next((each for each in every if each.full_name.casefold() == full_name), None)
            moves = None if known else self.world.repositories.get(self.world.former.get(full_name, 0))
        seen = known or moves
        if seen is None or not seen.may(grant.user if grant else None, "pull"):
            raise not_found()
        if moves:
            query = urlencode([(key, value) for key, values in request.query.items() for value in values])
            location = f"{self.render.api}/repositories/{moves.id}{rest or ''}" + (f"?{query}" if query else "")
            raise moved(location, write=request.method not in READS)
        return seen

    def _rate(self, user: int) -> dict[str, Any]:
        core = self.limits.state(user)
        minute = {"limit": 30, "remaining": 30, "reset": core["reset"], "used": 0}
        return {"resources": {"core": core, "search": minute, "graphql": core}, "rate": core}

    # --- replying

    def _conditional(self, request: Request, grant: Grant | None, answer: Answer) -> Reply:
        """Answer a read, with 304 if the caller has it already.

        A tag belongs to one token and one address (GitHub Support, quoted in eclipse-csi/otterdog#201); a 304 to an
        authorised request is free of the hourly limit (docs: best practices for the REST API).
        """
        user = grant.user.id if grant else 0
        body = answer.value if isinstance(answer.value, bytes) else encode(answer.value)
        if answer.value is None:
            return self._reply(answer, user=user)
        asked = repr((grant.token if grant else "", request.path, sorted(request.query.items())))
        tag = f'W/"{hashlib.sha256(asked.encode() + body).hexdigest()}"'
        headers = {**CACHED, **answer.headers, "etag": tag}
        known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
        if tag.removeprefix("W/") in known:
            if grant:
                self.limits.give_back(user)
            return self._reply(Answer(304, None, headers), user=user)
        return self._reply(Answer(answer.status, body, headers), user=user)

    def _reply(self, answer: Answer, *, user: int) -> Reply:
        body = (
            answer.value if isinstance(answer.value, bytes) else b"" if answer.value is None else encode(answer.value)
        )
        headers: Mapping[str, str] = {
            "date": http_time(self.world.now()),
            **HEADERS,
            **self.limits.headers(user),
            "x-github-request-id": f"5A4D:{self._count:04X}:{len(body):X}:{user:X}:{answer.status:X}",
            **answer.headers,
        }
        return Reply(answer.status, body, headers)


def _ending(reply: Reply, expires: str) -> Reply:
    """Tell when the token ends (recorded 2026-06-02, of a fine-grained token)."""
    return replace(reply, headers={**reply.headers, "github-authentication-token-expiration": expires})


def _match(table: Table, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    for pattern, route in table.get(method, ()):
        if found := pattern.match(path):
            return route, found.groupdict()
    return None
