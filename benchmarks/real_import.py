"""A whole repository's issues into an empty database by a real worker under enforced limits, then edits; no test.

Run it as `python -m benchmarks.real_import [SCALE] [WORKERS]`: every limit is raised SCALE-fold, here and there, so
that what is measured as a share of the limit holds for the limits of every day. The issues come from the folder that
TANDEM_GROUND_TRUTH names.
"""

from __future__ import annotations

import gzip
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.windows import Windowed, one, points
from sync.cli.stack import Stack, stack
from sync.sandbox.notion import Ids
from sync.sandbox.server import Sandbox

REPOSITORY = "acme/real"
ISSUES = "github-issues-real.jsonl.gz"
PATIENCE = 900.0
"""Seconds that any one step may take."""
SETTLED = 4.0
"""Seconds without a call after which a step is over."""
EACH = 40
LATENCY = 0.6
"""Seconds that a call takes at a scale of 1, about what the services take; scaled like the limits."""
"""How many records of each kind of edit."""

LIMITS = {
    "NOTION_REQUESTS_PER_MINUTE": 180,
    "GITHUB_REQUESTS_PER_HOUR": 5000,
    "GITHUB_POINTS_PER_MINUTE": 900,
    "GITHUB_CREATES_PER_MINUTE": 20,
    "GITHUB_CREATES_PER_HOUR": 500,
}

MAPPING = """version: 1
name: roadmap
github:
  repositories: [{repository}]
notion:
  database: {database}
  link_property: GitHub
create: {{pages: true, issues: true, quiet: 0}}
fields:
  - {{github: title, notion: Name}}
  - github: state
    notion: Status
    values: {{open: [To do, In progress], closed: Done, "closed:not_planned": "Won't do"}}
  - {{github: labels, notion: Labels}}
  - {{github: number, notion: "No."}}
  - {{github: author, notion: Author}}
  - {{github: created_at, notion: Created}}
"""
STATUS = {"open": {"To do", "In progress"}, "completed": {"Done"}, "duplicate": {"Done"}, "not_planned": {"Won't do"}}
COLUMNS: dict[str, Any] = {
    "Name": {"title": {}},
    "GitHub": {"url": {}},
    "Status": {
        "status": {
            "options": [
                {"name": "To do", "group": "To-do"},
                {"name": "In progress", "group": "In progress"},
                {"name": "Done", "group": "Complete"},
                {"name": "Won't do", "group": "Complete"},
            ]
        }
    },
    "Labels": {"multi_select": {"options": []}},
    "No.": {"number": {}},
    "Author": {"rich_text": {}},
    "Created": {"date": {}},
}


def rows() -> list[dict[str, Any]]:
    """Return the issues and pull requests as REST objects; ends the program where they are not to be had."""
    folder = Path(os.environ.get("TANDEM_GROUND_TRUTH") or "../shared/data")
    if not (folder / ISSUES).is_file():
        raise SystemExit(f"{folder / ISSUES} is not there: set TANDEM_GROUND_TRUTH to the folder that holds it")
    with gzip.open(folder / ISSUES, "rt", encoding="utf-8", errors="surrogatepass") as lines:
        return [json.loads(line) for line in lines]


