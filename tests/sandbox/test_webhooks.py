"""Deliveries as a receiver meets them: signed, repeated as the service does, lost, twice or late where asked."""

from __future__ import annotations

import json
import threading

import httpx
import pytest

from sync.remotes.github import webhook as github
from sync.remotes.notion import webhook as notion
from sync.sandbox import webhooks
from sync.sandbox.seed import database, populate
from tests.queue.conftest import eventually
from tests.remotes.stand import Said, standing
from tests.sandbox.conftest import REPOSITORY

SECRET = "nobody's secret"


@pytest.fixture
def stand():
    with standing() as made:
        made.says(Said(202))
        yield made


@pytest.fixture
def place(sandbox):
    populate(sandbox.github, REPOSITORY, 3)
    sandbox.ids = database(sandbox.notion)
    return sandbox


def names(stand):
    return [asked.headers["x-github-event"] for asked in stand.asked]


def test_nothing_is_sent_to_nobody(place, stand):
    place.hook("github", f"{stand.url}/hook", SECRET)
    assert eventually(lambda: names(stand) == ["ping"])
    place.hook("github")
    place.github.person("octocat").create(REPOSITORY, "Unheard")
    assert threading.Event().wait(4 * webhooks.LOOK) is False
    assert names(stand) == ["ping"]


def test_a_delivery_is_signed_over_its_raw_body(place, stand):
    place.hook("github", f"{stand.url}/github", SECRET)
    place.hook("notion", f"{stand.url}/notion", SECRET)
    assert eventually(lambda: len(stand.asked) == 2)
    sent = {asked.path: (asked.headers, json.dumps(asked.body).encode()) for asked in stand.asked}
    assert github.verified(*sent["/github"], (SECRET,))
    assert notion.verified(*sent["/notion"], SECRET)
    assert json.loads(sent["/notion"][1]) == {"verification_token": SECRET}
    assert not github.verified(*sent["/github"], ("another",))


def test_github_repeats_nothing_and_notion_repeats_the_same_event(place, stand, monkeypatch):
    monkeypatch.setattr(webhooks, "AGAIN", 0.01)
    place.hook("github", f"{stand.url}/github", SECRET)
    place.hook("notion", f"{stand.url}/notion", SECRET)
    assert eventually(lambda: len(stand.asked) == 2)
    stand.says(Said(500), Said(0), Said(500), Said(202))
    place.github.person("octocat").create(REPOSITORY, "Once")
    assert eventually(lambda: place.webhooks["github"].outcomes["500"] == 1)
    with place.lock:
        place.notion.person("Ada Byron").create(place.ids.data_source, {"Name": "Again"})
    assert eventually(lambda: len(stand.asked) == 6)
    told = [asked.body for asked in stand.asked if asked.path == "/notion"][1:]
    assert [each["attempt_number"] for each in told] == [1, 2, 3]
    assert len({each["id"] for each in told}) == 1
    counted = {"202": 2, "unanswered": 1, "500": 1}
    assert eventually(lambda: place.webhooks["notion"].outcomes == counted)


def test_deliveries_get_lost_come_twice_and_come_late_where_that_is_asked_for(place, stand):
    place.hook("github", f"{stand.url}/hook", SECRET)
    faults, octocat = place.fronts["github"].faults, place.github.person("octocat")
    faults.switch("webhook_loss", 1.0)
    octocat.create(REPOSITORY, "Lost")
    assert eventually(lambda: place.webhooks["github"].outcomes["lost"] == 1)
    faults.switch("webhook_loss", 0.0)
    faults.switch("webhook_twice", 1.0)
    octocat.create(REPOSITORY, "Twice")
    assert eventually(lambda: names(stand) == ["ping", "issues", "issues"])
    faults.switch("webhook_twice", 0.0)
    faults.switch("webhook_delay_seconds", 0.5)
    made = [octocat.create(REPOSITORY, f"Late {number}")["number"] for number in range(12)]
    assert eventually(lambda: len(stand.asked) == 15)
    came = [asked.body["issue"]["number"] for asked in stand.asked[3:]]
    assert sorted(came) == made
    assert came != made


def test_a_receiver_that_does_not_answer_holds_up_no_client(place, stand):
    release = threading.Event()

    def never(_):
        release.wait(30)
        return Said(202)

    stand.script = never
    place.hook("github", f"{stand.url}/hook", SECRET)
    assert eventually(lambda: stand.asked)
    headers = {"authorization": "Bearer sandbox-github"}
    for _ in range(3):
        url = f"{place.github_url}/repos/{REPOSITORY}/issues"
        assert httpx.post(url, json={"title": "Served"}, headers=headers, trust_env=False).status_code == 201
    assert len(stand.asked) == 1
    release.set()


def test_a_webhook_is_registered_from_outside(place, stand):
    told = {"url": f"{stand.url}/hook", "secret": SECRET}
    assert httpx.put(f"{place.url}/_sandbox/github/webhook", json=told, trust_env=False).json() == {}
    assert eventually(lambda: names(stand) == ["ping"])
    assert httpx.put(f"{place.url}/_sandbox/github/webhook", json={"url": ""}, trust_env=False).status_code == 200
    assert place.webhooks == {}
