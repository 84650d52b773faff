"""The limiter that all processes share: it hands calls to `bucket.lua` and reads the answers; it decides nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from hashlib import sha1
from importlib.resources import files
from typing import Any

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import NoScriptError, RedisError
from redis.retry import Retry

from sync.core.errors import TryLater
from sync.core.limits import MICROSECONDS, Budget, Charge, Lane, Level, Wait
from sync.limiter.bucket import Bucket, length, rules_of, window_end

PREFIX = "tandem:budgets:"
UNREACHABLE_WAIT = 2.0
ACCOUNT = "@"
GRANTED = Wait(0.0)


class RedisLimiter:
    """Counts a credential's budgets in Redis, by Redis's clock; raises TryLater where Redis does not answer."""

    source = (files("sync.limiter") / "bucket.lua").read_text(encoding="utf-8")

    def __init__(self, server: str | Redis, budgets: Sequence[Budget]) -> None:
        self._client = connect(server) if isinstance(server, str) else server
        self._digest = sha1(self.source.encode(), usedforsecurity=False).hexdigest()
        self._budgets = {budget.name: budget for budget in budgets}
        self._account = ""
        # A process makes a handful of kinds of calls, over and over.
        self._call = cache(self._prepare)
        self._others: dict[str, RedisLimiter] = {}

    def of(self, account: str) -> RedisLimiter:
        """Return the limiter of another account of the same credential, on the same connections."""
        if account not in self._others:
            other = RedisLimiter(self._client, tuple(self._budgets.values()))
            other._account = ACCOUNT + account
            self._others.setdefault(account, other)
        return self._others[account]

    def acquire(self, charges: Sequence[Charge], lane: Lane) -> Wait:
        """Take from every budget that a call needs, or from none and say how long to wait."""
        return self._ask("take", tuple(charges), lane)

    def peek(self, charges: Sequence[Charge], lane: Lane) -> Wait:
        """Tell what `acquire` would answer, and take nothing."""
        return self._ask("peek", tuple(charges), lane)

    def pause(self, budget: str, seconds: float, reason: str) -> None:
        """Let nobody pass a budget for so long, a day at most; a shorter pause never ends a longer one."""
        known = self._budgets[budget]
        self._run(known.credential, _json(["pause", budget, length(seconds), reason]))

    def observe(self, budget: str, *, limit: int, remaining: int, reset_at: datetime) -> None:
        """Take over what the service says is left of its own window, which then rules until it ends."""
        known = self._budgets[budget]
        told = [remaining, window_end(reset_at), limit, known.burst, length(known.window)]
        self._run(known.credential, _json(["observe", budget, *told]))

    def accounts(self) -> list[str]:
        """Return the other accounts that have called within a day."""
        found = set()
        for credential in {budget.credential for budget in self._budgets.values()}:
            with _reaching():
                keys = list(self._client.scan_iter(match=f"{PREFIX}{credential}{ACCOUNT}*", count=1000))
            found |= {_text(key).rpartition(ACCOUNT)[2] for key in keys}
        return sorted(found)

    def state(self) -> dict[str, Level]:
        """Return how every budget stands; those of other accounts have the account behind their name."""
        levels = self.own()
        for account in self.accounts():
            theirs = self.of(account).own()
            levels |= {f"{name}{ACCOUNT}{account}": each for name, each in theirs.items()}
        return levels

    def own(self) -> dict[str, Level]:
        """Return how the budgets of this account alone stand."""
        levels = {}
        for budget in self._budgets.values():
            now, tat, paused, why, *window = self._run(budget.credential, _json(["state", budget.name]))
            levels[budget.name] = Bucket(tat, paused, _text(why), *window).level(budget, now)
        return levels

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def _ask(self, operation: str, charges: tuple[Charge, ...], lane: Lane) -> Wait:
        refused = self._run(*self._call(operation, charges, lane))
        if not refused:
            return GRANTED
        wait, which, why = refused
        return Wait(wait / MICROSECONDS, charges[which - 1].budget, _text(why))

    def _prepare(self, operation: str, charges: tuple[Charge, ...], lane: Lane) -> tuple[str, bytes]:
        credentials = {self._budgets[charge.budget].credential for charge in charges}
        if len(credentials) != 1:
            raise ValueError(f"one call is made with one credential, not with {len(credentials)}")
        names = [charge.budget for charge in charges]
        return credentials.pop(), _json([operation, names, rules_of(self._budgets, charges, lane)])

    def _run(self, credential: str, asked: bytes) -> Any:  # noqa: ANN401 - redis-py's own reply type
        call = (1, PREFIX + credential + self._account, asked)
        with _reaching():
            try:
                return self._client.evalsha(self._digest, *call)
            except NoScriptError:
                return self._client.eval(self.source, *call)


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise TryLater(UNREACHABLE_WAIT, f"the limiter cannot reach Redis: {error}") from error


def connect(url: str) -> Redis:
    """Return a client that gives up within seconds; asking twice after a lost answer only charges twice."""
    retry = Retry(ConstantBackoff(0.1), 3)
    return Redis.from_url(url, socket_timeout=5, socket_connect_timeout=2, health_check_interval=15, retry=retry)


def _text(why: bytes | str) -> str:
    return why.decode() if isinstance(why, bytes) else why


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
