"""`tandem demo`: the real stack against the sandbox, people at work on both sides, and what came of it."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sync.cli.children import PROGRAMS
from sync.cli.frame import ERROR, OK, Result, console
from sync.cli.sandbox import REPOSITORY, WEBHOOKS, deliver, environment, mapping_file
from sync.cli.stack import Stack, answers, free_port, stack
from sync.cli.stage import Stage

if TYPE_CHECKING:
    from rich.console import Console

POLLED = 60
"""Seconds between two polls, as by default: what is faster came by a webhook."""
SAID = 2
PER_MINUTE = 600
"""Notion's limit on the larger plans, which the sandbox enforces here (Notion, "Request limits")."""


TEXTS = "\n  - {github: body, notion: content}\n  - {github: comments, notion: comments}\n"
"""The rows by which the demo's texts and discussions travel."""


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
        port = free_port()
        settings = {
            **environment(running),
            "NOTION_REQUESTS_PER_MINUTE": str(PER_MINUTE),
            "POLL_INTERVAL": str(POLLED),
            "GITHUB_WEBHOOK_SECRET": WEBHOOKS,
            "WEB_PORT": str(port),
        }
        with stack(Path(folder), f"{mapping_file(ids.database)}{TEXTS}", settings, *PROGRAMS) as processes:
            play = Play(Stage(running, ids), processes, out)
            address = _connected(play, port)
            result = _played(play, count)
            _shown(out, address)
            return result


@dataclass(frozen=True)
class Play:
    """What happens on the stage, told as it happens."""

    stage: Stage
    processes: Stack
    out: Console

    def until(self, done: Callable[[], bool], what: str) -> float:
        """Wait for something, tell how long it took, and return that."""
        took = self.stage.until(done, what)
        self.out.print(f"  {what} after {took:.1f} s")
        return took

    def resync(self) -> None:
        """Ask for a full pass as an operator does, and wait for it."""
        done = self.processes.tandem("resync", "roadmap", "--full", "--wait")
        self.out.print(f"  tandem resync roadmap --full --wait: {(done.stdout or done.stderr).strip()}")


def _connected(play: Play, port: int) -> str:
    """Have both services tell the web process of every change, and return where people find it."""
    address = f"http://127.0.0.1:{port}/"
    play.stage.until(lambda: answers(port), "the web process answers")
    deliver(play.stage.running, address)
    play.out.print(f"the dashboard: {address}")
    return address


def _shown(out: Console, address: str) -> None:
    """Leave everything running for as long as a person wants to look at it."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        out.print(f"all of it runs on: look at {address}, edit both sides; Enter ends the demo")
        sys.stdin.readline()


def _played(play: Play, count: int) -> Result:
    out, stage = play.out, play.stage
    out.print("a real worker, beat, web and Redis bring them into step …")
    try:
        first = play.until(lambda: not stage.differences(), f"{count} issues have their pages")
        calls = stage.count("total")
        out.print("people edit both sides …")
        edits = _edited(stage)
        second = play.until(lambda: not stage.differences(), f"both sides agree on {edits} edits")
        out.print("write in one text …")
        issue, page = _pair(stage)
        _wrote(play, issue, page)
        out.print("and talk on both sides …")
        _talked(stage, issue, page)
        play.processes.tandem("resync", "roadmap", "--page", page, "--wait")
        third = play.until(lambda: _heard(stage, issue, page), "what was said on one side stands on the other")
        play.until(stage.still(), "nothing more is written")
        before = stage.count("writes")
        play.resync()
        after = stage.count("writes")
    except TimeoutError as error:
        message = str(error)
        return Result({"error": {"message": message, "problems": []}}, lambda page: page.print(message), ERROR)
    document = {
        "issues": len(stage.issues()),
        "pages": len(stage.pages()),
        "duplicates": stage.duplicates(),
        "import_seconds": round(first, 1),
        "import_calls": calls,
        "edits": edits,
        "edit_seconds": round(second, 1),
        "comments": SAID,
        "comment_seconds": round(third, 1),
        "too_many_requests": stage.count("limited"),
        "second_pass_writes": after - before,
        "webhooks": sum(each.outcomes["202"] for each in stage.running.webhooks.values()),
    }
    code = OK if not document["duplicates"] and not document["second_pass_writes"] else ERROR
    return Result(document, lambda page: _told(page, document), code)


def _edited(stage: Stage) -> int:
    """Have people edit: titles, states, labels, an issue and a page born, from either side."""
    octocat, notion = stage.running.github.person("octocat"), stage.running.notion.person("Ada")
    issues = dict(list(stage.issues().items())[:4])
    numbers = [issue["number"] for issue in issues.values()]
    for number in numbers[:2]:
        octocat.edit(REPOSITORY, number, title=f"Renamed on GitHub: {number}")
    octocat.label(REPOSITORY, numbers[2], "bug", "needs a look")
    octocat.close(REPOSITORY, numbers[3], "not_planned")
    octocat.create(REPOSITORY, "Born on GitHub 🎉")
    with stage.running.lock:
        # Other pages than those of the issues edited above, in whatever order they were born: no conflict is played.
        pages = [page["id"] for page in stage.pages() if page["properties"]["GitHub"] not in issues]
        for page in pages[-2:]:
            notion.edit(page, {"Name": f"Renamed in Notion: {page[:4]}"})
        notion.edit(pages[-3], {"Status": "Done"})
        notion.edit(pages[-4], {"Status": "In progress", "Labels": ["from Notion"]})
        notion.create(stage.ids.data_source, {"Name": "Born in Notion", "Status": "To do"})
    return 10


def _pair(stage: Stage) -> tuple[int, str]:
    """Return an issue's number and its page."""
    url, issue = next(iter(stage.issues().items()))
    return issue["number"], next(each["id"] for each in stage.pages() if each["properties"]["GitHub"] == url)


def _wrote(play: Play, number: int, page: str) -> None:
    """Have somebody write an issue's text, and somebody else change a word of it on the page."""
    github, notion = play.stage.running.github, play.stage.running.notion
    github.person("octocat").edit(
        REPOSITORY, number, body="Written on **GitHub**.\n\n- [ ] a first step\n- [ ] a second one"
    )
    play.until(lambda: "a second one" in notion.page(page)["content"], "the text stands on the page")
    with play.stage.running.lock:
        notion.person("Ada").retype(page, "a second one", "another one")

    def arrived() -> bool:
        found = next(each for each in play.stage.issues().values() if each["number"] == number)
        return "- [ ] another one" in str(found["body"])

    play.until(arrived, "a word changed on the page is changed in the issue")


def _talked(stage: Stage, number: int, page: str) -> None:
    """Have people comment on an issue and on its page."""
    stage.running.github.person("octocat").comment(REPOSITORY, number, "Said on **GitHub**:\n\n- once\n- and once only")
    with stage.running.lock:
        stage.running.notion.person("Ada").comment(page, "Said in Notion")


def _heard(stage: Stage, number: int, page: str) -> bool:
    """Tell whether both comments stand on both sides."""
    with stage.running.lock:
        in_notion = len(stage.running.notion.comments(page))
    return len(stage.running.github.comments(REPOSITORY, number)) == in_notion == SAID


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
        "comments": "comments by people on both sides",
        "comment_seconds": "seconds until each stood on the other side too",
        "too_many_requests": "answers 429",
        "second_pass_writes": "writes of a second full pass",
        "webhooks": "webhooks that were delivered",
    }
    for key, text in words.items():
        made.add_row(text, str(document[key]))
    out.print(made)
