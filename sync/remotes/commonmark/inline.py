"""The words of one block between the parser's tokens and runs; blocks are not known here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from markdown_it.token import Token

from sync.core.document import Form, Image, Run, Style

_STYLES = {"strong": Style.BOLD, "em": Style.ITALIC, "s": Style.STRIKE}
TAGS = {
    "b": Style.BOLD,
    "strong": Style.BOLD,
    "i": Style.ITALIC,
    "em": Style.ITALIC,
    "s": Style.STRIKE,
    "del": Style.STRIKE,
    "strike": Style.STRIKE,
    "u": Style.UNDERLINE,
    "ins": Style.UNDERLINE,
}
"""Tags that are nothing but a style."""
_BREAKS = ("softbreak", "hardbreak")
_TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)((?:\s[^>]*?)?)\s*(/?)>", re.DOTALL)
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_REFERENCE = re.compile(r"&(?=#?\w+;)")
_BARE_TARGET = re.compile(r"[^\s<>()\\]+")

Piece = Run | Image


@dataclass(frozen=True)
class Tag:
    """A tag as it is spelled in a line."""

    name: str
    closing: bool
    single: bool
    attributes: dict[str, str]


def tag(html: str) -> Tag | None:
    """Return a tag, None for a comment and what else begins with a `<`."""
    found = _TAG.fullmatch(html.strip())
    if found is None:
        return None
    attributes = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(found.group(3))}
    return Tag(found.group(2).lower(), bool(found.group(1)), bool(found.group(4)), attributes)


def target(url: str) -> str:
    """Return a link's target as it can stand between round brackets."""
    url = _REFERENCE.sub("&amp;", url)
    if not url or _BARE_TARGET.fullmatch(url):
        return url
    return "<" + re.sub(r"([<>\\])", r"\\\1", url.replace("\n", " ")) + ">"


class Voice(Protocol):
    """What a dialect says differently in a line."""

    def speak(self, text: str) -> Iterable[Run]:
        """Return plain words, which may refer to something, as runs."""

    def linkable(self, url: str) -> bool:
        """Tell whether both sides can hold a link to that address."""

    def picture(self, source: str) -> str:
        """Return an image's address as both sides call it."""

    def tagged(self, line: Line, html: str, at: int) -> None:
        """Read a tag, or leave it aside."""

    def settled(self, run: Run) -> Run:
        """Return a run as what it is with all that stands around it."""


@dataclass
class Line:
    """The tokens of one block's words, being read; `spans` are the tags around them that only this side knows."""

    voice: Voice
    tokens: Sequence[Token] = ()
    pieces: list[Piece] = field(default_factory=list)
    styles: Counter[Style] = field(default_factory=Counter)
    link: str | None = None
    raw: int = 0
    spans: list[str] = field(default_factory=list)

    def read(self, tokens: Sequence[Token]) -> list[Piece]:
        """Return the pieces that the tokens say."""
        outer, self.tokens = self.tokens, tokens
        for at, token in enumerate(tokens):
            self._token(token, at)
        self.tokens = outer
        return self.pieces

    def say(self, text: str, *, form: Form = Form.TEXT, code: Sequence[Style] = ()) -> None:
        """Add words in the styles that are open."""
        styles = frozenset(each for each, count in self.styles.items() if count > 0).union(code)
        own = {"spans": tuple(self.spans)} if self.spans else None
        look = frozenset[Style]() if form is Form.RAW else styles
        self.pieces.append(self.voice.settled(Run(text, look, self.link, form, own=own)))

    def shown(self, text: str) -> None:
        """Add markup of this side, which the other side sees as words."""
        self.say(text, form=Form.RAW)

    def set(self, style: Style, closing: object) -> None:
        """Open or close a style."""
        self.styles[style] += -1 if closing else 1

    def closed_later(self, name: str, at: int) -> bool:
        """Tell whether a tag is closed by a later token of this line."""
        tags = (tag(each.content) for each in self.tokens[at + 1 :] if each.type == "html_inline")
        return any(each and each.closing and each.name == name for each in tags)

    def opened_before(self, name: str, at: int) -> bool:
        """Tell whether a tag was opened by an earlier token of this line."""
        tags = (tag(each.content) for each in self.tokens[:at] if each.type == "html_inline")
        return any(each and not each.closing and each.name == name for each in tags)

    def _token(self, token: Token, at: int) -> None:  # noqa: C901 - one case for each kind of token
        kind, _, way = token.type.rpartition("_")
        match token.type:
            case "text":
                self._text(token.content)
            case "softbreak" | "hardbreak":
                self.say("\n")
            case "code_inline":
                self.say(token.content, code=(Style.CODE,))
            case "formula":
                self.say(token.content, form=Form.MATH)
            case "note":
                self.shown(token.content)
            case "image":
                self._image(token)
            case "html_inline":
                self.voice.tagged(self, token.content, at)
            case "link_open":
                self._opened(str(token.attrs.get("href", "")), at)
            case "link_close":
                self._closed(at)
            case _ if kind in _STYLES:
                self.set(_STYLES[kind], way == "close")

    def _text(self, text: str) -> None:
        for run in self.voice.speak(text) if self.link is None else [Run(text)]:
            self.say(run.text)
            if run.link:
                self.pieces[-1] = replace(_run(self.pieces[-1]), link=run.link)

    def _image(self, token: Token) -> None:
        source = str(token.attrs.get("src", ""))
        if self.link is None and not self.raw and self.voice.linkable(source):
            self.pieces.append(Image(self.voice.picture(source), _alternative(token)))
        else:
            self.shown(f"![{token.content}]({target(source)})")

    def _opened(self, url: str, at: int) -> None:
        around_image = any(each.type == "image" for each in self.tokens[at + 1 : self._end(at)])
        if self.voice.linkable(url) and not around_image:
            self.link = url
        else:
            self.raw += 1
            self.shown("[")

    def _closed(self, at: int) -> None:
        if self.raw:
            self.raw -= 1
            self.shown(f"]({target(self._url(at))})")
        self.link = None

    def _end(self, at: int) -> int:
        return next((i for i in range(at, len(self.tokens)) if self.tokens[i].type == "link_close"), at)

    def _url(self, at: int) -> str:
        opened = next(each for each in reversed(self.tokens[:at]) if each.type == "link_open")
        return str(opened.attrs.get("href", ""))


def _alternative(image: Token) -> str:
    """Return the words that stand for an image."""
    words = (
        _alternative(each) if each.type == "image" else each.content or "\n" * (each.type in _BREAKS)
        for each in image.children or []
    )
    return " ".join("".join(words).split())


def _run(piece: Piece) -> Run:
    assert isinstance(piece, Run)
    return piece
