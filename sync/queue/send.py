"""How a nudge is sent: a task's name and a key, once while it waits; never a record, never a result."""

from __future__ import annotations

from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from sync.core.errors import TryLater
from sync.core.limits import Lane
from sync.queue.app import QUEUES, App, message

AWAY_WAIT = 5.0


class Nudges:
    """Sends by Celery; the port `sync.core.ports.Queue`."""

    def __init__(self, app: App) -> None:
        self._app = app

    def send(self, task: str, key: str, lane: Lane) -> None:
        """Ask that a task be run soon, unless the same message waits already.

        Raises TryLater within about two seconds where Redis is away; the caller goes on, for beat asks again.
        """
        queue = QUEUES[lane]
        name = message(queue, task, key)
        try:
            if self._app.markers.claim(name):
                self._publish(task, key, queue)
                self._app.markers.keep(name)
        except RedisError as error:
            raise TryLater(AWAY_WAIT, f"the queue cannot reach Redis: {error}") from error

    def waiting(self) -> dict[str, int]:
        """Return how many messages wait, by lane; raises TryLater where Redis is away."""
        try:
            return self._app.markers.lengths(QUEUES)
        except RedisError as error:
            raise TryLater(AWAY_WAIT, f"the queue cannot reach Redis: {error}") from error

    def _publish(self, task: str, key: str, queue: str) -> None:
        try:
            self._app.send_task(task, (key,), queue=queue)
        except OperationalError as error:
            self._app.markers.clear(message(queue, task, key))
            raise TryLater(AWAY_WAIT, f"the queue cannot reach Redis: {error}") from error
