"""Rich text between Notion's JSON and runs; blocks are not known here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from sync.core.document import Form, Run, Runs, Style, tidy
from sync.remotes.notion.customs import RAW, recognised
from sync.remotes.notion.values import ELEMENTS, pieces

Json = Mapping[str, Any]

FORMULA = 1000
"""Characters in an equation's expression ("Request limits")."""
GOES_ON = "⋯"
"""In gray at the beginning of a paragraph, or as a code's caption: this goes on from the block above."""
_STYLES = {
    "bold": Style.BOLD,
    "italic": Style.ITALIC,
    "strikethrough": Style.STRIKE,
    "underline": Style.UNDERLINE,
    "code": Style.CODE,
}
_PIECE = r"\w+|\s+|[^\w\s]"


def runs(elements: Sequence[Json]) -> Runs:
    """Return rich text as runs; a run's `own` is its colour or the mention that it is."""
    return tidy(_run(each) for each in elements)


def _run(element: Json) -> Run:
    kind = element.get("type", "text")
    shown = element.get("annotations") or {}
    styles = frozenset(style for name, style in _STYLES.items() if shown.get(name))
    colour = str(shown.get("color", "default"))
    own = {"color": colour} if colour != "default" else None
    if kind == "equation":
        return Run(str(element["equation"]["expression"]), styles, form=Form.MATH, own=own)
    if kind == "mention":
        words = str(element.get("plain_text") or "")
        return Run(words, styles, element.get("href") or None, own={"mention": element["mention"]})
    text = element["text"]
    link = (text.get("link") or {}).get("url")
    return recognised(Run(str(text["content"]), styles, link, own=own), colour)


def elements(words: Runs) -> list[dict[str, Any]]:
    """Return runs as rich text, each element as long as Notion takes it."""
    return [element for run in words for element in _elements(run)]


def _elements(run: Run) -> Iterator[dict[str, Any]]:
    shown: dict[str, Any] = {name: True for name, style in _STYLES.items() if style in run.styles}
    own = run.own if isinstance(run.own, Mapping) else {}
    if run.form is Form.RAW:
        shown["color"] = RAW
    elif "color" in own:
        shown["color"] = own["color"]
    styled = {"annotations": shown} if shown else {}
    if "mention" in own:
        yield {"type": "mention", "mention": own["mention"], **styled}
    elif run.form is Form.MATH and len(run.text) <= FORMULA:
        yield {"type": "equation", "equation": {"expression": run.text}, **styled}
    else:
        text = f"${run.text}$" if run.form is Form.MATH else run.text
        for piece in pieces(text):
            link = {"link": {"url": run.link}} if run.link else {}
            yield {"type": "text", "text": {"content": piece, **link}, **styled}


def portions(words: Runs) -> list[list[dict[str, Any]]]:
    """Return runs as the rich text of one block, or of several where one does not hold them all."""
    whole = elements(words)
    first, rest = whole[:ELEMENTS], whole[ELEMENTS:]
    step = ELEMENTS - 1
    return [first, *([goes_on(), *rest[at : at + step]] for at in range(0, len(rest), step))]


def goes_on() -> dict[str, Any]:
    """Return the sign that a paragraph goes on from the one above."""
    return {"type": "text", "text": {"content": f"{GOES_ON} "}, "annotations": {"color": RAW}}


def continues(elements: Sequence[Json]) -> bool:
    """Tell whether a paragraph goes on from the one above."""
    first = elements[0] if elements else {}
    colour = (first.get("annotations") or {}).get("color")
    return colour == RAW and str((first.get("text") or {}).get("content", "")).strip() == GOES_ON


def plainly(words: Runs) -> list[dict[str, Any]]:
    """Return runs as rich text that one block holds: in too many styles they lose these, never a word."""
    whole = elements(words)
    if len(whole) <= ELEMENTS:
        return whole
    return elements((Run("".join(run.text for run in words)),))[:ELEMENTS]


def kept(before: Runs, after: Runs) -> Runs:
    """Return runs with the colours and mentions that the same words had before."""
    if not any(run.own for run in before):
        return after
    pattern = _pattern(before)
    old, new = _tokens(before, pattern), _tokens(after, pattern)
    matcher = SequenceMatcher(None, [text for text, _ in old], [text for text, _ in new], autojunk=False)
    owners: list[Any] = [None] * len(new)
    for i, j, size in matcher.get_matching_blocks():
        for step in range(size):
            owners[j + step] = old[i + step][1]
    parts = [_owned(text, run, owner) for (text, run), owner in zip(new, owners, strict=True)]
    return _whole(parts)


def _tokens(words: Runs, pattern: re.Pattern[str]) -> list[tuple[str, Run]]:
    return [(part, run) for run in words for part in pattern.findall(run.text)]


def _pattern(words: Runs) -> re.Pattern[str]:
    """Return how words are cut into what is compared: a mention is one piece."""
    mentions = [re.escape(run.text) for run in words if run.own and "mention" in run.own and run.text]
    return re.compile("|".join([*mentions, _PIECE]))


def _owned(text: str, run: Run, owner: Run | None) -> Run:
    same = owner is not None and (owner.styles, owner.form) == (run.styles, run.form)
    return replace(run, text=text, own=owner.own if owner is not None and same else None)


def _whole(parts: Sequence[Run]) -> Runs:
    merged: list[Run] = []
    for run in parts:
        if merged and replace(merged[-1], text=run.text) == run and merged[-1].own == run.own and run.form is Form.TEXT:
            merged[-1] = replace(run, text=merged[-1].text + run.text)
        else:
            merged.append(run)
    return tuple(merged)
