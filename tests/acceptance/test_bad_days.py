"""Real workers on bad days: what is away comes back, and all goes on by itself; nothing is lost, nothing is twice."""

from __future__ import annotations

import json
import time

import pytest

from sync.cli.sandbox import REPOSITORY
from sync.core.limits import Lane
from sync.core.model import Side
from sync.queue.app import QUEUES, make_app
from tests.acceptance.servers import PostgresServer, RedisServer
from tests.acceptance.team import PATIENCE, Team
from tests.acceptance.test_workers import ISSUES, PAGES, SLOW

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

AWAY = 4.0
"""Seconds for which something is gone: long enough for every thread of a worker to run into it."""
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
OVERLOAD = {"object": "error", "status": 529, "code": "service_overload", "message": "Try again later."}


@pytest.fixture
def redis_server(tmp_path):
    server = RedisServer(tmp_path)
    yield server
    server.close()


@pytest.fixture
def postgres():
    server = PostgresServer()
    yield server
    server.close()


@pytest.fixture
def workers(sandbox, tmp_path):
    """Return how a team is made, at work; its log may hold no traceback that leads through our own code."""
    made = []

    def make(**settings):
        team = Team(sandbox, tmp_path, ISSUES, PAGES, **settings)
        made.append(team)
        for front in sandbox.fronts.values():
            front.faults.arm("slow", times=None, method="POST", path=r"/issues$|/pages$", seconds=SLOW)
        team.start()
        return team

    yield make
    for team in made:
        team.stack.stop()
        log = team.stack.log.read_text()
        assert not [name for name in ("/sync/flow/", "/sync/store/", "sandbox-notion") if name in log], log[-4000:]


def begun(team, share):
    """Wait until so much of the first import is done."""
    team.until(lambda: sum(team.births()) >= share * (ISSUES + PAGES), "creates", PATIENCE)


def agreed(team):
    team.agreed()
    assert len(team.issues()) == ISSUES + PAGES
    assert team.births() == (PAGES, ISSUES)


def test_a_redis_that_is_killed_amid_an_import_and_comes_back_loses_nothing(workers, redis_server):
    team = workers(REDIS_URL=redis_server.url)
    begun(team, 0.3)
    redis_server.kill()
    team.octocat.edit(REPOSITORY, 1, title="Renamed while there was no Redis")
    time.sleep(AWAY)
    redis_server.start()
    agreed(team)
    assert "Renamed while there was no Redis" in {page["properties"]["Name"] for page in team.pages()}
    team.once()


def test_a_database_that_crashes_amid_an_import_and_comes_back_loses_nothing(workers, postgres):
    team = workers(DATABASE_URL=postgres.url)
    begun(team, 0.3)
    postgres.stop("immediate")
    team.octocat.edit(REPOSITORY, 1, title="Renamed while there was no database")
    time.sleep(AWAY)
    postgres.start()
    agreed(team)
    assert "Renamed while there was no database" in {page["properties"]["Name"] for page in team.pages()}
    team.once()


def test_two_beats_messages_that_come_ten_times_and_limits_of_every_kind_do_nothing_twice(workers, redis_server):
    team = workers(REDIS_URL=redis_server.url)
    github, notion = (team.running.fronts[side].faults for side in Side)
    team.stack.start("beat 2")
    app = make_app(redis_server.url)
    try:
        begun(team, 0.2)
        github.arm("status", method="POST", status=403, body=SECONDARY, headers={"retry-after": "2"})
        notion.arm("status", method="POST", path=r"/query$", status=529, headers={"retry-after": "1"}, body=OVERLOAD)
        notion.arm("rate_limited", method="POST", path=r"/pages$", after=4, seconds=2)
        for share in (0.3, 0.5, 0.8):
            begun(team, share)
            for task, key in (("full", "roadmap"), ("poll", "roadmap"), ("decide", "roadmap"), ("drain", "1")):
                for _ in range(10):
                    app.send_task(task, (key,), queue=QUEUES[Lane.PERSON])
            app.send_task("poll", ("a mapping that was removed",), queue=QUEUES[Lane.PERSON])
        team.agreed()
    finally:
        app.close()
    assert {each.name for side in (github, notion) for each in side.armed} == {"slow"}
    assert len(team.issues()) == ISSUES + PAGES
    team.once()


def paused(team):
    (row,) = json.loads(team.stack.tandem("status", "--json").stdout)["mappings"]
    return row["paused"] or ""


def test_what_is_taken_away_pauses_the_mapping_which_goes_on_by_itself_once_it_is_given_back(workers):
    team = workers()
    agreed(team)
    team.running.github.world.revoke_token("sandbox-github")
    with team.running.lock:
        team.ada.edit(team.made[0], {"Name": "Renamed without a token"})
    team.until(lambda: "refused the credential" in paused(team), "a pause", PATIENCE)
    team.running.github.grant("sandbox-github", "tandem-bot")
    agreed(team)
    assert "Renamed without a token" in {issue["title"] for issue in team.issues().values()}
    with team.running.lock:
        team.ada.unshare(team.ids.database)
    team.octocat.edit(REPOSITORY, 1, title="Renamed out of sight")
    team.octocat.create(REPOSITORY, "Born out of sight")
    team.until(lambda: "Notion" in paused(team), "a pause", PATIENCE)
    team.stack.tandem("resync", "roadmap", "--full")
    time.sleep(AWAY)
    with team.running.lock:
        team.ada.share(team.ids.database)
    team.agreed()
    assert {"Renamed out of sight", "Born out of sight"} <= {page["properties"]["Name"] for page in team.pages()}
    assert paused(team) == ""
    team.once()
