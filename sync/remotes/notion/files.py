"""Files that Notion holds at addresses of our own, which stay the same and are signed; where they are is not known."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

ROUTE = "/files"
"""Where the web process answers them."""
_SIGNS = 32
"""Hexadecimal digits of a name and of a signature: 128 bits each."""

Shown = Callable[[str], str | None]
"""Given a file's address in Notion, the address at which others can see it."""


def nowhere(_address: str) -> str | None:
    """Show a file nowhere else."""
    return None


@dataclass(frozen=True)
class View:
    """How others see a page: its own address, where a file of Notion's is to be found, unless `shown` knows better.

    `copied` tells of which image of the other side a file is a copy: such an image is the other side's own.
    """

    page: str = ""
    shown: Shown = nowhere
    copied: Shown = nowhere


ALONE = View()
"""A page of which nothing is known but what it says."""


@dataclass(frozen=True)
class Held:
    """A file in a page: the page's id, and a name that is the same with every reading."""

    page: str
    name: str


@dataclass(frozen=True)
class Signer:
    """Makes and checks addresses under `base`, signed with a key: nobody else can have a file looked up."""

    base: str
    key: str = field(repr=False)

    def on(self, page: str) -> Shown:
        """Return what shows the files of a page."""
        return lambda address: self.address(Held(compact(page), name_of(address))) if address else None

    def address(self, held: Held) -> str:
        """Return the address of a file."""
        return f"{self.base}{ROUTE}/{held.page}/{held.name}/{self._signature(held)}"

    def signed(self, held: Held, signature: str) -> bool:
        """Tell in constant time whether a signature is ours."""
        return hmac.compare_digest(signature.encode(errors="replace"), self._signature(held).encode())

    def _signature(self, held: Held) -> str:
        words = f"file {held.page} {held.name}".encode(errors="replace")
        return hmac.new(self.key.encode(), words, hashlib.sha256).hexdigest()[:_SIGNS]


def compact(page: str) -> str:
    """Return a page's id without dashes."""
    return page.replace("-", "").lower()


def name_of(address: str) -> str:
    """Return the name of a file by its address in Notion: what is signed anew for every reader is not in it."""
    return hashlib.sha256(unquote(urlsplit(address).path).encode()).hexdigest()[:_SIGNS]
