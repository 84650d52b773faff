"""What changed, read and kept: cursors, looks at single records, and what a complete list did not show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from sync.core.bound import Bound
from sync.core.errors import Denied, Misconfigured, Problem, Rejected, TandemError
from sync.core.model import COMMENT, Presence, Record, Ref, Side
from sync.core.observe import Moment
from sync.core.state import Observation
from sync.core.store import Store
from sync.flow.bind import bind
from sync.flow.depths import complete
from sync.flow.follow import astray
from sync.flow.keep import keep
from sync.flow.outcome import pause_after
from sync.flow.unreadable import could_read
from sync.flow.world import World

CHUNK = 100
MANY = 10
"""Of so many linked pages that a list does not show, those that are archived are listed too."""
RENEWED = 5
"""So many calls at most renew a container: more are not done before the records are to be looked at again."""
CUT = Problem(
    "a first list was cut short by its service: a partner might stand in what it left out, so nothing may be born",
    where="notion.database",
    cure="move rows elsewhere until no more than 10,000 of them were created in the same minute",
)
"""Of rows that were created in one minute Notion lists no more (changelog, 2026-04-20)."""
DEAR = timedelta(seconds=60)


def fetch(world: World, bound: Bound, *, full: bool) -> dict[Side, int]:
    """Read what changed on both sides since the last time, or everything; return how many records each side showed."""
    seen = dict.fromkeys(Side, 0)
    for side in Side:
        for container in bound.containers[side]:
            if full or not _recent(world, side, container):
                seen[side] += _read(world, bound, (side, container), full=full)
        if full:
            look(world, bound, astray(world, bound, side))
    look_due(world, bound)
    return seen


def listed(store: Store, name: str, bound: Bound) -> bool:
    """Tell whether every list of a mapping was read to its end once."""
    return all(store.cursor(name, side, container) is not None for side, container in bound.places)


def look_due(world: World, bound: Bound) -> int:
    """Read the records that are due to be read by their identity; return how many there were.

    What an answer has shown since it was asked for is not read again, but only what that answer left out.
    """
    due = world.store.due_looks(world.name, world.now())
    seen = world.store.observations(world.name, due)
    shown = [ref for ref, at in due.items() if ref in seen and _listed_since(seen[ref], at)]
    for ref in shown:
        _or_later(world, ref, partial(_look_closer, world, bound, ref))
        world.progress("looking closer", 1)
    look(world, bound, [ref for ref in due if ref not in shown])
    return len(due)


def _listed_since(seen: Observation, at: datetime) -> bool:
    return seen.record.presence is Presence.PRESENT and seen.read_at >= at


def look(world: World, bound: Bound, refs: Sequence[Ref]) -> None:
    """Read records by their identity, mostly one call each; one that cannot be read waits, longer each time.

    That one is gone is believed only while its container lives, which is asked once.
    """
    alive: dict[str, bool] = {}
    for ref in refs:
        _or_later(world, ref, partial(_look, world, bound, ref, alive))
        world.progress("looking closer", 1)


def look_at(world: World, bound: Bound, ref: Ref) -> None:
    """Read one record that somebody waits for; raises what the read met."""
    _look(world, bound, ref, {})


def _or_later(world: World, ref: Ref, read: Callable[[], None]) -> None:
    if not could_read(world, [ref], read):
        world.store.put_off(world.name, ref, world.now(), pause_after)


def _look(world: World, bound: Bound, ref: Ref, alive: dict[str, bool]) -> None:
    if ref.kind == COMMENT and bound.discussion is None:
        world.store.looked(world.name, [ref])
        return

    def read(moment: Moment) -> None:
        _read_one(world, bound, ref, moment, alive)
        complete(world, bound, ref)

    _begun(world, ref, read)


def _look_closer(world: World, bound: Bound, ref: Ref) -> None:
    """Read what the answer left out that has shown the record since it was to be looked at."""
    _begun(world, ref, lambda _: complete(world, bound, ref))


def _begun(world: World, ref: Ref, read: Callable[[Moment], None]) -> None:
    """Read, and only then take off the look that was due when that began: what stops in between is read again."""
    moment = Moment(world.store.tick(), world.now())
    world.store.begin_look(world.name, ref, moment.seq, moment.at)
    read(moment)
    world.store.end_look(world.name, ref, moment.seq)


def _read_one(world: World, bound: Bound, ref: Ref, moment: Moment, alive: dict[str, bool]) -> None:
    try:
        record = world.read(ref)
    except Rejected as refused:  # it names no record that could be read: asking again would stop all others, too
        world.log("not read", {"mapping": world.name, "record": ref.id, "reason": str(refused)})
        return
    if record.presence.gone:
        if ref.container not in alive:
            alive[ref.container] = world.remote(ref.side).alive(ref.container)
        record = record if alive[ref.container] else replace(record, presence=Presence.HIDDEN)
    keep(world, bound, [_believed(world, record)], moment)


def _believed(world: World, record: Record) -> Record:
    """Return what was read; that a comment is gone which was just written is asked again, for a replica may lag."""
    link = world.store.link_of(world.name, record.ref) if record.presence.gone and record.ref.kind == COMMENT else None
    if link is None or link.tied_at is None or world.now() >= link.tied_at + world.patience.stale:
        return record
    world.store.look_later(world.name, [record.ref], link.tied_at + world.patience.stale)
    return replace(record, presence=Presence.HIDDEN)


def renew(world: World, bound: Bound, side: Side, container: str) -> None:
    """Read what changed in one container, so that all its records are as fresh as this moment.

    One worker at a time does, and nobody for a while after it took too many calls: looks at single records cost less.
    """
    lease, now = f"renew {world.name} {side} {container}", world.now()
    # Nobody's own: it is meant to outlast whoever took it.
    epoch = world.store.take_lease(lease, lease, now + DEAR, now)
    if epoch is None:
        return
    _read(world, bound, (side, container), full=False, most=RENEWED)
    polled = world.store.polled_at(world.name, side, container)
    if polled is not None and polled >= now:
        world.store.give_back(lease, epoch)


def _read(world: World, bound: Bound, place: tuple[Side, str], *, full: bool, most: int | None = None) -> int:
    """Read one container's list to its end, or `most` calls of it; only at its end its cursor moves."""
    store, began, (side, container) = world.store, world.now(), place
    cursor = None if full else store.cursor(world.name, side, container)
    listing = store.tick() if cursor is None else 0
    fellows = list(_fellows(world, side, container)) if cursor is not None else []
    batches = islice(world.remote(side).changes(container, cursor), most)
    count, complete, following = 0, True, cursor
    while True:
        moment = Moment(store.tick(), world.now(), listing)
        batch = next(batches, None)
        if batch is None:
            break
        keep(world, bound, batch.records, moment)
        for fellow, theirs in fellows:
            keep(fellow, theirs, batch.records, moment)
        count += len(batch.records)
        complete, following = complete and batch.complete, batch.cursor
        world.progress(f"reading {side}", len(batch.records))
        world.between()
    if listing and not complete and store.cursor(world.name, side, container) is None:
        raise Misconfigured([CUT])
    if listing and complete and following is not None:
        _absent(world, bound, side, container, listing)
    if following is not None:
        for each in (world, *(fellow for fellow, _ in fellows)):
            store.save_cursor(each.name, side, container, following, began)
    for fellow, _ in fellows if count else ():
        world.decide_soon(fellow.name)
    return count


