"""What no list shows, read in rotation: of so many links in each pass the depths, those longest unread first.

These are the bodies, of which no time tells for certain that they changed, and the comments of pages.
"""

from __future__ import annotations

from sync.core.bound import Bound
from sync.core.model import Side
from sync.core.observe import Moment
from sync.flow.fetch import deepen
from sync.flow.overhear import deep
from sync.flow.world import World


def rotate(world: World, bound: Bound, began: Moment, *, full: bool) -> None:
    """Read the depths of the links whose turn it is; each counts as read once all its readers are done."""
    if bound.discussion is None and not any(field.facet(side).apart for field in bound.fields for side in Side):
        return
    count = world.rotation.full if full else world.rotation.poll
    for link in world.store.longest_unread(world.name, count) if count else ():
        deepen(world, bound, link)
        deep(world, bound, link, began)
        world.store.deep_read([link.id], world.now())
        world.progress("reading depths", 1)