@dataclass
class Stage:
    """The sandbox with its limits on, seen and edited as people do."""

    running: Sandbox
    ids: Ids
    notion: Windowed
    github: Windowed
    scale: int

    @classmethod
    def prepared(cls, running: Sandbox, loaded: list[dict[str, Any]], scale: int) -> Stage:
        """Fill the sandbox and enforce its limits."""
        running.github.add_repository(REPOSITORY)
        running.github.load(REPOSITORY, loaded)
        ids = running.notion.create_database("Roadmap", COLUMNS)
        notion = Windowed(running.fronts["notion"], running.clock.now, one)
        github = Windowed(running.fronts["github"], running.clock.now, points)
        running.fronts["notion"].counters, running.fronts["github"].counters = notion, github
        for front, name, limit in (
            ("notion", "requests_per_minute", "NOTION_REQUESTS_PER_MINUTE"),
            ("github", "requests_per_hour", "GITHUB_REQUESTS_PER_HOUR"),
            ("github", "points_per_minute", "GITHUB_POINTS_PER_MINUTE"),
            ("github", "creates_per_minute", "GITHUB_CREATES_PER_MINUTE"),
            ("github", "creates_per_hour", "GITHUB_CREATES_PER_HOUR"),
        ):
            running.fronts[front].faults.switch(name, LIMITS[limit] * scale)
        for each in running.fronts.values():
            each.faults.arm("slow", times=None, seconds=LATENCY / scale)
        return cls(running, ids, notion, github, scale)

    def issues(self) -> dict[str, dict[str, Any]]:
        """Return the issues by URL."""
        every = self.running.github.issues(REPOSITORY)
        return {issue["html_url"]: issue for issue in every if "pull_request" not in issue}

    def pages(self) -> list[dict[str, Any]]:
        """Return the pages that are not in the trash."""
        with self.running.lock:
            return [page for page in self.running.notion.pages(self.ids.data_source) if not page["in_trash"]]

    def differences(self) -> list[str]:
        """Return in words what does not agree or has no partner."""
        issues, by_link = self.issues(), dict[str, list[dict[str, Any]]]()
        for page in self.pages():
            by_link.setdefault(page["properties"]["GitHub"] or "", []).append(page["properties"])
        pairs = {url: by_link.get(url, []) for url in issues}
        return [
            *(f"{url} has {len(found)} pages" for url, found in pairs.items() if len(found) != 1),
            *(f"{page['Name']!r} has no issue" for url, all_ in by_link.items() if url not in issues for page in all_),
            *(f"{url}: {name}" for url, all_ in pairs.items() for page in all_ for name in _unequal(issues[url], page)),
        ]

    def duplicates(self) -> int:
        """Return how many pages name an issue that another one names already."""
        pages = self.pages()
        return len(pages) - len({page["properties"]["GitHub"] for page in pages})

    def refused(self) -> int:
        """Return how many calls were too many."""
        return self.notion.figures()[2] + self.github.figures()[2]

    def settled(self, done: Callable[[], bool], what: str) -> float:
        """Wait until something is true and no call comes any more; return how long it took without that silence."""
        began, last, quiet = time.monotonic(), self._total(), time.monotonic()
        while not done() or time.monotonic() - quiet < SETTLED:
            time.sleep(0.25)
            if self._total() != last:
                last, quiet = self._total(), time.monotonic()
            if time.monotonic() - began > PATIENCE or time.monotonic() - quiet > PATIENCE / 10:
                raise SystemExit(f"{what}: not done; {self.differences()[:5]}; 403 and 429: {self.refused()}")
        return quiet - began

    def _total(self) -> int:
        return self.notion.figures()[0] + self.github.figures()[0]


def _unequal(issue: dict[str, Any], page: dict[str, Any]) -> Iterator[str]:
    state = issue["state_reason"] or "completed" if issue["state"] == "closed" else "open"
    labels = {label["name"].casefold() for label in issue["labels"] if "," not in label["name"]}
    if issue["title"].strip() != page["Name"].strip():
        yield "title"
    if page["Status"] not in STATUS[state]:
        yield "state"
    if labels != {name.casefold() for name in page["Labels"]}:
        yield "labels"


def edited(stage: Stage) -> int:
    """Have people edit titles, states and labels of different records on both sides, and add new ones: so many."""
    dice, issues = Random(1), stage.issues()
    drawn = iter(dice.sample(sorted(issues), 6 * EACH))
    pages = {page["properties"]["GitHub"]: page["id"] for page in stage.pages()}
    octocat, ada = stage.running.github.person("octocat"), stage.running.notion.person("Ada")
    for n in range(EACH):
        numbers = [issues[next(drawn)]["number"] for _ in range(3)]
        octocat.edit(REPOSITORY, numbers[0], title=f"Renamed on GitHub {n}")
        if issues_open(issues, numbers[1]):
            octocat.close(REPOSITORY, numbers[1], "not_planned")
        else:
            octocat.reopen(REPOSITORY, numbers[1])
        octocat.label(REPOSITORY, numbers[2], f"batch {n % 5}")
        urls = [next(drawn) for _ in range(3)]
        with stage.running.lock:
            ada.edit(pages[urls[0]], {"Name": f"Renamed in Notion {n}"})
            ada.edit(pages[urls[1]], {"Status": "Done" if issues[urls[1]]["state"] == "open" else "To do"})
            ada.edit(pages[urls[2]], {"Labels": [f"batch {n % 5}"]})
            if n % 2:
                ada.create(stage.ids.data_source, {"Name": f"Born in Notion {n}", "Status": "To do"})
        if n % 2:
            octocat.create(REPOSITORY, f"Born on GitHub {n}")
    return 7 * EACH


def issues_open(issues: dict[str, dict[str, Any]], number: int) -> bool:
    """Tell whether the issue of that number is open."""
    return any(issue["state"] == "open" for issue in issues.values() if issue["number"] == number)


