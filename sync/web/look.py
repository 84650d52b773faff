"""How things look to people in a browser: templates, and values, times and counts in words; nothing is asked here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from sync.core.fieldkey import field_name
from sync.core.model import UNREAD, Side

FOLDER = Path(str(files("sync.web")))
NAMES = {Side.GITHUB: "GitHub", Side.NOTION: "Notion"}
PLACES = {Side.GITHUB: "on", Side.NOTION: "in"}
LONG = 280
"""Characters of a value that are shown unfolded."""
STEPS = ((86_400 * 2, 86_400, "day"), (3_600 * 2, 3_600, "hour"), (120, 60, "min"))
"""From so many seconds on an age is told in these units."""


def templates() -> Environment:
    """Return the templates; every text is escaped, and a name that is missing is an error."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters |= {
        "age": age,
        "value": value,
        "plural": plural,
        "side": lambda side: NAMES[Side(side)],
        "at": lambda side: f"{PLACES[Side(side)]} {NAMES[Side(side)]}",
        "field": field_name,
        "web": web_address,
    }
    return made


def clocked(now: datetime) -> Mapping[str, Any]:
    """Return what templates need to tell times as of now."""
    return {"now": now, "ago": partial(ago, now=now)}


def age(seconds: float) -> str:
    """Return a length of time as people say it, in its largest unit."""
    for least, unit, name in STEPS:
        if seconds >= least:
            return plural(int(seconds // unit), name) if name != "min" else f"{int(seconds // unit)} min"
    return f"{max(int(seconds), 0)} s"


def ago(moment: datetime | None, *, now: datetime) -> Markup:
    """Return how long ago that was, with the exact time for whoever points at it."""
    if moment is None:
        return Markup('<span class="none">never</span>')
    moment = moment.astimezone(UTC)
    gone = now - moment
    words = "just now" if timedelta(seconds=-5) < gone < timedelta(seconds=5) else f"{age(gone.total_seconds())} ago"
    if gone <= timedelta(seconds=-5):
        words = f"in {age(-gone.total_seconds())}"
    exact = f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(moment.isoformat(), exact, words)


def value(shown: Any, people: Mapping[str, str] | None = None) -> Markup:  # noqa: ANN401 - any value of any field
    """Return a value as HTML: sets as tags, long text folded, nothing and what was not read in words."""
    if shown is UNREAD:
        return Markup('<span class="none">not read</span>')
    if shown is None:
        return Markup('<span class="none">empty</span>')
    if isinstance(shown, bool):
        return Markup("yes") if shown else Markup("no")
    if isinstance(shown, tuple | list):
        named = (str((people or {}).get(str(each), each)) for each in shown)
        return Markup(" ").join(Markup('<bdi class="tag">{}</bdi>').format(each) for each in named)
    text = str((people or {}).get(str(shown), shown))
    if len(text) <= LONG:
        return Markup('<bdi class="text">{}</bdi>').format(text)
    return Markup(
        '<details class="long"><summary><bdi class="text">{}…</bdi></summary><bdi class="text">{}</bdi></details>'
    ).format(text[:LONG], text)


def plural(count: int, word: str, many: str = "") -> str:
    """Return a count with its word."""
    return f"{count:,} {word if count == 1 else many or f'{word}s'}".replace(",", "\u2009")


def own_path(path: str) -> str:
    """Return a path of ours to go on to, the first page in place of any address elsewhere."""
    own = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if own else "/"


def web_address(text: str | None) -> Markup | None:
    """Return an address that a link may lead to, None for anything but the web's own."""
    return escape(text) if text and text.startswith(("https://", "http://")) else None
