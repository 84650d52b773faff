"""One request to one route, taken apart and checked as far as that needs no workspace."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

from sync.sandbox.exchange import Request
from sync.sandbox.notion.identity import checked
from sync.sandbox.notion.model import Json, Raw
from sync.sandbox.notion.refusals import Refused, wrong
from sync.sandbox.notion.world import World

PAGE = 100
WITHOUT_ARCHIVED = "2026-03-11"
"""From this version on `archived` is gone, in requests and answers (changelog, 2026-03-11)."""
BODY_BYTES = 500_000
"""The largest body (reference, "Request limits")."""


@dataclass(frozen=True)
class Call:
    """A request with the parts of its path by name, uuids dashed, and its body as an object."""

    request: Request
    path: dict[str, str]
    body: Json

    def only(self, allowed: Collection[str]) -> None:
        """Refuse keys of the body that the endpoint does not know (recorded wording)."""
        for key in self.body:
            if key not in allowed:
                raise wrong(f"body.{key}", "be not present", self.body[key])

    def page_size(self) -> int:
        """Return how many results are wanted, from the body or the query."""
        raw = self.body.get("page_size", PAGE) if self.request.method == "POST" else self._queried_size()
        place = "body" if self.request.method == "POST" else "query"
        if isinstance(raw, bool) or not isinstance(raw, int):
            raise wrong(f"{place}.page_size", "be a number or `undefined`", raw)
        if not 1 <= raw <= PAGE:
            raise wrong(f"{place}.page_size", f"be {'≤' if raw > PAGE else '≥'} `{PAGE if raw > PAGE else 1}`", raw)
        return raw

    def start_cursor(self) -> str | None:
        """Return where to go on."""
        raw = self.body.get("start_cursor") if self.request.method == "POST" else self.request.first("start_cursor")
        return raw or None

    def filter_properties(self) -> list[str]:
        """Return the properties to be shown, in either of the two spellings clients use."""
        return [*self.request.query.get("filter_properties", ()), *self.request.query.get("filter_properties[]", ())]

    def _queried_size(self) -> Raw:
        raw = self.request.first("page_size")
        if not raw:
            return PAGE
        return int(raw) if raw.isdigit() else raw


Endpoint: TypeAlias = Callable[[World, Call], Json]


@dataclass(frozen=True)
class Route:
    """An endpoint: its verb, its path with `{…_id}` for uuids, what it needs, and what answers it.

    The body of a `raw` one is no JSON.
    """

    verb: str
    template: str
    endpoint: Endpoint
    needs: str | None = None
    creates: bool = False
    raw: bool = False

    def match(self, request: Request) -> re.Match[str] | None:
        """Return the match of the path, where verb and path fit."""
        if request.method != self.verb:
            return None
        pattern = self.template.replace("{property}", "(?P<property>.+)")
        return re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", pattern), request.path)

    def call(self, request: Request, found: re.Match[str]) -> Call:
        """Take the request apart; raises Refused for a broken uuid or body."""
        parts = {
            name: checked(raw, f"path.{name}") if name.endswith("_id") else raw
            for name, raw in found.groupdict().items()
        }
        return Call(request, parts, {} if self.raw else body(request))


def body(request: Request) -> Json:
    """Return the JSON object of a request, empty where there is none."""
    if len(request.body) > BODY_BYTES:
        raise wrong("body.length", f"be ≤ `{BODY_BYTES}`", len(request.body))
    try:
        parsed = request.json()
    except ValueError as broken:
        raise Refused(400, "invalid_json", message="Error parsing JSON body.") from broken
    if parsed is None:
        return {}
    if not isinstance(parsed, dict):
        raise wrong("body", "be an object", parsed)
    if request.headers.get("notion-version", "") < WITHOUT_ARCHIVED and "archived" in parsed:
        parsed["in_trash"] = parsed.pop("archived")
    return parsed
