"""Runs as one line of Markdown; what a reader would make of it is not judged here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sync.core.document import Form, Run, Runs, Style
from sync.remotes.commonmark.inline import target

Escape = Callable[[str], str]
Layer = Style | str
"""A style, or the address of a link."""

SIGNS: dict[Style, tuple[str, str]] = {
    Style.BOLD: ("**", "**"),
    Style.ITALIC: ("*", "*"),
    Style.STRIKE: ("~~", "~~"),
    Style.UNDERLINE: ("<ins>", "</ins>"),
}
_ORDER = [Style.STRIKE, Style.UNDERLINE, Style.BOLD, Style.ITALIC]
_TICKS = re.compile(r"`+")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_SPECIAL = re.compile(
    r"[`*~\[\]]|\\(?=[!-/:-@\[-`{-~\n]|$)|(?<!\w)_|_(?!\w)|<(?=[A-Za-z/!?])|&(?=#?\w+;)|\$(?=\S)|\$\$"
)
_FRAGILE = re.compile(r"[!-/:-@\[-`{-~]|^[ \t\xa0]|[ \t\xa0]$|(?<=[ \t])[ \t]|[ \t](?=\n)", re.MULTILINE)
_OPENING = re.compile(r"^([ \t]*)(#{1,6}(?=\s|$)|>|[-+](?=\s|$)|=+\s*$|-+\s*$|\$\$|\|)", re.MULTILINE)
_NUMBERED = re.compile(r"^([ \t]*\d{1,9})([.)])(?=\s|$)", re.MULTILINE)


def nothing(text: str) -> str:
    """Return text as it is."""
    return text


def special(text: str) -> str:
    """Return text with the signs escaped that mean something where they stand."""
    escaped = _SPECIAL.sub(lambda found: "\\" + found.group(0), text)
    return _NUMBERED.sub(r"\1\\\2", _OPENING.sub(r"\1\\\2", escaped))


def every(text: str) -> str:
    """Return text with every sign escaped."""
    return _PUNCTUATION.sub(r"\\\1", text)


def entities(text: str) -> str:
    """Return text with every sign, and every blank that could be lost, as a character reference."""
    return _FRAGILE.sub(lambda found: f"&#{ord(found.group(0))};", text)


@dataclass(frozen=True)
class Hand:
    """How a dialect spells: what is escaped, the signs of styles, a line break and markup of the other side.

    `bare` tells which links are made of their words alone.
    """

    escape: Escape = nothing
    signs: Mapping[Style, tuple[str, str]] = field(default_factory=lambda: SIGNS)
    break_: str = "\n"
    raw: Escape = nothing
    own: Callable[[Run, str], str] = lambda _run, spelled: spelled
    bare: Callable[[Run], bool] = lambda _run: False


def spelled(runs: Runs, hand: Hand) -> str:
    """Return runs as Markdown, each style opened once where it can be."""
    parts: list[str] = []
    stack: list[tuple[Layer, str]] = []
    for at, run in enumerate(runs):
        wanted = _layers(run, hand)
        while any(layer not in wanted for layer, _ in stack):
            parts.append(stack.pop()[1])
        for layer in sorted(wanted, key=lambda each: _depth(runs[at:], each, hand)):
            if all(layer != each for each, _ in stack):
                opening, closing = _signs(layer, hand, "".join(parts[-1:]))
                parts.append(opening)
                stack.append((layer, closing))
        parts.append(hand.own(run, _words(run, hand)))
    parts += [closing for _, closing in reversed(stack)]
    return "".join(parts)


def _layers(run: Run, hand: Hand) -> list[Layer]:
    layers: list[Layer] = [each for each in _ORDER if each in run.styles]
    return [*layers, run.link] if run.link and not hand.bare(run) else layers


def _depth(runs: Sequence[Run], layer: Layer, hand: Hand) -> tuple[int, int]:
    """Return where a layer that begins here belongs: what lasts longest is outermost."""
    lasts = next((at for at, run in enumerate(runs) if layer not in _layers(run, hand)), len(runs))
    return -lasts, _ORDER.index(layer) if isinstance(layer, Style) else len(_ORDER)


def _signs(layer: Layer, hand: Hand, before: str) -> tuple[str, str]:
    """Return what opens and closes a layer; beside two stars a third would say something else."""
    if not isinstance(layer, Style):
        return "[", f"]({target(layer)})"
    opening, closing = hand.signs[layer]
    return ("_", "_") if opening == "*" and before.endswith("**") else (opening, closing)


def _words(run: Run, hand: Hand) -> str:
    if run.form is Form.RAW:
        return hand.raw(run.text)
    if run.form is Form.MATH:
        return f"${run.text}$"
    if run.code:
        return ticked(run.text)
    if hand.bare(run):
        return run.text
    return hand.escape(run.text).replace("\n", hand.break_)


def ticked(text: str) -> str:
    """Return text as code in a line."""
    longest = max((len(each) for each in _TICKS.findall(text)), default=0)
    fence = "`" * (1 if longest != 1 else 2) if longest < 2 else "`" * (longest + 1)  # noqa: PLR2004 - a pair of ticks
    inner = text.replace("\n", " ")
    pad = (
        " " if inner.startswith("`") or inner.endswith("`") or (inner.strip() and inner[0] == inner[-1] == " ") else ""
    )
    return f"{fence}{pad}{inner}{pad}{fence}"
