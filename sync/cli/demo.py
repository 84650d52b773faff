"""`tandem demo`: the real stack against the sandbox, people at work on both sides, and what came of it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sync.cli.frame import ERROR, OK, Result, console
from sync.cli.sandbox import REPOSITORY, environment, mapping_file
from sync.queue.app import WORKER

if TYPE_CHECKING:
    from rich.console import Console

    from sync.sandbox.notion import Ids
    from sync.sandbox.server import Sandbox

PATIENCE = 180.0
"""Seconds in which both sides must agree."""
PER_MINUTE = 600
"""Notion's limit on the larger plans, which the sandbox enforces here (Notion, "Request limits")."""
STATUS = {"open": {"To do", "In progress"}, "completed": {"Done"}, "duplicate": {"Done"}, "not_planned": {"Won't do"}}


def demo(count: int) -> Result:
    """Run the demo; everything it makes is in a folder that is removed afterwards."""
    from sync.sandbox.seed import database, populate
    from sync.sandbox.server import Sandbox

    out = console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="tandem-demo-") as folder, Sandbox.start() as running:
        running.notion.faults.switch("requests_per_minute", PER_MINUTE)
        populate(running.github, REPOSITORY, count)
        ids = database(running.notion)
        out.print(f"a GitHub with {count} issues and an empty Notion database: {running.url}/")
        with stack(Path(folder), environment(running), ids.database):
            return _played(Stage(running, ids, out), count)


class Stage:
    """The sandbox, seen and edited as people do."""

    def __init__(self, running: Sandbox, ids: Ids, out: Console) -> None:
        self.running, self.ids, self.out = running, ids, out

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

    def until(self, done: Callable[[], bool], what: str) -> float:
        """Wait for something and return the seconds it took; raises TimeoutError."""
        began = time.monotonic()
        while not done():
            if time.monotonic() - began > PATIENCE:
                raise TimeoutError(f"{what}: not within {PATIENCE:.0f} s; {self.differences()[:3]}")
            time.sleep(0.2)
        took = time.monotonic() - began
        self.out.print(f"  {what} after {took:.1f} s")
        return took

    def writes(self) -> int:
        """Return how many writes both services have seen."""
        return sum(front.counters.snapshot()["writes"] for front in self.running.fronts.values())

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


def _played(stage: Stage, count: int) -> Result:
    out = stage.out
    out.print("a real worker, beat and Redis bring them into step …")
    try:
        first = stage.until(lambda: not stage.differences(), f"{count} issues have their pages")
        calls = stage.count("total")
        out.print("people edit both sides …")
        edits = _edited(stage)
        second = stage.until(lambda: not stage.differences(), f"both sides agree on {edits} edits")
        stage.until(_still(stage), "nothing more is written")
        before = stage.writes()
        _resync(out)
        after = stage.writes()
    except TimeoutError as late:
        message = str(late)
        return Result({"error": {"message": message, "problems": []}}, lambda page: page.print(message), ERROR)
    document = {
        "issues": len(stage.issues()),
        "pages": len(stage.pages()),
        "duplicates": len(stage.pages()) - len({page["properties"]["GitHub"] for page in stage.pages()}),
        "import_seconds": round(first, 1),
        "import_calls": calls,
        "edits": edits,
        "edit_seconds": round(second, 1),
        "too_many_requests": stage.count("limited"),
        "second_pass_writes": after - before,
    }
    code = OK if not document["duplicates"] and not document["second_pass_writes"] else ERROR
    return Result(document, lambda page: _told(page, document), code)


