"""Edits of two sides made on one body, block by block; what overlaps is reported and never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sync.core.document.diff import Key, Step, align, itself
from sync.core.document.sense import gist, words
from sync.core.document.tree import Block, Blocks, Container, head


@dataclass(frozen=True)
class Overlap:
    """One block that both sides changed, and differently; None where a side took it away."""

    base: Block
    ours: Block | None
    theirs: Block | None


@dataclass(frozen=True)
class Merged:
    """The merged body; where edits overlap it holds ours."""

    blocks: Blocks
    overlaps: tuple[Overlap, ...] = ()


def merge(base: Blocks, ours: Blocks, theirs: Blocks) -> Merged:
    """Return the body that has the edits of both sides."""
    found: list[Overlap] = []
    return Merged(_merged(_Side(base, ours), _Side(base, theirs), found), tuple(found))


def carried(before: Blocks, after: Blocks, onto: Blocks) -> Blocks:
    """Return `onto` with the edit made on it that turned `before` into `after`.

    `before` and `after` are one side's readings and `onto` the other side's: they need not be equal, only alike; what
    one side made of the other's words is no edit. Where the two overlap the edit is made.
    """
    return _merged(_Side(before, after), _Side(before, onto, key=gist), [])


def until(before: Blocks, after: Blocks, count: int) -> tuple[Blocks, Blocks]:
    """Return the first blocks of `before`, and what became of them in `after`."""
    kept: list[Block] = []
    passed = 0
    for step in align(before, after):
        passed += step.before is not None
        if passed > count or (passed == count and step.before is None and count < len(before)):
            break
        kept += [step.after] if step.after is not None else []
    return before[:count], tuple(kept)


@dataclass
class _Side:
    """What one side made of each block of the base, and what it put before each of them."""

    base: Blocks
    blocks: Blocks
    key: Key = itself
    fates: list[Step] = field(default_factory=list)
    added: list[list[Block]] = field(default_factory=lambda: [[]])

    def __post_init__(self) -> None:
        for step in align(self.base, self.blocks, key=self.key):
            if step.before is None and step.after is not None:
                self.added[-1].append(step.after)
            else:
                self.fates.append(step)
                self.added.append([])

    def inside(self, step: Step) -> _Side:
        """Return the same of what a block holds."""
        return _Side(_held(step.before), _held(step.after), self.key)


def _held(block: Block | None) -> Blocks:
    return block.blocks if isinstance(block, Container) else ()


def _merged(ours: _Side, theirs: _Side, found: list[Overlap]) -> Blocks:
    blocks: list[Block] = []
    for at, (one, two) in enumerate(zip(ours.fates, theirs.fates, strict=True)):
        blocks += _both(ours.added[at], theirs.added[at])
        blocks += _fate(ours, theirs, (one, two), found)
    return tuple(blocks + _both(ours.added[-1], theirs.added[-1]))


def _both(ours: list[Block], theirs: list[Block]) -> list[Block]:
    """Return what both sides put in one place, in an order that does not depend on which of them is ours."""
    mine, yours = [*map(gist, ours)], [*map(gist, theirs)]
    if mine[: len(yours)] == yours or yours[: len(mine)] == mine:
        # The same, or the beginning of it: what was broken off in the middle is no second text.
        return max(ours, theirs, key=len)
    one, two = sorted((ours, theirs), key=_order)
    return one + two


def _order(blocks: Iterable[Block]) -> list[tuple[str, str]]:
    return [(words(block), repr(block)) for block in blocks]


def _fate(ours: _Side, theirs: _Side, steps: tuple[Step, Step], found: list[Overlap]) -> Sequence[Block]:
    """Return what becomes of one block of the base."""
    one, two = steps
    mine, yours = one.after, two.after
    assert one.before is not None
    if one.same and two.same:
        return [yours or one.before]
    if mine is None or yours is None:
        if not one.same and not two.same and mine is not yours:
            found.append(Overlap(one.before, mine, yours))
            return [] if mine is None else [mine]
        return []
    if isinstance(mine, Container) and type(mine) is type(yours) is type(one.before):
        return [_container(ours, theirs, (one, two), found)]
    return [_chosen(one, two, found)]


def _container(ours: _Side, theirs: _Side, steps: tuple[Step, Step], found: list[Overlap]) -> Block:
    """Return a block that both sides still hold, with what each changed of it and in it."""
    one, two = steps
    assert one.before is not None
    assert one.after is not None
    assert two.after is not None
    base = head(one.before)
    mine, yours = Step(base, head(one.after)), Step(base, head(two.after))
    title = _chosen(_compared(mine, ours.key), _compared(yours, theirs.key), found)
    assert isinstance(title, Container)
    return replace(title, blocks=_merged(ours.inside(one), theirs.inside(two), found))


def _compared(step: Step, key: Key) -> Step:
    assert step.before is not None
    assert step.after is not None
    return replace(step, same=key(step.before) == key(step.after))


def _chosen(one: Step, two: Step, found: list[Overlap]) -> Block:
    """Return the one block that stays: of two different edits ours, and the overlap is noted."""
    assert one.before is not None
    assert one.after is not None
    assert two.after is not None
    if one.same:
        return two.after
    if not two.same and one.after != two.after:
        found.append(Overlap(one.before, one.after, two.after))
    return one.after
