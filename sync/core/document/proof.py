"""What of a shown body is our own writing: replies and later readings against what was sent; nothing is merged here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sync.core.document.diff import LIKENESS, Step, align, alike
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


def landed(base: Blocks, sent: Blocks, seen: Blocks) -> bool:
    """Tell whether a body that says neither shows the edit from `base` to `sent`, and what was edited since.

    What was to go must be gone, and every block that was to come be there, one at least as it was sent: half of an
    edit is none, for what it lacks would look as if somebody had taken it away.
    """
    signs = [*_signs(base, sent, seen)]
    return bool(signs) and min(signs) >= LIKENESS and max(signs) == 1.0


def _signs(base: Blocks, sent: Blocks, seen: Blocks) -> Iterator[float]:
    """Yield how like each block that was to come is to what is seen, 0 to 1; 0 for one that was to go and stays."""
    there = {*map(gist, seen)}
    fates = iter([step.after for step in align(sent, seen, key=gist) if step.before is not None])
    for step in align(base, sent, key=gist):
        now = next(fates) if step.after is not None else None
        if step.same:
            continue
        if step.before is not None and gist(step.before) in there:
            yield 0.0
        elif step.after is not None:
            yield from _likeness(step.before, step.after, now)


def _likeness(was: Block | None, sent: Block, now: Block | None) -> Iterator[float]:
    if now is None:
        yield 0.0
    elif isinstance(was, Container) and isinstance(sent, Container) and isinstance(now, Container):
        if gist(head(was)) != gist(head(sent)):
            yield alike(head(sent), head(now))
        yield from _signs(was.blocks, sent.blocks, now.blocks)
    else:
        yield alike(sent, now)


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
