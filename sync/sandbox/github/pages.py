"""A list cut into pages, with the Link header of either style; it neither filters nor sorts."""

from __future__ import annotations

import base64
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from sync.sandbox.github.call import Call
from sync.sandbox.github.refusals import large_page

T = TypeVar("T")

PER_PAGE, MOST_PER_PAGE = 30, 100
WALL = 10_000


def asked(call: Call, name: str, default: int) -> int:
    """Return a positive number of the query, the default where it is none."""
    text = call.request.first(name)
    return int(text) if text.isascii() and text.isdigit() and int(text) else default


def numbered(call: Call, rows: Sequence[T]) -> tuple[Sequence[T], dict[str, str]]:
    """Return the page asked for and its headers."""
    size = min(asked(call, "per_page", PER_PAGE), MOST_PER_PAGE)
    page, last = asked(call, "page", 1), max(1, -(-len(rows) // size))
    links = []
    # Order of the four, and none at all for a single page: recorded (@octokit/fixtures paginate-issues).
    if page > 1:
        links.append((min(page - 1, last), "prev"))
    if page < last:
        links += [(page + 1, "next"), (last, "last")]
    if page > 1:
        links.append((1, "first"))
    text = ", ".join(f'<{address(call, page=str(number))}>; rel="{rel}"' for number, rel in links)
    return rows[(page - 1) * size : page * size], {"link": text} if text else {}


def wall(call: Call) -> None:
    """Refuse an offset beyond what a large list allows. Raises 422."""
    size = min(asked(call, "per_page", PER_PAGE), MOST_PER_PAGE)
    if not call.request.first("after") and asked(call, "page", 1) * size >= WALL:
        raise large_page()


def by_cursor(call: Call, rows: Sequence[T], key: Callable[[T], tuple[int, int]]) -> tuple[Sequence[T], dict[str, str]]:
    """Return the page behind the cursor and its headers; `rows` are in the order of `key` or against it.

    Recorded by users of large repositories in 2025: next and prev, never last or first.
    """
    size, page = min(asked(call, "per_page", PER_PAGE), MOST_PER_PAGE), asked(call, "page", 1)
    keys = [key(row) for row in rows]
    sign = -1 if len(keys) > 1 and keys[0] > keys[-1] else 1
    order = [(sign * first, sign * second) for first, second in keys]
    start = 0
    if after := call.request.first("after"):
        start = bisect_right(order, tuple(sign * each for each in unpack(after)))
    elif before := call.request.first("before"):
        start = max(0, bisect_left(order, tuple(sign * each for each in unpack(before))) - size)
    shown = rows[start : start + size]
    links = []
    if start + size < len(rows):
        links.append(f'<{address(call, after=pack(key(shown[-1])), page=str(page + 1))}>; rel="next"')
    if start and shown:
        links.append(f'<{address(call, page=str(max(1, page - 1)), before=pack(key(shown[0])))}>; rel="prev"')
    return shown, {"link": ", ".join(links)} if links else {}


def address(call: Call, **replaced: str) -> str:
    """Return the address of another page: by repository id, the rest of the query as it was sent."""
    kept = [(name, value) for name, values in call.request.query.items() for value in values]
    query = [(name, value) for name, value in kept if name not in {"page", "after", "before"}] + list(replaced.items())
    path = call.request.path
    if call.known is not None:
        rest = path.split("/", 4)[4:] if path.startswith("/repos/") else path.split("/", 3)[3:]
        path = "/".join([f"/repositories/{call.known.id}", *rest])
    return f"{call.render.api}{path}?{urlencode(query)}"


def pack(key: tuple[int, int]) -> str:
    """Mint a cursor: base64 of "cursor:v2:" and MessagePack [sort key, id] (decoded from recorded ones)."""
    return base64.b64encode(b"cursor:v2:" + struct.pack(">BBQBQ", 0x92, 0xCF, key[0], 0xCF, key[1])).decode()


def unpack(cursor: str) -> tuple[int, int]:
    """Read a cursor; one that was not minted here begins at the beginning."""
    try:
        _, _, first, _, second = struct.unpack(">BBQBQ", base64.b64decode(cursor)[len(b"cursor:v2:") :])
    except (ValueError, struct.error):
        return 0, 0
    return int(first), int(second)
