"""The parser of both dialects: CommonMark with tables, strikethrough, bare links, formulas and footnotes."""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin

_FORMULA = re.compile(r"\$(?![\s$])((?:[^$\\\n`]|\\.)+?)(?<![\s\\])\$(?![\w$])")
"""A formula in a line: nothing blank beside its dollars, no digit after them ("Writing mathematical expressions")."""
_TICKED = re.compile(r"\$`([^`\n]+)`\$")
"""The same where Markdown's own signs stand in it (same page)."""
_NOTE = re.compile(r"\[\^([^\]\s]+)\](:?)")


def grammar(*, bare_links: bool) -> MarkdownIt:
    """Return a parser; link targets stay as they are spelled."""
    md = MarkdownIt("commonmark", {"html": True, "strikethrough_single_tilde": True})
    md.enable(["table", "strikethrough"])
    md.inline.ruler.before("escape", "formula", formula)
    md.inline.ruler.before("link", "note", note)
    md.block.ruler.before("fence", "display", display, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    md.block.ruler.before("reference", "note", definition, {"alt": ["paragraph", "reference"]})
    if bare_links:
        md.use(gfm_autolink_plugin)
    spelled: Callable[[str], str] = str
    anything: Callable[[str], bool] = bool
    for name, rule in (("normalizeLink", spelled), ("normalizeLinkText", spelled), ("validateLink", anything)):
        setattr(md, name, rule)
    return md


def formula(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's own signature
    """Read a formula between dollars."""
    if state.src[state.pos] != "$" or (state.pos and state.src[state.pos - 1].isalnum()):
        return False
    found = _TICKED.match(state.src, state.pos) or _FORMULA.match(state.src, state.pos)
    if found is None or found.end() > state.posMax:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content = found.group(1)
    state.pos = found.end()
    return True


def note(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's own signature
    """Read the mark of a footnote, which is no link."""
    found = _NOTE.match(state.src, state.pos)
    if found is None or (found.group(2) and state.pos):
        return False
    if not silent:
        token = state.push("note", "", 0)
        token.content = found.group(0)
    state.pos = found.end()
    return True


def display(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - the parser's own signature
    """Read a formula of its own, from a line that opens with two dollars to one that closes with them."""
    if state.is_code_block(start) or not _line(state, start).startswith("$$"):
        return False
    for last in range(start, end):
        if last > start and state.sCount[last] < state.blkIndent:
            return False
        text = "\n".join(
            [_line(state, start), *(_line(state, at, state.blkIndent) for at in range(start + 1, last + 1))]
        )
        if len(text.strip()) > len("$$$$") and text.rstrip().endswith("$$"):
            break
    else:
        return False
    if not silent:
        state.line = last + 1
        token = state.push("display", "", 0)
        token.content, token.map = text.strip()[2:-2].strip("\n"), [start, last + 1]
    return True


def definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - the parser's own signature
    """Read a footnote, with the paragraphs that are indented below it, as it is spelled."""
    found = None if state.is_code_block(start) else _NOTE.match(_line(state, start))
    if found is None or not found.group(2):
        return False
    if silent:
        return True
    last = start + 1
    while last < end and (_continues(state, last) or not state.isEmpty(last)):
        if not _continues(state, last) and (state.isEmpty(last - 1) or _NOTE.match(_line(state, last))):
            break
        last += 1
    while state.isEmpty(last - 1):
        last -= 1
    token = state.push("footnote", "", 0)
    lines = [_line(state, start), *(_line(state, at, state.blkIndent) for at in range(start + 1, last))]
    token.content, token.map = "\n".join(lines), [start, last]
    state.line = last
    return True


def _continues(state: StateBlock, line: int) -> bool:
    """Tell whether a line belongs to the footnote above it by its indentation."""
    return state.isEmpty(line) or state.sCount[line] - state.blkIndent >= len("    ")


def _line(state: StateBlock, at: int, indent: int | None = None) -> str:
    """Return a line without its container's marks, and without its own indentation where none is to be kept."""
    if indent is None:
        return state.src[state.bMarks[at] + state.tShift[at] : state.eMarks[at]]
    return state.getLines(at, at + 1, indent, keepLastLF=False)
