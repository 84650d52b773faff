"""What changed, read and kept: cursors, looks at single records, and what a complete list did not show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from sync.core.births import quiet_until
from sync.core.bound import Bound
from sync.core.errors import Denied, TandemError
from sync.core.model import COMMENT, UNREAD, Facet, Link, Presence, Record, Ref, Side
from sync.core.observe import Moment, Use, absorb
from sync.core.state import Observation
from sync.core.unread import as_left, awaited, untouched
from sync.flow.bind import bind
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
            if full or not _recent(world, side, container):
                seen[side] += _read(world, bound, (side, container), full=full)
        if full:
            look(world, bound, astray(world, bound, side))
    look_due(world, bound)
    return seen


def look_due(world: World, bound: Bound) -> int:
    """Read the records that are due to be read by their identity; return how many there were.

    What an answer has shown since it was asked for is not read again, but only what that answer left out.
    """
    due = world.store.due_looks(world.name, world.now())
    seen = world.store.observations(world.name, due)
    shown = [ref for ref, at in due.items() if ref in seen and _listed_since(seen[ref], at)]
    for ref in shown:
        world.store.looked(world.name, [ref])
        complete(world, bound, ref)
    look(world, bound, [ref for ref in due if ref not in shown])
    return len(due)


def _listed_since(seen: Observation, at: datetime) -> bool:
    return seen.record.presence is Presence.PRESENT and seen.read_at >= at


def look(world: World, bound: Bound, refs: Sequence[Ref]) -> None:
    """Read records by their identity, mostly one call each, and take them off the list of looks.

    That one is gone is believed only while its container lives, which is asked once.
    """
    alive: dict[str, bool] = {}
    for ref in refs:
        if ref.kind == COMMENT and bound.discussion is None:
            world.store.looked(world.name, [ref])
            continue
        _read_one(world, bound, ref, alive)
        complete(world, bound, ref)


def _read_one(world: World, bound: Bound, ref: Ref, alive: dict[str, bool]) -> None:
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


def complete(world: World, bound: Bound, ref: Ref) -> None:
    """Read what the last answer about a record left out, once the record was left alone for a while.

    Workers wait `create.quiet` seconds after the last change before they read what a page holds: a text that is still
    being written flows nowhere.
    """
    seen = world.store.observations(world.name, [ref]).get(ref)
    if seen is None or not seen.record.presence.in_sight:
        return
    missing = _missing(world, bound, seen)
    waits = quiet_until(bound, seen.record) if world.quiet else seen.record.time
    if waits > world.now() and any(facet.apart for facet in missing):
        world.store.look_later(world.name, [ref], waits)
        missing = [facet for facet in missing if not facet.apart]
    if missing:
        world.store.look_later(world.name, [ref], seen.read_at)  # so it stays on the list, should the call fail
        moment = Moment(world.store.tick(), world.now())
        record = world.remote(ref.side).complete(seen.record, missing)
        world.store.looked(world.name, [ref])
        keep(world, bound, [record], moment)
        settled = record.time + world.patience.stale
        if bound.unread(record) and world.now() < settled:  # a replica that lags knows nothing of what was just born
            world.store.look_later(world.name, [ref], settled)


def _missing(world: World, bound: Bound, seen: Observation) -> list[Facet]:
    """Return what was not read of a record, but for what is apart and as we left it, unless somebody waits for it."""
    side, fields = seen.record.ref.side, bound.unread(seen.record)
    known = world.store.known(seen.link) if fields and seen.link is not None and as_left(bound, seen) else None
    wanted = awaited(bound, known, side) if known else fields
    return [facet for field in fields if not (facet := field.facet(side)).apart or field in wanted]


def deepen(world: World, bound: Bound, link: Link) -> None:
    """Read anew what of a link's records stands apart, whatever their times say."""
    for side in Side:
        facets, ref = [field.facet(side) for field in bound.fields if field.facet(side).apart], link.ref(side)
        seen = world.store.observations(world.name, [ref]).get(ref) if facets and ref else None
        if seen is not None and seen.record.presence.in_sight:
            moment = Moment(world.store.tick(), world.now())
            keep(world, bound, [world.remote(side).complete(seen.record, facets)], moment)


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
    if listing and complete and following is not None:
        _absent(world, bound, side, container, listing)
    if following is not None:
        for each in (world, *(fellow for fellow, _ in fellows)):
            store.save_cursor(each.name, side, container, following, began)
    for fellow, _ in fellows if count else ():
        world.tell(fellow.name)
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


def keep(world: World, bound: Bound, records: Sequence[Record], moment: Moment) -> None:
    """Keep what one answer showed, as far as it may be used, and have looked at again what may not."""
    store = world.store
    known = store.observations(world.name, [record.ref for record in records])
    kept, touched, passed = [], [], []
    for record in (told(bound, each, known.get(each.ref)) for each in records):
        use, observation = absorb(known.get(record.ref), record, moment, world.patience.stale)
        if use in (Use.OLDER, Use.DOUBTFUL):
            passed.append(record.ref)
            _look_again(world, use, observation)
            continue
        kept.append(observation)
        if use is not Use.UNCHANGED:
            touched.append(record.ref)
        if use is not Use.UNCHANGED or _stirred(known.get(record.ref), record):
            _look_closer(world, bound, known.get(record.ref), observation)
    store.observe(world.name, kept, touched, moment.seq)
    follow(world, bound, kept, moment.seq)
    if moment.listing and passed:
        store.seen_in_listing(world.name, passed, moment.listing)


def _look_again(world: World, use: Use, observation: Observation) -> None:
    if use is Use.DOUBTFUL:
        world.store.look_later(world.name, [observation.record.ref], observation.read_at + world.patience.stale)


def told(bound: Bound, record: Record, known: Observation | None = None) -> Record:
    """Return a record that says of everything that is apart whether it was read.

    Where nobody but us changed the record since our own write was answered, nothing of it is open.
    """
    if record.ref.kind == COMMENT or not record.presence.in_sight or untouched(bound, record, known):
        return record
    facets = (field.facet(record.ref.side) for field in bound.fields)
    apart = (facet.name for facet in facets if facet.apart)
    unread = {name: UNREAD for name in apart if name not in record.fields}
    return replace(record, fields={**record.fields, **unread}) if unread else record


def _stirred(known: Observation | None, record: Record) -> bool:
    """Tell whether something of the record changed that this answer need not show."""
    return known is not None and (record.time, record.editor) != (known.record.time, known.record.editor)


def _look_closer(world: World, bound: Bound, known: Observation | None, seen: Observation) -> None:
    """Have a record read by its identity where a list cut off what its link needs, or where it is out of sight."""
    record = seen.record
    lost = record.presence is Presence.HIDDEN and known is not None and known.record.presence.in_sight
    if lost:
        world.store.look_later(world.name, [record.ref], world.now() + HIDDEN_AGAIN)
    elif known is not None and known.link is not None and bound.unread(record):
        world.store.look_later(world.name, [record.ref], seen.read_at)


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
