"""How Notion spells what the two Markdown dialects share, and what only it has; a whole page is not known here."""

from __future__ import annotations

import html as entities_of
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode as Node

from sync.core.document import (
    Block,
    Blocks,
    Bullet,
    Callout,
    Code,
    Equation,
    Form,
    Heading,
    Image,
    Number,
    Paragraph,
    Quote,
    Raw,
    Run,
    Runs,
    Style,
    Table,
    Task,
    Toggle,
    tidy,
)
from sync.remotes.commonmark.inline import Line, Tag, tag
from sync.remotes.commonmark.reading import Reader
from sync.remotes.commonmark.source import Frame, Source
from sync.remotes.commonmark.spelling import SIGNS, Hand, entities, every
from sync.remotes.commonmark.writing import Lines, Writer, fenced, titled
from sync.remotes.notion import customs
from sync.remotes.notion.files import ALONE, View
from sync.remotes.notion.tags import HEADINGS, LINKED, SEE_THROUGH, UNSEEN, notion_grammar

_STYLES = {
    "b": Style.BOLD,
    "strong": Style.BOLD,
    "i": Style.ITALIC,
    "em": Style.ITALIC,
    "s": Style.STRIKE,
    "u": Style.UNDERLINE,
}
_SIGN = re.compile(r"[\\*_~`$\[\]<>{}|^]|:(?=[\w+-]+:)|&(?=#?\w+;)")
_START = re.compile(r"^([ \t]*)(#{1,6}(?=\s|$)|[-+](?=\s|$)|=+\s*$|-+\s*$)", re.MULTILINE)
_COUNTED = re.compile(r"^([ \t]*\d{1,9})([.)])(?=\s|$)", re.MULTILINE)
_COLOUR = re.compile(r"\bcolor=\"([\w-]+)\"")
_ROW = re.compile(r"<tr\b[^>]*>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<t([hd])\b[^>]*>(.*?)</t\1>", re.DOTALL)


