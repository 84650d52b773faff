"""People's edits as JSON commands, so that another process can make them; what a command does, a vendor's half says."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from typing import Any, Protocol

from sync.sandbox.exchange import Api

Command = Mapping[str, Any]


class Peopled(Api, Protocol):
    """A simulated vendor in which somebody can edit as a person does."""

    def person(self, who: Any = ..., /) -> Any:  # noqa: ANN401 - each vendor knows its people by other means
        """Return that person, or somebody."""
        ...


class Unknown(LookupError):
    """The command names no such deed."""


def deeds(somebody: object) -> list[str]:
    """Return what can be asked of somebody, by name."""
    public = inspect.getmembers(type(somebody), inspect.isfunction)
    return [name for name, _ in public if not name.startswith("_")]


def obey(somebody: object, command: Command) -> object:
    """Let somebody do what a command says: {"do": deed, "args": [...], "fields": {...}}.

    Returns the deed's answer. Raises Unknown for a deed that nobody can do; a deed raises its own errors.
    """
    deed = str(command.get("do", ""))
    if deed not in deeds(somebody):
        raise Unknown(f"nobody can {deed!r}; there are {', '.join(deeds(somebody))}")
    return getattr(somebody, deed)(*command.get("args", ()), **command.get("fields", {}))


def plain(value: object) -> str:
    """Write a deed's answer as JSON; what is no JSON is written as text."""
    return json.dumps(value, default=str)
