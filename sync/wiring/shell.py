"""What a program at a shell is given: a Sync that it opens and closes, how it waits, and where a fault stands."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from sync.config.logs import configure
from sync.config.mappings import load_mappings, locate
from sync.config.settings import Settings, load_settings
from sync.core.errors import Misconfigured, Problem
from sync.core.mapping import Mapping
from sync.limiter.redis import RedisLimiter
from sync.queue.app import make_app
from sync.queue.send import Nudges
from sync.store import migrate, open_store
from sync.wiring.budgets import budgets
from sync.wiring.servers import redis
from sync.wiring.sync import Sync


@contextmanager
def opened(
    names: Sequence[str] = (), *, env: Settings | None = None, prepare: Callable[[str], None] = migrate
) -> Iterator[Sync]:
    """Give a Sync for a program at a shell: the database is migrated, Redis is reached or started.

    Raises Misconfigured with what is wrong of the settings; faulty mappings stand in `loaded.problems`.
    """
    settings = env or load_settings()
    configure(settings, quiet=env is None)
    loaded = load_mappings(settings.mappings_dir, names)
    url = settings.database_url.get_secret_value()
    prepare(url)
    with redis(settings) as redis_url, open_store(url) as store:
        limiter, app = RedisLimiter(redis_url, budgets(settings)), make_app(redis_url)
        sync = Sync(settings, loaded, store, limiter, Nudges(app))
        sync.closing.callback(limiter.close)
        sync.closing.callback(app.markers.close)
        sync.closing.callback(app.close)
        sync.closing.callback(sync.tally)
        with sync.closing:
            yield sync


def placed(mapping: Mapping, error: Misconfigured) -> Misconfigured:
    """Return a bind's problems with the file and line of each YAML path."""
    return Misconfigured([_placed(mapping, problem) for problem in error.problems])


def sleeper() -> Callable[[float], None]:
    """Return how a program at a shell waits: in slices, so that Ctrl-C is heard."""

    def wait(seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.5))

    return wait


def _placed(mapping: Mapping, problem: Problem) -> Problem:
    if not problem.where or problem.file:
        return problem
    file, line = locate(mapping, problem.where)
    return replace(problem, file=file, line=line)
