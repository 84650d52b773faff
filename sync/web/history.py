"""The pages of how it went: passes, budgets over time, and whether deliveries arrive; nothing is decided here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.core.errors import TryLater
from sync.core.limits import Level
from sync.core.model import Side
from sync.web import chart
from sync.web.frame import Frame
from sync.web.handshake import Handshake
from sync.web.look import NAMES
from sync.web.webhooks import HEARD

PAGE = 50
"""Passes on one page, and mappings whose passes are gathered."""
LINES = 200
"""Lines of a journal on one page."""


@dataclass(frozen=True)
class History:
    """The pages."""

    frame: Frame
    handshake: Handshake

    def routes(self) -> list[Route]:
        """Return one route a page."""
        shown: dict[str, Callable[[Request], Response]] = {
            "/passes": self.passes,
            "/passes/{id}": self.one,
            "/limits": self.limits,
            "/deliveries": self.deliveries,
        }
        token = Route("/deliveries/token", self.token, methods=["POST"])
        return [*(Route(path, page) for path, page in shown.items()), token]

    def passes(self, request: Request) -> Response:
        """Show the passes of all mappings or of one."""
        chosen = request.query_params.get("mapping") or None
        ours = [each.name for each in self.frame.sync.mappings]
        store = self.frame.sync.store
        found = [each for name in ([chosen] if chosen else ours[:PAGE]) for each in store.passes(name, PAGE)]
        rows = sorted(found, key=lambda each: each.at, reverse=True)[:PAGE]
        written = store.written_by(each.id for each in rows)
        return self.frame.shown(request, "passes.html", rows=rows, written=written, mappings=ours, chosen=chosen)

    def one(self, request: Request) -> Response:
        """Show what one pass saw, decided and wrote."""
        id_ = request.path_params["id"]
        found = self.frame.sync.store.passing(id_)
        if found is None:
            raise HTTPException(404, f"no pass has the id {id_!r}, or it is forgotten by now")
        total, lines = self.frame.sync.store.told_in(found.id, LINES)
        report = _report(found.report)
        return self.frame.shown(request, "pass.html", found=found, total=total, lines=lines, report=report)

    def limits(self, request: Request) -> Response:
        """Show the budgets, and how they and the queue fared in the last hours."""
        sync = self.frame.sync
        now, settings, samples = sync.clock.now(), sync.settings, sync.store.samples()
        most = {Side.GITHUB: settings.github_points_per_minute, Side.NOTION: settings.notion_requests_per_minute}
        return self.frame.shown(
            request,
            "limits.html",
            levels=self._levels(),
            charts={side: chart.drawn(chart.rates(samples, side), now, limit=most[side]) for side in Side},
            queue=chart.drawn([(each.at, float(each.waiting)) for each in samples], now),
            most=most,
            size=(chart.WIDTH, chart.HEIGHT),
        )

    def deliveries(self, request: Request) -> Response:
        """Show where the services send what happens, and whether it arrives."""
        return self._webhooks(request, None)

    def token(self, request: Request) -> Response:
        """Show Notion's verification token, this once."""
        return self._webhooks(request, self.handshake.show())

    def _webhooks(self, request: Request, token: str | None) -> Response:
        settings, store = self.frame.sync.settings, self.frame.sync.store
        base = settings.public_url or str(request.base_url).rstrip("/")
        return self.frame.shown(
            request,
            "deliveries.html",
            token=token,
            addresses={side: f"{base}/webhooks/{side}" for side in Side},
            public=settings.public_url is not None,
            heard={side: store.last_beat(f"{HEARD}{side}") for side in Side},
            secrets=len(settings.github_webhook_secrets),
            set_by_hand=settings.notion_webhook_token is not None,
            kept=self.handshake.kept(),
        )

    def _levels(self) -> Mapping[str, Level] | None:
        try:
            return self.frame.sync.limiter.state()
        except TryLater:
            return None


def _report(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a pass reported as lines; the passes of workers tell theirs in the journal."""
    lines = []
    for name, said in report.items():
        if isinstance(said, dict):
            told = ((NAMES.get(key, key), _counted(each)) for key, each in said.items())
            lines.append((name, "; ".join(f"{key} {each}" for key, each in told if each)))
        elif name not in ("name", "pass_id", "mode") and said is not None:
            lines.append((name, "yes" if said is True else "no" if said is False else str(said)))
    return [(name, text or "none") for name, text in lines]


def _counted(said: Any) -> str:  # noqa: ANN401 - JSON
    if isinstance(said, dict):
        return ", ".join(f"{count} {kind}" for kind, count in said.items() if count)
    return str(said)
