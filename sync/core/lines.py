"""One named line of a Markdown text, `Due: 2026-12-01`: read and changed outside of code; nothing else is looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_COMMENTS_AT_END = re.compile(r"(?:\s*<!--(?:(?!-->).)*-->)*\s*\Z", re.DOTALL)


def said(text: str, name: str) -> str | None:
    """Return what the first line of that name says, None where it says nothing or there is none."""
    found = next(_found(text, name), None)
    return (found[2] or None) if found else None


def saying(text: str, name: str, value: str | None) -> str:
    """Return the text whose line of that name says the value; without one it goes.

    A line that is not there comes to stand at the end, in front of comments, which nobody sees.
    """
    words = " ".join(value.split()) if value else ""
    found = next(_found(text, name), None)
    if found and words:
        start, end, _ = found
        return f"{text[:start]} {words}{text[end:]}"
    if found:
        start, end, _ = found
        return text[: text.rfind("\n", 0, start) + 1] + text[end:].removeprefix("\r").removeprefix("\n")
    return _with_line(text, f"{name}: {words}") if words else text


def _with_line(text: str, line: str) -> str:
    end = _COMMENTS_AT_END.search(text)
    at = end.start() if end else len(text)
    gap = ("\r\n" if "\r\n" in text else "\n") * 2
    before, after = text[:at], text[at:]
    return f"{before}{gap if before else ''}{line}{gap if after.startswith('<') else ''}{after}"


def _found(text: str, name: str) -> Iterator[tuple[int, int, str]]:
    """Yield where the values of the lines of that name start and end, the blanks in front included, and the values."""
    for start, line in _prose(text):
        match = _line(name).match(line)
        if match:
            yield start + match.end("name"), start + len(line), match["value"]


def _prose(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines outside of fenced code and comments, each with where it starts; deep indents are code."""
    at, fence, comment = 0, "", False
    for whole in text.splitlines(keepends=True):
        line, start = whole.rstrip("\r\n"), at
        at += len(whole)
        opening = _FENCE.match(line)
        if fence:
            ends = opening and opening[1].startswith(fence) and not line.strip().strip(fence[0])
            fence = "" if ends else fence
        elif comment or "<!--" in line:
            comment = line.rfind("-->") < line.rfind("<!--") if "<!--" in line else "-->" not in line
        elif opening:
            fence = opening[1]
        else:
            yield start, line


@cache
def _line(name: str) -> re.Pattern[str]:
    """Return what a line of that name looks like: in bold or not, an element of a list or not."""
    bold = r"(?:\*\*|__)?"
    return re.compile(
        rf"(?P<name> {{0,3}}(?:[-*+] +)?{bold}{re.escape(name)}{bold} *:{bold})[ \t]*(?P<value>.*?)[ \t]*\Z",
        re.IGNORECASE,
    )
