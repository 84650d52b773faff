"""The pages of what is in step and what is not: mappings, links, conflicts, failures; they ask no service."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sync.core.fieldkey import field_name
from sync.core.model import LinkState, Side
from sync.core.sides import compared, others
from sync.remotes.notion.records import page_id, page_url
from sync.store.browse import Wanted
from sync.store.conflicts import HELD
from sync.store.report import ConflictRow
from sync.web.frame import Frame
from sync.web.standing import standing

PAGE = 50
"""Links, and decided conflicts, on one page."""
LINES = 200
"""Lines of a journal on one page."""
STATES = ("", "waiting", "withheld", LinkState.CLAIMED, LinkState.PARKED, LinkState.TOMBSTONED)


@dataclass(frozen=True)
class Pages:
    """The pages."""

    frame: Frame

    def routes(self) -> list[Route]:
        """Return one route a page."""
        shown: dict[str, Callable[[Request], Response]] = {
            "/": self.overview,
            "/mappings/{name}": self.mapping,
            "/links": self.links,
            "/links/{id:int}": self.link,
            "/conflicts": self.conflicts,
            "/failures": self.failures,
        }
        return [Route(path, page) for path, page in shown.items()]

    def overview(self, request: Request) -> Response:
        """Show all mappings, and first what waits for a person."""
        rows = self.frame.statuses()
        return self.frame.shown(
            request,
            "overview.html",
            rows=[(row, standing(row), self.frame.file(row.name)) for row in rows],
            asking=[row for row in rows if standing(row).tone == "asks" or row.paused],
            problems=[each for each in self.frame.sync.loaded.problems if each.level == "fault"],
            links=sum(row.links for row in rows),
            waiting=sum(row.queued + row.in_flight for row in rows),
        )

    def mapping(self, request: Request) -> Response:
        """Show one mapping: how it stands, what is held back, and its rows."""
        name, store = request.path_params["name"], self.frame.sync.store
        row = store.statuses([name])[name]
        file = self.frame.file(name)
        if file is None:
            raise HTTPException(404, f"no mapping that runs is named {name!r}")
        passes, quarantined = store.passes(name, 8), store.quarantined(name)
        return self.frame.shown(
            request,
            "mapping.html",
            row=row,
            standing=standing(row),
            file=file,
            names=self.frame.names(name),
            by_hand=name in store.stopped(),
            unmapped=store.unmapped(name),
            quarantined=quarantined,
            seen=store.observations(name, [each.ref for each in quarantined]),
            passes=passes,
            written=store.written_by(each.id for each in passes),
        )

    def links(self, request: Request) -> Response:
        """Show links: a page of them, those with a word, or of a state."""
        asked = request.query_params
        word = asked.get("q", "").strip()[:200]
        wanted = Wanted(asked.get("mapping") or None, page_id(word) or word, asked.get("state", ""))
        number = _page_number(asked.get("page", "1"))
        total, rows = self.frame.sync.store.browse(wanted, skip=(number - 1) * PAGE, count=PAGE)
        kept = {"mapping": wanted.mapping or "", "q": wanted.word, "state": wanted.state}
        return self.frame.shown(
            request,
            "links.html",
            rows=rows,
            total=total,
            wanted=wanted,
            states=STATES,
            mappings=[each.name for each in self.frame.sync.mappings],
            number=number,
            pages=max((total + PAGE - 1) // PAGE, 1),
            turn=lambda to: f"/links?{_query(kept, page=to)}",
            narrowed=lambda state: f"/links?{_query(kept, state=state)}",
        )

    def link(self, request: Request) -> Response:
        """Show the life of one link."""
        number: int = request.path_params["id"]
        store = self.frame.sync.store
        story = store.story(number, LINES) if number < 2**63 else None
        if story is None:
            raise HTTPException(404, f"no link has the id {number}")
        known = story.known
        named = self.frame.names(known.link.mapping)
        seen = {side: observed for side in Side if (observed := known.on(side))}
        notion = known.link.notion
        return self.frame.shown(
            request,
            "link.html",
            link=known.link,
            known=known,
            seen=seen,
            names=named,
            rows=compared(known, named),
            others={side: others(observed.record, named) for side, observed in seen.items()},
            page_url=page_url(notion.id) if notion and self._public_notion else None,
            because=story.because,
            lines=story.lines,
            conflicts=story.conflicts,
        )

    def conflicts(self, request: Request) -> Response:
        """Show what both sides changed, each value beside the other."""
        rows = self.frame.sync.store.conflicts()
        held = [row for row in rows if row.state == HELD]
        return self.frame.shown(
            request,
            "conflicts.html",
            held=held[:PAGE],
            held_count=len(held),
            groups=_groups(held),
            decided=[row for row in rows if row.state != HELD][: -PAGE - 1 : -1],
            people={name: self.frame.names(name).people for name in {row.mapping for row in rows}},
        )

    def failures(self, request: Request) -> Response:
        """Show writes that were refused, each with its cure."""
        return self.frame.shown(request, "failures.html", rows=self.frame.sync.store.failures())

    @property
    def _public_notion(self) -> bool:
        """Tell whether pages are where everybody's are, so that a link to one leads somewhere."""
        return self.frame.sync.settings.notion_api_url == "https://api.notion.com"


def _groups(held: Sequence[ConflictRow]) -> list[tuple[str, str, int, int]]:
    """Return the mappings and fields with several open conflicts: how many there are, and the last one's id."""
    found: dict[tuple[str, str], list[int]] = {}
    for row in held:
        if row.resolved is None:
            found.setdefault((row.mapping, field_name(row.field)), []).append(row.id)
    return [(*key, len(ids), max(ids)) for key, ids in found.items() if len(ids) > 1]


def _query(kept: Mapping[str, str], **changed: object) -> str:
    return urlencode({name: value for name, value in {**kept, **changed}.items() if value not in ("", 1)})


def _page_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < len("100000000") and int(text) > 0):
        raise HTTPException(404, "pages are numbered from 1")
    return int(text)
