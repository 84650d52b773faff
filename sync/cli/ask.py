"""Questions to whoever sits at the terminal; where nobody does, the defaults answer, and nothing is waited for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Protocol, TypeVar

from sync.cli.frame import console, problems
from sync.core.errors import Misconfigured

T = TypeVar("T")


class Asks(Protocol):
    """Who is asked."""

    def text(self, question: str, default: str | None = None) -> str:
        """Return an answer, the default where there is none; without a default it is asked again."""
        ...

    def agreed(self, question: str, *, default: bool = True) -> bool:
        """Tell whether the answer is yes."""
        ...

    def until(self, take: Callable[[str], T], question: str, default: str | None = None) -> T:
        """Return what is taken from an answer; one that is no good is told and asked for again."""
        ...


class Person:
    """Somebody at a terminal."""

    def text(self, question: str, default: str | None = None) -> str:
        """Ask."""
        import typer

        return str(typer.prompt(question, default=default, show_default=bool(default))).strip()

    def agreed(self, question: str, *, default: bool = True) -> bool:
        """Ask for yes or no."""
        import typer

        return typer.confirm(question, default=default)

    def until(self, take: Callable[[str], T], question: str, default: str | None = None) -> T:
        """Ask until an answer can be taken."""
        while True:
            try:
                return take(self.text(question, default))
            except Misconfigured as error:
                problems(console(), error)


class Nobody:
    """Where nobody can be asked, or wants to be."""

    def text(self, question: str, default: str | None = None) -> str:
        """Answer with the default."""
        assert default is not None, question
        return default

    def agreed(self, question: str, *, default: bool = True) -> bool:
        """Answer with the default."""
        del question
        return default

    def until(self, take: Callable[[str], T], question: str, default: str | None = None) -> T:
        """Take the default, or fail as it fails."""
        return take(self.text(question, default))


def somebody() -> bool:
    """Tell whether a person reads and types."""
    return sys.stdin.isatty() and sys.stdout.isatty()
