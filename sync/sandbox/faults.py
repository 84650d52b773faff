"""What can be made to go wrong, by name, and the choices where a vendor's habit is not known; no vendor's rules."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sync.sandbox.exchange import CUT, Reply, Request

Switch = bool | int | float | str

COMMON = {
    "slow": "wait `seconds` before anything else happens",
    "drop_before": "cut the connection, nothing happened",
    "error_before": "answer `status` (502) with `body`, nothing happened",
    "status": "answer `status` with `body` and `headers`, nothing happened",
    "drop_after": "let it happen, then cut the connection",
    "error_after": "let it happen, then answer `status` (502) with `body`",
    "stale": "a read shows the state of `seconds` ago (each vendor does this itself)",
}
"""The faults that any simulated vendor has; a vendor adds its own with `declare`."""

BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass
class Armed:
    """One fault in waiting: which requests it meets, how often still, after how many that are let through."""

    name: str
    times: int | None = 1
    method: str | None = None
    path: re.Pattern[str] | None = None
    after: int = 0
    args: Mapping[str, Any] = field(default_factory=dict)

    def meets(self, request: Request) -> bool:
        """Tell whether this request is one of those meant."""
        return (self.method in {None, request.method}) and (self.path is None or bool(self.path.search(request.path)))

    def strike(self) -> bool:
        """Count one meeting; tell whether it strikes this time."""
        if self.after:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Faults:
    """The armed faults of one vendor and its switches."""

    def __init__(self) -> None:
        self.known = dict(COMMON)
        self.switches: dict[str, Switch] = {}
        self.armed: list[Armed] = []

    def declare(self, faults: Mapping[str, str], switches: Mapping[str, Switch]) -> None:
        """Add a vendor's own faults (name: meaning) and its switches (name: default); what was set before stays."""
        self.known.update(faults)
        self.switches = {**switches, **self.switches}

    def switch(self, name: str, value: Switch) -> None:
        """Set a switch. Raises KeyError for a name nobody declared."""
        if name not in self.switches:
            raise KeyError(f"no switch {name!r}; there are {', '.join(sorted(self.switches))}")
        self.switches[name] = value

    def arm(
        self,
        name: str,
        *,
        times: int | None = 1,
        method: str | None = None,
        path: str | None = None,
        after: int = 0,
        **args: object,
    ) -> Armed:
        """Let a fault strike `times` matching requests (None: all), the first `after` of them excepted.

        `path` is a regular expression searched in the path. Raises KeyError for a fault nobody declared.
        """
        if name not in self.known:
            raise KeyError(f"no fault {name!r}; there are {', '.join(sorted(self.known))}")
        fault = Armed(name, times, method, re.compile(path) if path else None, after, args)
        self.armed.append(fault)
        return fault

    def disarm(self, name: str | None = None) -> None:
        """Take back the faults of that name, or all."""
        self.armed = [fault for fault in self.armed if name not in {None, fault.name}]

    def take(self, name: str, request: Request) -> Mapping[str, Any] | None:
        """Return the arguments of the fault that strikes this request, else None."""
        for fault in self.armed:
            if fault.name == name and fault.meets(request) and fault.strike():
                if fault.times == 0:
                    self.armed.remove(fault)
                return fault.args
        return None

    def delay(self, request: Request) -> float:
        """Return how many seconds this request has to wait first."""
        slow = self.take("slow", request) if self.armed else None
        return float(slow.get("seconds", 1)) if slow else 0.0

    def before(self, request: Request) -> tuple[str, Reply] | None:
        """Return the fault that answers in the vendor's place, by name, with its reply."""
        if not self.armed:
            return None
        if self.take("drop_before", request) is not None:
            return "drop_before", CUT
        for name in ("error_before", "status"):
            args = self.take(name, request)
            if args is not None:
                return name, refusal(args)
        return None

    def after(self, request: Request) -> tuple[str, Reply] | None:
        """Return the fault that replaces the answer of what has happened, by name, with its reply."""
        if not self.armed:
            return None
        if self.take("drop_after", request) is not None:
            return "drop_after", CUT
        args = self.take("error_after", request)
        return None if args is None else ("error_after", refusal(args))


def refusal(args: Mapping[str, Any]) -> Reply:
    """Build a reply from a fault's arguments: text is sent as HTML, anything else as JSON."""
    body, status = args.get("body", BAD_GATEWAY), int(args.get("status", 502))
    text = body if isinstance(body, str) else json.dumps(body)
    kind = "text/html; charset=utf-8" if isinstance(body, str) else "application/json; charset=utf-8"
    return Reply(status, text.encode(), {"content-type": kind, **args.get("headers", {})})
