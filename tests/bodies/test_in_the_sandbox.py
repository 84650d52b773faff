"""Real bodies in the sandbox, which was written from Notion's documentation and knows nothing of the program."""

import pytest

from sync.core.document import agree
from sync.remotes.github import markdown as github
from sync.remotes.notion import markdown as notion
from sync.remotes.notion.script import appended, born, script
from tests.bodies import corpus
from tests.bodies.sandboxed import Workspace
from tests.remotes import truth

pytestmark = truth.needed


@pytest.fixture(scope="module")
def workspace():
    return Workspace()


@pytest.fixture(scope="module")
def texts():
    """All real bodies, and some of GitHub's examples."""
    return [*corpus.bodies().items(), *list(corpus.examples().items())[::5]]


def test_bodies_arrive_block_by_block_and_become_any_other_body_by_calls_that_notion_takes(workspace, texts):
    for at, (name, text) in enumerate(texts):
        tree, other = github.tree(text), github.tree(texts[at * 7 % len(texts)][1])
        now, later = born(tree)
        page = workspace.page(children=now)
        page.run(appended(page.id, later))
        there = page.tree
        assert agree(there, tree), name
        page.run(script(page.id, there, there, other))
        assert agree(page.tree, other), name


def test_bodies_arrive_as_markdown_and_become_any_other_body_by_updates_that_notion_takes(workspace, texts):
    for at, (name, text) in enumerate(texts):
        tree, other = github.tree(text), github.tree(texts[at * 7 % len(texts)][1])
        page = workspace.page(markdown=notion.written(tree), markdown_version="v2")
        shown = page.markdown
        assert agree(notion.tree(shown), tree), name
        change = notion.updates(shown, tree, other)
        if change:
            page.change(notion.body_of(change))
        assert agree(notion.tree(page.markdown), other), name
