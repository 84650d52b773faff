"""A real worker process on a real server."""

import signal

import pytest
from redis import Redis

from sync.core.limits import Lane
from sync.queue.app import PREFIX, make_app
from sync.queue.embedded import Embedded
from sync.queue.send import Nudges
from tests.queue.conftest import eventually, kill, worker


@pytest.fixture
def nudges(server, client):
    app = make_app(server.url)
    yield Nudges(app)
    app.close()
    app.markers.close()


def done(client):
    return client.lrange("done", 0, -1)


def test_lanes_are_emptied_in_their_order(server, client, nudges):
    for lane in (Lane.IMPORT, Lane.POLL, Lane.PERSON):
        for number in range(5):
            nudges.send("note", f"{lane.name}-{number}", lane)
    with worker(server.url, "--concurrency=1"):
        assert eventually(lambda: len(done(client)) == 15)
    assert [key.partition("-")[0] for key in done(client)] == ["PERSON"] * 5 + ["POLL"] * 5 + ["IMPORT"] * 5


def test_a_started_task_may_be_asked_for_again_and_a_kind_end_waits_for_it(server, client, nudges):
    with worker(server.url) as running:
        nudges.send("slow", "1.5", Lane.PERSON)
        assert eventually(lambda: client.llen("begun") == 1)
        assert client.keys(f"{PREFIX}waits:*") == []
        nudges.send("slow", "1.5", Lane.PERSON)
        assert eventually(lambda: client.llen("begun") == 2)
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0
    assert done(client) == ["1.5", "1.5"]


def test_messages_outlive_the_servers_death_and_the_worker_comes_back(tmp_path):
    first = Embedded(tmp_path / "redis")
    app = make_app(first.url)
    nudges = Nudges(app)
    with Redis.from_url(first.url, decode_responses=True) as client:
        nudges.send("note", "waiting", Lane.POLL)
        kill(first)
        second = Embedded(tmp_path / "redis")
        with worker(first.url):
            assert eventually(lambda: done(client) == ["waiting"])
            kill(first)
            third = Embedded(tmp_path / "redis")
            nudges.send("note", "later", Lane.POLL)
            assert eventually(lambda: done(client) == ["waiting", "later"])
    app.close()
    app.markers.close()
    for user in (first, second, third):
        user.close()
