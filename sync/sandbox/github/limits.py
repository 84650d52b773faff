"""The simulated rate limits: an hourly one, points and creations per window; windows are fixed, as GitHub's are."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from sync.sandbox.github.refusals import ABOUT_LIMITS, Refused
from sync.sandbox.github.world import World

HOUR, MINUTE = 3600.0, 60.0
ANONYMOUS_PER_HOUR = 60
READ_POINTS, WRITE_POINTS = 1, 5


@dataclass
class Window:
    """What was spent since a window began."""

    begun: float = -math.inf
    spent: int = 0

    def at(self, now: float, length: float) -> Window:
        """Return itself, begun anew if its time is over."""
        if now >= self.begun + length:
            self.begun, self.spent = now, 0
        return self


@dataclass
class Account:
    """The windows of one user; all tokens of a user share them."""

    hour: Window = field(default_factory=Window)
    points: Window = field(default_factory=Window)
    creates_minute: Window = field(default_factory=Window)
    creates_hour: Window = field(default_factory=Window)


class Limits:
    """Counts per user what was asked and refuses what is too much."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._accounts: dict[int, Account] = {}

    def _account(self, user: int) -> Account:
        return self._accounts.setdefault(user, Account())

    def _now(self) -> float:
        return self._world.clock.now().timestamp()

    def _per_hour(self, user: int) -> int:
        own = int(self._world.number("requests_per_hour"))
        return own if user else min(own, ANONYMOUS_PER_HOUR)

    def ask(self, user: int, method: str) -> None:
        """Charge one request of a user (0: anonymous). Raises 403 or 429."""
        account, now = self._account(user), self._now()
        hour, allowed = account.hour.at(now, HOUR), self._per_hour(user)
        if allowed and hour.spent >= allowed:
            raise self._refused(f"API rate limit exceeded for user ID {user}.", docs=ABOUT_LIMITS)
        points, most = account.points.at(now, MINUTE), self._world.number("points_per_minute")
        cost = READ_POINTS if method in {"GET", "HEAD", "OPTIONS"} else WRITE_POINTS
        if most and points.spent + cost > most:
            raise self._secondary(points, MINUTE, "Please wait a few minutes before you try again.")
        points.spent += cost
        hour.spent += 1

    def create(self, user: int) -> None:
        """Charge the creation of content. Raises 403 or 429."""
        account, now = self._account(user), self._now()
        asked = (
            ("creates_per_minute", account.creates_minute, MINUTE),
            ("creates_per_hour", account.creates_hour, HOUR),
        )
        for switch, window, length in asked:
            most = self._world.number(switch)
            if most and window.at(now, length).spent >= most:
                blocked = (
                    "and have been temporarily blocked from content creation. Please retry your request again later."
                )
                raise self._secondary(window, length, blocked)
        account.creates_minute.spent += 1
        account.creates_hour.spent += 1

    def give_back(self, user: int) -> None:
        """Take one request off the hourly count: a 304 to an authorised request is free."""
        self._account(user).hour.spent -= 1

    def state(self, user: int) -> dict[str, int]:
        """Return limit, remaining, reset (epoch seconds) and used of the hourly limit."""
        hour, allowed = self._account(user).hour.at(self._now(), HOUR), self._per_hour(user)
        reset = math.ceil(hour.begun + HOUR)
        return {"limit": allowed, "remaining": max(0, allowed - hour.spent), "reset": reset, "used": hour.spent}

    def headers(self, user: int) -> dict[str, str]:
        """Return the headers every answer carries, none where limits are off."""
        if not self._per_hour(user):
            return {}
        return {f"x-ratelimit-{name}": str(value) for name, value in self.state(user).items()} | {
            "x-ratelimit-resource": "core"
        }

    def _secondary(self, window: Window, length: float, ending: str) -> Refused:
        left = self._world.clock.real_seconds(window.begun + length - self._now())
        headers = {"retry-after": str(max(1, math.ceil(left)))} if self._world.on("retry_after") else {}
        joint = " " if ending.startswith("and") else ". "
        message = f"You have exceeded a secondary rate limit{joint}{ending}"
        return self._refused(message, headers=headers, docs=f"{ABOUT_LIMITS}#about-secondary-rate-limits")

    def _refused(self, message: str, *, docs: str, headers: dict[str, str] | None = None) -> Refused:
        return Refused(int(self._world.number("limit_status")), message, headers=headers, docs=docs)
