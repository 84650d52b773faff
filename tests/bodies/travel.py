"""A body's way to Notion in both ways of writing a page, and what Notion shows of it afterwards."""

from dataclasses import replace
from functools import cache

from sync.core.document import Container, Form, Paragraph, Run
from sync.remotes.notion import markdown as notion
from sync.remotes.notion.script import appended, born
from sync.sandbox.clock import Clock
from sync.sandbox.faults import Faults
from sync.sandbox.notion import Notion
from sync.sandbox.notion.markdown import reading
from sync.sandbox.notion.markdown.showing import Showing
from tests.bodies.page import ROOT, Page

WORLD = Notion(Clock(scale=0), Faults()).world


def as_blocks(tree):
    """Return the page that a tree becomes block by block."""
    now, later = born(tree)
    return Page().put(now).run(appended(ROOT, later))


@cache
def as_markdown(tree):
    """Return the Markdown that the sandbox's Notion shows of a page born with a tree."""
    return Showing(WORLD, WORLD.root.id, signature="0").text(reading.read(WORLD, notion.written(tree)))


def seen(tree, mode):
    """Return what is read of the page that a tree became."""
    return as_blocks(tree).tree if mode == "blocks" else notion.tree(as_markdown(tree))


def paragraphs(blocks, path=()):
    """Yield the way to each paragraph of words."""
    for at, block in enumerate(blocks):
        if isinstance(block, Paragraph):
            yield (*path, at)
        if isinstance(block, Container):
            yield from paragraphs(block.blocks, (*path, at))


def at(blocks, path):
    block = blocks[path[0]]
    return block if len(path) == 1 else at(block.blocks, path[1:])


def changed(blocks, path, change):
    """Return blocks with the one at the end of the way as `change` (a block in, blocks out) makes it."""
    first, *rest = path
    block = blocks[first]
    new = replace(block, blocks=changed(block.blocks, rest, change)) if rest else None
    return (*blocks[:first], *((new,) if new else change(block)), *blocks[first + 1 :])


def edited(paragraph):
    """Return a paragraph in which a person changed one word."""
    runs = list(paragraph.runs)
    for place, run in enumerate(runs):
        if run.form is Form.TEXT and not run.code and " " in run.text.strip():
            words = run.text.split(" ")
            words[len(words) // 2] = "CHANGED *here*"
            runs[place] = replace(run, text=" ".join(words))
            return [replace(paragraph, runs=tuple(runs))]
    return [replace(paragraph, runs=(*runs, Run(" CHANGED *here*")))]
