"""The translation of bodies: an edit that one side made is made in the other side's own text; no spelling is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, Self

from sync.core import document
from sync.core.document import Blocks
from sync.core.model import Reading, Side, Value
from sync.core.transforms import Edit, Transform


class Body(Protocol):
    """How one side spells bodies; a `place` is the address of the record that holds one."""

    def tree(self, text: str, place: str) -> Blocks:
        """Return a text as a tree."""
        ...

    def edited(self, text: str, edit: tuple[Blocks, Blocks], place: str) -> str:
        """Return the text with the edit made in it that turned one tree into another; all else stays as it is.

        The two trees are readings of one side, and not necessarily of this one.
        """
        ...

    def fitted(self, text: str, was: str, rest: str) -> str:
        """Return a text that the side takes in place of `was`: one that is too long ends with a link to the rest."""
        ...

    def link(self, place: str) -> str:
        """Return the address at which people find the record."""
        ...


@dataclass(frozen=True)
class Documents(Transform):
    """Bodies of two sides between the records at `places`."""

    bodies: Mapping[Side, Body]
    places: Mapping[Side, str] = field(default_factory=dict)
    by_name = False
    merges = True

    def at(self, places: Mapping[Side, str]) -> Self:
        """Return the translation between two records."""
        return replace(self, places=places)

    def say(self, to: Side, value: Value, base: Value) -> Reading:
        """Return a text of `to` that says what the other side's does, with all of the base that agrees with it."""
        there = self._tree(to, base)
        return self._edited(to, base, (there, document.recognised(self._tree(to.other, value), there)))

    def carry(self, to: Side, change: Edit, onto: Value) -> Reading:
        """Return `onto` with the other side's edit made in it."""
        return self._edited(to, onto, self._trees(to.other, change))

    def agree(self, github: Value, notion: Value) -> bool:
        """Tell whether the two say the same."""
        return document.agree(self._tree(Side.GITHUB, github), self._tree(Side.NOTION, notion))

    def seen(self, side: Side, value: Value) -> Value:  # noqa: ARG002 - one signature for all
        """Return the value: all of it takes part."""
        return value

    def unsaid(self, side: Side, value: Value) -> tuple[str, ...]:  # noqa: ARG002 - the same
        """Return nothing: what a side cannot say of a body stays there, in its place."""
        return ()

    def overlap(self, github: Edit, notion: Edit) -> bool:
        """Tell whether both sides changed one block, and differently."""
        return document.overlapping(self._trees(Side.GITHUB, github), self._trees(Side.NOTION, notion))

    def recognised(self, side: Side, sent: Value, seen: Value) -> Value:
        """Return what was sent as the side shows it, but for the blocks that do not agree."""
        return self._spelled(side, seen, document.recognised(self._tree(side, sent), self._tree(side, seen)))

    def landed(self, side: Side, edit: Edit, seen: Value) -> bool:
        """Tell whether what was sent is shown, in the side's own spelling and with what people made of it since."""
        (before, sent), there = self._trees(side, edit), self._tree(side, seen)
        return document.recognised(sent, there) == there or document.landed(before, sent, there)

    def proven(self, side: Side, edit: Edit, seen: Value) -> Value:
        """Return what of a reply is ours."""
        before, sent = self._trees(side, edit)
        return self._spelled(side, seen, document.answered(before, sent, self._tree(side, seen)))

    def _tree(self, side: Side, value: Value) -> Blocks:
        return self.bodies[side].tree(value, self.places.get(side, "")) if isinstance(value, str) else ()

    def _trees(self, side: Side, edit: Edit) -> tuple[Blocks, Blocks]:
        return self._tree(side, edit[0]), self._tree(side, edit[1])

    def _edited(self, to: Side, onto: Value, edit: tuple[Blocks, Blocks]) -> Value:
        was = onto if isinstance(onto, str) else ""
        text = self.bodies[to].edited(was, edit, self.places.get(to, ""))
        return self.bodies[to].fitted(text, was, self._rest(to.other)) or None

    def _rest(self, side: Side) -> str:
        place = self.places.get(side, "")
        return self.bodies[side].link(place) if place else ""

    def _spelled(self, side: Side, text: Value, blocks: Blocks) -> Value:
        """Return a side's text of a tree that is nearly its own."""
        there = self._tree(side, text)
        if blocks == there:
            return text
        return self.bodies[side].edited(str(text or ""), (there, blocks), self.places.get(side, "")) or None
