"""The real bodies and GitHub's examples, and its own renderer as the judge; absent, their tests are skipped."""

import json
import re
from functools import cache

from tests.remotes.truth import FOLDER, tool

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")


@cache
def bodies():
    with (FOLDER / "markdown-corpus" / "issue-bodies.jsonl").open() as lines:
        return {each["id"]: each["markdown"] for each in map(json.loads, lines)}


@cache
def examples():
    raw = json.loads((FOLDER / "markdown-corpus" / "gfm-spec-examples.json").read_text())
    return {f"{each['suite']} {each['example']}": each["markdown"] for each in raw["examples"]}


def same_text(one, two):
    return tool("md_fidelity").same_text(one, two)


def same_html(one, two):
    """Tell whether two texts look the same; control characters, of which one body has many, look like nothing."""
    return tool("md_fidelity").same_html(*(CONTROL.sub("", each) for each in (one, two)))
