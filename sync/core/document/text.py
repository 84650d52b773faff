"""Runs in canonical form; blocks are not known here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sync.core.document.tree import SPACE, Form, Run, Runs, Style

_NEAR_BREAK = re.compile(r"[ \t]*\n[ \t]*")


def tidy(runs: Iterable[Run]) -> Runs:
    """Return runs in canonical form: nothing empty, white space outside the styles, neighbours of one style as one."""
    pieces = [piece for run in runs for piece in _pieces(run) if piece.text]
    settled = [_settled(pieces, at) for at in range(len(pieces))]
    return _trimmed(_merged(settled))


def _pieces(run: Run) -> Iterable[Run]:
    """Yield the run's leading white space, its words and its trailing white space."""
    if run.code or run.form is not Form.TEXT:
        return [replace(run, text=run.text.replace("\r\n", "\n"))]
    text = _NEAR_BREAK.sub("\n", run.text.replace("\r\n", "\n"))
    core = text.strip(SPACE)
    start = text.find(core) if core else len(text)
    parts = (text[:start], core, text[start + len(core) :])
    return [replace(run, text=part) for part in parts]


def _settled(pieces: Sequence[Run], at: int) -> Run:
    """Return a piece; white space takes the style that both its neighbours share."""
    piece = pieces[at]
    if piece.text.strip(SPACE) or piece.form is not Form.TEXT or piece.code:
        return piece
    before = next((each for each in reversed(pieces[:at]) if each.text.strip(SPACE)), None)
    after = next((each for each in pieces[at + 1 :] if each.text.strip(SPACE)), None)
    if before is None or after is None or Form.TEXT not in (before.form, after.form):
        return Run(piece.text)
    link = before.link if before.link == after.link else None
    return Run(piece.text, (before.styles & after.styles) - {Style.CODE}, link, own=piece.own)


def _merged(runs: Iterable[Run]) -> list[Run]:
    merged: list[Run] = []
    for run in runs:
        last = merged[-1] if merged else None
        if last and run.form is not Form.MATH and _look(last) == _look(run):
            merged[-1] = replace(last, text=last.text + run.text)
        else:
            merged.append(run)
    return [
        replace(run, text=_NEAR_BREAK.sub("\n", run.text)) if run.form is Form.TEXT and not run.code else run
        for run in merged
    ]


def _look(run: Run) -> tuple[Any, ...]:
    return run.styles, run.link, run.form, run.own


def _trimmed(runs: list[Run]) -> Runs:
    """Return the runs without white space at either end and around line breaks between runs."""
    kept: list[Run] = []
    for at, run in enumerate(runs):
        if run.code or run.form is not Form.TEXT:
            kept.append(run)
            continue
        text = run.text
        if at == 0 or (kept and kept[-1].text.endswith("\n")) or not kept:
            text = text.lstrip(SPACE)
        if at == len(runs) - 1:
            text = text.rstrip(SPACE)
        if text:
            kept.append(replace(run, text=text))
    return tuple(kept)
