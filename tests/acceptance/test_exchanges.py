"""Every exchange of an ordinary week, both ways, judged by the two services' own descriptions."""

from __future__ import annotations

import json
import warnings
from collections import deque

import pytest

from sync.cli.sandbox import REPOSITORY
from sync.core.model import Side
from tests.acceptance import story
from tests.acceptance.place import FIELDS
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


@pytest.fixture
def discussed(place):
    """What is said, edited and taken back on both sides."""
    for front in place.running.fronts.values():
        front.counters.exchanges = deque(maxlen=100_000)
    place.map(fields=(*FIELDS, "{github: comments, notion: comments}"))
    place.set(STALE_SECONDS="2")
    place.opened("First")
    place.synced()
    page = place.page()["id"]
    one = place.person().comment(
        REPOSITORY, 1, "**Bold** and `code`\n\n```py\nx = 1\n```\n\n| a | b |\n|-|-|\n| c | d |"
    )
    gone = place.person().comment(REPOSITORY, 1, "never mind")
    two = place.ada.comment(page, "What about #1?")
    place.synced("--full")
    place.person().edit_comment(REPOSITORY, one["id"], "$x^2$ and [a link](https://example.com)")
    place.person().delete_comment(REPOSITORY, gone["id"])
    place.ada.edit_comment(two, "What about it?")
    place.synced("--full")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield {side: list(place.running.fronts[side].counters.exchanges) for side in Side}


def parsed(text):
    return json.loads(text) if text else None


def test_what_is_sent_to_github_and_what_it_answers_is_as_github_describes_it(week):
    assert {each.request.method for each in week[Side.GITHUB]} == {"GET", "POST", "PATCH"}
    as_github_describes(week[Side.GITHUB])


def test_what_is_sent_to_notion_and_what_it_answers_is_as_notion_describes_it(week):
    assert {each.request.method for each in week[Side.NOTION]} == {"GET", "POST", "PATCH"}
    as_notion_describes(week[Side.NOTION])


def test_all_that_is_said_is_sent_as_both_services_describe_it(discussed):
    assert {each.request.method for each in discussed[Side.GITHUB] if "comments" in each.request.path} == {
        "GET",
        "POST",
        "PATCH",
    }
    assert {each.request.method for each in discussed[Side.NOTION] if "comments" in each.request.path} == {
        "GET",
        "POST",
        "PATCH",
        "DELETE",
    }
    as_github_describes(discussed[Side.GITHUB])
    as_notion_describes(discussed[Side.NOTION])


def as_github_describes(exchanges):
    oracle, wrong = truth.github_oracle(), []
    for each in exchanges:
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


def as_notion_describes(exchanges):
    oracle, wrong = truth.notion_oracle(), []
    for each in exchanges:
        verb, path, status = each.request.method, each.request.path, each.reply.status
        if verb != "GET":
            wrong += [(verb, path, fault) for fault in oracle.errors(verb, path, "request", parsed(each.request.body))]
        wrong += [
            (verb, path, status, fault)
            for fault in oracle.errors(verb, path, "response", parsed(each.reply.body), status)
        ]
    assert wrong == []
