"""The worker's door: Celery tasks of a few lines, each a nudge with a key; what they do stands in flow."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Event

import structlog
from celery.signals import setup_logging, worker_shutting_down
from structlog.contextvars import bind_contextvars, clear_contextvars

from sync import wiring
from sync.core.errors import TandemError, TryLater
from sync.core.limits import Lane
from sync.core.pace import Due
from sync.flow import beat
from sync.flow import turn as flow
from sync.flow.drain import drain as drain_due
from sync.flow.redeliver import redeliver as redeliver_missed
from sync.wiring import Sync

DRAIN = timedelta(seconds=5)
"""A drain gives its thread back after this long: what it wrote is decided on, and no person waits for a backlog."""
TICK_SECONDS = 5.0
PRUNE_SECONDS = 60.0
REDELIVER_SECONDS = 600.0

log = structlog.get_logger("tandem.worker")

ending = Event()
"""Set as soon as this worker was asked to end: the write under way is finished, and no other is begun."""

app = wiring.celery_app()
app.conf.beat_schedule = {
    "tick": {"task": "tick", "schedule": TICK_SECONDS, "args": ("",)},
    "redeliver": {"task": "redeliver", "schedule": REDELIVER_SECONDS, "args": ("",)},
    "prune": {"task": "prune", "schedule": PRUNE_SECONDS, "args": ("",)},
}

setup_logging.connect(lambda **_: wiring.configure_log(), weak=False)  # in celery's stead

Work = Callable[[Sync, str], None]


@worker_shutting_down.connect
def hurry(**_: object) -> None:
    """Have drains end; what they leave waits in the database."""
    ending.set()


def task(work: Work) -> Work:
    """Have a worker do this on a message of its name; what is away, or goes wrong, is a line of the log.

    Losing a task loses nothing: what it was to do stands in the database, and the next ticks ask for it again.
    """

    def run(key: str) -> None:
        clear_contextvars()
        bind_contextvars(task=work.__name__, **({"key": key} if key else {}))
        try:
            _run(work, key)
        except TryLater as later:
            log.warning("put off", reason=str(later), wait=later.wait)
        except TandemError as error:
            log.error("given up", reason=str(error), error=type(error).__name__)  # noqa: TRY400 - the words are enough

    app.task(name=work.__name__)(run)
    return work


def _run(work: Work, key: str) -> None:
    sync = wiring.current()
    try:
        with sync.runs.one():
            work(sync, key)
    finally:
        with suppress(TryLater):
            sync.tally()


@task
def tick(sync: Sync, _key: str) -> None:
    """Ask for whatever is due; the heartbeat says that beat, queue, worker and database work together."""
    now = sync.clock.now()
    beat.tick(sync.store, now)
    sync.take_over()
    sync.store.sample(now)
    beat.due(sync.store, sync.mappings, sync.pace, sync.queue, now)


@task
def prune(sync: Sync, _key: str) -> None:
    """Forget a bite of what is older than JOURNAL_DAYS."""
    sync.store.prune(sync.clock.now() - timedelta(days=sync.settings.journal_days))


@task
def redeliver(sync: Sync, _key: str) -> None:
    """Have GitHub make the deliveries again that failed, where there are webhooks and the token reaches them."""
    if sync.settings.github_webhook_secrets:
        names = [name for mapping in sync.mappings for name in mapping.github.repositories]
        redeliver_missed(sync, names, sync.store, sync.clock)


@task
def poll(sync: Sync, mapping: str) -> None:
    """Read what changed in a mapping, and decide."""
    flow.scheduled(sync.world(mapping, patience=wiring.TURN_PATIENCE), sync.queue, Due.POLL, sync.pace)


@task
def full(sync: Sync, mapping: str) -> None:
    """Read everything of a mapping, and decide."""
    flow.scheduled(sync.world(mapping, patience=wiring.TURN_PATIENCE), sync.queue, Due.FULL, sync.pace)


@task
def heed(sync: Sync, mapping: str) -> None:
    """Look at what hints named."""
    flow.heed(sync.world(mapping, patience=wiring.TURN_PATIENCE).on(Lane.PERSON), sync.queue)


@task
def decide(sync: Sync, mapping: str) -> None:
    """Decide what writes, looks and hints have marked."""
    flow.decide(sync.world(mapping), sync.queue)


@task
def drain(sync: Sync, _lane: str) -> None:
    """Carry out writes that are due, the best lane first."""
    anyone = wiring.anyone(sync)
    if anyone is not None:
        end = sync.clock.now() + DRAIN
        drain_due(sync.world, anyone, sync.queue, lambda: ending.is_set() or sync.clock.now() >= end)
