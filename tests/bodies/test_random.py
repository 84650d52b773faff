"""Any text at all: nothing falls over, and nobody's edit is nobody's write."""

import os

from hypothesis import HealthCheck, given, settings

from sync.core.document import agree
from sync.remotes.github import markdown as github
from sync.remotes.notion import markdown as notion
from sync.remotes.notion.script import script
from tests.bodies import travel
from tests.bodies.making import bodies
from tests.bodies.page import ROOT

HOME = "https://github.com/acme/api"
MANY = int(os.environ.get("TANDEM_RANDOM_BODIES", "150"))
calm = settings(max_examples=MANY, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@given(bodies)
@calm
def test_any_body_goes_to_notion_and_back_and_stays_as_it_is(text):
    tree = github.tree(text, home=HOME)
    page = travel.as_blocks(tree)
    shown = notion.written(tree)
    github.written(page.tree, home=HOME)
    notion.tree(travel.as_markdown(tree))
    assert github.edited(text, page.tree, page.tree, home=HOME) == text
    assert notion.updates(shown, tree, tree) == []


@given(bodies, bodies)
@calm
def test_any_edit_of_any_body_is_made_without_a_fall(text, other):
    before, after = github.tree(text), github.tree(other)
    page = travel.as_blocks(before)
    there = page.tree
    page.run(script(ROOT, there, before, after))
    if agree(there, before):
        notion.updates(notion.written(before), before, after)
    github.edited(text, before, after)
