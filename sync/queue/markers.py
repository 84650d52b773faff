"""Marks of the messages that wait, so that ten thousand hints make one message; no lock, and no work is known here."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

# A sender that dies between mark and message silences its key for no longer than this.
SENDING_MS = 5_000
# A marked message that was lost silences its key for no longer than this.
WAITING_MS = 60_000


class Markers:
    """One expiring key in Redis per waiting message; flushing them all costs a few messages sent twice."""

    def __init__(self, url: str, prefix: str) -> None:
        retry = Retry(ConstantBackoff(0.05), 1)
        self._client = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, retry=retry)
        self._prefix = prefix

    def claim(self, message: str) -> bool:
        """Mark a message that is about to be sent; False where it already waits. Raises RedisError."""
        return bool(self._client.set(self._key(message), 1, nx=True, px=SENDING_MS))

    def keep(self, message: str) -> None:
        """Keep the mark of a message that was sent; nothing happens where it has started meanwhile."""
        with suppress(RedisError):
            self._client.pexpire(self._key(message), WAITING_MS)

    def clear(self, message: str) -> None:
        """Let the message be sent again; where Redis is away, the mark expires by itself."""
        with suppress(RedisError):
            self._client.delete(self._key(message))

    def lengths(self, lists: Iterable[str]) -> dict[str, int]:
        """Return how many messages wait in those lists, which kombu keeps under the same prefix. Raises RedisError."""
        return {name: int(self._client.llen(f"{self._prefix}{name}")) for name in lists}

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def _key(self, message: str) -> str:
        return f"{self._prefix}waits:{message}"