class NotionReader(Reader):
    """Notion-flavored Markdown as a tree."""

    def __init__(self, view: View = ALONE) -> None:
        super().__init__(_grammar())
        self._view = view

    def tagged(self, line: Line, html: str, at: int) -> None:
        """Read a tag in a line; what is none of Notion's is words."""
        found = tag(html)
        if found is None:
            line.say(html)
        elif found.name == "br":
            line.say("\n")
        elif found.name in _STYLES:
            line.set(_STYLES[found.name], found.closing)
        elif found.name == "span" and (line.spans if found.closing else line.closed_later("span", at)):
            line.spans.pop() if found.closing else line.spans.append(html)
        elif found.name in ("mention", "date"):
            line.pieces.append(_mention(found, html))
        else:
            line.say(html)

    def settled(self, run: Run) -> Run:
        """Return a run; in gray, what looks like markup is markup."""
        spans = (run.own or {}).get("spans", ())
        colours = [found[1] for span in spans if (found := _COLOUR.search(span))]
        return customs.recognised(run, customs.RAW) if customs.RAW in colours else run

    def language(self, info: str) -> str:
        """Return the language of a fence, whose name may have several words."""
        name = info.strip().lower()
        return "" if name == customs.PLAIN else name

    def code(self, node: Node, source: Source) -> Block:
        """Return code; in the language of markup it is markup."""
        block = super().code(node, source)
        assert isinstance(block, Code)
        return Raw(block.text, own=source) if block.language == customs.MARKUP_LANGUAGE else block

    def paragraph(self, tokens: Sequence[object], source: Source, frame: Frame) -> list[Block]:
        """Return a paragraph; a file that Notion holds is a link to where it can be seen."""
        blocks = super().paragraph(tokens, source, frame)  # type: ignore[arg-type] # the parser's tokens
        return [self._image(each) if isinstance(each, Image) else each for each in blocks]

    def _image(self, image: Image) -> Block:
        image = replace(image, caption=customs.caption_of(image.caption))
        if not customs.held(image.source):
            return image
        address = image.source.partition("?")[0]
        if copied := self._view.copied(address):
            return replace(image, source=copied)
        own = replace(image.own, foreign=True)
        if known := self._view.shown(address):
            return replace(image, source=known, own=own)
        return Paragraph(runs=(Run(image.caption or "image", link=self._view.page or None),), own=own)

    def other(self, node: Node, source: Source, frame: Frame) -> list[Block]:
        """Return what a tag says."""
        if node.type != "element":
            return super().other(node, source, frame)
        found: Tag = node.meta["tag"]
        title_line, last = source.start, source.end - 1
        inner = replace(
            frame,
            line=title_line,
            first=frame.lines[title_line][: frame.lines[title_line].index(node.markup) + len(node.markup)],
            last=-1 if node.meta["alone"] else last,
            tail="" if node.meta["alone"] else f"</{found.name}>",
        )
        blocks = tuple(self.blocks(node.children, inner))
        bottom = last if node.meta["alone"] else source.end
        place = replace(source, mark=node.markup, bottom=bottom)
        return self._tag(found, node, blocks, place)

    def _tag(  # noqa: C901, PLR0911, PLR0912 - one case for each tag
        self, found: Tag, node: Node, blocks: Blocks, place: Source
    ) -> list[Block]:
        colour = found.attributes.get("color", "").replace("_bg", "_background")
        match found.name:
            case "quote":
                return [Quote(blocks, own=place)]
            case "callout":
                kind = customs.kind_of(found.attributes.get("icon", ""), colour)
                return [Callout(blocks, kind=kind, own=place)]
            case "todo":
                return [Task(blocks, checked=found.attributes.get("checked") == "true", own=place)]
            case "li":
                return [Bullet(blocks, own=place)]
            case "ol":
                return [Number(each.blocks, own=each.own) if isinstance(each, Bullet) else each for each in blocks]
            case "toggle" if "heading" not in found.attributes:
                return [self._toggle(blocks, place)]
            case "toggle":
                level = re.sub(r"\D", "", found.attributes["heading"]) or "1"
                return self._heading(int(level), colour, blocks)
            case "equation":
                return [Equation(entities_of.unescape(node.content).strip().strip("$").strip(), own=place)]
            case "table":
                return [Table(self._cells(node.content), own=place)]
            case "image":
                source, words = found.attributes.get("source", ""), node.content.strip()
                return [self._image(Image(source, words, own=place))]
            case name if name in HEADINGS:
                return self._heading(int(name[1]), colour, blocks)
            case name if name in LINKED:
                return [self._link(found, node.content.strip(), place)]
            case name if name in UNSEEN:
                return []
        assert found.name in SEE_THROUGH or found.name in ("p", "ul")
        return list(blocks)

    def _heading(self, level: int, colour: str, blocks: Blocks) -> list[Block]:
        """Return a heading, and what is folded away under it below it."""
        runs, rest = _title(blocks)
        own = blocks[0].own if runs else None
        return [Heading(runs=_flat(runs), level=customs.level_of(level, colour), own=own), *rest]

    def _toggle(self, blocks: Blocks, place: Source) -> Block:
        runs, rest = _title(blocks)
        top = blocks[0].own.end if runs else place.start
        return Toggle(rest, runs=_flat(runs), own=replace(place, top=min(top, place.bottom)))

    def _link(self, found: Tag, words: str, place: Source) -> Block:
        url = next((found.attributes[name] for name in ("source", "url") if found.attributes.get(name)), "")
        address = self._view.shown(url.partition("?")[0]) or self._view.page if customs.held(url) else url
        name = words or (found.name if customs.held(url) else url) or found.name
        return Paragraph(runs=(Run(name, link=address or None),), own=replace(place, foreign=True))

    def _cells(self, content: str) -> tuple[tuple[Runs, ...], ...]:
        rows = [_CELL.findall(row) for row in _ROW.findall(content)]
        return tuple(
            tuple(self.runs(self._md.parseInline(cell.strip())[0].children or []) for _, cell in row) for row in rows
        )


def _title(blocks: Blocks) -> tuple[Runs, Blocks]:
    """Return the words behind a tag, be they markup alone, and what follows them."""
    if blocks and isinstance(raw := blocks[0], Raw) and "\n" not in raw.text:
        return (Run(raw.text, form=Form.RAW),), blocks[1:]
    return titled(blocks)


