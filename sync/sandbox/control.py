"""The sandbox's own API under /_sandbox: counters, faults, switches, the clock and people's edits, from any process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sync.sandbox.clock import Clock
from sync.sandbox.front import Front
from sync.sandbox.people import obey, plain

Endpoint = Callable[[Request], Awaitable[Response]]


class Control:
    """Answers the control API for the sides of one sandbox."""

    def __init__(self, fronts: Mapping[str, Front], clock: Clock, hook: Callable[[str, str, str], None]) -> None:
        self._fronts, self._clock, self._hook = fronts, clock, hook

    def routes(self) -> list[Route]:
        """Return the table of the control API."""
        return [
            Route("/_sandbox", guarded(self.state)),
            Route("/_sandbox/reset", guarded(self.reset), methods=["POST"]),
            Route("/_sandbox/clock", guarded(self.clock), methods=["POST"]),
            Route("/_sandbox/{side}/counters", guarded(self.counters)),
            Route("/_sandbox/{side}/exchanges", guarded(self.exchanges)),
            Route("/_sandbox/{side}/faults", guarded(self.arm), methods=["POST"]),
            Route("/_sandbox/{side}/faults", guarded(self.disarm), methods=["DELETE"]),
            Route("/_sandbox/{side}/switches", guarded(self.switch), methods=["PATCH"]),
            Route("/_sandbox/{side}/webhook", guarded(self.webhook), methods=["PUT"]),
            Route("/_sandbox/{side}/people", guarded(self.people), methods=["POST"]),
            Route("/_sandbox/{side}/place", guarded(self.place), methods=["POST"]),
        ]

    def _front(self, request: Request) -> Front:
        return self._fronts[request.path_params["side"]]

    async def state(self, _: Request) -> object:
        """Tell everything about both sides."""
        sides = {
            name: {"counters": front.counters.snapshot(), **_faults(front)} for name, front in self._fronts.items()
        }
        return {"now": self._clock.now().isoformat(), **sides}

    async def reset(self, _: Request) -> object:
        """Count from zero and disarm every fault; what was written stays."""
        for front in self._fronts.values():
            front.counters.reset()
            front.faults.disarm()
        return {}

    async def clock(self, request: Request) -> object:
        """Jump ahead by {"advance": seconds}."""
        return {"now": self._clock.advance(float((await request.json())["advance"])).isoformat()}

    async def counters(self, request: Request) -> object:
        """Tell the figures of one side."""
        return self._front(request).counters.snapshot()

    async def exchanges(self, request: Request) -> object:
        """Tell the last calls of one side, the newest last."""
        last = int(request.query_params.get("last", 50))
        return [
            {
                "method": each.request.method,
                "path": each.request.path,
                "query": dict(each.request.query),
                "sent": each.request.body.decode(errors="replace"),
                "status": each.reply.status,
                "answered": each.reply.body.decode(errors="replace"),
                "fault": each.fault,
            }
            for each in list(self._front(request).counters.exchanges)[-last:]
        ]

    async def arm(self, request: Request) -> object:
        """Arm a fault: {"name", "times", "method", "path", "after", and its own arguments}."""
        front = self._front(request)
        front.faults.arm(**await request.json())
        return _faults(front)

    async def disarm(self, request: Request) -> object:
        """Take back the faults of `?name=`, or all."""
        front = self._front(request)
        front.faults.disarm(request.query_params.get("name"))
        return _faults(front)

    async def switch(self, request: Request) -> object:
        """Set switches: {name: value}."""
        front = self._front(request)
        for name, value in (await request.json()).items():
            front.faults.switch(name, value)
        return _faults(front)

    async def webhook(self, request: Request) -> object:
        """Deliver what happens to {"url", "secret"} from now on; to nobody with an empty url."""
        told = await request.json()
        await run_in_threadpool(self._hook, request.path_params["side"], told["url"], told.get("secret", ""))
        return {}

    async def people(self, request: Request) -> object:
        """Let somebody do something: {"as", "do", "args", "fields"}; "as" is a login or a Notion user's id."""
        front, command = self._front(request), await request.json()
        with front.lock:
            return obey(front.api.person(*([command["as"]] if "as" in command else [])), command)

    async def place(self, request: Request) -> object:
        """Set up or look into a side: {"do", "args", "fields"} with what its simulator itself can do."""
        front, command = self._front(request), await request.json()
        with front.lock:
            return obey(front.api, command)


def _faults(front: Front) -> dict[str, Any]:
    armed = [{"name": each.name, "times": each.times, **each.args} for each in front.faults.armed]
    return {"faults": armed, "switches": front.faults.switches}


def guarded(answer: Callable[[Request], Awaitable[object]]) -> Endpoint:
    """Answer with JSON, and with 400 and the reason where a command makes no sense."""

    async def endpoint(request: Request) -> Response:
        try:
            value = await answer(request)
        except Exception as error:  # noqa: BLE001 - a command may fail in any of its vendor's ways; its sender is told
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, status_code=400)
        return Response(plain(value), media_type="application/json")

    return endpoint
