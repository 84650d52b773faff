"""What an answer showed, kept as far as it may be used; what may not, or was left out, is to be looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sync.core.bound import Bound
from sync.core.model import COMMENT, UNREAD, Presence, Record
from sync.core.observe import Moment, Use, absorb
from sync.core.state import Observation
from sync.core.unread import untouched
from sync.flow.follow import follow
from sync.flow.world import World

HIDDEN_AGAIN = timedelta(seconds=120)
"""A record that answers "not found" is looked at once more before that is left standing: a read may hit a replica that
lags (octokit/octokit.js#900). Its link is parked meanwhile, so nobody at a shell waits for it."""


def keep(world: World, bound: Bound, records: Sequence[Record], moment: Moment) -> None:
    """Keep what one answer showed, as far as it may be used, and have looked at again what may not."""
    store = world.store
    known = store.observations(world.name, [record.ref for record in records])
    kept, touched, passed = [], [], []
    for record in (with_unread(bound, each, known.get(each.ref)) for each in records):
        use, observation = absorb(known.get(record.ref), record, moment, world.patience.stale)
        if use in (Use.OLDER, Use.DOUBTFUL):
            passed.append(record.ref)
            _look_again(world, use, observation)
            continue
        kept.append(observation)
        if use is not Use.UNCHANGED:
            touched.append(record.ref)
        if record.presence is Presence.HIDDEN:
            _doubt(world, known.get(record.ref), observation)
        elif use is not Use.UNCHANGED or _stirred(known.get(record.ref), record):
            _look_closer(world, bound, known.get(record.ref), observation)
    store.observe(world.name, kept, touched, moment.seq)
    follow(world, bound, kept, moment.seq)
    if moment.listing and passed:
        store.seen_in_listing(world.name, passed, moment.listing)


def _look_again(world: World, use: Use, observation: Observation) -> None:
    if use is Use.DOUBTFUL:
        world.store.look_later(world.name, [observation.record.ref], observation.read_at + world.patience.stale)


def with_unread(bound: Bound, record: Record, known: Observation | None = None) -> Record:
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


def _doubt(world: World, known: Observation | None, seen: Observation) -> None:
    """Have a record looked at once more that was in sight just now, however often it was looked at since."""
    if known is None:
        return
    if known.record.presence.in_sight or seen.read_at < known.read_at + HIDDEN_AGAIN:
        world.store.look_later(world.name, [seen.record.ref], world.now() + HIDDEN_AGAIN)


def _look_closer(world: World, bound: Bound, known: Observation | None, seen: Observation) -> None:
    """Have a record read by its identity where a list cut off what its link needs."""
    if known is not None and known.link is not None and bound.unread(seen.record):
        world.store.look_later(world.name, [seen.record.ref], seen.read_at)
