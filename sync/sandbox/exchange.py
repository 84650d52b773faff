"""One HTTP exchange as a value, and the shape of a simulated API; no server and no vendor's rules."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class Request:
    """What a client sent: the path as sent, without its query; header names in lower case; query values in order."""

    method: str
    path: str
    query: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:  # noqa: ANN401 - JSON is any shape until it is looked at
        """Return the parsed body, or None where there is none.

        Raises json.JSONDecodeError (a ValueError) for anything that is not JSON.
        """
        return json.loads(self.body) if self.body else None

    def first(self, name: str, default: str = "") -> str:
        """Return the first query value of that name."""
        values = self.query.get(name)
        return values[0] if values else default


@dataclass(frozen=True)
class Reply:
    """What goes back; a status of 0 means that the connection is cut without an answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


CUT = Reply(0)
"""The connection is closed before an answer: the client cannot know what happened."""


class Api(Protocol):
    """One simulated vendor; calls are serialised by the caller."""

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        ...