def _recent(world: World, side: Side, container: str) -> bool:
    """Tell whether a list was read so lately, by whichever mapping, that it needs no poll."""
    polled = world.store.polled_at(world.name, side, container)
    return polled is not None and abs(world.now() - polled) < world.recent


def _fellows(world: World, side: Side, container: str) -> Iterator[tuple[World, Bound]]:
    """Yield the mappings that are shown what this one reads, with how they are bound: a list is polled once for all."""
    for name in world.store.fellows(world.name, side, container):
        fellow = world.fellow(name)
        with suppress(TandemError):
            if fellow is not None:
                yield fellow, bind(fellow, fresh=False)


def _absent(world: World, bound: Bound, side: Side, container: str, listing: int) -> None:
    """Read by their identity the linked records that a complete list did not show: absence proves nothing."""
    absent = world.store.unseen(world.name, side, container, listing)
    first = list(islice(absent, CHUNK))
    if first and not world.remote(side).alive(container):
        raise Denied(
            f"{side}: {container} does not answer as it did, so nothing is concluded from the records it does not show",
            "share the database or repository with the credential again, or take it out of the mapping",
        )
    if len(first) >= MANY:
        _read_archived(world, bound, (side, container), listing, most=len(first))
        absent = world.store.unseen(world.name, side, container, listing)
        first = list(islice(absent, CHUNK))
    for refs in _chunks(first, absent):
        look(world, bound, refs)


def _read_archived(world: World, bound: Bound, place: tuple[Side, str], listing: int, *, most: int) -> None:
    """Read what is archived, in no more calls than looks at each of those that are missing would take at first.

    Only linked records: who archived a page before it was tied wants nothing of it.
    """
    side, container = place
    batches = islice(world.remote(side).archived(container), most)
    with suppress(Rejected):  # a workspace without archives, perhaps: each is looked at then
        while True:
            moment = Moment(world.store.tick(), world.now(), listing)
            batch = next(batches, None)
            if batch is None:
                break
            known = world.store.observations(world.name, [record.ref for record in batch.records])
            linked = {ref for ref, seen in known.items() if seen.link is not None}
            keep(world, bound, [each for each in batch.records if each.ref in linked], moment)
            world.progress(f"reading {side}", len(batch.records))
            world.between()


def _chunks(first: list[Ref], rest: Iterable[Ref]) -> Iterable[list[Ref]]:
    rest, chunk = iter(rest), first
    while chunk:
        yield chunk
        chunk = list(islice(rest, CHUNK))
