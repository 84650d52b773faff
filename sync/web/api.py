"""What the buttons do, for forms and for programs alike: a row first, a nudge second; nothing is decided here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sync.core.errors import Misconfigured
from sync.core.events import Mode
from sync.core.limits import Lane
from sync.core.model import Ref, Side
from sync.core.sides import keys_called, named
from sync.flow.bind import remembered
from sync.remotes.bodies import BODIES
from sync.store.conflicts import HELD
from sync.web.access import shows_pages
from sync.web.aside import Aside
from sync.web.bodies import given
from sync.web.handshake import Handshake
from sync.web.look import own_path
from sync.wiring import Sync

STOPPED = "stopped by a person on the dashboard"
YES = ("true", "1", "yes", "on")

Given = Mapping[str, str]


@dataclass(frozen=True)
class Done:
    """What a button did: the document for programs, the word for the page to say, and whose workers to nudge."""

    document: dict[str, Any]
    said: str
    mappings: tuple[str, ...] = ()
    task: str = "decide"


@dataclass(frozen=True)
class Buttons:
    """Everything that may be pressed."""

    sync: Sync
    handshake: Handshake
    aside: Aside

    def routes(self) -> list[Route]:
        """Return one route a button."""
        places: dict[str, Callable[[Given], Done]] = {
            "/api/mappings/{name}/resync": self.resync,
            "/api/mappings/{name}/pause": self.pause,
            "/api/mappings/{name}/resume": self.resume,
            "/api/mappings/{name}/approve": self.approve,
            "/api/links/{id}/resync": self.look,
            "/api/conflicts/{id}/resolve": self.resolve,
            "/api/conflicts/resolve": self.resolve_all,
            "/api/failures/{id}/retry": self.retry,
            "/api/failures/retry": self.retry_all,
            "/api/notion-token/show": self.show_token,
            "/api/notion-token/forget": self.forget_token,
        }
        return [Route(path, self._button(press), methods=["POST"]) for path, press in places.items()]

    def resync(self, said: Given) -> Done:
        """Ask the workers to look again at a mapping; `full`: at everything of it."""
        name = self._mapping(said)
        mode = Mode.FULL if said.get("full", "").lower() in YES else Mode.HINT
        self.sync.store.hint(name, None, Lane.PERSON, self.sync.clock.now(), mode=mode)
        return Done({"asked": name, "full": mode is Mode.FULL}, "resync", (name,), "heed")

    def pause(self, said: Given) -> Done:
        """Have the mapping rest until a person says otherwise."""
        name = self._mapping(said)
        self.sync.store.stop(name, STOPPED)
        return Done({"paused": name}, "pause")

    def resume(self, said: Given) -> Done:
        """Have the mapping go on now, whatever it rested for; where the cause still stands it says so again."""
        name = self._mapping(said)
        self.sync.store.go_on(name)
        self.sync.store.hint(name, None, Lane.PERSON, self.sync.clock.now(), mode=Mode.BIND)
        return Done({"resumed": name}, "resume", (name,), "heed")

    def approve(self, said: Given) -> Done:
        """Let through what the guards hold back of the mapping."""
        name = self._mapping(said)
        refusals = self.sync.store.status(name).refusals
        if not refusals:
            raise HTTPException(409, f"no guard holds back anything of {name}")
        self.sync.store.hint(name, None, Lane.PERSON, self.sync.clock.now(), mode=Mode.APPROVE)
        return Done({"approved": name, "refusals": dict(refusals)}, "approve", (name,), "heed")

    def look(self, said: Given) -> Done:
        """Have both records of a link read again, with all that stands below them."""
        number = _number(said)
        known = self.sync.store.known(number)
        if known is None:
            raise HTTPException(404, f"no link has the id {number}")
        refs: Iterable[Ref | None] = (known.link.ref(side) for side in Side)
        for ref in filter(None, refs):
            self.sync.store.hint(known.link.mapping, ref, Lane.PERSON, self.sync.clock.now(), mode=Mode.DEEP)
        return Done({"asked": known.link.mapping, "link": number}, "look", (known.link.mapping,), "heed")

    def resolve(self, said: Given) -> Done:
        """Have a side win a conflict; it keeps its id only as long as neither value moves."""
        number, side = _number(said), _side(said)
        rows = {row.id: row for row in self.sync.store.conflicts()}
        if number not in rows:
            raise HTTPException(404, f"no conflict has the id {number}: it ended, or a value moved since it was shown")
        row = rows[number]
        if not self.sync.store.resolve(number, side, (row.github, row.notion)):
            raise HTTPException(409, f"conflict {number} moved or was decided since: look again")
        return Done({"resolved": [number], "use": side.value}, "resolve", (row.mapping,))

    def resolve_all(self, said: Given) -> Done:
        """Have a side win the open conflicts of a mapping and a field, up to the last one that the person was shown."""
        name, side = self._mapping(said), _side(said)
        upto = int(said["upto"]) if said.get("upto", "").isdecimal() else None
        rows = [row for row in self.sync.store.conflicts(name) if row.state == HELD and row.resolved is None]
        keys = self._fields(name, said["field"], [row.field for row in rows]) if said.get("field") else None
        rows = [row for row in rows if keys is None or row.field in keys]
        rows = [row for row in rows if upto is None or row.id <= upto]
        done = [row.id for row in rows if self.sync.store.resolve(row.id, side, (row.github, row.notion))]
        return Done({"resolved": done, "use": side.value}, "resolve", (name,))

    def retry(self, said: Given) -> Done:
        """Have a failed write tried again."""
        number = _number(said)
        rows = [row for row in self.sync.store.failures() if row.failure.id == number]
        if not rows or not self.sync.store.retry([number]):
            raise HTTPException(404, f"no failure has the id {number}: it may have healed meanwhile")
        return Done({"retried": 1}, "retry", (rows[0].mapping,))

    def retry_all(self, said: Given) -> Done:
        """Have all failed writes tried again, or those of a mapping."""
        rows = self.sync.store.failures(said.get("mapping") or None)
        count = self.sync.store.retry([row.failure.id for row in rows])
        return Done({"retried": count}, "retry", tuple(sorted({row.mapping for row in rows})))

    def show_token(self, _: Given) -> Done:
        """Return Notion's verification token, once."""
        token = self.handshake.show()
        if token is None:
            raise HTTPException(410, "the token was shown before, or there is none: have Notion resend it")
        return Done({"verification_token": token}, "shown")

    def forget_token(self, _: Given) -> Done:
        """Forget Notion's verification token, so that the next handshake's is kept."""
        self.handshake.forget()
        return Done({"forgotten": True}, "forgotten")

    def _mapping(self, said: Given) -> str:
        name = said.get("name") or said.get("mapping") or ""
        if name not in {each.name for each in self.sync.mappings}:
            raise HTTPException(404, f"no mapping that runs is named {name!r}")
        return name

    def _fields(self, name: str, called: str, held: Iterable[str]) -> frozenset[str]:
        file = next(each for each in self.sync.mappings if each.name == name)
        try:
            return keys_called(called, named(file, remembered(self.sync.store.mapping(name)), BODIES), held)
        except Misconfigured as unknown:
            raise HTTPException(400, str(unknown)) from unknown

    def _button(self, press: Callable[[Given], Done]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            said = {**await given(request), **{name: str(each) for name, each in request.path_params.items()}}
            done = await run_in_threadpool(press, said)
            for name in done.mappings:
                self.aside.nudge(done.task, name)
            if shows_pages(request) and done.said != "shown":
                return RedirectResponse(f"{back(said)}?said={done.said}", 303)
            return JSONResponse(done.document, 202 if done.mappings else 200)

        return endpoint


def back(said: Given) -> str:
    """Return the page of ours that a form stood on; never an address elsewhere."""
    return own_path(said.get("back", "/").partition("?")[0])


def _number(said: Given) -> int:
    if not said["id"].isascii() or not said["id"].isdigit() or len(said["id"]) > len(str(2**63)) - 1:
        raise HTTPException(404, f"{said['id']!r} is no id")
    return int(said["id"])


def _side(said: Given) -> Side:
    if said.get("use") not in tuple(Side):
        raise HTTPException(422, "`use` takes github or notion: the side whose value is kept")
    return Side(said["use"])
