"""What of a shown body is our own writing: replies and later readings against what was sent; nothing is merged here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sync.core.document.diff import Step, align
from sync.core.document.merge import carried, merge
from sync.core.document.sense import gist
from sync.core.document.tree import Block, Blocks, Container, head


def recognised(sent: Blocks, seen: Blocks) -> Blocks:
    """Return what was sent, every block that says the same spelled as it is shown."""
    return tuple(_recognised(step) for step in align(sent, seen, key=gist) if step.before is not None)


def _recognised(step: Step) -> Block:
    one, two = step.before, step.after
    assert one is not None
    if step.same and two is not None:
        return two
    if isinstance(one, Container) and isinstance(two, Container) and type(one) is type(two):
        shown = two if gist(head(one)) == gist(head(two)) else one
        return replace(shown, blocks=recognised(one.blocks, two.blocks))
    return one


def answered(base: Blocks, sent: Blocks, seen: Blocks) -> Blocks:
    """Return what a reply proves to be ours of a body that was edited from `base` to `sent`.

    All of it, unless something differs where nothing was sent: that is a colleague's edit, made in the same moment.
    """
    steps = align(base, sent)
    kept = tuple(step.after for step in steps if step.same and step.after is not None)
    return recognised(sent, seen) if _elsewhere(align(kept, seen), _touched(steps)) else seen


def _touched(steps: Sequence[Step]) -> set[int]:
    """Return the gaps between blocks that stayed, counted from the front, in which something was sent."""
    gaps, gap = set(), 0
    for step in steps:
        if step.same:
            gap += 1
        else:
            gaps.add(gap)
    return gaps


def _elsewhere(steps: Sequence[Step], touched: set[int]) -> bool:
    """Tell whether a block that was to stay did not, or whether one came where nothing was sent."""
    gap = 0
    for step in steps:
        if step.before is None:
            if gap not in touched:
                return True
        elif not step.same:
            return True
        else:
            gap += 1
    return False


def overlapping(ours: tuple[Blocks, Blocks], theirs: tuple[Blocks, Blocks]) -> bool:
    """Tell whether two sides' edits (before, after) of what was one body cannot both be made."""
    base, mine = ours
    return bool(merge(base, mine, carried(*theirs, base)).overlaps)
