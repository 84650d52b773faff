"""Every exchange of an ordinary week, both ways, judged by the two services' own descriptions."""

from __future__ import annotations

import json
import warnings
from collections import deque

import pytest

from sync.core.model import Side
from tests.acceptance import story
from tests.remotes import truth

pytestmark = truth.needed


@pytest.fixture
def week(place):
    for front in place.running.fronts.values():
        front.counters.exchanges = deque(maxlen=100_000)
    story.told(place)
    story.agreed(place)
    with warnings.catch_warnings():
        # The oracles leave the files that they read to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        yield {side: list(place.running.fronts[side].counters.exchanges) for side in Side}


def parsed(text):
    return json.loads(text) if text else None


def test_what_is_sent_to_github_and_what_it_answers_is_as_github_describes_it(week):
    oracle, wrong = truth.github_oracle(), []
    assert {each.request.method for each in week[Side.GITHUB]} == {"GET", "POST", "PATCH"}
    for each in week[Side.GITHUB]:
        verb, path = each.request.method, each.request.path
        path = (
            "/repos/acme/api" + path.partition("/repositories/")[2].lstrip("0123456789")
            if "/repositories/" in path
            else path
        )
        found = oracle.match(verb, path)
        assert found, f"{verb} {path} is not in the description"
        if verb != "GET":
            wrong += [(verb, path, fault) for fault in oracle.request_errors(verb, path, parsed(each.request.body))]
        if each.reply.status != 304:
            wrong += [
                (verb, path, each.reply.status, fault)
                for fault in oracle.response_errors(verb, path, each.reply.status, parsed(each.reply.body))
            ]
    assert wrong == []


def test_what_is_sent_to_notion_and_what_it_answers_is_as_notion_describes_it(week):
    oracle, wrong = truth.notion_oracle(), []
    assert {each.request.method for each in week[Side.NOTION]} == {"GET", "POST", "PATCH"}
    for each in week[Side.NOTION]:
        verb, path, status = each.request.method, each.request.path, each.reply.status
        if verb != "GET":
            wrong += [(verb, path, fault) for fault in oracle.errors(verb, path, "request", parsed(each.request.body))]
        wrong += [
            (verb, path, status, fault)
            for fault in oracle.errors(verb, path, "response", parsed(each.reply.body), status)
        ]
    assert wrong == []
