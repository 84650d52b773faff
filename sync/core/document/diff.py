"""What changed from one row of blocks to another, block by block; it decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from sync.core.document.sense import gist, words
from sync.core.document.tree import Block, Container, head

LIKENESS = 0.4
"""Share of common words from which two blocks of one kind are the same block, edited."""
GRID = 4096
"""Pairs that are looked at to find which block became which; above it they are paired in order."""

Key = Callable[[Block], Hashable]


@dataclass(frozen=True)
class Step:
    """What became of one block: kept or changed (both), removed (no `after`) or inserted (no `before`).

    `same` tells that both are equal under the key that they were aligned by.
    """

    before: Block | None
    after: Block | None
    same: bool = False


def itself(block: Block) -> Hashable:
    """Return a block as the key to compare it by: equality."""
    return block


def align(before: Sequence[Block], after: Sequence[Block], *, key: Key = itself) -> tuple[Step, ...]:
    """Return the steps that lead from one row of blocks to the other, in their order."""
    return tuple(_steps(before, after, key))


def _steps(before: Sequence[Block], after: Sequence[Block], key: Key) -> Iterator[Step]:
    numbers: dict[Hashable, int] = {}
    old, new = ([numbers.setdefault(key(each), len(numbers)) for each in row] for row in (before, after))
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    tail = next((at for at in range(shorter - head) if old[-1 - at] != new[-1 - at]), shorter - head)
    # Most edits leave most blocks alone: only what lies between the first and the last change is searched.
    i0, i9, j9 = head, len(old) - tail, len(new) - tail
    yield from _kept(before[:i0], after[:i0])
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old[i0:i9], new[i0:j9], autojunk=False).get_opcodes():
        pair = before[i0 + i1 : i0 + i2], after[i0 + j1 : i0 + j2]
        yield from _kept(*pair) if tag == "equal" else _paired(*pair)
    yield from _kept(before[i9:], after[j9:])


def _kept(before: Sequence[Block], after: Sequence[Block]) -> Iterator[Step]:
    return (Step(one, two, same=True) for one, two in zip(before, after, strict=True))


def _paired(before: Sequence[Block], after: Sequence[Block]) -> Iterator[Step]:
    """Yield the steps of a stretch in which no block is the same, but some may be one block, edited."""
    if len(before) == len(after) and all(type(one) is type(two) for one, two in zip(before, after, strict=True)):
        yield from (Step(one, two) for one, two in zip(before, after, strict=True))
        return
    i = j = 0
    for one, two in _matches(before, after):
        yield from (Step(block, None) for block in before[i:one])
        yield from (Step(None, block) for block in after[j:two])
        yield Step(before[one], after[two])
        i, j = one + 1, two + 1
    yield from (Step(block, None) for block in before[i:])
    yield from (Step(None, block) for block in after[j:])


def _matches(before: Sequence[Block], after: Sequence[Block]) -> list[tuple[int, int]]:
    """Return pairs of positions, rising on both sides, with the greatest likeness in all."""
    if len(before) * len(after) > GRID:
        pairs = zip(range(len(before)), range(len(after)), strict=False)
        return [(i, j) for i, j in pairs if type(before[i]) is type(after[j])]
    likeness = [[alike(one, two) for two in after] for one in before]
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for i in range(len(before) - 1, -1, -1):
        for j in range(len(after) - 1, -1, -1):
            paired = likeness[i][j] + best[i + 1][j + 1] if likeness[i][j] >= LIKENESS else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    return _walk(likeness, best)


def _walk(likeness: list[list[float]], best: list[list[float]]) -> list[tuple[int, int]]:
    pairs, i, j = [], 0, 0
    while i < len(likeness) and j < len(likeness[i]):
        if likeness[i][j] >= LIKENESS and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def alike(one: Block, two: Block) -> float:
    """Return how much two blocks look like one block, edited: 0 to 1; blocks of two kinds never do."""
    if type(one) is not type(two):
        return 0.0
    if gist(one) == gist(two):
        return 1.0
    mine, theirs = words(one).split(), words(two).split()
    if not mine and not theirs:
        return 0.9
    common = set(mine) & set(theirs)
    return 2 * len(common) / (len(set(mine)) + len(set(theirs)))


def apart(one: Block, two: Block) -> bool:
    """Tell whether two blocks that are one differ in what they say themselves, not only in what they hold."""
    if isinstance(one, Container) and type(one) is type(two):
        return head(one) != head(two)
    return one != two
