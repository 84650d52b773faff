"""The recorded stories told again to the sandbox: every exchange is answered alike, or its difference is known."""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from urllib.parse import urlsplit

import pytest

from tests.sandbox.notion.desk import TRUTH
from tests.sandbox.notion.differing import ALONE, BY_ROUTE, LISTED
from tests.sandbox.notion.telling import Teller

RECORDED = TRUTH / "notion-recorded"
STORIES = RECORDED / "stories.jsonl.gz"

pytestmark = pytest.mark.skipif(not STORIES.exists(), reason=f"no recorded stories in {TRUTH}")

ALIKE, WHOLE = 860, 111
"""Of 964 exchanges, and of 135 stories: another figure is to be written here on purpose."""
BLOCKS = 301
"""Of the 308 exchanges about blocks and Markdown among them."""


@cache
def stories():
    with gzip.open(STORIES, "rt") as lines:
        return {story["story"]: story["exchanges"] for story in map(json.loads, lines)}


@cache
def alone():
    """Return the exchanges that are in no story, as stories of one."""
    told = {text(each) for story in stories().values() for each in story}
    found = {each.stem: json.loads(each.read_text()) for each in sorted(RECORDED.glob("*.json"))}
    return {name: [each] for name, each in found.items() if "request" in each and text(each) not in told}


def text(exchange):
    return json.dumps([exchange["request"], exchange["response"]["body"]], sort_keys=True)


def told(story):
    """Return what differs, by the place of the exchange in the story."""
    teller = Teller(story)
    answers = [teller.tell(each["request"], each["response"]) for each in story]
    return {place: found for place, found in enumerate(answers) if found}


def unexplained(story, name, table):
    """Yield what differs and is not known to, and what is known to differ and does not."""
    differing = told(story)
    for known in table:
        for place in known.exchanges.get(name, ()):
            others = [each for each in differing.pop(place, ["nothing differs"]) if not re.search(known.pattern, each)]
            if others:
                yield name, place, others[:3]
    for place, found in differing.items():
        if by_route(story[place]["request"]["url"]) is None:
            yield name, place, found[:3]


def by_route(url):
    return next((reason for pattern, reason in BY_ROUTE.items() if re.search(pattern, url)), None)


def test_every_exchange_of_a_story_is_answered_as_recorded_or_its_difference_is_known():
    assert [each for name, story in stories().items() for each in unexplained(story, name, LISTED)] == []


def test_every_exchange_that_was_recorded_alone_is_answered_so_too():
    assert len(alone()) == 12
    assert [each for name, story in alone().items() for each in unexplained(story, name, ALONE)] == []


def test_as_many_exchanges_and_whole_stories_are_alike_as_are_written_here():
    differing = {name: told(story) for name, story in stories().items()}
    count = sum(map(len, stories().values()))
    assert (count, len(differing)) == (964, 135)
    assert count - sum(map(len, differing.values())) == ALIKE
    assert sum(not found for found in differing.values()) == WHOLE
    blocks = [
        place in differing[name]
        for name, story in stories().items()
        for place, each in enumerate(story)
        if re.search("/v1/blocks/|/markdown", each["request"]["url"])
    ]
    assert (len(blocks), blocks.count(False)) == (308, BLOCKS)


@pytest.mark.parametrize(
    "name", ["error-400-invalid-request-url", "error-400-validation-uuid", "error-401-unauthorized", "error-404-page"]
)
def test_recorded_errors_are_said_in_the_same_words(desk, name):
    recorded = json.loads((RECORDED / f"{name}.json").read_text())
    path = urlsplit(recorded["request"]["url"]).path
    error = desk.refused("GET", path, token="wrong" if "401" in name else "sandbox-notion")
    theirs = recorded["response"]["body"]
    assert error["code"] == theirs["code"]
    assert error["message"] == theirs["message"].replace('"notion-sdk-py"', '"tandem sandbox"')
    assert error.keys() == theirs.keys()
