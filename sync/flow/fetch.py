"""What changed, read and kept: cursors, looks at single records, and what a complete list did not show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice

from sync.core.bound import Bound
from sync.core.errors import Denied
from sync.core.model import COMMENT, UNREAD, Presence, Record, Ref, Side
from sync.core.observe import Moment, Use, absorb
from sync.core.state import Observation
from sync.flow.follow import astray, follow
from sync.flow.world import World

CHUNK = 100
RENEWED = 5
"""So many calls at most renew a container: more are not done before the records are to be looked at again."""
DEAR = timedelta(seconds=60)
HIDDEN_AGAIN = timedelta(seconds=120)
"""A record that answers "not found" is looked at once more before that is left standing: a read may hit a replica that
lags (octokit/octokit.js#900). Its link is parked meanwhile, so nobody at a shell waits for it."""


def fetch(world: World, bound: Bound, *, full: bool) -> dict[Side, int]:
    """Read what changed on both sides since the last time, or everything; return how many records each side showed."""
    seen = dict.fromkeys(Side, 0)
    for side in Side:
        for container in bound.containers[side]:
            seen[side] += _read(world, bound, (side, container), full=full)
        if full:
            look(world, bound, astray(world, bound, side))
    look(world, bound, world.store.due_looks(world.name, world.now()))
    return seen


def look(world: World, bound: Bound, refs: Sequence[Ref]) -> None:
    """Read records by their identity, one call each, and take them off the list of looks.

    That one is gone is believed only while its container lives, which is asked once.
    """
    alive: dict[str, bool] = {}
    for ref in refs:
        if ref.kind == COMMENT and bound.discussion is None:
            world.store.looked(world.name, [ref])
            continue
        moment = Moment(world.store.tick(), world.now())
        record = world.read(ref)
        if record.presence.gone:
            if ref.container not in alive:
                alive[ref.container] = world.remote(ref.side).alive(ref.container)
            record = record if alive[ref.container] else replace(record, presence=Presence.HIDDEN)
        world.store.looked(world.name, [ref])
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
    epoch = world.store.take_lease(lease, world.owner, now + DEAR, now)
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
    batches = islice(world.remote(side).changes(container, cursor), most)
    count, complete, following = 0, True, cursor
    while True:
        moment = Moment(store.tick(), world.now(), listing)
        batch = next(batches, None)
        if batch is None:
            break
        keep(world, bound, batch.records, moment)
        count += len(batch.records)
        complete, following = complete and batch.complete, batch.cursor
        world.progress(f"reading {side}", len(batch.records))
    if listing and complete and following is not None:
        _absent(world, bound, side, container, listing)
    if following is not None:
        store.save_cursor(world.name, side, container, following, began)
    return count


def keep(world: World, bound: Bound, records: Sequence[Record], moment: Moment) -> None:
    """Keep what one answer showed, as far as it may be used, and have looked at again what may not."""
    store = world.store
    known = store.observations(world.name, [record.ref for record in records])
    kept, touched, passed = [], [], []
    for record in records:
        use, observation = absorb(known.get(record.ref), record, moment, world.patience.stale)
        if use in (Use.OLDER, Use.DOUBTFUL):
            passed.append(record.ref)
            _look_again(world, use, observation)
            continue
        kept.append(observation)
        if use is not Use.UNCHANGED:
            touched.append(record.ref)
            _look_closer(world, bound, known.get(record.ref), record)
    store.observe(world.name, kept, touched, moment.seq)
    follow(world, bound, kept, moment.seq)
    if moment.listing and passed:
        store.seen_in_listing(world.name, passed, moment.listing)


def _look_again(world: World, use: Use, observation: Observation) -> None:
    if use is Use.DOUBTFUL and observation.ack:
        world.store.look_later(world.name, [observation.record.ref], observation.ack.at + world.patience.stale)


def _look_closer(world: World, bound: Bound, known: Observation | None, record: Record) -> None:
    """Have a record read by its identity where a list cut off what the mapping needs, or where it is out of sight."""
    side = record.ref.side
    cut = any(record.fields.get(field.facet(side).name) is UNREAD for field in bound.fields)
    lost = record.presence is Presence.HIDDEN and known is not None and known.record.presence.in_sight
    if cut or lost:
        later = world.now() + (HIDDEN_AGAIN if lost else timedelta(0))
        world.store.look_later(world.name, [record.ref], later)


def _absent(world: World, bound: Bound, side: Side, container: str, listing: int) -> None:
    """Read by their identity the linked records that a complete list did not show: absence proves nothing."""
    absent = world.store.unseen(world.name, side, container, listing)
    first = list(islice(absent, CHUNK))
    if first and not world.remote(side).alive(container):
        raise Denied(
            f"{side}: {container} does not answer as it did, so nothing is concluded from the records it does not show",
            "share the database or repository with the credential again, or take it out of the mapping",
        )
    for refs in _chunks(first, absent):
        look(world, bound, refs)


def _chunks(first: list[Ref], rest: Iterable[Ref]) -> Iterable[list[Ref]]:
    rest, chunk = iter(rest), first
    while chunk:
        yield chunk
        chunk = list(islice(rest, CHUNK))