def budget(loaded: list[dict[str, Any]]) -> int:
    """Return the most calls an import may take: a create an issue, GitHub's list pages, and what is fixed."""
    issues = sum("pull_request" not in row for row in loaded)
    return issues + ceil(len(loaded) / 100) + 10 + 2 + 1


def used(counted: Windowed, limit: int, first: int, last: int) -> str:
    """Return the share of the limit that was used of each window between two, both of which were used in part."""
    shares = [f"{100 * counted.used[window] / limit:.1f} %" for window in range(first + 1, last)]
    return ", ".join(shares) or "none was full: a smaller SCALE makes it last longer"


def born(stage: Stage, count: int) -> None:
    """Wait until so many pages were born; ends the program where that takes too long."""
    began = time.monotonic()
    while stage.notion.creates < count:
        time.sleep(0.02)
        if time.monotonic() - began > PATIENCE:
            raise SystemExit(f"only {stage.notion.creates} of {count} pages after {PATIENCE:.0f} s")


def play(stage: Stage, loaded: list[dict[str, Any]], processes: Stack) -> None:
    issues = sum("pull_request" not in row for row in loaded)
    limit = LIMITS["NOTION_REQUESTS_PER_MINUTE"] * stage.scale
    print(f"{issues} issues, {len(loaded) - issues} pull requests; limits x {stage.scale}: Notion {limit} a minute")

    born(stage, 1)
    reads = stage.github.figures()[0], stage.notion.figures()[0] - stage.notion.creates
    first, began = stage.notion.window(), time.monotonic()
    born(stage, issues)
    seconds, last = time.monotonic() - began, stage.notion.window()
    calls = stage.github.figures()[0], stage.notion.figures()[0]
    print(f"import: {seconds:.0f} s of writing, {issues / seconds * 60 / limit:.3f} of the limit in creates alone")
    print(f"  calls: {reads[0]} reads of GitHub, {reads[1]} of Notion, {issues} creates: ", end="")
    print(f"{sum(reads) + issues} of {budget(loaded)}; by polls meanwhile {sum(calls) - sum(reads) - issues}")
    print(f"  Notion's full windows: {used(stage.notion, limit, first, last)}")
    stage.settled(lambda: not stage.differences(), "import")
    print(f"  answers 403 and 429: {stage.refused()}, duplicates: {stage.duplicates()}")

    before, count = stage.notion.figures(), edited(stage)
    since = stage.github.figures()
    first = stage.notion.window()
    processes.tandem("resync", "roadmap")
    seconds = stage.settled(lambda: not stage.differences(), "edits")
    now = stage.github.figures(), stage.notion.figures()
    print(f"{count} edits: {seconds:.0f} s until both sides agreed")
    print(f"  calls: GitHub {now[0][0] - since[0]} ({now[0][1] - since[1]} writes), ", end="")
    print(f"Notion {now[1][0] - before[0]} ({now[1][1] - before[1]} writes)")
    print(f"  Notion's full windows: {used(stage.notion, limit, first, stage.notion.window())}")

    before, since = stage.notion.figures(), stage.github.figures()
    processes.tandem("resync", "roadmap", "--full")
    seconds = stage.settled(lambda: stage.notion.figures()[0] - before[0] >= len(stage.pages()) // 100, "full pass")
    now = stage.github.figures(), stage.notion.figures()
    writes = now[0][1] - since[1] + now[1][1] - before[1]
    print(f"full pass: {seconds:.0f} s, {writes} writes")
    print(f"  calls: GitHub {now[0][0] - since[0]}, Notion {now[1][0] - before[0]}")
    print(f"in all: answers 403 and 429: {stage.refused()}, duplicates: {stage.duplicates()}")


def main(scale: int, workers: int) -> None:
    loaded = rows()
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder, Sandbox.start() as running:
        stage = Stage.prepared(running, loaded, scale)
        settings = {
            "GITHUB_API_URL": running.github_url,
            "GITHUB_TOKEN": "sandbox-github",
            "NOTION_API_URL": running.notion_url,
            "NOTION_TOKEN": "sandbox-notion",
            "POLL_INTERVAL": "60",
            **{name: str(limit * scale) for name, limit in LIMITS.items()},
        }
        names = ("beat", *(f"worker {number}" for number in range(workers)))
        file = MAPPING.format(repository=REPOSITORY, database=stage.ids.database)
        with stack(Path(folder), file, settings, *names) as found:
            play(stage, loaded, found)


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given + [10, 1][len(given) :]))
