"""Two-way translations between the two values of a field; each obeys *stay* and *agree*, and none guesses.

*stay*: where the two already agree, `say` answers the base. *agree*: what `say` answers agrees with what was said.
A value that the other side cannot say is told by `unsaid`; a whole value of which nothing can be said is UNREAD.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, Self

from sync.core.model import UNREAD, Reading, Side, Value
from sync.core.values import key, members, names

Edit = tuple[Value, Value]
"""What a side showed before, and what it shows now."""


class Transform(Protocol):
    """A two-way translation of one field.

    `by_name` tells that its values are sets, merged name by name; what `merges` has parts that change on their own.
    """

    @property
    def by_name(self) -> bool:
        """Tell whether both values are sets of names."""
        ...

    @property
    def merges(self) -> bool:
        """Tell whether edits of both sides may both be made on one value."""
        return self.by_name

    def overlap(self, github: Edit, notion: Edit) -> bool:  # noqa: ARG002 - what has parts looks at them
        """Tell whether edits of both sides cannot both be made."""
        return not self.merges

    def recognised(self, side: Side, sent: Value, seen: Value) -> Value:  # noqa: ARG002 - the same
        """Return what was sent to a side as that side shows it now, without what a person changed of it since."""
        return sent

    def landed(self, side: Side, edit: Edit, seen: Value) -> bool:  # noqa: ARG002 - the same
        """Tell whether a side shows what was sent to it, or what can only be an edit of that."""
        return seen == edit[1]

    def proven(self, side: Side, edit: Edit, seen: Value) -> Value:  # noqa: ARG002 - the same
        """Return what of a reply is our own edit, in the reply's spelling, and what stood there before."""
        return seen

    def at(self, places: Mapping[Side, str]) -> Self:  # noqa: ARG002 - only a document knows where it stands
        """Return the translation between two records, which are told by their addresses."""
        return self

    def say(self, to: Side, value: Value, base: Value) -> Reading:
        """Return what `to` should show for the other side's value, as close to its own `base` as agrees with it."""
        ...

    def carry(self, to: Side, change: Edit, onto: Value) -> Reading:
        """Return `onto` of side `to` after the other side's change (old value, new value), and that change alone."""
        ...

    def agree(self, github: Value, notion: Value) -> bool:
        """Tell whether the two values mean the same."""
        ...

    def seen(self, side: Side, value: Value) -> Value:
        """Return what of the value takes part: a set without the names that the other side cannot say."""
        ...

    def unsaid(self, side: Side, value: Value) -> tuple[str, ...]:
        """Return the names in a side's value that the other side cannot say."""
        ...


class Lexicon(Protocol):
    """Single names of both sides: which mean the same, and which is written."""

    def write(self, to: Side, name: str) -> str | None:
        """Return the name to write on `to` for the other side's name, None where there is none."""
        ...

    def agree(self, github: str, notion: str) -> bool:
        """Tell whether the two names mean the same."""
        ...


ALIKE = "*"
"""The catch-all of `values`: as a key every other name, as a value that the name stays as it is."""


@dataclass(frozen=True)
class Spelled:
    """Names that are the same on both sides but for their case; `forbids` are pieces of names a side cannot hold."""

    forbids: Mapping[Side, Sequence[str]]

    def write(self, to: Side, name: str) -> str | None:
        """Return the same name, unless that side cannot hold it."""
        return None if any(each in name for each in self.forbids.get(to, "")) else name

    def agree(self, github: str, notion: str) -> bool:
        """Compare without case."""
        return key(github) == key(notion)


@dataclass(frozen=True)
class Table:
    """Names tied by pairs (github, notion): the first pair that has a name says what is written for it.

    `fold` makes both sides' names comparable: labels and logins without case, options and states to the letter. `rest`
    is what stands in Notion for every other of GitHub's names; where it holds `*`, those are spelled alike.
    """

    pairs: tuple[tuple[str, str], ...]
    fold: Callable[[str], str] = str
    rest: tuple[str, ...] = ()

    def write(self, to: Side, name: str) -> str | None:
        """Return the partner in the first pair that has the name, else what stands for the rest."""
        partner = self._partners[to].get(self.fold(name))
        if partner is not None or not self.rest:
            return partner
        first = self.rest[0] if to is Side.NOTION else ALIKE
        if first != ALIKE:
            return first
        return name if self._alike(name) else None

    def agree(self, github: str, notion: str) -> bool:
        """Tell whether a pair ties the two, or the one is named by none and the other stands for the rest."""
        left, right = self.fold(github), self.fold(notion)
        if (left, right) in self._tied:
            return True
        if left in self._partners[Side.NOTION]:
            return False
        return right in self._rest or (left == right and self._alike(github))

    def _alike(self, name: str) -> bool:
        """Tell whether a name is spelled the same on both sides: no pair has it, and it does not stand for the rest."""
        named = any(self.fold(name) in self._partners[side] for side in Side)
        return ALIKE in self.rest and not named and self.fold(name) not in self._rest

    @cached_property
    def _rest(self) -> frozenset[str]:
        return frozenset(self.fold(each) for each in self.rest if each != ALIKE)

    @cached_property
    def _partners(self) -> Mapping[Side, Mapping[str, str]]:
        backwards = self.pairs[::-1]  # of two pairs with one name the first is to stand
        return {
            Side.NOTION: {self.fold(github): notion for github, notion in backwards},
            Side.GITHUB: {self.fold(notion): github for github, notion in backwards},
        }

    @cached_property
    def _tied(self) -> frozenset[tuple[str, str]]:
        return frozenset((self.fold(github), self.fold(notion)) for github, notion in self.pairs)


