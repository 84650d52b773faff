"""The sandbox as people see it and work in it: what is on both sides, and what there does not agree; no process."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sync.cli.sandbox import REPOSITORY

if TYPE_CHECKING:
    from sync.sandbox.notion.model import Ids
    from sync.sandbox.server import Sandbox

PATIENCE = 180.0
"""Seconds in which both sides must agree."""
LOOK = 0.2
STILL = 3.0
"""Seconds without a write: longer than a message takes."""
STATUS = {"open": {"To do", "In progress"}, "completed": {"Done"}, "duplicate": {"Done"}, "not_planned": {"Won't do"}}


class Stage:
    """One repository and one database of a running sandbox, tied by the sandbox's own mapping."""

    def __init__(self, running: Sandbox, ids: Ids) -> None:
        self.running, self.ids = running, ids

    def issues(self) -> dict[str, dict[str, Any]]:
        """Return the issues by URL."""
        found = self.running.github.issues(REPOSITORY)
        return {issue["html_url"]: issue for issue in found if "pull_request" not in issue}

    def pages(self) -> list[dict[str, Any]]:
        """Return the pages that are not in the trash."""
        with self.running.lock:
            return [page for page in self.running.notion.pages(self.ids.data_source) if not page["in_trash"]]

    def differences(self) -> list[str]:
        """Return every issue and page that do not agree or have no partner, in words."""
        issues, pages = self.issues(), self.pages()
        by_link: dict[str, list[dict[str, Any]]] = {}
        for page in pages:
            by_link.setdefault(page["properties"]["GitHub"] or "", []).append(page["properties"])
        missing = [f"{url} has {len(by_link.get(url, []))} pages" for url in issues if len(by_link.get(url, [])) != 1]
        alone = [
            f"{page['Name']} has no issue" for link, found in by_link.items() if link not in issues for page in found
        ]
        wrong = [
            f"{url}: {name}"
            for url, issue in issues.items()
            for page in by_link.get(url, [])
            for name in _unequal(issue, page)
        ]
        return [*missing, *alone, *wrong]

    def duplicates(self) -> int:
        """Return how many pages there are too many."""
        pages = self.pages()
        return len(pages) - len({page["properties"]["GitHub"] for page in pages})

    def until(self, done: Callable[[], bool], what: str, patience: float = PATIENCE) -> float:
        """Wait for something and return the seconds it took; raises TimeoutError."""
        began = time.monotonic()
        while not done():
            if time.monotonic() - began > patience:
                raise TimeoutError(f"{what}: not within {patience:.0f} s; {self.differences()[:3]}")
            time.sleep(LOOK)
        return time.monotonic() - began

    def still(self) -> Callable[[], bool]:
        """Return a question to ask again and again: whether nothing was written for a while."""
        seen = [self.count("writes"), time.monotonic()]

        def asked() -> bool:
            now = self.count("writes")
            if now != seen[0]:
                seen[:] = [now, time.monotonic()]
            return time.monotonic() - seen[1] > STILL

        return asked

    def count(self, name: str) -> int:
        """Return a figure of both services' counters together."""
        return sum(front.counters.snapshot()[name] for front in self.running.fronts.values())


def _unequal(issue: dict[str, Any], page: dict[str, Any]) -> list[str]:
    state = issue["state_reason"] or "completed" if issue["state"] == "closed" else "open"
    labels = {label["name"].casefold() for label in issue["labels"] if "," not in label["name"]}
    return [
        name
        for name, same in (
            ("title", issue["title"] == page["Name"]),
            ("state", page["Status"] in STATUS[state]),
            ("labels", labels == {name.casefold() for name in page["Labels"]}),
        )
        if not same
    ]
