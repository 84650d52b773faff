"""Deliveries that GitHub could not make, asked for again: it never tries twice by itself; what they say is not read.

Three days long a delivery can be had again (docs.github.com, "Handling failed webhook deliveries"); for that the token
must reach the repository's webhooks. An App's own webhook tells of all its repositories, and is asked as the App.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from sync.remotes.github import lists
from sync.remotes.github.answers import Answer
from sync.remotes.github.client import Door
from sync.remotes.github.records import moment

KEPT = timedelta(days=3)
TRIES = 3
"""A delivery that failed so often is left alone: the polls see what it would have said."""
PAGES = 3
"""So many pages of a hook's deliveries are read, newest first."""
UNDER_WAY = timedelta(minutes=1)
"""A delivery younger than this may be followed by another attempt that is not listed yet."""
MADE = "OK"
"""The status of a delivery that was made; timeouts and lost connections have words of their own, and no code."""
ROUTE = "/webhooks/github"


@dataclass(frozen=True)
class Deliveries:
    """What was to be delivered to us; `address` is ours where it is known."""

    door: Door
    address: str = ""

    def redeliver(self, repository: str, now: datetime) -> int:
        """Have the deliveries to us made again that failed, and return how many those were."""
        return sum(self._again(f"/repos/{repository}/hooks/{hook}/deliveries", now) for hook in self._hooks(repository))

    def redeliver_of_app(self, now: datetime) -> int:
        """Have the deliveries of the App's own webhook made again that failed, and return how many those were."""
        hook = self.door.read("/app/hook/config")
        ours = hook.status == HTTPStatus.OK and self._ours(hook.body.get("url"))
        return self._again("/app/hook/deliveries", now) if ours else 0

    def _hooks(self, repository: str) -> Iterator[int]:
        answer = self.door.read(f"/repos/{repository}/hooks", parameters={"per_page": "100"})
        for raw in _rows(answer):
            if raw.get("active") and self._ours((raw.get("config") or {}).get("url")):
                yield int(raw["id"])

    def _ours(self, url: str | None) -> bool:
        told = (url or "").rstrip("/")
        return told == self.address if self.address else told.endswith(ROUTE)

    def _again(self, path: str, now: datetime) -> int:
        tries: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for raw in self._recent(path, now - KEPT):
            tries[raw["guid"]].append(raw)
        missed = [made[0]["id"] for made in tries.values() if _missed(made, now)]
        return sum(self.door.nudge(f"{path}/{delivery}/attempts") for delivery in missed)

    def _recent(self, path: str, since: datetime) -> Iterator[dict[str, Any]]:
        """Yield what was delivered since then, newest first."""
        url, parameters = path, {"per_page": "100"}
        for _ in range(PAGES):
            answer = self.door.read(url, parameters=parameters)
            for raw in _rows(answer):
                if moment(raw["delivered_at"]) < since:
                    return
                yield raw
            following = lists.following(answer)
            if following is None:
                return
            url, parameters = following, {}


def _missed(made: list[dict[str, Any]], now: datetime) -> bool:
    settled = all(now - moment(each["delivered_at"]) > UNDER_WAY for each in made)
    return settled and len(made) < TRIES and not any(each["status"] == MADE for each in made)


def _rows(answer: Answer) -> list[dict[str, Any]]:
    """Return a list's rows; none where the token does not reach it, which GitHub answers with 404."""
    return list(answer.body) if answer.status == HTTPStatus.OK else []
