"""The parser of version 2: CommonMark with tables and strikethrough, formulas, and Notion's own tags as blocks."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

TITLED = frozenset({"p", "h1", "h2", "h3", "h4", "quote", "toggle", "callout", "todo", "li", "tab"})
"""Tags whose words stand behind them, and blocks below."""
ARRANGING = frozenset({"ul", "ol", "columns", "column", "tabs", "synced-block", "folder", "mail", "meeting-notes"})
"""Tags that hold nothing but blocks."""
LITERAL = frozenset({"equation", "table"})
CAPTIONED = frozenset({"image", "pdf", "file", "audio", "video", "bookmark", "embed", "page", "database"})
ALONE = frozenset({"table-of-contents", "unknown", "external_object_instance", "custom-block"})
BLOCKS = TITLED | ARRANGING | LITERAL | CAPTIONED | ALONE

_OPENING = re.compile(r"<([a-z][\w-]*)((?:\s+[\w-]+(?:=\"[^\"]*\")?)*)\s*(/?)>")
_ATTRIBUTE = re.compile(r"([\w-]+)=\"([^\"]*)\"")
_FORMULA = re.compile(r"\$(?![\s$])((?:[^$\\\n`]|\\.)+?)(?<!\s)\$(?!\d)")


class Tag(NamedTuple):
    """A tag that is a block, with what stands between it and its end."""

    name: str
    attributes: dict[str, str]
    content: str


def attributes(text: str) -> dict[str, str]:
    """Return the attributes of a tag."""
    return {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(text)}


@cache
def grammar() -> MarkdownIt:
    """Return the parser; addresses stay as they are spelled, no HTML is a block."""
    md = MarkdownIt("commonmark", {"html": True, "strikethrough_single_tilde": True})
    md.enable(["table", "strikethrough"]).disable("html_block")
    md.inline.ruler.before("escape", "formula", formula)
    md.block.ruler.before("fence", "display", display, {"alt": ["paragraph", "blockquote", "list"]})
    md.block.ruler.before("fence", "tag", tag, {"alt": ["paragraph", "blockquote", "list"]})
    spelled: Callable[[str], str] = str
    anything: Callable[[str], bool] = bool
    for name, rule in (("normalizeLink", spelled), ("normalizeLinkText", spelled), ("validateLink", anything)):
        setattr(md, name, rule)
    return md


def formula(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's own signature
    """Read `$…$`."""
    found = _FORMULA.match(state.src, state.pos, state.posMax) if state.src[state.pos] == "$" else None
    if found is None:
        return False
    if not silent:
        state.push("formula", "", 0).content = found[1]
    state.pos = found.end()
    return True


def display(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - the parser's own signature
    """Read a formula between two lines that are `$$` alone."""
    if state.is_code_block(start) or _line(state, start).strip() != "$$":
        return False
    closing = next((at for at in range(start + 1, _last(state, start, end)) if _line(state, at).strip() == "$$"), None)
    if closing is None:
        return False
    if not silent:
        state.push("display", "", 0).content = state.getLines(start + 1, closing, state.blkIndent, keepLastLF=False)
        state.line = closing + 1
    return True


def tag(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - the parser's own signature
    """Read a tag that is a block: from the beginning of a line to where it is closed, which ends a line."""
    opening = None if state.is_code_block(start) else _OPENING.match(_line(state, start))
    if opening is None or opening[1] not in BLOCKS:
        return False
    whole = state.getLines(start, _last(state, start, end), state.blkIndent, keepLastLF=False)
    text = whole.lstrip(" ")
    closed = (opening.end(), opening.end()) if opening[3] else closing(text, opening[1], opening.end())
    if closed is None or text[closed[1] :].partition("\n")[0].strip():
        return False
    if not silent:
        token = state.push("tag", "", 0)
        token.meta = {"tag": Tag(opening[1], attributes(opening[2]), text[opening.end() : closed[0]])}
        state.line = start + text.count("\n", 0, closed[1]) + 1
    return True


def closing(text: str, name: str, at: int) -> tuple[int, int] | None:
    """Return where the tag that closes one begins and ends; code closes nothing, nor does what is escaped."""
    pieces = re.compile(
        rf"^[ \t]*(?P<fence>`{{3,}}|~{{3,}})[^`\n]*$|\\.|(?P<ticks>`+)|<(?P<end>/?){name}(?:\s[^<>]*?)?(?P<alone>/?)>",
        re.MULTILINE | re.DOTALL,
    )
    depth = 1
    while found := pieces.search(text, at):
        at = found.end()
        if found["fence"]:
            marks = re.compile(rf"^[ \t]*{found['fence']}{found['fence'][0]}*[ \t]*$", re.MULTILINE)
            end = marks.search(text, at)
            at = end.end() if end else len(text)
        elif found["ticks"]:
            end = re.compile(rf"(?<!`){found['ticks']}(?!`)").search(text, at)
            at = end.end() if end and "\n\n" not in text[at : end.start()] else at
        elif found["end"] is not None:
            depth += 0 if found["alone"] else -1 if found["end"] else 1
            if not depth:
                return found.start(), found.end()
    return None


def _last(state: StateBlock, start: int, end: int) -> int:
    """Return the line behind the last one that belongs to the list or quotation in which a line stands."""
    outside = (at for at in range(start + 1, end) if not state.isEmpty(at) and state.sCount[at] < state.blkIndent)
    return next(outside, end)


def _line(state: StateBlock, at: int) -> str:
    return state.src[state.bMarks[at] + state.tShift[at] : state.eMarks[at]]
