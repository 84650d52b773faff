"""kombu's way to Redis, with one thing mended: a worker outlives a Redis that goes away while tasks are under way.

kombu gives the messages of those tasks back as it closes a lost connection, on that very connection, and what comes of
it ends the worker (kombu 5.6, `transport/redis.py`: AttributeError in `_connparams`, ConnectionError in `ack`). They
need not be given back: a nudge that is lost costs nothing, and one that Redis kept comes back after its time.
"""

from __future__ import annotations

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis, virtual
from redis.exceptions import RedisError

NAMES = ("redis", "rediss")


class _Patient(redis.QoS):
    """Messages under way, on a connection that may be gone."""

    def restore_unacked(self, client: Any = None) -> None:  # noqa: ANN401 - kombu's own client
        """Give back what is not done."""
        try:
            if self._there():
                super().restore_unacked(client)
        except RedisError:
            pass
        finally:
            for tag in list(self._delivered or ()):
                virtual.QoS.ack(self, tag)

    def ack(self, delivery_tag: str) -> None:
        """Take a message that is done off the list."""
        if self._there():
            super().ack(delivery_tag)
        else:
            virtual.QoS.ack(self, delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:  # noqa: FBT001, FBT002 - kombu's own signature
        """Give one message back, or drop it."""
        if self._there():
            super().reject(delivery_tag, requeue)
        else:
            virtual.QoS.ack(self, delivery_tag)

    def _there(self) -> bool:
        return getattr(self.channel.connection, "client", None) is not None


class _Channel(redis.Channel):
    QoS = _Patient


class Transport(redis.Transport):
    """Redis as kombu knows it, but patient."""

    Channel = _Channel


def install() -> None:
    """Have kombu take this transport for its addresses of Redis; it gives no other way to name one by a URL."""
    TRANSPORT_ALIASES.update(dict.fromkeys(NAMES, f"{__name__}:{Transport.__name__}"))
