"""Comments under real workers, one of which is killed amid them: each is said once, whatever gets lost."""

from __future__ import annotations

from collections import Counter

import pytest

from sync.cli.sandbox import REPOSITORY, environment
from sync.cli.stack import Stack
from sync.cli.stage import Stage
from sync.sandbox.notion import showing
from sync.sandbox.seed import database, populate
from tests.acceptance.place import FIELDS, LIMITS, UNLIMITED, mapping

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

ISSUES, EACH = 3, 5
SLOW = 0.3
"""Seconds that a comment takes, so that a worker dies amid several."""


class Talk(Stage):
    """A few issues with their pages, and people who comment on both."""

    def __init__(self, running, folder, address):
        populate(running.github, REPOSITORY, ISSUES)
        super().__init__(running, database(running.notion))
        self.octocat, self.ada = running.github.person("octocat"), running.notion.person("Ada Byron")
        for front in running.fronts.values():
            front.faults.arm("slow", times=None, method="POST", path=r"/comments$", seconds=SLOW)
            for switch in front.faults.switches.keys() & LIMITS:
                front.faults.switch(switch, 0)
        settings = {
            **environment(running),
            **UNLIMITED,
            "CREATE_SETTLE_SECONDS": "10",
            "STALE_SECONDS": "5",
            "DEEP_SHARE": "100%",
            "DATABASE_URL": address,
        }
        rows = (*FIELDS, "{github: comments, notion: comments}")
        self.stack = Stack(folder, mapping(self.ids.database, fields=rows), settings)

    def say(self, what):
        """Have everybody comment on everything."""
        with self.running.lock:
            for page in self.pages():
                self.ada.comment(page["id"], f"{what}, in Notion")
        for number in range(1, ISSUES + 1):
            self.octocat.comment(REPOSITORY, number, f"{what}, on GitHub")

    def said(self):
        """Return how often each copy stands, by what it is marked with."""
        bodies = [
            each["body"] for number in range(1, ISSUES + 1) for each in self.running.github.comments(REPOSITORY, number)
        ]
        marks = [body.rsplit("\n", 1)[-1] for body in bodies if "tandem:comment=" in body]
        with self.running.lock:
            shown = [showing.comment(each) for each in self.running.notion.world.comments.values()]
        marks += [each["rich_text"][-1]["href"] for each in shown if each["display_name"]["type"] == "custom"]
        return Counter(marks)


@pytest.fixture
def talk(sandbox, tmp_path, database):
    made = Talk(sandbox, tmp_path, database)
    assert made.stack.tandem("check").returncode == 0
    try:
        made.stack.start()
        made.until(lambda: not made.differences(), "pages")
        yield made
    finally:
        made.stack.stop()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_a_worker_killed_amid_comments_says_none_twice_and_forgets_none(talk):
    talk.running.fronts["notion"].faults.arm("drop_after", method="POST", path=r"/comments$", after=4, times=2)
    talk.running.fronts["github"].faults.arm("error_after", method="POST", path=r"/comments$", after=4, times=2)
    for number in range(EACH):
        talk.say(f"number {number}")
    wanted = 2 * ISSUES * EACH
    for share in (0.2, 0.6):
        talk.until(lambda share=share: talk.said().total() >= share * wanted, "copies")
        talk.stack.kill("worker")
        talk.stack.start("worker")
    talk.until(lambda: talk.said().total() >= wanted, "all copies")
    talk.until(talk.still(), "silence")
    assert set(talk.said().values()) == {1}
    assert talk.said().total() == wanted
