"""Icons, covers and flags as a body carries them, for whatever has them; nothing is saved."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sync.sandbox.notion.call import Call
from sync.sandbox.notion.model import Json, Raw
from sync.sandbox.notion.refusals import wrong

ICON = re.compile(r"https://www\.notion\.so/icons/(\w+)_([a-z]+)\.svg")
"""The address of one of Notion's own icons, which reads back as its name and colour (recorded)."""


def looks(call: Call) -> dict[str, Raw]:
    """Return the icon and the cover that a body sets, as they read back: what was sent, with its type."""
    return {name: _look(call.body[name], name) for name in ("icon", "cover") if name in call.body}


def flags(call: Call, names: Iterable[str]) -> dict[str, bool]:
    """Return the flags that a body sets."""
    return {name: _flag(call.body[name], name) for name in names if name in call.body}


def _look(raw: Raw, name: str) -> Json | None:
    if raw is None:
        return None
    kinds = raw.keys() - {"type"} if isinstance(raw, dict) else set()
    if len(kinds) != 1:
        raise wrong(f"body.{name}", "be an object or `null`", raw)
    if "emoji" in kinds and not isinstance(raw["emoji"], str):
        raise wrong(f"body.{name}.emoji", "be a string", raw["emoji"])
    native = ICON.fullmatch((raw.get("external") or {}).get("url") or "")
    if native and name == "icon":
        return {"type": "icon", "icon": {"name": native[1], "color": native[2]}}
    return {"type": next(iter(kinds)), **raw}


def _flag(raw: Raw, name: str) -> bool:
    if not isinstance(raw, bool):
        raise wrong(f"body.{name}", "be a boolean or `undefined`", raw)
    return raw
