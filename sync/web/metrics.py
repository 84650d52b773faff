"""`/metrics`: what the database and Redis tell, in Prometheus's text format; nothing is counted in this process.

So one scrape of any web process shows all workers. The format is a few lines (prometheus.io, "Exposition formats").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.core.errors import TryLater
from sync.core.limits import Level
from sync.flow.beat import TICK
from sync.store.counters import CALLS, LIMITED, PASSES, WAITED, WRITES, Key
from sync.store.overview import Status
from sync.wiring import Sync

TYPE = "text/plain; version=0.0.4; charset=utf-8"
GAUGES = {
    "links": "Links that are claimed, linked or parked.",
    "queued": "Writes that wait in the outbox.",
    "in_flight": "Writes that a worker holds.",
    "conflicts": "Fields that wait for a person's choice.",
    "failed": "Writes that were refused for good or not applied.",
    "quarantined": "Records that stay out until a person acts.",
    "unmapped": "Values that no row can say on the other side.",
}
COUNTERS = {
    PASSES: ("Passes that began.", ("mapping", "mode")),
    WRITES: ("Writes that a service acknowledged.", ("mapping", "side", "action")),
    CALLS: ("HTTP requests to a service.", ("mapping", "side")),
    LIMITED: ("Answers that said to come back later (429 and its kin).", ("mapping", "side")),
}

SIDES = ("mapping", "side")

Label = Mapping[str, str]
Value = float | int | None


def routes(sync: Sync) -> list[Route]:
    """Return the route."""

    def metrics(_: Request) -> Response:
        return Response("".join(_lines(sync)), media_type=TYPE)

    return [Route("/metrics", metrics)]


def family(name: str, kind: str, words: str, values: Iterable[tuple[Label, Value]]) -> Iterator[str]:
    """Yield one metric's lines; a value of None is left out."""
    yield f"# HELP tandem_{name} {words}\n# TYPE tandem_{name} {kind}\n"
    for labels, value in values:
        if value is not None:
            shown = ",".join(f'{key}="{_escaped(each)}"' for key, each in labels.items())
            yield f"tandem_{name}{{{shown}}} {value:.15g}\n" if shown else f"tandem_{name} {value:.15g}\n"


def _lines(sync: Sync) -> Iterator[str]:
    now = sync.clock.now()
    statuses = sync.store.statuses([mapping.name for mapping in sync.mappings]).values()
    for name, words in GAUGES.items():
        yield from family(name, "gauge", words, (({"mapping": each.name}, getattr(each, name)) for each in statuses))
    yield from _of_mappings(list(statuses))
    for what, (words, labels) in COUNTERS.items():
        yield from family(f"{what}_total", "counter", words, _counted(sync.store.counted(), what, labels))
    beat = sync.store.last_beat(TICK)
    age = (now - beat).total_seconds() if beat else None
    yield from family("heartbeat_age_seconds", "gauge", "Since beat, queue and a worker last ticked.", [({}, age)])
    waited = ((labels, (value or 0) / 1000) for labels, value in _counted(sync.store.counted(), WAITED, SIDES))
    words = "Seconds that calls waited for their budgets' grants."
    yield from family("limiter_wait_seconds_total", "counter", words, waited)
    yield from _messages(sync)
    yield from _budgets(sync, now)


def _of_mappings(statuses: list[Status]) -> Iterator[str]:
    def each(name: str, words: str, value: Mapping[str, Value]) -> Iterator[str]:
        return family(name, "gauge", words, (({"mapping": mapping}, found) for mapping, found in value.items()))

    oldest = {row.name: row.oldest_unsynced_seconds or 0 for row in statuses}
    yield from each("oldest_unsynced_seconds", "Age of the oldest change that is not written yet.", oldest)
    yield from each("paused", "1 where the mapping rests.", {row.name: int(bool(row.paused)) for row in statuses})
    refused = {row.name: len(row.refusals) for row in statuses}
    yield from each("refusals", "Kinds of writes that a guard holds back.", refused)
    last = {row.name: row.last_pass.at.timestamp() if row.last_pass else None for row in statuses}
    yield from each("last_pass_timestamp_seconds", "When the last pass began.", last)


def _counted(counted: Mapping[Key, int], what: str, labels: tuple[str, ...]) -> Iterator[tuple[Label, Value]]:
    for key, value in sorted(counted.items()):
        if key[0] == what:
            yield dict(zip(labels, key[1:], strict=True)), value


def _messages(sync: Sync) -> Iterator[str]:
    try:
        waiting = sync.queue.waiting()
    except TryLater:
        return
    lanes = (({"lane": lane}, count) for lane, count in waiting.items())
    yield from family("messages", "gauge", "Messages that wait for a worker; the truth is in the database.", lanes)


def _budgets(sync: Sync, now: datetime) -> Iterator[str]:
    """Yield how the budgets stand; without Redis only that it does not answer."""
    try:
        levels = sync.limiter.state()
    except TryLater:
        levels = None
    yield from family("redis_up", "gauge", "1 where Redis answers.", [({}, int(levels is not None))])
    if levels is None:
        return
    for name, words, ask in (
        ("budget_limit", "Tokens of a budget's window, 0 is no limit.", lambda level: level.limit),
        ("budget_available", "Tokens that may be taken at once.", lambda level: level.available),
        ("budget_paused_seconds", "How long nobody may pass.", lambda level: _left(level, now)),
    ):
        yield from family(name, "gauge", words, (({"budget": each}, ask(level)) for each, level in levels.items()))


def _left(level: Level, now: datetime) -> float:
    return max((level.paused_until - now).total_seconds(), 0.0) if level.paused_until else 0.0


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
