"""How GitHub spells what the two Markdown dialects share, and what only it has; a whole body is not known here."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode as Node

from sync.core.document import (
    Block,
    Callout,
    Code,
    Equation,
    Form,
    Image,
    Paragraph,
    Quote,
    Raw,
    Run,
    Runs,
    Style,
    Toggle,
    tidy,
)
from sync.remotes.commonmark.grammar import grammar
from sync.remotes.commonmark.inline import TAGS, Line, tag
from sync.remotes.commonmark.reading import Reader, worded
from sync.remotes.commonmark.source import Frame, Source
from sync.remotes.commonmark.spelling import SIGNS, Hand, entities, every, special
from sync.remotes.commonmark.writing import Lines, Writer, quoted

ALERTS = ("note", "tip", "important", "warning", "caution")
"""The kinds of alerts ("Basic writing and formatting syntax", Alerts)."""

_ALERT = re.compile(rf"\[!({'|'.join(ALERTS)})\]", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LINKABLE = re.compile(r"(?:https?://[^\s/]+\.?[^\s]*|mailto:\S+@\S+)")
_REFERENCE = re.compile(
    r"(?<![\w/.@-])@(?P<team>[A-Za-z\d][A-Za-z\d-]*/[A-Za-z\d][\w-]*)"
    r"|(?<![\w/.@-])@(?P<login>[A-Za-z\d](?:[A-Za-z\d]|-(?=[A-Za-z\d])){0,38})(?![\w/@])"
    r"|(?<![\w/.-])(?P<where>[A-Za-z\d][A-Za-z\d-]*/[\w.-]+)#(?P<there>\d+)\b"
    r"|(?<![\w&#/])(?:#|GH-)(?P<here>\d+)\b"
)
_DETAILS = re.compile(r"\s*<details\b[^>]*>(?P<rest>.*)", re.DOTALL | re.IGNORECASE)
_SUMMARY = re.compile(r"\s*<summary\b[^>]*>(?P<title>.*?)</summary>(?P<rest>.*)", re.DOTALL | re.IGNORECASE)
_END = re.compile(r"\s*</details>[ \t]*(?P<rest>.*)", re.DOTALL | re.IGNORECASE)
_FOLD = re.compile(r"^[ \t]*</?details\b", re.MULTILINE | re.IGNORECASE)
_IMAGES = re.compile(r"\s*(?:<img\b[^>]*>\s*)+", re.IGNORECASE)
_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_PRIVATE = re.compile(r"https://private-user-images\.githubusercontent\.com/\d+/\d+-([0-9a-f-]{36})\.")
_PART = re.compile(r"(<[^>]*>)")
_LANGUAGES = {
    "js": "javascript",
    "jsx": "javascript",
    "node": "javascript",
    "ts": "typescript",
    "tsx": "typescript",
    "py": "python",
    "python3": "python",
    "pycon": "python",
    "rb": "ruby",
    "rs": "rust",
    "golang": "go",
    "sh": "shell",
    "zsh": "shell",
    "console": "shell",
    "yml": "yaml",
    "md": "markdown",
    "kt": "kotlin",
    "cs": "c#",
    "csharp": "c#",
    "cpp": "c++",
    "objc": "objective-c",
    "dockerfile": "docker",
    "make": "makefile",
    "ps1": "powershell",
    "tex": "latex",
    "hs": "haskell",
}
"""Other names that GitHub's highlighter knows a language by (github-linguist, `languages.yml`)."""