def _mention(found: Tag, html: str) -> Run:
    if found.name == "date":
        words = " → ".join(found.attributes[name] for name in ("start", "end") if found.attributes.get(name))
        return Run(words or "date", own={"mention": html})
    url = found.attributes.get("url", "")
    web = url.startswith("http")
    return Run(url if web else "@" + url.partition("://")[0], link=url if web else None, own={"mention": html})


def _flat(runs: Runs) -> Runs:
    return tidy(replace(run, text=run.text.replace("\n", " ")) for run in runs)


@cache
def _grammar() -> MarkdownIt:
    return notion_grammar()


def careful(text: str) -> str:
    """Return text with every sign escaped that Notion names, and what begins a block."""
    escaped = _SIGN.sub(lambda found: "\\" + found.group(0), text)
    return _COUNTED.sub(r"\1\\\2", _START.sub(r"\1\\\2", escaped))


def _gray(text: str) -> str:
    return f'<span color="{customs.RAW}">{careful(text)}</span>'.replace("\n", "\\\n")


def _own(run: Run, spelled: str) -> str:
    """Return a run's words between the tags that only Notion knows."""
    own = run.own if isinstance(run.own, dict) else {}
    if "mention" in own:
        return str(own["mention"])
    spans = own.get("spans", ()) if run.form is not Form.RAW else ()
    return "".join(spans) + spelled + "</span>" * len(spans)


_SIGNS = SIGNS | {Style.UNDERLINE: ("<u>", "</u>")}
_TAGS = {style: (f"<{name}>", f"</{name}>") for style, name in zip(SIGNS, "bisu", strict=True)}


class NotionWriter(Writer):
    """A tree as Notion-flavored Markdown: every sign is escaped, whether or not it would be misread."""

    hands = (
        Hand(careful, _SIGNS, "\\\n", _gray, _own),
        Hand(careful, _TAGS, "\\\n", _gray, _own),
        Hand(every, _TAGS, "\\\n", _gray, _own),
        Hand(entities, _TAGS, "<br />", _gray, _own),
    )

    def literal(self, block: Block) -> str:
        """Return a block in which nothing is escaped; markup of one line is gray words."""
        if isinstance(block, Raw):
            return fenced(block.text, customs.MARKUP_LANGUAGE) if "\n" in block.text else _gray(block.text)
        return super().literal(block)

    def spellings(self, block: Block) -> Iterator[str]:
        """Yield ways to write a block; a level that Notion has not is a colour."""
        if isinstance(block, Heading) and block.level in customs.LEVELS:
            for hand in self.hands:
                yield f'<h4 color="{customs.LEVELS[block.level]}">{self.line(block.runs, hand)}</h4>'
        else:
            yield from super().spellings(block)

    def cell(self, runs: Runs, hand: Hand) -> str:
        """Return a cell's words."""
        return super().cell(runs, hand).replace("<br>", "<br />")

    def callout(self, block: Callout) -> Lines:
        """Return a callout."""
        icon, colour = customs.KINDS[block.kind]
        return self._tagged(f'<callout icon="{icon}" color="{colour}_bg">', *titled(block.blocks), "</callout>")

    def toggle(self, block: Toggle) -> Lines:
        """Return a toggle."""
        return self._tagged("<toggle>", block.runs, block.blocks, "</toggle>")

    def opening(self, block: Callout | Toggle, mark: str = "<toggle>") -> Lines | None:
        """Return the line that opens a toggle."""
        return [f"{mark}{self.title(block.runs)}"] if isinstance(block, Toggle) else None

    def title(self, runs: Runs) -> str:
        """Return words behind a tag."""
        return self.leaf(Paragraph(runs=runs)) if runs else ""

    def _tagged(self, mark: str, runs: Runs, blocks: Blocks, end: str) -> Lines:
        first = f"{mark}{self.title(runs)}".split("\n")
        return [*first, "", *self.lines(blocks), end] if blocks else [*first[:-1], first[-1] + end]
