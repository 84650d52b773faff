"""Everything at once: workers killed at random, a Redis that forgets, webhooks lost, twice and late, people at work.

Whatever happens, each edit is on both sides in the end, nothing is there twice, and a second full pass finds nothing.
"""

from __future__ import annotations

import random

import pytest
from redis import Redis

from sync.cli.sandbox import REPOSITORY, deliver
from sync.cli.stack import answers, free_port
from sync.queue.embedded import reach
from tests.acceptance.team import Team

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ON_BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
ISSUES, PAGES = 500, 20
WORKERS = ("worker", "worker 2")
ROUNDS = 8
EDITS = 6
"""What each side's people change in a round, each time of another record."""
PATIENCE = 240.0
SEED = 20261125
BAD_POST = {"webhook_loss": 0.1, "webhook_twice": 0.1, "webhook_delay_seconds": 1.0}


class Days(Team):
    """A team whose records are edited on both sides, each once; what was meant stands in `meant` by the issue's URL."""

    # Its people change most of what there is within minutes, and nobody is there to let that through.
    more = ("guards: {max_overwrites: 10000}",)

    def __init__(self, running, folder, address):
        port = free_port()
        web = {"WEB_PORT": str(port), "GITHUB_WEBHOOK_SECRET": "sandbox-webhooks", "POLL_INTERVAL": "5"}
        super().__init__(running, folder, ISSUES, PAGES, DATABASE_URL=address, **web)
        self.port, self.dice, self.meant, self.touched = port, random.Random(SEED), {}, set()

    def connected(self):
        """Have both sides tell the web process, by a post that is not to be relied on."""
        self.until(lambda: answers(self.port), "the web process answers", PATIENCE)
        deliver(self.running, f"http://127.0.0.1:{self.port}")
        for front in self.running.fronts.values():
            for name, value in BAD_POST.items():
                front.faults.switch(name, value)

    def edited(self):
        """Let people edit records that are on both sides and that nobody has edited yet."""
        issues = self.issues()
        pages = {page["properties"]["GitHub"]: page["id"] for page in self.pages()}
        free = sorted(issues.keys() & pages.keys() - self.touched)
        chosen = self.dice.sample(free, min(2 * EDITS, len(free)))
        self.touched.update(chosen)
        for url in chosen[::2]:
            self._on_github(url, issues[url]["number"])
        for url in chosen[1::2]:
            self._in_notion(url, pages[url])

    def _on_github(self, url, number):
        title = f"Renamed on GitHub {number}"
        self.octocat.edit(REPOSITORY, number, title=title, labels=["from github"])
        self.meant[url] = (title, {"from github"})

    def _in_notion(self, url, page):
        title = f"Renamed in Notion {page[:8]}"
        with self.running.lock:
            self.ada.edit(page, {"Name": title, "Labels": ["from notion"]})
        self.meant[url] = (title, {"from notion"})

    def lost(self):
        """Return every edit that is not what both sides show."""
        issues = {
            url: (each["title"], {label["name"] for label in each["labels"]}) for url, each in self.issues().items()
        }
        shown = [page["properties"] for page in self.pages()]
        pages = {each["GitHub"]: (each["Name"], set(each["Labels"])) for each in shown}
        return {url: meant for url, meant in self.meant.items() if not issues.get(url) == pages.get(url) == meant}

    def whole(self):
        """Wait until both sides show every edit, and tell what an operator would see if they do not."""
        try:
            self.until(lambda: not self.lost() and not self.differences(), "agreement", PATIENCE)
        except TimeoutError as error:
            told = [self.stack.tandem(*words, "--json").stdout for words in (["status"], ["conflicts"], ["failures"])]
            raise AssertionError(f"{error}: {self.lost()}: {''.join(told)}") from error


@pytest.fixture
def days(sandbox, tmp_path, database):
    made = Days(sandbox, tmp_path, database)
    try:
        made.start(*WORKERS, "beat", "web")
        made.connected()
        yield made
    finally:
        made.stack.stop()


@ON_BOTH
def test_nothing_is_lost_and_nothing_is_twice_whatever_happens(days):
    for round_ in range(ROUNDS):
        share = (round_ + 0.5) / ROUNDS * (ISSUES + PAGES)
        days.until(lambda share=share: sum(days.births()) >= share, "births", PATIENCE)
        days.edited()
        killed = days.dice.choice(WORKERS)
        days.stack.kill(killed)
        if round_ == ROUNDS // 2:
            with reach(None, days.folder) as url, Redis.from_url(url) as client:
                client.flushall()
        days.edited()
        days.stack.start(killed)
    days.whole()
    days.agreed()
    assert len(days.meant) == 4 * EDITS * ROUNDS
    assert days.lost() == {}
    assert len(days.issues()) == ISSUES + PAGES
    days.once()
    assert all(each.outcomes["202"] for each in days.running.webhooks.values())