class GitHubReader(Reader):
    """GitHub-flavoured Markdown as a tree."""

    def __init__(self, home: str | None = None) -> None:
        super().__init__(grammar(bare_links=True))
        self._home = home and home.rstrip("/")

    def speak(self, text: str) -> Iterable[Run]:
        """Return words with mentions and references to issues as links."""
        at = 0
        for found in _REFERENCE.finditer(text) if self._home else ():
            yield Run(text[at : found.start()])
            yield Run(found.group(0), link=self._address(found))
            at = found.end()
        yield Run(text[at:])

    def _address(self, found: re.Match[str]) -> str:
        web = (self._home or "").rsplit("/", 2)[0]
        if team := found["team"]:
            organization, _, name = team.partition("/")
            return f"{web}/orgs/{organization}/teams/{name}"
        if login := found["login"]:
            return f"{web}/{login}"
        return (
            f"{web}/{found['where']}/issues/{found['there']}"
            if found["where"]
            else f"{self._home}/issues/{found['here']}"
        )

    def linkable(self, url: str) -> bool:
        """Tell whether Notion takes the address: it knows no relative links."""
        return bool(_LINKABLE.fullmatch(url)) and len(url) <= 2000  # noqa: PLR2004 - "Request limits", link.url

    def language(self, info: str) -> str:
        """Return the language of a fence by the one name of it."""
        name = super().language(info).lower()
        return _LANGUAGES.get(name, name)

    def tagged(self, line: Line, html: str, at: int) -> None:
        """Read a tag in a line: a break, a style, an image; a comment is nothing, the rest is markup."""
        found = tag(html)
        if found is None:
            if not html.startswith("<!--"):
                line.shown(html)
        elif found.name == "br":
            line.say("\n")
        elif found.name == "img" and (image := self.image(html)) and line.link is None:
            line.pieces.append(image)
        elif found.name in TAGS and (
            line.opened_before(found.name, at) if found.closing else line.closed_later(found.name, at)
        ):
            line.set(TAGS[found.name], found.closing)
        else:
            line.shown(html)

    def image(self, spelled: str) -> Image | None:
        """Return the image that a tag shows, if Notion can show it."""
        found = tag(spelled)
        source = html.unescape(found.attributes.get("src", "")) if found else ""
        if found is None or not self.linkable(source):
            return None
        return Image(self.picture(source), html.unescape(found.attributes.get("alt", "")), own=spelled)

    def picture(self, source: str) -> str:
        """Return an image's own address: one that GitHub signed for a reader is good for minutes."""
        found = _PRIVATE.match(source)
        return f"https://github.com/user-attachments/assets/{found[1]}" if found else source

    def code(self, node: Node, source: Source) -> Block:
        """Return code; what is fenced as math is a formula."""
        block = super().code(node, source)
        assert isinstance(block, Code)
        return Equation(block.text, own=source) if block.language == "math" else block

    def quotation(self, node: Node, source: Source, frame: Frame) -> Block:
        """Return a quotation, or the alert that it is."""
        first = node.children[0] if node.children else None
        inline = first.children[0] if first and first.type == "paragraph" and first.children else None
        line, _, rest = (inline.content if inline else "").partition("\n")
        found = _ALERT.fullmatch(line.strip())
        block = super().quotation(node, source, frame)
        assert isinstance(block, Quote)
        if not found or first is None or not block.blocks:
            return block
        blocks = block.blocks[1:]
        if rest and isinstance(block.blocks[0], Paragraph):
            body = block.blocks[0]
            said = tidy(
                replace(run, text=run.text.removeprefix(line.strip())) if at == 0 else run
                for at, run in enumerate(body.runs)
            )
            words = worded(said)
            blocks = (replace(words, own=_below(body.own)), *blocks) if words else blocks
        source = block.own
        return Callout(blocks, kind=found[1].lower(), own=replace(source, top=source.start + 1))

    def html(self, text: str, source: Source) -> list[Block]:
        """Return what a block of HTML shows: nothing for a comment, images for images."""
        if not _COMMENT.sub("", text).strip():
            return []
        if _IMAGES.fullmatch(text):
            images = [self.image(each) for each in _IMAGE.findall(text)]
            if all(images):
                return [replace(each, own=replace(source, part=part)) for part, each in enumerate(images) if each]
        return [Raw(text, own=source)]

    def blocks(self, nodes: Sequence[Node], frame: Frame) -> list[Block]:
        """Return what a row of nodes says, the folded parts put together."""
        blocks: list[Block] = []
        at = 0
        nodes = [part for node in nodes for part in _split(node)]
        while at < len(nodes):
            last = _closing(nodes, at)
            if last is None:
                blocks += self.block(nodes[at], frame)
            else:
                blocks += self.details(nodes[at : last + 1], frame)
            at = at + 1 if last is None else last + 1
        return blocks

    def details(self, nodes: Sequence[Node], frame: Frame) -> list[Block]:
        """Return a folded part: its title, and what stands between its tags."""
        (start, top), (bottom, end) = nodes[0].map or (0, 0), nodes[-1].map or (0, 0)
        opened, closed = _open(nodes[0].content), _END.fullmatch(nodes[-1].content)
        assert opened is not None
        assert closed is not None
        title, rest = opened
        inner = replace(frame, line=-1)
        left = _left(rest, inner, top)
        over = _left(closed["rest"], frame, end)
        source = replace(frame.source(start, end - _height(over)), top=top - _height(left), bottom=bottom)
        if left and left[0].own is None:
            source = replace(source, top=start)
        blocks = (*left, *self.blocks(nodes[1:-1], inner))
        return [Toggle(blocks, runs=self.title(title), own=source), *over]

    def title(self, text: str) -> Runs:
        """Return a folded part's title, in which no Markdown is read."""
        line = Line(self)
        for part in _PART.split(text.strip()):
            found = tag(part)
            if found and found.name in TAGS:
                line.set(TAGS[found.name], found.closing)
            elif found and found.name == "code":
                line.set(Style.CODE, found.closing)
            elif found:
                line.shown(part)
            elif not part.startswith("<!--"):
                line.say(html.unescape(part))
        return tidy(
            replace(piece, text=re.sub(r"\s+", " ", piece.text)) for piece in line.pieces if isinstance(piece, Run)
        )


def _left(text: str, frame: Frame, end: int) -> list[Block]:
    """Return what a block of HTML says behind the tags of a folded part, in the lines that end there."""
    body = text.strip("\n")
    if not _COMMENT.sub("", body).strip():
        return []
    height = body.count("\n") + 1
    return [Raw(body, own=frame.source(end - height, end) if text.lstrip(" \t").startswith("\n") else None)]


