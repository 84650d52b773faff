"""What stands around every page: the templates, what waits for a person, whether a worker lives; no page of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sync.core.mapping import Mapping as MappingFile
from sync.core.model import Side
from sync.core.sides import Naming, named
from sync.flow.beat import TICK, alive
from sync.flow.bind import remembered
from sync.remotes.bodies import BODIES
from sync.store.overview import Status
from sync.web import look
from sync.wiring import Sync

SAID = {
    "resync": "Asked the workers to look again.",
    "look": "Asked the workers to look at both records again.",
    "pause": "Paused: nothing is read or written until you resume.",
    "resume": "Resumed: the workers read both sides now.",
    "approve": "Let through: what was held back is written now.",
    "resolve": "Decided: the other side is written now.",
    "retry": "To be tried again now.",
    "forgotten": "Forgotten: the next handshake's token is kept.",
}
"""What a page says after a button; an address can have it say nothing else."""


class Frame:
    """Makes pages of templates."""

    def __init__(self, sync: Sync, *, asks: bool) -> None:
        self.sync, self._asks = sync, asks
        self._templates = look.templates()

    def shown(self, request: Request, template: str, **more: object) -> Response:
        """Return a page with what stands on every one."""
        rows = self.statuses()
        counts = {"conflicts": sum(row.conflicts for row in rows), "failures": sum(row.failed for row in rows)}
        around = {
            "counts": counts,
            "alive": alive(self.sync.store, self.sync.clock.now()),
            "beat": self.sync.store.last_beat(TICK),
            "said": SAID.get(request.query_params.get("said", "")),
        }
        return self.bare(request, template, {**around, **more})

    def bare(self, request: Request, template: str, more: Mapping[str, Any], status: int = 200) -> Response:
        """Return a page that asks nobody anything."""
        always = {"path": request.url.path, "asks": self._asks, "Side": Side, **look.clocked(self.sync.clock.now())}
        return HTMLResponse(self._templates.get_template(template).render(**always, **more), status)

    def wrong(self, request: Request, status: int, message: str) -> Response:
        """Return an error as a page: the database may be what is wrong, so it is not asked."""
        return self.bare(request, "wrong.html", {"status": status, "message": message}, status)

    def statuses(self) -> Sequence[Status]:
        """Return how all mappings stand."""
        return list(self.sync.store.statuses([each.name for each in self.sync.mappings]).values())

    def file(self, name: str) -> MappingFile | None:
        """Return the mapping's file as it was parsed, None where none is sound under the name."""
        return next((each for each in self.sync.mappings if each.name == name), None)

    def names(self, name: str) -> Naming:
        """Return what people call the mapping's things; neither service is asked."""
        return named(self.file(name), remembered(self.sync.store.mapping(name)), BODIES)
