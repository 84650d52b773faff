"""A simulated service behind HTTP on this machine, with one request or one reply lost where a test wants it."""

from __future__ import annotations

import json
from email.utils import format_datetime

from sync.sandbox.clock import Clock
from sync.sandbox.exchange import Api, Reply, Request
from tests.remotes.stand import Asked, Said, Stand

CUT = Said(0)


class Serving:
    """An Api behind a stand; `lose` is what happens to the next call."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.lose: str | None = None
        self.exchanges: list[tuple[Request, Reply]] = []
        self.writes = 0

    def serve(self, api: Api, clock: Clock) -> None:
        self.stand.script = lambda asked: self._answer(api, clock, asked)

    def _answer(self, api: Api, clock: Clock, asked: Asked) -> Said:
        lose, self.lose = self.lose, None
        if lose == "request":
            return CUT
        raw = b"" if asked.body is None else json.dumps(asked.body).encode()
        request = Request(asked.verb, asked.path, asked.query, asked.headers, raw)
        reply = api.handle(request)
        self.exchanges.append((request, reply))
        self.writes += asked.verb != "GET" and not asked.path.endswith("/query")
        if lose == "reply":
            return CUT
        headers = {"date": format_datetime(clock.now(), usegmt=True), **reply.headers}
        return Said(reply.status, headers=headers, text=reply.body.decode())
