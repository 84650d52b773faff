"""Notion's ids: how they are made, told from nonsense and spelled; no object is behind them."""

from __future__ import annotations

import random
import re
from functools import lru_cache
from urllib.parse import quote, unquote

from sync.sandbox.notion.refusals import wrong

TITLE = "title"
"""The id of every title property."""
PROPERTY_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz=~_?:;<>@[]^`{|}\\"
NIL = "00000000-0000-0000-0000-000000000000"
_UUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[1-8][0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}")


class Ids:
    """A seeded source of ids: the same seed gives the same ids."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a seed must give the same run again

    def uuid(self) -> str:
        """Return a fresh id with the version 8 that Notion's own have."""
        digits = f"{self.random.getrandbits(128):032x}"
        return dashed(f"{digits[:12]}8{digits[13:16]}{'89ab'[int(digits[16], 16) % 4]}{digits[17:]}")

    def property(self, taken: set[str]) -> str:
        """Return a fresh id of a property: four characters, many of which a URL has to encode."""
        while True:
            made = "".join(self.random.choices(PROPERTY_ALPHABET, k=4))
            if made not in taken:
                return made


def dashed(raw: str) -> str:
    """Return an id in its dashed, lower form."""
    bare = raw.replace("-", "").lower()
    return "-".join((bare[:8], bare[8:12], bare[12:16], bare[16:20], bare[20:]))


def checked(raw: object, at: str) -> str:
    """Return the dashed id; raises the recorded 400 for what is no uuid by its version and variant digits."""
    if isinstance(raw, str) and (_UUID.fullmatch(raw.lower()) or raw == NIL):
        return dashed(raw)
    raise wrong(at, "be a valid uuid", raw)


@lru_cache(maxsize=4096)
def spelled(property_id: str) -> str:
    """Return a property's id as responses spell it: encoded like a URL's component (recorded: `%3F~%5Cw`)."""
    return quote(property_id, safe="!'()*")


def plain(property_id: str) -> str:
    """Return a property's id without encoding."""
    return unquote(property_id)
