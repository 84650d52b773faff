"""Deliveries that failed are asked for again, each a few times at most; where the token does not reach, nothing is."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta

import pytest

from sync.core.errors import Denied, TryLater
from sync.flow import redeliver
from sync.remotes.github.client import Door
from sync.remotes.github.credential import PersonalToken, TheApp
from sync.remotes.github.deliveries import Deliveries
from tests.remotes.stand import Said

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
HOOKS = "/repos/acme/api/hooks"
OURS = {"id": 7, "active": True, "config": {"url": "https://sync.example.com/webhooks/github"}}
THEIRS = {"id": 8, "active": True, "config": {"url": "https://ci.example.com/hook"}}
OFF = {**OURS, "id": 9, "active": False}


def delivery(id_, guid, status, minutes=10, code=0):
    at = (NOW - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"id": id_, "guid": guid, "status": status, "status_code": code, "delivered_at": at, "redelivery": False}


PAGES = (
    [
        delivery(15, "timed out", "timed out"),
        delivery(14, "just now", "failed to connect to host", minutes=0.5),
        delivery(13, "made at last", "OK", code=202),
        delivery(12, "made at last", "Invalid HTTP Response: 502", code=502),
        delivery(11, "made", "OK", code=202),
    ],
    [
        *(delivery(10 - number, "in vain", "Invalid HTTP Response: 500", code=500) for number in range(3)),
        delivery(7, "refused", "Invalid HTTP Response: 503", code=503),
        delivery(6, "long ago", "timed out", minutes=3 * 24 * 60 + 1),
    ],
)


def answers(stand):
    def say(asked):
        if asked.path == HOOKS:
            return Said(200, [THEIRS, OURS, OFF])
        if asked.verb == "POST":
            return Said(202, {})
        second = "cursor" in asked.query
        following = f'<{stand.url}{HOOKS}/7/deliveries?cursor=x>; rel="next"'
        return Said(200, PAGES[second], {} if second else {"link": following})

    return say


@pytest.fixture
def door(stand, gate):
    stand.script = answers(stand)
    return Door(PersonalToken("sandbox-github"), gate, base_url=stand.url)


@pytest.mark.parametrize("address", ["", "https://sync.example.com/webhooks/github"])
def test_what_failed_and_was_not_made_since_is_asked_for_again(stand, door, address):
    assert Deliveries(door, address).redeliver("acme/api", NOW) == 2
    posted = [asked.path for asked in stand.asked if asked.verb == "POST"]
    assert posted == [f"{HOOKS}/7/deliveries/{number}/attempts" for number in (15, 7)]


def test_other_peoples_hooks_are_left_alone(stand, door):
    assert Deliveries(door, "https://elsewhere.example.com/webhooks/github").redeliver("acme/api", NOW) == 0
    assert [asked.path for asked in stand.asked] == [HOOKS]


@pytest.mark.parametrize("status", [404, 403])
def test_a_token_that_does_not_reach_the_hooks_asks_for_nothing(stand, gate, status):
    stand.says(Said(status, {"message": "Resource not accessible by personal access token"}))
    found = Deliveries(Door(PersonalToken("sandbox-github"), gate, base_url=stand.url))
    if status == 404:
        assert found.redeliver("acme/api", NOW) == 0
    else:
        with pytest.raises(Denied):
            found.redeliver("acme/api", NOW)


def as_app(stand, gate, key):
    return Deliveries(Door(TheApp("17", key), gate, base_url=stand.url), OURS["config"]["url"])


def test_an_apps_own_webhook_is_asked_about_as_the_app(stand, gate, app_key):
    def say(asked):
        if asked.path == "/app/hook/config":
            return Said(200, OURS["config"])
        return Said(202, {}) if asked.verb == "POST" else Said(200, PAGES[1])

    stand.script = say
    assert as_app(stand, gate, app_key).redeliver_of_app(NOW) == 1
    assert [asked.path for asked in stand.asked if asked.verb == "POST"] == ["/app/hook/deliveries/7/attempts"]
    for asked in stand.asked:
        scheme, _, token = asked.headers["authorization"].partition(" ")
        said = token.split(".")[1]
        assert scheme == "Bearer"
        assert json.loads(urlsafe_b64decode(said + "=" * (-len(said) % 4)))["iss"] == "17"


@pytest.mark.parametrize("said", [Said(200, THEIRS["config"]), Said(200, {}), Said(404, {"message": "Not Found"})])
def test_an_apps_webhook_that_leads_elsewhere_is_left_alone(stand, gate, app_key, said):
    stand.script = lambda _asked: said
    assert as_app(stand, gate, app_key).redeliver_of_app(NOW) == 0
    assert [asked.path for asked in stand.asked] == ["/app/hook/config"]


class Notes:
    """A store that keeps notes."""

    def __init__(self):
        self.notes = {}

    def note(self, name, text):
        self.notes[name] = text

    def noted(self, name):
        return self.notes.get(name)


class Asked:
    """Deliveries that remember whom they were asked for; some do not answer."""

    def __init__(self, denied=(), away=()):
        self.names, self.denied, self.away, self.all = [], denied, away, 0

    def now(self):
        return NOW

    def redeliver(self, repository, now):
        if repository is None:
            self.all += 1
            return 0
        self.names.append(repository)
        if repository in self.denied:
            raise Denied("no")
        if repository in self.away:
            raise TryLater(1)
        return 1


def test_repositories_come_in_turn_and_one_that_is_denied_holds_up_no_other():
    names = [f"acme/r{number:02}" for number in range(50)]
    store, asked = Notes(), Asked(denied=names[3:4])
    found = [redeliver.redeliver(asked, [*names, names[0]], store, asked) for _ in range(4)]
    assert found == [19, 20, 10, 19]
    assert asked.names[:50] == names
    assert asked.all == 4


def test_a_service_that_is_away_is_asked_about_the_next_one_later():
    store, asked = Notes(), Asked(away=["b"])
    with pytest.raises(TryLater):
        redeliver.redeliver(asked, ["a", "b", "c"], store, asked)
    assert redeliver.redeliver(asked, ["a", "b", "c"], store, asked) == 1
    assert asked.names == ["a", "b", "c"]
