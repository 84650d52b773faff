"""Forms: one side's own shape of a value brought to plain text or names, so that one translation serves all shapes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol

from sync.core.model import UNREAD, Reading, Side, Value
from sync.core.transforms import Edit, Transform
from sync.core.values import members, names, number


class Form(Protocol):
    """A shape of values, and the plain value that it stands for; both ways answer UNREAD where there is none."""

    def read(self, shaped: Value) -> Reading:
        """Return the plain value."""
        ...

    def write(self, plain: Value) -> Reading:
        """Return the shaped value."""
        ...


@dataclass(frozen=True)
class Figure:
    """A number, as the text of its digits; also what a formula came to, which may be any plain value."""

    def read(self, shaped: Value) -> Reading:
        """Return the digits; text stays text."""
        if isinstance(shaped, bool):
            return str(shaped).lower()
        return str(number(shaped)) if isinstance(shaped, int | float) else shaped

    def write(self, plain: Value) -> Reading:
        """Return the number that the text spells, UNREAD where it spells none."""
        try:
            found = None if plain is None else number(float(str(plain)))
        except ValueError:
            return UNREAD
        return found if found is None or float("-inf") < found < float("inf") else UNREAD  # type: ignore[operator]


@dataclass(frozen=True)
class Flag:
    """A box that is ticked or not, as `true` and `off`: what an unticked one is called, None where it says nothing."""

    off: str | None = "false"

    def read(self, shaped: Value) -> Reading:
        """Return the word."""
        return None if shaped is None else "true" if shaped else self.off

    def write(self, plain: Value) -> Reading:
        """Return whether the box is ticked; no box can say nothing where being unticked says something."""
        return {"true": True, self.off: False}.get(plain if plain is None else str(plain), UNREAD)


@dataclass(frozen=True)
class Day:
    """A day or a point in time, or two of them with a slash between, as the text that spells it."""

    def read(self, shaped: Value) -> Reading:
        """Return the text."""
        return shaped

    def write(self, plain: Value) -> Reading:
        """Return the time that the text spells as ISO 8601, UNREAD where it spells none."""
        try:
            return "/".join(_moment(each.strip()) for each in str(plain).split("/")) if plain is not None else None
        except ValueError:
            return UNREAD


def _moment(text: str) -> str:
    if len(text) <= len("2026-12-01"):
        return date.fromisoformat(text).isoformat()
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Joined:
    """A set of names as one text, with `by` between them."""

    by: str = ", "

    @property
    def edge(self) -> str:
        """Return what no name may hold."""
        return self.by.strip() or self.by

    def read(self, shaped: Value) -> Reading:
        """Return the names between the separators, blanks around them taken off."""
        return names(name for piece in str(shaped or "").split(self.edge) if (name := piece.strip()))

    def write(self, plain: Value) -> Reading:
        """Return one text."""
        return self.by.join(members(plain)) or None


@dataclass(frozen=True)
class Alone:
    """One name, as a set of one."""

    def read(self, shaped: Value) -> Reading:
        """Return the set."""
        return None if shaped is None else (str(shaped),)

    def write(self, plain: Value) -> Reading:
        """Return the one name, UNREAD where there are several."""
        found = members(plain)
        return UNREAD if len(found) > 1 else found[0] if found else None


@dataclass(frozen=True)
class Prefixed:
    """Text behind a prefix; a text that lacks it is read as it is."""

    prefix: str

    def read(self, shaped: Value) -> Reading:
        """Return what stands behind the prefix."""
        return str(shaped or "").removeprefix(self.prefix) or None

    def write(self, plain: Value) -> Reading:
        """Return the text with the prefix in front."""
        return None if plain is None else f"{self.prefix}{plain}"


@dataclass(frozen=True)
class Formed(Transform):
    """A translation whose values of one side have another shape than it speaks."""

    inner: Transform
    side: Side
    form: Form

    @property
    def by_name(self) -> bool:
        """Tell whether the values are sets of names, whatever their shape."""
        return self.inner.by_name

    def say(self, to: Side, value: Value, base: Value) -> Reading:
        """Return the base where it means the same, else what the inner translation says, in this side's shape."""
        if to is self.side:
            return self._shaped(self.inner.say(to, value, self._plain(base)), base)
        plain = self.form.read(value)
        return UNREAD if plain is UNREAD else self.inner.say(to, plain, base)

    def carry(self, to: Side, change: Edit, onto: Value) -> Reading:
        """Return `onto` after the other side's change."""
        if to is self.side:
            return self._shaped(self.inner.carry(to, change, self._plain(onto)), onto)
        new = self.form.read(change[1])
        return UNREAD if new is UNREAD else self.inner.carry(to, (self._plain(change[0]), new), onto)

    def agree(self, github: Value, notion: Value) -> bool:
        """Tell whether the two mean the same once they are plain."""
        plain = self.form.read(github if self.side is Side.GITHUB else notion)
        if plain is UNREAD:
            return False
        return self.inner.agree(plain, notion) if self.side is Side.GITHUB else self.inner.agree(github, plain)

    def seen(self, side: Side, value: Value) -> Value:
        """Return what takes part: a shaped value as a whole."""
        return value if side is self.side else self.inner.seen(side, value)

    def unsaid(self, side: Side, value: Value) -> tuple[str, ...]:
        """Return what the inner translation cannot say, and what has no shape there."""
        plain = self.form.read(value) if side is self.side else value
        if plain is UNREAD:
            return (str(value),)
        unsaid = self.inner.unsaid(side, plain)
        if unsaid or side is self.side:
            return unsaid
        said = self.inner.say(self.side, value, None)
        if said is not UNREAD and self.form.write(said) is not UNREAD:
            return ()
        return ("(empty)" if value is None else str(value),)

    def _plain(self, shaped: Value) -> Value:
        plain = self.form.read(shaped)
        return None if plain is UNREAD else plain

    def _shaped(self, said: Reading, base: Value) -> Reading:
        """Return what was said in this side's shape, and the base itself where that is what it stands for."""
        if said is UNREAD:
            return UNREAD
        return base if self.form.read(base) == said else self.form.write(said)
