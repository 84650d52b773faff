"""The words of one block: the parser's tokens as rich text, with the images that stand among them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from sync.sandbox.notion import texts
from sync.sandbox.notion.identity import dashed
from sync.sandbox.notion.markdown.grammar import attributes, grammar
from sync.sandbox.notion.model import Json, Raw
from sync.sandbox.notion.refusals import Refused

_TAG = re.compile(r"<(/?)([a-z][\w-]*)((?:\s[^<>]*?)?)\s*(/?)>", re.DOTALL)
_STYLES = {"b": "bold", "i": "italic", "s": "strikethrough", "u": "underline"}
_SIGNS = {"strong": "bold", "em": "italic", "s": "strikethrough"}
_ID = re.compile(r"([0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12})(?:[?#].*)?$")


@dataclass(frozen=True)
class Picture:
    """An image among words; each is a block of its own ("Notion-flavored Markdown")."""

    url: str
    caption: list[Json]


Piece = Json | Picture


def rich(text: str) -> list[Json]:
    """Return a line of Markdown as rich text; an image in it is a link to it."""
    return words(pieces(grammar().parseInline(text)[0].children or []))


def pieces(tokens: Sequence[Token]) -> list[Piece]:
    """Return what tokens say: elements of rich text, and images."""
    return Line().read(tokens)


def words(said: Iterable[Piece]) -> list[Json]:
    """Return rich text; an image in it is a link to it."""
    return texts.merged(
        texts.element(texts.plain(each.caption) or each.url, each.url) if isinstance(each, Picture) else each
        for each in said
    )


def trimmed(elements: list[Json]) -> list[Json]:
    """Return rich text without the white space at its edges."""
    if not elements:
        return []
    first, last = elements[0], elements[-1]
    rest = elements
    if first["type"] == "text":
        rest = [_again(first, first["plain_text"].lstrip()), *elements[1:]]
    if rest[-1]["type"] == "text":
        rest = [*rest[:-1], _again(rest[-1], rest[-1]["plain_text"].rstrip())]
    kept = [each for each in rest if each["plain_text"]]
    return kept if len(kept) == len(elements) or (first is last and not kept) else trimmed(kept)


def _again(element: Json, text: str) -> Json:
    return texts.element(text, element["href"], element["annotations"])


def target(url: str) -> str | None:
    """Return the id at the end of an address."""
    found = _ID.search(url)
    return dashed(found[1]) if found else None


@dataclass
class Line:
    """Words being read: which styles are on, what the words are linked to, the tags that are open."""

    said: list[Piece] = field(default_factory=list)
    styles: Counter[str] = field(default_factory=Counter)
    colors: list[str] = field(default_factory=list)
    link: str | None = None
    silent: str = ""

    def read(self, tokens: Sequence[Token]) -> list[Piece]:
        """Return what the tokens say."""
        for at, token in enumerate(tokens):
            self._token(token, tokens[at + 1 :])
        return self.said

    def _token(self, token: Token, rest: Sequence[Token]) -> None:  # noqa: C901 - one case for each kind of token
        name, _, way = token.type.rpartition("_")
        match token.type:
            case "html_inline":
                self._tag(token.content, rest)
            case _ if self.silent:
                return
            case "text":
                self._say(token.content)
            case "softbreak":
                self._say(" ")
            case "hardbreak":
                self._say("\n")
            case "code_inline":
                self._say(token.content, code=True)
            case "formula":
                self.said.append(texts.formula(token.content, self._look()))
            case "image":
                self.said.append(Picture(str(token.attrs.get("src", "")), words(pieces(token.children or []))))
            case "link_open":
                url = str(token.attrs.get("href", ""))
                self.link = url if texts.absolute(url) else None
            case "link_close":
                self.link = None
            case _ if name in _SIGNS:
                self.styles[_SIGNS[name]] += 1 if way == "open" else -1

    def _look(self) -> Json:
        look: Json = {name: True for name, count in self.styles.items() if count > 0}
        return {**look, "color": self.colors[-1]} if self.colors else look

    def _say(self, text: str, **more: Raw) -> None:
        self.said.append(texts.element(text, self.link, {**self._look(), **more}))

    def _tag(self, html: str, rest: Sequence[Token]) -> None:
        """Read a tag; any that is none of Notion's is words."""
        found = _TAG.fullmatch(html)
        end, name, more, alone = found.groups() if found else ("", "", "", "")
        if self.silent:
            self.silent = "" if end and name == self.silent else self.silent
        elif name == "br":
            self._say("\n")
        elif end and (name in _STYLES or name == "span"):
            self._close(name, html)
        elif name in _STYLES and _closed(name, rest):
            self.styles[_STYLES[name]] += 1
        elif name == "span" and _closed(name, rest):
            color = attributes(more).get("color", "").replace("_bg", "_background")
            self.colors.append(color if color in texts.TINTS else "default")
        elif name in {"mention", "date"} and not end:
            self._mention(name, attributes(more), html)
            self.silent = "" if alone or not _closed(name, rest) else name
        else:
            self._say(html)

    def _close(self, name: str, html: str) -> None:
        if name == "span" and self.colors:
            self.colors.pop()
        elif name in _STYLES and self.styles[_STYLES[name]] > 0:
            self.styles[_STYLES[name]] -= 1
        else:
            self._say(html)

    def _mention(self, name: str, told: dict[str, str], html: str) -> None:
        try:
            self.said.append(texts.mention(_mentioned(name, told), self._look()))
        except (Refused, LookupError):
            self._say(html)


def _closed(name: str, rest: Iterable[Token]) -> bool:
    return any(each.type == "html_inline" and each.content.replace(" ", "") == f"</{name}>" for each in rest)


def _mentioned(name: str, told: dict[str, str]) -> Json:
    """Return whom or what a tag mentions. Raises LookupError where nobody can tell."""
    if name == "date":
        day, hour = told["start"], told.get("start-time")
        start = f"{day}T{hour}" if hour else day
        last, until = told.get("end"), told.get("end-time")
        end = f"{last}T{until}" if last and until else last
        return {"date": {"start": start, "end": end, "time_zone": told.get("time-zone")}}
    url = told["url"]
    id_ = target(url)
    if id_ is None:
        raise LookupError(url)
    if url.startswith("user://"):
        return {"user": {"id": id_}}
    return {"database" if told.get("type") == "database" else "page": {"id": id_}}
