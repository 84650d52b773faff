"""Real workers over real HTTP, killed where it hurts and robbed of their Redis: nothing is lost, nothing is twice."""

from __future__ import annotations

import pytest
from redis import Redis

from sync.cli.sandbox import REPOSITORY
from sync.core.model import Side
from sync.queue.embedded import reach
from tests.acceptance.team import PATIENCE, Team

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

ON_BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
ISSUES, PAGES = 20, 12
SLOW = 0.25
"""Seconds that a create takes, so that a worker dies amid several."""
OLD = ("first", "second", "third")


@pytest.fixture
def team(sandbox, tmp_path, database):
    made = Team(sandbox, tmp_path, ISSUES, PAGES, DATABASE_URL=database)
    for front in sandbox.fronts.values():
        front.faults.arm("slow", times=None, method="POST", path=r"/issues$|/pages$", seconds=SLOW)
    try:
        made.start()
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


class Guarded(Team):
    """A team whose workers may close nothing."""

    more = ("guards: {max_destructive: 0}",)


def test_who_waits_for_a_resync_is_told_that_a_guard_holds_something_back(sandbox, tmp_path, database):
    team = Guarded(sandbox, tmp_path, 3, 0, DATABASE_URL=database)
    try:
        team.start()
        team.agreed()
        team.ada.edit(team.pages()[0]["id"], {"Status": "Done"})
        for _ in range(2):
            asked = team.stack.tandem("resync", "roadmap", "--wait", "--timeout", "60")
            assert (asked.returncode, "1 refused by a guard" in asked.stdout) == (3, True), asked
    finally:
        team.stack.stop()
