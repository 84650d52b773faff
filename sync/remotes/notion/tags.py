"""Notion's block tags read by the parser: a tag opens on its line, what it holds is read as blocks."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from sync.remotes.commonmark.grammar import grammar
from sync.remotes.commonmark.inline import tag

HEADINGS = ("h1", "h2", "h3", "h4")
SEE_THROUGH = frozenset({"columns", "column", "tabs", "tab", "synced-block", "meeting-notes", "mail"})
"""Tags that only arrange what they hold."""
LINKED = frozenset(
    {"pdf", "file", "audio", "video", "bookmark", "embed", "external_object_instance", "page", "database"}
)
"""Tags of what GitHub can only see as a link."""
UNSEEN = frozenset({"table-of-contents", "unknown", "folder", "custom-block", "breadcrumb"})
"""Tags of what GitHub cannot see at all."""
BLOCKS = (
    frozenset({*HEADINGS, "p", "quote", "toggle", "ul", "ol", "li", "callout", "todo", "equation", "image", "table"})
    | SEE_THROUGH
    | LINKED
    | UNSEEN
)
"""Tags that are blocks ("Notion-flavored Markdown")."""
LITERAL = frozenset({"equation", "table"})
"""Tags whose inside is no Markdown blocks."""

_OPENING = re.compile(r"<([a-z][\w-]*)((?:\s[^<>]*?)?)(/?)>")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")


def notion_grammar() -> MarkdownIt:
    """Return a parser of Notion-flavored Markdown: no HTML but its own tags, no footnotes."""
    md = grammar(bare_links=False)
    md.disable(["note", "html_block"])
    md.block.ruler.before("fence", "element", element, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    return md


def element(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - the parser's own signature
    """Read a tag that is a block, with what it holds."""
    first = state.bMarks[start] + state.tShift[start]
    found = None if state.is_code_block(start) else _OPENING.match(state.src, first, state.eMarks[start])
    if found is None or found[1] not in BLOCKS:
        return False
    last, close = (start, found.end()) if found[3] else _closing(state, found[1], (start, end), found.end())
    if last < 0 or state.src[close + (0 if found[3] else len(f"</{found[1]}>")) : state.eMarks[last]].strip():
        return False
    if silent:
        return True
    token = state.push("element_open", found[1], 1)
    token.map, token.content, token.markup = [start, last + 1], state.src[found.end() : close], found.group(0)
    token.meta = {"tag": tag(found.group(0)), "alone": not state.src[state.bMarks[last] : close].strip()}
    if not found[3] and found[1] not in LITERAL:
        _inside(state, (start, last), (found.end(), close))
    state.push("element_close", found[1], -1)
    state.line = last + 1
    return True


def _closing(state: StateBlock, name: str, lines: tuple[int, int], after: int) -> tuple[int, int]:
    """Return the line and the place of the tag that closes one, -1 where there is none; code closes nothing."""
    depth, fence = 1, ""
    pattern = re.compile(rf"(?<!\\)<(/?){re.escape(name)}(?:\s[^<>]*?)?(/?)>")
    for line in range(*lines):
        begin = max(after, state.bMarks[line])
        mark = (
            _FENCE.match(state.src, state.bMarks[line] + state.tShift[line], state.eMarks[line])
            if line > lines[0]
            else None
        )
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        for found in pattern.finditer(state.src, begin, state.eMarks[line]) if not fence else ():
            depth += 0 if found[2] else -1 if found[1] else 1
            if depth == 0:
                return line, found.start()
    return -1, -1


def _inside(state: StateBlock, lines: tuple[int, int], edges: tuple[int, int]) -> None:
    """Read what stands between two edges, on lines that keep their numbers."""
    (start, last), (begin, stop) = lines, edges
    kept = [list(each) for each in (state.bMarks, state.eMarks, state.tShift, state.sCount)]
    state.bMarks[start], state.sCount[start] = begin, state.blkIndent
    state.eMarks[last] = stop
    blank = len(state.src[begin : state.eMarks[start]]) - len(state.src[begin : state.eMarks[start]].lstrip(" \t"))
    state.tShift[start] = blank
    if start != last and not state.src[state.bMarks[last] : stop].strip():
        state.tShift[last] = stop - state.bMarks[last]
    parent, state.parentType = state.parentType, "root"
    limit, state.lineMax = state.lineMax, last + 1
    state.md.block.tokenize(state, start, last + 1)
    state.lineMax, state.parentType = limit, parent
    state.bMarks, state.eMarks, state.tShift, state.sCount = kept
