"""What no list shows, read in rotation: of so many links in each pass the depths, those longest unread first.

These are the bodies, of which no time tells for certain that they changed, and the comments of pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial

from sync.core.bound import Bound
from sync.core.model import Link, Side
from sync.core.observe import Moment
from sync.flow.depths import deepen
from sync.flow.discussions import reread
from sync.flow.unreadable import could_read
from sync.flow.world import World

LIVELY = timedelta(minutes=15)
"""How long after a link was made, or commented on, more is likely to be said there."""


def rotate(world: World, bound: Bound, links: Iterable[Link], enough: Callable[[], bool] = lambda: False) -> None:
    """Read the depths of those links until somebody says enough; each counts as read once it was, or could not be.

    So the turn of what cannot be read comes round with that of the others.
    """
    began = Moment(world.store.tick(), world.now())
    for link in links:
        if enough():
            break
        could_read(world, filter(None, map(link.ref, Side)), partial(_read, world, bound, link, began))
        world.store.deep_read([link.id], world.now())
        world.progress("reading depths", 1)


def _read(world: World, bound: Bound, link: Link, began: Moment) -> None:
    deepen(world, bound, link)
    reread(world, bound, link, began)


def turns(world: World, bound: Bound, *, full: bool) -> Sequence[Link]:
    """Return the links whose turn it is: those where something happened lately, and as many others as are due."""
    store, rotation, lively = world.store, world.rotation, list[Link]()
    if bound.discussion is not None:  # of a body it is seen in a list that somebody is at it
        lively += store.longest_unread(world.name, rotation.lively, lively=world.now() - LIVELY)
    elif not any(field.facet(side).apart for field in bound.fields for side in Side):
        return ()
    count, first = rotation.full if full else rotation.poll, {link.id for link in lively}
    others = [each for each in store.longest_unread(world.name, count + len(first)) if each.id not in first]
    return [*lively, *others[:count]]