def _edited(stage: Stage) -> int:
    """Have people edit: titles, states, labels, an issue and a page born, from either side."""
    octocat, notion = stage.running.github.person("octocat"), stage.running.notion.person("Ada")
    numbers = [issue["number"] for issue in stage.issues().values()][:8]
    for number in numbers[:2]:
        octocat.edit(REPOSITORY, number, title=f"Renamed on GitHub: {number}")
    octocat.label(REPOSITORY, numbers[2], "bug", "needs a look")
    octocat.close(REPOSITORY, numbers[3], "not_planned")
    octocat.create(REPOSITORY, "Born on GitHub 🎉")
    with stage.running.lock:
        pages = [page["id"] for page in stage.pages()]
        for page in pages[-2:]:
            notion.edit(page, {"Name": f"Renamed in Notion: {page[:4]}"})
        notion.edit(pages[-3], {"Status": "Done"})
        notion.edit(pages[-4], {"Status": "In progress", "Labels": ["from Notion"]})
        notion.create(stage.ids.data_source, {"Name": "Born in Notion", "Status": "To do"})
    return 10


def _still(stage: Stage) -> Callable[[], bool]:
    """Return the question whether nothing was written for three seconds."""
    seen = [stage.writes(), time.monotonic()]

    def still() -> bool:
        now = stage.writes()
        if now != seen[0]:
            seen[:] = [now, time.monotonic()]
        return time.monotonic() - seen[1] > 3  # noqa: PLR2004 - longer than a message takes

    return still


def _resync(out: Console) -> None:
    """Ask for a full pass as an operator does, and wait for it."""
    command = [sys.executable, "-m", "sync", "resync", "roadmap", "--full", "--wait"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=_ENVIRONMENT)  # noqa: S603 - our own
    out.print(f"  tandem resync roadmap --full --wait: {(done.stdout or done.stderr).strip()}")


_ENVIRONMENT: dict[str, str] = {}


@contextmanager
def stack(folder: Path, settings: dict[str, str] | Any, database: str) -> Iterator[None]:  # noqa: ANN401
    """Run worker and beat on a mapping in a folder of their own, and stop them in the end."""
    (folder / "mappings").mkdir()
    (folder / "mappings" / "roadmap.yaml").write_text(mapping_file(database), encoding="utf-8")
    _ENVIRONMENT.update(
        {
            **os.environ,
            **settings,
            "DATABASE_URL": f"sqlite:///{folder / 'tandem.db'}",
            "STATE_DIR": str(folder),
            "MAPPINGS_DIR": str(folder / "mappings"),
            "POLL_INTERVAL": "1",
            "NOTION_REQUESTS_PER_MINUTE": str(PER_MINUTE),
        }
    )
    _ENVIRONMENT.pop("REDIS_URL", None)
    _ENVIRONMENT.pop("PYTHONWARNINGS", None)
    release = [sys.executable, "-m", "sync", "check"]
    subprocess.run(release, check=False, capture_output=True, env=_ENVIRONMENT)  # noqa: S603 - migrates the database
    celery = [sys.executable, "-m", "celery", "-A", "sync.tasks"]
    commands = [
        [*celery, *WORKER, "--loglevel=warning"],
        [*celery, "beat", "--loglevel=warning", f"--schedule={folder / 'beat'}", f"--pidfile={folder / 'beat.pid'}"],
    ]
    with (folder / "worker.log").open("wb") as log:
        running = [
            subprocess.Popen(command, env=_ENVIRONMENT, stdout=log, stderr=log)  # noqa: S603 - our own commands
            for command in commands
        ]
        try:
            yield
        finally:
            for process in running:
                process.terminate()
            for process in running:
                _ended(process)


def _ended(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _told(out: Console, document: dict[str, Any]) -> None:
    from sync.cli.render import table

    made = table("what", "figure")
    words = {
        "issues": "issues",
        "pages": "pages",
        "duplicates": "duplicates",
        "import_seconds": "seconds until every issue had its page",
        "import_calls": "calls that took",
        "edits": "edits by people on both sides",
        "edit_seconds": "seconds until both sides agreed on them",
        "too_many_requests": "answers 429",
        "second_pass_writes": "writes of a second full pass",
    }
    for key, text in words.items():
        made.add_row(text, str(document[key]))
    out.print(made)