@dataclass(frozen=True)
class Leaving:
    """Another lexicon without the labels that begin with one of `families`, which rows of their own are about."""

    lexicon: Lexicon
    families: tuple[str, ...]

    def write(self, to: Side, name: str) -> str | None:
        """Return the other lexicon's name, None where it is, or stands for, a label of a family."""
        written = self.lexicon.write(to, name)
        label = written if to is Side.GITHUB else name
        return None if label is not None and self._left(label) else written

    def agree(self, github: str, notion: str) -> bool:
        """Compare, but for labels of families."""
        return not self._left(github) and self.lexicon.agree(github, notion)

    def _left(self, label: str) -> bool:
        return key(label).startswith(tuple(key(family) for family in self.families))


@dataclass(frozen=True)
class Plain(Transform):
    """The same value on both sides; `required` are the sides that cannot be left empty."""

    required: frozenset[Side] = frozenset()
    by_name = False

    def say(self, to: Side, value: Value, base: Value) -> Reading:  # noqa: ARG002 - one signature for all
        """Return the value itself."""
        return UNREAD if value is None and to in self.required else value

    def carry(self, to: Side, change: Edit, onto: Value) -> Reading:
        """Return the new value."""
        return self.say(to, change[1], onto)

    def agree(self, github: Value, notion: Value) -> bool:
        """Compare; where a side must show something, nothing agrees with nothing."""
        return github == notion and not (github is None and self.required)

    def seen(self, side: Side, value: Value) -> Value:  # noqa: ARG002 - one signature for all
        """Return the value: all of it takes part."""
        return value

    def unsaid(self, side: Side, value: Value) -> tuple[str, ...]:
        """Return `(empty)` where the other side cannot be left empty."""
        return ("(empty)",) if value is None and side.other in self.required else ()


@dataclass(frozen=True)
class Choice(Transform):
    """One name on each side, tied by a lexicon."""

    lexicon: Lexicon
    required: frozenset[Side] = frozenset()
    by_name = False

    def say(self, to: Side, value: Value, base: Value) -> Reading:
        """Return the base where it means the same, else the name to write, UNREAD where there is none."""
        if value is None:
            return UNREAD if to in self.required else None
        if isinstance(value, tuple):
            return UNREAD
        if isinstance(base, str) and _agree(self.lexicon, to, str(value), base):
            return base
        written = self.lexicon.write(to, str(value))
        return UNREAD if written is None else written

    def carry(self, to: Side, change: Edit, onto: Value) -> Reading:
        """Return what is said of the new value."""
        return self.say(to, change[1], onto)

    def agree(self, github: Value, notion: Value) -> bool:
        """Tell whether the lexicon ties the two; two empty ones agree where they may be, several names with nothing."""
        if github is None or notion is None:
            return github is notion and not self.required
        if isinstance(github, tuple) or isinstance(notion, tuple):
            return False
        return self.lexicon.agree(str(github), str(notion))

    def seen(self, side: Side, value: Value) -> Value:  # noqa: ARG002 - one signature for all
        """Return the value: a person's choice is a change even where it cannot be said."""
        return value

    def unsaid(self, side: Side, value: Value) -> tuple[str, ...]:
        """Return the name itself where the other side has none for it, and all of several: one is not chosen."""
        if value is None:
            return ("(empty)",) if side.other in self.required else ()
        if isinstance(value, tuple):
            return value
        return () if self.lexicon.write(side.other, str(value)) is not None else (str(value),)


@dataclass(frozen=True)
class NameSet(Transform):
    """A set of names on each side, tied name by name by a lexicon; names that cannot be said stay where they are."""

    lexicon: Lexicon
    by_name = True

    def say(self, to: Side, value: Value, base: Value) -> Reading:
        """Return the base without what the value lacks, with what it has more."""
        return self.carry(to, (self.seen(to.other, self._back(to, base)), value), base)

    def carry(self, to: Side, change: Edit, onto: Value) -> Reading:
        """Return `onto` without the names that went, unless another name still means them, and with those that came."""
        old, new = (members(each) for each in change)
        gone = [name for name in old if key(name) not in {key(each) for each in new}]
        kept = [there for there in members(onto) if not self._any(to, gone, there) or self._any(to, new, there)]
        for name in new:
            if key(name) in {key(each) for each in old} or any(_agree(self.lexicon, to, name, each) for each in kept):
                continue
            written = self.lexicon.write(to, name)
            kept += [] if written is None else [written]
        return names(kept)

    def agree(self, github: Value, notion: Value) -> bool:
        """Tell whether every name that can be said has its partner."""
        left, right = members(self.seen(Side.GITHUB, github)), members(self.seen(Side.NOTION, notion))
        return all(any(self.lexicon.agree(one, two) for two in right) for one in left) and all(
            any(self.lexicon.agree(one, two) for one in left) for two in right
        )

    def seen(self, side: Side, value: Value) -> Value:
        """Return the names that the other side can say."""
        return names(name for name in members(value) if self.lexicon.write(side.other, name) is not None)

    def unsaid(self, side: Side, value: Value) -> tuple[str, ...]:
        """Return the names that the other side cannot say."""
        return tuple(name for name in members(value) if self.lexicon.write(side.other, name) is None)

    def _any(self, to: Side, sources: Iterable[str], there: str) -> bool:
        return any(_agree(self.lexicon, to, name, there) for name in sources)

    def _back(self, to: Side, base: Value) -> Value:
        said = (self.lexicon.write(to.other, name) for name in members(base))
        return names(name for name in said if name is not None)


def _agree(lexicon: Lexicon, to: Side, said: str, there: str) -> bool:
    """Compare a name of the side opposite to `to` with one of `to`."""
    return lexicon.agree(said, there) if to is Side.NOTION else lexicon.agree(there, said)
