"""Real workers over real HTTP, killed where it hurts and robbed of their Redis: nothing is lost, nothing is twice."""

from __future__ import annotations

import json

import pytest
from redis import Redis

from sync.cli.sandbox import REPOSITORY, environment
from sync.cli.stack import Stack
from sync.cli.stage import Stage
from sync.core.model import Side
from sync.queue.embedded import reach
from sync.sandbox.seed import database, populate
from tests.acceptance.place import LIMITS, UNLIMITED, mapping

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

ON_BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
ISSUES, PAGES = 20, 12
SLOW = 0.25
"""Seconds that a create takes, so that a worker dies amid several."""
PATIENCE = 90.0
OLD = ("first", "second", "third")


class Team(Stage):
    """A stage with a worker and beat behind it."""

    def __init__(self, running, folder, address):
        populate(running.github, REPOSITORY, ISSUES)
        super().__init__(running, database(running.notion))
        self.ada, self.octocat = running.notion.person("Ada Byron"), running.github.person("octocat")
        self.made = [self.add(f"Born in Notion {number}") for number in range(PAGES)]
        self.folder = folder
        for side, front in running.fronts.items():
            front.faults.arm("slow", times=None, method="POST", path=r"/issues$|/pages$", seconds=SLOW)
            for switch in front.faults.switches.keys() & LIMITS:
                running.fronts[side].faults.switch(switch, 0)
        settings = {
            **environment(running),
            **UNLIMITED,
            "CREATE_SETTLE_SECONDS": "15",
            "STALE_SECONDS": "10",
            "DATABASE_URL": address,
        }
        self.stack = Stack(folder, mapping(self.ids.database), settings)

    def add(self, title):
        return self.ada.create(self.ids.data_source, {"Name": title, "Status": "To do"})

    def births(self):
        """Return how many creates each side has seen."""
        calls = {side: front.counters.snapshot()["calls"] for side, front in self.running.fronts.items()}
        return calls["github"].get("POST /repos/{repo}/issues", 0), calls["notion"].get("POST /v1/pages", 0)

    def agreed(self):
        """Wait until both sides agree and nothing is written any more."""
        self.until(lambda: not self.differences(), "agreement", PATIENCE)
        self.until(self.still(), "silence", PATIENCE)

    def once(self):
        """Assert that everything is there once, and that a full pass finds nothing to write."""
        assert self.duplicates() == 0
        assert len(self.issues()) == len(self.pages())
        before = self.count("writes")
        asked = self.stack.tandem("resync", "roadmap", "--full", "--wait", "--timeout", "60", "--json")
        assert asked.returncode == 0, asked
        assert self.count("writes") == before
        told = json.loads(self.stack.tandem("status", "--json").stdout)
        (row,) = told["mappings"]
        assert (row["queued"], row["in_flight"], row["failed"], row["quarantined"]) == (0, 0, 0, 0)


@pytest.fixture
def team(sandbox, tmp_path, database):
    made = Team(sandbox, tmp_path, database)
    assert made.stack.tandem("check").returncode == 0
    for front in sandbox.fronts.values():
        front.counters.reset()  # the check asks for a page that cannot be, to see whether it may
    try:
        made.stack.start()
        yield made
    finally:
        made.stack.stop()


@ON_BOTH
def test_a_worker_killed_amid_creates_on_both_sides_leaves_no_duplicate_and_loses_no_edit(team):
    for round_, share in zip(OLD, (0.15, 0.45, 0.75), strict=True):
        team.until(lambda share=share: sum(team.births()) >= share * (ISSUES + PAGES), "creates", PATIENCE)
        team.stack.kill("worker")
        team.octocat.edit(REPOSITORY, ISSUES, title=f"The {round_} name")
        with team.running.lock:
            team.ada.edit(team.made[0], {"Status": "Done", "Name": f"The {round_} page"})
        team.stack.start("worker")
    team.agreed()
    assert len(team.issues()) == ISSUES + PAGES
    assert f"The {OLD[-1]} name" in {page["properties"]["Name"] for page in team.pages()}
    assert f"The {OLD[-1]} page" in {issue["title"] for issue in team.issues().values()}
    team.once()


def test_a_redis_that_forgets_everything_amid_an_import_loses_nothing_and_repeats_nothing(team):
    with reach(None, team.folder) as url, Redis.from_url(url) as client:
        for share in (0.2, 0.5, 0.8):
            team.until(lambda share=share: sum(team.births()) >= share * (ISSUES + PAGES), "creates", PATIENCE)
            client.flushall()
    team.agreed()
    assert len(team.issues()) == ISSUES + PAGES
    assert team.births() == (PAGES, ISSUES)
    team.once()


def test_workers_whose_answers_get_lost_go_on_and_repeat_nothing(team):
    for side, path in ((Side.GITHUB, r"/issues$"), (Side.NOTION, r"/pages$")):
        faults = team.running.fronts[side].faults
        faults.arm("drop_after", method="POST", path=path, after=2, times=2)
        faults.arm("error_after", method="POST", path=path, after=5, times=2)
    team.running.fronts["notion"].faults.arm("rate_limited", method="POST", path=r"/pages$", after=10, seconds=3)
    team.agreed()
    assert len(team.issues()) == ISSUES + PAGES
    assert team.count("limited") == 1
    team.once()
