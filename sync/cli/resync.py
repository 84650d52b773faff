"""`tandem resync`: asks the running workers to look again; a row first, a message second."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sync import wiring
from sync.cli.frame import ATTENTION, OK, Result
from sync.cli.naming import named_issue, named_page
from sync.core.errors import Misconfigured, Problem, TryLater
from sync.core.events import Mode
from sync.core.limits import Lane
from sync.core.mapping import Mapping
from sync.core.model import Presence, Ref, Side
from sync.flow.beat import alive
from sync.flow.bind import repositories_called, schemas
from sync.flow.turn import lease_of
from sync.store.passes import READING

if TYPE_CHECKING:
    from sync.store.overview import Status

LOOK_SECONDS = 0.3


@dataclass(frozen=True)
class Request:
    """What is to be looked at: a mapping, or one of its records."""

    mapping: str
    issue: str | None = None
    page: str | None = None
    full: bool = False


def resync(request: Request, *, timeout: float | None) -> Result:
    """Leave a hint and nudge a worker; with a timeout wait until it was heeded and everything is written."""
    if request.issue is not None and request.page is not None:
        raise Misconfigured([Problem("--issue and --page name two records", cure="ask for one after the other")])
    with wiring.opened([request.mapping]) as sync:
        if not sync.mappings:
            raise Misconfigured(sync.loaded.problems)
        mapping = sync.mappings[0]
        _alive(sync)
        now = sync.clock.now()
        ref = _ref(sync, mapping, request)
        mode = Mode.DEEP if ref else Mode.FULL if request.full else Mode.HINT
        sync.store.hint(mapping.name, ref, Lane.PERSON, now, mode=mode)
        with suppress(TryLater):  # The row stands: the next tick heeds it.
            sync.queue.send("heed", mapping.name, Lane.PERSON)
        if timeout is None:
            return Result({"asked": mapping.name}, lambda out: out.print("asked the workers to look again"))
        result = _awaited(sync, Asked(mapping.name, now, whole=request.issue is None and request.page is None), timeout)
        _shown(sync, mapping, request)
        return result


def _alive(sync: wiring.Sync) -> None:
    if not alive(sync.store, sync.clock.now()):
        cure = "start worker and beat (see Procfile), or run `tandem sync`, which needs no worker"
        raise Misconfigured([Problem("no worker is alive", cure=cure)])


def _ref(sync: wiring.Sync, mapping: Mapping, request: Request) -> Ref | None:
    """Return the record that is meant, None for the mapping as a whole, also where the record was never seen."""
    if request.page is not None:
        page = named_page(request.page)
        source = schemas(sync.foreground(mapping)).get(Side.NOTION)
        # Without its home a page would look as if it had been moved away.
        return Ref(Side.NOTION, page, source.containers[0][0]) if source else None
    if request.issue is None:
        return None
    issue = named_issue(request.issue)
    ids = repositories_called(issue.repository, mapping, sync.store.mapping(mapping.name))
    if not ids:
        nearest = next(iter(mapping.github.repositories), None)
        raise Misconfigured([Problem(f"{issue.repository} is not a repository of {mapping.name}", nearest=nearest)])
    seen = sync.store.numbered(mapping.name, ids[0], issue.number)
    return seen.record.ref if seen else None


def _shown(sync: wiring.Sync, mapping: Mapping, request: Request) -> None:
    """Raise Misconfigured where the look at one record did not show it."""
    if request.issue is None and request.page is None:
        return
    ref = _ref(sync, mapping, request)
    seen = sync.store.observations(mapping.name, [ref]).get(ref) if ref else None
    if seen is None or seen.record.presence is Presence.HIDDEN:
        service, kind = ("GitHub", "issue") if request.issue else ("Notion", "page")
        problem = f"{service} shows us no {kind} {request.issue or request.page}"
        cure = f"look whether it is there, and whether `tandem check {mapping.name}` says that we may see it"
        raise Misconfigured([Problem(problem, cure=cure)])


@dataclass(frozen=True)
class Asked:
    """What was asked for and when: `whole` is a mapping as such, which is worked by a pass."""

    mapping: str
    since: datetime
    whole: bool


def _awaited(sync: wiring.Sync, asked: Asked, timeout: float) -> Result:
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
        status = sync.store.status(asked.mapping)
        if _heeded(sync, asked) and _quiet(status):
            return _done(status)
    raise Misconfigured([Problem(f"not done within {timeout:.0f} s", cure="see `tandem status`")])


def _done(status: Status) -> Result:
    waits = {"held": status.conflicts, "failed": status.failed, "refused by a guard": len(status.refusals)}
    left = ", ".join(f"{count} {what}" for what, count in waits.items() if count)
    rest = f"what is left waits for a person ({left}): see `tandem status`" if left else "everything is written"
    document: dict[str, Any] = {"asked": status.name, "waited": True, "conflicts": status.conflicts}
    return Result(document, lambda out: out.print(f"looked again, and {rest}"), ATTENTION if left else OK)


def _heeded(sync: wiring.Sync, asked: Asked) -> bool:
    """Tell whether the hint was taken, and what it asked for was read to its end."""
    if asked.mapping in sync.store.hinted():
        return False
    if asked.whole:
        passes = sync.store.passes(asked.mapping, 5)
        return any(each.ended_at and each.at >= asked.since and each.mode in READING for each in passes)
    now = sync.clock.now()
    # What stands below the record is read after it, in the same turn.
    return not (sync.store.due_looks(asked.mapping, now) or sync.store.taken(lease_of(asked.mapping), now))


def _quiet(status: Status) -> bool:
    """Tell whether nothing waits to be decided or written but what a guard holds back, which only a person ends."""
    waits = status.oldest_unsynced_seconds is not None and not status.refusals
    return status.queued + status.in_flight == 0 and not waits
