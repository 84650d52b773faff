"""The worker's door: Celery tasks of a few lines, each a nudge with a key; what they do stands in flow."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

from celery.signals import task_postrun, worker_shutting_down

from sync import wiring
from sync.core.limits import Lane
from sync.flow import turn as flow

DRAIN = timedelta(seconds=5)
"""A drain gives its thread back after this long: what it wrote is decided on, and no person waits for a backlog."""
TICK_SECONDS = 5.0

ending = Event()
"""Set as soon as this worker was asked to end: the write under way is finished, and no other is begun."""

app = wiring.celery_app()
app.conf.beat_schedule = {"tick": {"task": "tick", "schedule": TICK_SECONDS, "args": ("",)}}


@worker_shutting_down.connect
def hurry(**_: object) -> None:
    """Have drains end; what they leave waits in the database."""
    ending.set()


@app.task(name="tick")
def tick(_key: str) -> None:
    """Ask for whatever is due; the heartbeat says that beat, queue, worker and database work together."""
    sync = wiring.current()
    sync.store.beat("tick", sync.clock.now())
    sync.store.sample(sync.clock.now())
    flow.due(sync.store, sync.worlds(), sync.intervals, sync.queue)


@task_postrun.connect
def tally(**_: object) -> None:
    """Tell what a task's calls came to, where everybody's are counted."""
    wiring.current().tally()


@app.task(name="poll")
def poll(mapping: str) -> None:
    """Read what changed in a mapping, and decide."""
    sync = wiring.current()
    flow.turn(sync.world(mapping, patience=wiring.TURN_PATIENCE), sync.queue)


@app.task(name="full")
def full(mapping: str) -> None:
    """Read everything of a mapping, and decide."""
    sync = wiring.current()
    flow.turn(sync.world(mapping, patience=wiring.TURN_PATIENCE), sync.queue, full=True)


@app.task(name="heed")
def heed(mapping: str) -> None:
    """Look at what hints named."""
    sync = wiring.current()
    flow.heed(sync.world(mapping, patience=wiring.TURN_PATIENCE).on(Lane.PERSON), sync.queue)


@app.task(name="decide")
def decide(mapping: str) -> None:
    """Decide what writes, looks and hints have marked."""
    sync = wiring.current()
    flow.decide(sync.world(mapping), sync.queue)


@app.task(name="drain")
def drain(_lane: str) -> None:
    """Carry out writes that are due, the best lane first."""
    sync = wiring.current()
    anyone = wiring.anyone(sync)
    if anyone is not None:
        end = sync.clock.now() + DRAIN
        flow.drain(sync.world, anyone, sync.queue, lambda: ending.is_set() or sync.clock.now() >= end)
