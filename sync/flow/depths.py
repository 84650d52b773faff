"""What no list shows of a record: read where it is missing, or anew, and vouched for by whoever edited last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sync.core.births import quiet_until
from sync.core.bound import Bound
from sync.core.model import Facet, Link, Record, Ref, Side
from sync.core.observe import Moment
from sync.core.state import Observation
from sync.core.unread import as_left, awaited
from sync.flow.keep import keep
from sync.flow.world import World


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
    written = waits > world.now() and any(facet.apart for facet in missing)
    if written:
        missing = [facet for facet in missing if not facet.apart]
    if missing:
        reader = world.store.tick()
        world.store.look_later(world.name, [ref], seen.read_at)  # so it stays on the list, should the call fail
        world.store.begin_look(world.name, ref, reader, world.now())
        record = read(world, bound, seen, missing)
        settled = record.time + world.patience.stale
        if bound.unread(record) and world.now() < settled:  # a replica that lags knows nothing of what was just born
            world.store.look_later(world.name, [ref], settled)
        world.store.end_look(world.name, ref, reader)
    if written:
        world.store.look_later(world.name, [ref], waits)


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
            read(world, bound, seen, facets)


def read(world: World, bound: Bound, seen: Observation, facets: Sequence[Facet]) -> Record:
    """Read some fields of a record as it is known, and keep and return them.

    What was sent and never shown counts as ours where nobody else edited the record; so that is asked afterwards: an
    editor who was read before the text says nothing of the moment between the two.
    """
    moment = Moment(world.store.tick(), world.now())
    record = world.remote(seen.record.ref.side).complete(seen.record, facets)
    if record.presence.in_sight and unconfirmed(world, bound, seen):
        record = _edited_by(world, record, facets)
    keep(world, bound, [record], moment)
    return record


def _edited_by(world: World, record: Record, facets: Sequence[Facet]) -> Record:
    """Return the record as it is after those fields of it were read."""
    now = world.read(record.ref)
    if not now.presence.in_sight:  # that is believed by whoever looks for it
        world.store.look_later(world.name, [record.ref], world.now())
        return record
    return replace(now, fields={**now.fields, **{each.name: record.read(each.name) for each in facets}})


def unconfirmed(world: World, bound: Bound, seen: Observation) -> Sequence[Facet]:
    """Return what was sent to a record that is as we left it, and that no decision has yet seen there."""
    side = seen.record.ref.side
    known = world.store.known(seen.link) if seen.link is not None and as_left(bound, seen) else None
    sent = {key for key, shadow in known.shadows.items() if shadow.sent is side} if known else set[str]()
    return [field.facet(side) for field in bound.fields if field.key in sent and field.facet(side).apart]
