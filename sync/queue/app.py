"""The Celery app: how messages travel and how workers behave; what a task does is not known here."""

from __future__ import annotations

from typing import Any

from celery import Celery, Task
from kombu import Queue

from sync.core.limits import Lane
from sync.queue.markers import Markers
from sync.queue.transport import install

PREFIX = "tandem:"

QUEUES = tuple(lane.name.lower() for lane in Lane)
"""One queue per lane, first to last: a worker empties each before it looks at the next."""

WORKER = ("worker", "--without-gossip", "--without-mingle")
"""The arguments of a worker that no setting can replace; mingle alone costs a second at every start."""

SETTINGS: dict[str, Any] = {
    "task_serializer": "json",
    "accept_content": ["json"],
    "enable_utc": True,
    "timezone": "UTC",
    # A task is a nudge and its truth is in the database: it has no result, and running it twice does no harm.
    "task_ignore_result": True,
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_queues": [Queue(name) for name in QUEUES],
    "task_default_queue": QUEUES[Lane.POLL],
    "task_create_missing_queues": False,
    # The work is waiting for two services: threads do as much of it as processes, in a fifth of the memory.
    "worker_pool": "threads",
    "worker_concurrency": 8,
    "worker_prefetch_multiplier": 1,
    "worker_disable_prefetch": True,
    "worker_eta_task_limit": 100,
    # Threads cannot be cancelled.
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "worker_send_task_events": False,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "task_publish_retry_policy": {"max_retries": 3, "interval_start": 0.1, "interval_step": 0.2, "interval_max": 0.5},
    "beat_max_loop_interval": 5,
    # All that beat does is due at once when it starts: there is nothing to keep in a file.
    "beat_scheduler": "celery.beat:Scheduler",
}

TRANSPORT: dict[str, Any] = {
    "global_keyprefix": PREFIX,
    # Several times the longest task: a message that is not acknowledged by then goes to another worker.
    "visibility_timeout": 600,
    # kombu's Redis transport looks for such messages every interval x throttle seconds; by default every 100.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "queue_order_strategy": "priority",
    "health_check_interval": 15,
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "retry_on_timeout": True,
    "client_name": "tandem",
}


class Nudged(Task[..., Any]):
    """A task that clears its mark as it starts: whatever is asked for from then on is worth a new message."""

    abstract = True

    def before_start(self, task_id: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Let the same message be sent again."""
        super().before_start(task_id, args, kwargs)
        delivery = self.request.delivery_info or {}
        if isinstance(self.app, App):
            self.app.markers.clear(message(str(delivery.get("routing_key")), self.name, *args))


class App(Celery):
    """A Celery app that knows which messages wait."""

    task_cls = "sync.queue.app:Nudged"
    markers: Markers


def message(queue: str, task: str, *key: str) -> str:
    """Return the name of a message: the same task with the same key in the same queue is the same message."""
    return ":".join((queue, task, *key))


def make_app(redis_url: str) -> App:
    """Return the app for a Redis (`redis://`, `rediss://` or `unix://`); nothing is connected before it is used."""
    install()
    app = App("tandem", broker=broker_url(redis_url), set_as_current=False)
    app.conf.update(SETTINGS)
    app.conf.broker_transport_options = TRANSPORT
    app.markers = Markers(redis_url, PREFIX)
    return app


def broker_url(redis_url: str) -> str:
    """Return what kombu calls a URL that redis-py understands: they differ in Unix sockets only."""
    if not redis_url.startswith("unix://"):
        return redis_url
    return "redis+socket" + redis_url.removeprefix("unix").replace("?db=", "?virtual_host=")
