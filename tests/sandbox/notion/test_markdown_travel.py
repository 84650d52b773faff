"""Whatever a page holds, the Markdown that shows it is read as the same again."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings

from sync.sandbox.clock import Clock
from sync.sandbox.faults import Faults
from sync.sandbox.notion import Notion
from sync.sandbox.notion.markdown import older, reading
from sync.sandbox.notion.markdown.showing import Showing
from tests.bodies.making import bodies
from tests.sandbox.notion import trees

MANY = int(os.environ.get("TANDEM_RANDOM_BODIES", "100"))
calm = settings(
    max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
WORLD = Notion(Clock(datetime(2026, 3, 4, tzinfo=UTC), scale=0), Faults()).world


def told(blocks):
    return [(each.type, each.body, told(each.children)) for each in blocks]


def shown(blocks):
    return Showing(WORLD, WORLD.root.id).text(blocks)


@given(trees.content)
@calm
def test_content_that_is_shown_and_read_is_the_same_content(blocks):
    assert told(reading.read(WORLD, shown(blocks))) == told(blocks)


@given(bodies)
@calm
def test_any_text_is_read_and_what_is_shown_of_it_stays_as_it_is(text):
    once = shown(reading.read(WORLD, text))
    assert shown(reading.read(WORLD, once)) == once


@given(bodies, bodies)
@calm
def test_whatever_is_written_over_whatever_was_there_is_what_the_page_says_then(before, after):
    notion = Notion(Clock(datetime(2026, 3, 4, tzinfo=UTC), scale=0), Faults())
    person, page = notion.person("Ada"), notion.world.root.id
    person.write(page, before)
    person.write(page, after)
    assert notion.page(page)["content"] == shown(reading.read(notion.world, after))


@given(bodies)
@calm
def test_any_text_is_read_in_the_older_dialect_too(text):
    older.read(WORLD, older.show(Showing(WORLD, WORLD.root.id), older.read(WORLD, text)))
