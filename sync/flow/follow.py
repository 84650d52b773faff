"""Records that live on under another identity: their links go with them, and no twin is born; nothing else is tied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from sync.core.births import idle
from sync.core.bound import BORN_AT, Bound
from sync.core.life import followed
from sync.core.model import Presence, Ref, Side
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


def suspects(world: World, bound: Bound, free: Iterable[Observation]) -> list[Ref]:
    """Return the linked records that one of these may be, moved and seen here first: they were born in one second.

    Only what is about to be born, or names a partner already, is asked about: anything else waits anyway.
    """
    times: dict[Side, set[str]] = defaultdict(set)
    for seen in free:
        born = seen.record.read(BORN_AT)
        if isinstance(born, str) and not idle(bound, seen.record):
            times[seen.record.ref.side].add(born)
    return [ref for side, each in times.items() for ref in world.store.born(world.name, side, each)]
