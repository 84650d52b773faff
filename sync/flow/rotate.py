"""What no list shows, read in rotation: of so many links in each pass the depths, those longest unread first.

These are the bodies, of which no time tells for certain that they changed, and the comments of pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sync.core.bound import Bound
from sync.core.model import Link, Side
from sync.core.observe import Moment
from sync.flow.fetch import deepen
from sync.flow.overhear import deep
from sync.flow.world import World

LIVELY = timedelta(minutes=15)
"""How long after a link was made, or commented on, more is likely to be said there."""


def rotate(world: World, bound: Bound, began: Moment, *, full: bool) -> None:
    """Read the depths of the links whose turn it is; each counts as read once all its readers are done."""
    talks = bound.discussion is not None
    if not talks and not any(field.facet(side).apart for field in bound.fields for side in Side):
        return
    store, turns = world.store, world.rotation
    if talks:  # of a body it is seen in a list that somebody is at it
        _read(world, bound, began, store.longest_unread(world.name, turns.lively, lively=world.now() - LIVELY))
    _read(world, bound, began, store.longest_unread(world.name, turns.full if full else turns.poll))


def _read(world: World, bound: Bound, began: Moment, links: Sequence[Link]) -> None:
    for link in links:
        deepen(world, bound, link)
        deep(world, bound, link, began)
        world.store.deep_read([link.id], world.now())
        world.progress("reading depths", 1)
