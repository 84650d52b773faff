"""Version 1, the older dialect, as far as words, lists, code and pages go: a line is a block, a tab is a level.

What it has no words for here (tables, columns, colours) it shows as an unknown block.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from sync.sandbox.notion import texts
from sync.sandbox.notion.languages import known
from sync.sandbox.notion.markdown import reading
from sync.sandbox.notion.markdown.inline import rich
from sync.sandbox.notion.markdown.showing import Showing, opening
from sync.sandbox.notion.model import Json, Sketch
from sync.sandbox.notion.world import World

_SIGN = re.compile(r"([\\*~`$\[\]<>{}|^])")
_LEADS = (
    (re.compile(r"(#{1,6}) (.*)"), "heading"),
    (re.compile(r"- \[([ xX])\] ?(.*)"), "to_do"),
    (re.compile(r"([-*+]) (.*)"), "bulleted_list_item"),
    (re.compile(r"(\d+[.)]) (.*)"), "numbered_list_item"),
    (re.compile(r"(>) ?(.*)"), "quote"),
)
_PAGE = re.compile(r"<(page|database|unknown) ([^<>]*?)(/>|>.*</\1>)")
_PICTURE = re.compile(r"!\[.*\]\(.*\)")


def read(world: World, text: str) -> tuple[Sketch, ...]:
    """Return the blocks that a text is."""
    return tuple(_blocks(world, text.replace("\r\n", "\n").split("\n")))


def show(showing: Showing, blocks: Iterable[Sketch]) -> str:
    """Return blocks in the older dialect."""
    return "\n".join(_lines(showing, blocks, ""))


def _blocks(world: World, lines: Sequence[str]) -> Iterator[Sketch]:
    at = 0
    while at < len(lines):
        line, at = lines[at], at + 1
        if not line.strip():
            continue
        if fence := re.fullmatch(r"\t*(`{3,})(.*)", line):
            end = next((i for i in range(at, len(lines)) if lines[i].strip() == fence[1]), len(lines))
            text, at = "\n".join(lines[at:end]), end + 1
            said = [texts.element(text)] if text else []
            yield Sketch(type="code", body={"rich_text": said, "caption": [], "language": known(fence[2])})
        elif line.strip() == "$$" and "$$" in lines[at:]:
            end = lines.index("$$", at)
            yield Sketch(type="equation", body={"expression": "\n".join(lines[at:end])})
            at = end + 1
        else:
            outside = (i for i in range(at, len(lines)) if lines[i].strip() and not lines[i].startswith("\t"))
            end = next(outside, len(lines))
            below = [each.removeprefix("\t") for each in lines[at:end]]
            at = end
            for block in _one(world, line):
                yield replace(block, children=tuple(_blocks(world, below))) if any(below) else block


def _one(world: World, line: str) -> tuple[Sketch, ...]:
    line = line.strip()
    if line == "---":
        return (Sketch(type="divider"),)
    if line == "<empty-block/>":
        return (_worded("paragraph", "", icon=None),)
    if _PAGE.fullmatch(line) or _PICTURE.fullmatch(line):
        return reading.read(world, line)
    for pattern, kind in _LEADS:
        if found := pattern.fullmatch(line):
            return (_led(kind, found[1], found[2]),)
    return (_worded("paragraph", line, icon=None),)


def _led(kind: str, mark: str, words: str) -> Sketch:
    if kind == "heading":
        return _worded(f"heading_{min(len(mark), 4)}", words, is_toggleable=False)
    return _worded(kind, words, **({"checked": mark != " "} if kind == "to_do" else {}))


def _worded(kind: str, words: str, **more: object) -> Sketch:
    return Sketch(type=kind, body={"rich_text": rich(words), "color": "default", **more})


def _lines(showing: Showing, blocks: Iterable[Sketch], indent: str) -> Iterator[str]:
    number, last = 0, ""
    for block in blocks:
        number, last = (number + 1 if block.type == last else 1), block.type
        yield from (indent + line for line in _shown(showing, block, number).split("\n"))
        yield from _lines(showing, block.children if block.type in _MARKS else (), indent + "\t")


def _shown(showing: Showing, block: Sketch, number: int) -> str:
    words = _spelled(block.body.get("rich_text", ()))
    if block.type in _MARKS:
        mark = _MARKS[block.type].format(number=number, box="x" if block.body.get("checked") else " ")
        return f"{mark}{words}" if mark or words else "<empty-block/>"
    if block.type.startswith("heading"):
        return f"{'#' * int(block.type[-1])} {words}"
    match block.type:
        case "divider":
            return "---"
        case "code":
            return f"```{block.body['language']}\n{texts.plain(block.body['rich_text'])}\n```"
        case "equation" | "image" | "child_page" | "child_database":
            return showing.one(block)
    showing.unknown.append(block.id)
    return opening("unknown", {"url": showing.url(block.id), "alt": block.body.get("block_type", block.type)}, "/")


def _spelled(elements: Sequence[Json]) -> str:
    return "".join(map(_word, elements))


def _word(element: Json) -> str:
    text, look = element["plain_text"], element["annotations"]
    if element["type"] == "equation":
        return f"${text}$"
    shown = f"`{text}`" if look["code"] else _SIGN.sub(r"\\\1", text).replace("\n", "<br>")
    for name, sign in (("italic", "*"), ("bold", "**"), ("strikethrough", "~~")):
        shown = f"{sign}{shown}{sign}" if look[name] else shown
    return f"[{shown}]({element['href']})" if element["href"] and element["type"] == "text" else shown


_MARKS = {
    "paragraph": "",
    "bulleted_list_item": "- ",
    "numbered_list_item": "{number}. ",
    "to_do": "- [{box}] ",
    "quote": "> ",
}
