"""What every tick of beat asks for: polls, full passes, looks, writes; it reads nothing and writes nothing itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from sync.core.limits import Lane
from sync.core.mapping import Mapping as MappingFile
from sync.core.pace import Due, Pace, pass_due
from sync.core.ports import Queue
from sync.core.state import Standing
from sync.core.store import Store

TICK = "tick"
"""The heartbeat: beat, queue, a worker and the database work together."""
ALIVE = timedelta(seconds=30)
"""A worker that lives has beaten within this: beat asks for a tick every five seconds."""
NEVER = datetime.min.replace(tzinfo=UTC)
AHEAD = timedelta(minutes=1)
"""A heartbeat further in the future than machines' clocks differ was noted by a clock that has been set back since."""


def tick(store: Store, now: datetime) -> None:
    """Note the heartbeat; where the clock was set back nothing waits until the old time comes again."""
    last = store.last_beat(TICK)
    if last is not None and last > now + AHEAD:
        store.set_back(now)
    store.beat(TICK, now)


def alive(store: Store, now: datetime) -> bool:
    """Tell whether beat, queue, a worker and the database worked together a moment ago."""
    last = store.last_beat(TICK)
    return last is not None and now - last <= ALIVE


def due(store: Store, mappings: Iterable[MappingFile], pace: Pace, queue: Queue, now: datetime) -> None:
    """Ask for what is due, what has waited longest first; two clocks asking twice do no harm."""
    stopped = store.stopped()
    files = {each.name: each for each in mappings if each.name not in stopped}
    for name in store.hinted():
        # While a mapping rests its polls find out when it may go on: nobody asks a service that refuses us more often.
        if name in files and not store.mapping(name).paused:
            queue.send("heed", name, Lane.PERSON)
    standings = store.standings(files.keys())
    for name, task in _passes(files, standings, pace, now)[: pace.at_once(len(files))]:
        queue.send(task, name, Lane.POLL)
    for name, standing in standings.items():
        if standing.marked or (standing.next_due is not None and standing.next_due <= now):
            queue.send("decide", name, Lane.POLL)
    if store.waiting(None):
        for lane in Lane:
            queue.send("drain", str(int(lane)), lane)


def _passes(
    files: Mapping[str, MappingFile], standings: Mapping[str, Standing], pace: Pace, now: datetime
) -> list[tuple[str, Due]]:
    """Return the passes that are due, those first that were never made or longest ago.

    A full pass that is only due again waits for its turn among all of them, so that they never come in one crowd.
    """
    latest = max((each.read for each in standings.values() if each.read is not None), default=None)
    crowded = latest is not None and now - latest < pace.full / max(len(files), 1)
    found = []
    for name, standing in sorted(standings.items(), key=lambda each: each[1].begun or NEVER):
        task = pass_due(standing, files[name].digest, pace, now)
        if task is Due.FULL and crowded and standing.read is not None and standing.digest == files[name].digest:
            task = Due.POLL
        elif task is Due.FULL and standing.read is not None:
            crowded = True
        if task is not None:
            found.append((name, task))
    return found
