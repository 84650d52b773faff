"""A nudge is sent once while it waits, in its lane, and never keeps its sender."""

import json
import time

import pytest

from sync.core.errors import TryLater
from sync.core.limits import Lane
from sync.queue.app import PREFIX, QUEUES, make_app, message
from sync.queue.send import Nudges


@pytest.fixture
def app(server, client):
    app = make_app(server.url)
    yield app
    app.close()
    app.markers.close()


def waiting(client, lane):
    return client.llen(f"{PREFIX}{QUEUES[lane]}")


def test_ten_thousand_hints_of_ten_keys_make_ten_messages(app, client):
    nudges = Nudges(app)
    for number in range(10_000):
        nudges.send("note", f"key-{number % 10}", Lane.PERSON)
    assert waiting(client, Lane.PERSON) == 10


def test_a_person_is_not_held_back_by_the_same_message_of_an_import(app, client):
    nudges = Nudges(app)
    for lane in (Lane.IMPORT, Lane.PERSON, Lane.PERSON):
        nudges.send("note", "key", lane)
    assert [waiting(client, lane) for lane in Lane] == [1, 0, 1]


def test_a_message_is_a_name_and_a_key_and_every_key_in_redis_has_the_prefix(app, client):
    Nudges(app).send("note", "mapping:roadmap", Lane.POLL)
    raw = json.loads(client.lindex(f"{PREFIX}{QUEUES[Lane.POLL]}", 0))
    assert raw["headers"]["task"] == "note"
    assert raw["headers"]["argsrepr"] == "('mapping:roadmap',)"
    assert all(key.startswith(PREFIX) for key in client.keys("*"))


def test_a_mark_expires_by_itself(app, client):
    Nudges(app).send("note", "key", Lane.POLL)
    (mark,) = client.keys(f"{PREFIX}waits:*")
    assert 50_000 < client.pttl(mark) <= 60_000


def test_a_sender_that_dies_between_mark_and_message_silences_its_key_for_seconds_only(app, client):
    assert app.markers.claim(message("poll", "note", "key"))
    (mark,) = client.keys(f"{PREFIX}waits:*")
    assert 0 < client.pttl(mark) <= 5_000


def test_a_flush_forgets_messages_and_marks_together(app, client):
    nudges = Nudges(app)
    nudges.send("note", "key", Lane.POLL)
    client.flushall()
    nudges.send("note", "key", Lane.POLL)
    assert waiting(client, Lane.POLL) == 1


def test_without_redis_sending_fails_fast_and_says_so(tmp_path):
    nudges = Nudges(make_app(f"unix://{tmp_path}/nobody.sock"))
    began = time.monotonic()
    with pytest.raises(TryLater, match="the queue cannot reach Redis"):
        nudges.send("note", "key", Lane.PERSON)
    assert time.monotonic() - began < 1


def test_a_message_that_could_not_be_sent_leaves_no_mark(app, client, tmp_path):
    app.conf.broker_url = f"redis+socket://{tmp_path}/nobody.sock"
    with pytest.raises(TryLater, match="the queue cannot reach Redis"):
        Nudges(app).send("note", "key", Lane.PERSON)
    assert client.keys("*") == []
