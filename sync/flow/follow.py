"""Records that live on under another identity: their links go with them, and no twin is born; nothing else is tied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sync.core.births import barrier
from sync.core.bound import BORN_AT, Bound
from sync.core.life import followed
from sync.core.model import UNREAD, Presence, Ref, Side
from sync.core.state import Observation
from sync.flow.world import World


def follow(world: World, bound: Bound, seen: Iterable[Observation], tick: int) -> None:
    """Give the links of records that moved within the mapping the identity under which they answered."""
    for observation in seen:
        old = observation.record
        new = followed(old, bound.containers[old.ref.side])
        link = world.store.link_of(world.name, old.ref) if new else None
        if new is None or link is None:
            continue
        there = replace(old, ref=new, presence=Presence.PRESENT, moved_to=None)
        world.store.observe(world.name, [replace(observation, record=there)], [], tick)
        world.store.rekey(link, link.state, new, tick)


def astray(world: World, bound: Bound, side: Side) -> list[Ref]:
    """Return the linked records that went elsewhere: only by their old identity it is seen that they came back."""
    return [
        seen.record.ref
        for seen in world.store.held(world.name, side)
        if seen.record.moved_to is not None and seen.record.ref.container in bound.containers[side]
    ]


def suspects(world: World, bound: Bound, free: Sequence[Observation]) -> list[Ref]:
    """Return the linked records that one of these may be, moved and seen here first: they were born in one second.

    Only what is about to be born, or names a partner already, is asked about: anything else waits anyway.
    """
    born = {
        seen.record.read(BORN_AT)
        for seen in free
        if seen.record.read(bound.marks[seen.record.ref.side].name) is not None or not barrier(bound, seen.record)
    } - {UNREAD, None}
    sides = {seen.record.ref.side for seen in free} if born else set()
    return [
        held.record.ref
        for side in sorted(sides)
        for held in world.store.held(world.name, side)
        if held.record.read(BORN_AT) in born
    ]
