"""What a worker process is given: its app, its log, and one Sync for as long as it lives."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from functools import cache
from threading import Lock

from sync.config.logs import configure
from sync.config.mappings import load_mappings
from sync.config.settings import load_settings
from sync.flow.world import World
from sync.limiter.redis import RedisLimiter
from sync.queue.app import App, make_app
from sync.queue.send import Nudges
from sync.store import open_store
from sync.wiring.budgets import budgets
from sync.wiring.servers import awaiting, redis
from sync.wiring.sync import Sync

TURN_PATIENCE = 60.0
"""Seconds that a turn may wait for one call: a long list must end some time, and a thread is all it holds."""

_making = Lock()


def configure_log() -> None:
    """Have this process's log kept as the settings say."""
    configure(load_settings())


def celery_app() -> App:
    """Return the worker's app on the Redis that is set, or on the embedded one for as long as this process lives."""
    return make_app(_worker_redis())


def current() -> Sync:
    """Return this worker process's Sync; waits for a schema that is still to be migrated."""
    with _making:  # the first messages come to several threads at once
        return _current()


@cache
def _current() -> Sync:
    settings = load_settings()
    url = settings.database_url.get_secret_value()
    awaiting(url)
    loaded = load_mappings(settings.mappings_dir)
    redis_url = _worker_redis()
    limiter, app = RedisLimiter(redis_url, budgets(settings)), make_app(redis_url)
    sync = Sync(settings, loaded, open_store(url), limiter, Nudges(app))
    sync.make_ready()
    return sync


def anyone(sync: Sync) -> World | None:
    """Return any mapping's world, whose store and clock are everybody's; None where no mapping is sound."""
    return next((sync.world(mapping.name) for mapping in sync.mappings), None)


@cache
def _worker_redis() -> str:
    settings = load_settings()
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(redis(settings))
