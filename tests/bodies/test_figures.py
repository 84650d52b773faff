"""What the real bodies and GitHub's examples keep on their way to Notion and back, in both ways of writing a page."""

import re

import pytest

from sync.core.document import Code, Raw, agree, words
from sync.remotes.github import markdown as github
from sync.remotes.notion import markdown as notion
from sync.remotes.notion.script import script
from tests.bodies import corpus, travel
from tests.bodies.page import ROOT
from tests.remotes import truth

pytestmark = truth.needed

MODES = ("blocks", "markdown")
LESS = {
    "hf-139-pr": "Markdown: a language that Notion does not know (tsv) is plain text",
    "hf-150-pr": "Markdown: a language that Notion does not know (txt) is plain text",
    "hf-2122-pr": "an image among words is a paragraph of its own",
    "hf-2677": "an image's width",
    "hf-3480": "control characters, which no Markdown can say",
    "hf-5036-pr": "a hard line break comes back as a plain one, which GitHub shows alike in an issue",
    "hf-5037-pr": "a table's alignment",
    "hf-5086": "an image's width",
    "hf-5240-pr": "white space at the beginning of a summary (the one whose words differ, by that blank)",
    "hf-6104": "an image among words is a paragraph of its own",
    "hf-6916": "blocks: a list that begins at 2 (no request can say it)",
    "hf-7291": "an image among words is a paragraph of its own",
    "rec-PyGithub-PyGithub-issues-3014": "a language comes back by its full name (py)",
    "tpl-ls1intum-Hephaestus-user_story-md": "a hard line break comes back as a plain one",
    "tpl-ls1intum-Hephaestus-PULL_REQUEST_TEMPLATE-md": "a blank before a comment at the end of a line",
    "doc-tryfabric-martian-README-md": "languages by their full names (ts, md)",
    "doc-souvikinator-notion-to-md-README-md": "images' sizes, a language in small letters",
}
"""The bodies that do not look the same when written anew from Notion, each with what it loses."""


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("which", ["bodies", "examples"])
def test_what_notion_makes_of_a_body_that_nobody_edits_agrees_with_it_and_writes_nothing(which, mode):
    for name, text in getattr(corpus, which)().items():
        tree = github.tree(text)
        there = travel.seen(tree, mode)
        assert agree(tree, there), name
        assert github.edited(text, there, there) == text, name


@pytest.mark.parametrize("mode", MODES)
def test_a_body_written_anew_from_notion_keeps_its_words_and_mostly_its_looks(mode):
    bodies = corpus.bodies()
    anew = {name: github.written(travel.seen(github.tree(text), mode)) for name, text in bodies.items()}
    words = [name for name, text in bodies.items() if not corpus.same_text(text, anew[name])]
    looks = [name for name, text in bodies.items() if not corpus.same_html(text, anew[name])]
    assert len(words) <= 0.05 * len(bodies), words
    assert len(looks) <= 0.20 * len(bodies), looks
    assert {*words, *looks} <= LESS.keys()


def test_every_word_of_what_notion_cannot_say_can_be_read_there():
    for name, text in corpus.bodies().items():
        there = "\n".join(map(words, travel.seen(github.tree(text), "blocks")))
        for block in github.tree(text):
            if isinstance(block, (Raw, Code)):
                assert block.text.strip("\n") in there, name


def middle(tree):
    """Return the way to one paragraph of a body: not always the first."""
    found = list(travel.paragraphs(tree))
    return found[len(found) // 2] if found else None


@pytest.mark.parametrize("mode", MODES)
def test_one_paragraph_edited_in_notion_changes_exactly_its_lines_on_github(mode):
    edits = 0
    for name, body in corpus.bodies().items():
        text = f"{body}\r\n\r\n<!-- tandem:page=12345678-1234-1234-1234-123456789012 -->"
        tree, there = github.tree(text), travel.seen(github.tree(text), mode)
        path = middle(tree)
        if path is None:
            continue
        source = travel.at(tree, path).own
        new = github.edited(text, there, travel.changed(there, path, travel.edited))
        old_lines, new_lines = split(text), split(new)
        after = len(old_lines) - source.end
        assert "CHANGED" in "".join(new_lines[source.start : len(new_lines) - after]), name
        assert new_lines[: source.start] == old_lines[: source.start], name
        assert new_lines[len(new_lines) - after :] == old_lines[source.end :], name
        edits += 1
    assert edits > 70


def split(text):
    return re.findall(r"[^\n]*\n|[^\n]+\Z", text)


def test_one_paragraph_edited_on_github_is_one_small_call_of_notion():
    for name, text in corpus.bodies().items():
        tree = github.tree(text)
        path = middle(tree)
        if path is None:
            continue
        after = travel.changed(tree, path, travel.edited)
        page = travel.as_blocks(tree)
        page.calls.clear()
        page.run(script(ROOT, page.tree, tree, after))
        assert [type(call).__name__ for call in page.calls] == ["Patch"], name
        assert agree(page.tree, after), name


def test_one_paragraph_edited_on_github_is_one_small_update_of_notions_markdown():
    for name, text in corpus.bodies().items():
        tree = github.tree(text)
        path = middle(tree)
        if path is None:
            continue
        after = travel.changed(tree, path, travel.edited)
        shown = travel.as_markdown(tree)
        (update,) = notion.updates(shown, tree, after)
        assert shown.count(update.old) == 1, name
        assert len(update.old) <= 2 * len(words(travel.at(tree, path))) + 1500, name
        assert agree(notion.tree(shown.replace(update.old, update.new)), after), name


def test_every_block_that_is_sent_is_what_the_service_describes():
    for name, text in corpus.bodies().items():
        tree = github.tree(text)
        page = travel.as_blocks(tree)
        for call in page.calls:
            assert not truth.faults(
                "notion", "PATCH", "/v1/blocks/0f0f0f0f-0000-4000-8000-000000000000/children", call.body
            ), name