def _height(blocks: Sequence[Block]) -> int:
    return sum(block.own.end - block.own.start for block in blocks if isinstance(block.own, Source))


def _below(source: Source) -> Source:
    return replace(source, start=source.start + 1, top=source.top + 1, first=source.rest)


def _open(text: str) -> tuple[str, str] | None:
    """Return the title of the folded part that a block of HTML opens, and what else the block says."""
    found = _DETAILS.fullmatch(text)
    if found is None or re.search(r"</?details\b", found["rest"], re.IGNORECASE):
        return None
    summary = _SUMMARY.fullmatch(found["rest"])
    return (summary["title"], summary["rest"]) if summary else ("", found["rest"])


def _split(node: Node) -> list[Node]:
    """Return a block of HTML in the parts that folded parts begin and end in; any other node as it is."""
    starts = [found.start() for found in _FOLD.finditer(node.content)] if node.type == "html_block" else []
    if len(starts) + (0 not in starts) < 2 or node.token is None:  # noqa: PLR2004 - one part is the node itself
        return [node]
    edges = [*([] if starts[0] == 0 else [0]), *starts, len(node.content)]
    line = (node.map or (0, 0))[0]
    return [Node([_cut(node.token, slice(*edge), line)], create_root=False) for edge in pairwise(edges)]


def _cut(token: Token, part: slice, line: int) -> Token:
    text = token.content[part]
    start = line + token.content[: part.start].count("\n")
    return token.copy(content=text, map=[start, start + text.rstrip("\n").count("\n") + 1])


def _closing(nodes: Sequence[Node], at: int) -> int | None:
    """Return the position of the node that closes the folded part which begins here."""
    if nodes[at].type != "html_block" or _open(nodes[at].content) is None:
        return None
    depth = 0
    for position in range(at, len(nodes)):
        if nodes[position].type == "html_block":
            text = nodes[position].content
            depth += 1 if _open(text) else -1 if _END.fullmatch(text) else 0
            if depth == 0:
                return position
    return None


@dataclass(frozen=True)
class _Spelt:
    """A title in HTML."""

    runs: Runs

    def __str__(self) -> str:
        return "".join(self._parts())

    def _parts(self) -> Iterator[str]:
        for run in self.runs:
            text = run.text if run.form is Form.RAW else html.escape(run.text, quote=False)
            for style, name in _NAMES.items():
                text = f"<{name}>{text}</{name}>" if style in run.styles else text
            yield f'<a href="{html.escape(run.link)}">{text}</a>' if run.link else text


_NAMES = {Style.CODE: "code", Style.BOLD: "b", Style.ITALIC: "i", Style.STRIKE: "del", Style.UNDERLINE: "ins"}
_TAGGED = SIGNS | {
    Style.BOLD: ("<b>", "</b>"),
    Style.ITALIC: ("<i>", "</i>"),
    Style.STRIKE: ("<del>", "</del>"),
}


_BARE = re.compile(r"(?:https?://|www\.|[@#]|GH-)\S+|[\w.-]+/[\w.-]+#\d+|\S+@\S+")


def _is_bare(run: Run) -> bool:
    """Tell whether GitHub makes a link of the words alone."""
    return bool(run.link and not run.code and run.form is Form.TEXT and _BARE.fullmatch(run.text))


class GitHubWriter(Writer):
    """A tree as GitHub-flavoured Markdown: as a person would write it, escaped only where it would be misread."""

    hands = (
        Hand(bare=_is_bare),
        Hand(special, bare=_is_bare),
        Hand(),
        Hand(special),
        Hand(every),
        Hand(special, SIGNS, "<br>"),
        Hand(special, _TAGGED),
        Hand(every, _TAGGED),
        Hand(entities, _TAGGED),
    )

    def callout(self, block: Callout) -> Lines:
        """Return an alert."""
        return [*self.opening(block), *quoted(self.lines(block.blocks))]

    def opening(self, block: Callout | Toggle, mark: str = "") -> Lines:  # noqa: ARG002 - the tag says no more
        """Return the lines that open an alert or a folded part."""
        return [f"> [!{block.kind.upper()}]"] if isinstance(block, Callout) else self.title(block)

    def retained(self, old: str, new: str) -> str:
        """Return a block written anew with the comments that it held."""
        lost = [each for each in _COMMENT.findall(old) if each not in new]
        return " ".join([new, *lost]) if lost and not new.rstrip().endswith("```") else new

    def toggle(self, block: Toggle) -> Lines:
        """Return a folded part."""
        return [*self.title(block), "", *self.lines(block.blocks), *([""] if block.blocks else []), "</details>"]

    def title(self, block: Toggle) -> Lines:
        """Return the lines that open a folded part."""
        return ["<details>", *([f"<summary>{_Spelt(block.runs)}</summary>"] if block.runs else [])]
