"""Canonical forms and equality of values; what a side cannot tell apart must look the same here."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from sync.core.model import UNREAD, Kind, Reading, Value

SETS = frozenset({Kind.CHOICES, Kind.PEOPLE})
"""Kinds whose values are sets of names, merged element by element."""


def key(name: str) -> str:
    """Return what two spellings of one name share: labels, logins and options compare without case."""
    return name.casefold()


def alike(text: str) -> str:
    """Return what two texts share that only look the same: composed letters (NFC), no white space around."""
    return unicodedata.normalize("NFC", text).strip()


def names(raw: Iterable[str]) -> Value:
    """Return a set of names as a sorted tuple, of twins the first; None where it is empty."""
    first: dict[str, str] = {}
    for name in raw:
        first.setdefault(key(name), name)
    return tuple(first[each] for each in sorted(first)) or None


def text(raw: str | None) -> Value:
    """Return text with the one kind of line end, None where it is empty."""
    return (raw or "").replace("\r\n", "\n") or None


def lined(raw: str | None) -> str:
    """Return text with the one kind of line end, without the white space at its end."""
    return (raw or "").replace("\r\n", "\n").replace("\r", "\n").rstrip()


def number(raw: float | None) -> Value:
    """Return a number, as an integer where it is one."""
    return int(raw) if isinstance(raw, float) and raw.is_integer() else raw


def members(value: Value) -> tuple[str, ...]:
    """Return the names in a set's value."""
    if value is None:
        return ()
    assert isinstance(value, tuple), f"{value!r} is no set"
    return value


def same(kind: Kind, one: Reading, two: Reading) -> bool:
    """Tell whether two readings of one side are the same value; what is unread equals nothing but itself."""
    if one is UNREAD or two is UNREAD:
        return one is two
    if kind in SETS:
        return {key(each) for each in members(one)} == {key(each) for each in members(two)}
    if kind is Kind.URL:
        return _address(one) == _address(two)
    if kind is Kind.DOCUMENT:
        return one == two or _document(one) == _document(two)
    return one == two


def _document(value: Value) -> str:
    """Return a document as it is compared: the web editor of GitHub writes other line ends than its API."""
    assert value is None or isinstance(value, str)
    return lined(value)


def _address(value: Value) -> Value:
    return value.rstrip("/").casefold() if isinstance(value, str) else value
