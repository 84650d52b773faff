"""The house keeps itself: what the pages under docs/ list is what the code knows."""

from __future__ import annotations

import re
from pathlib import Path

from sync.config import grammar
from sync.config.fields import READ_ONLY, WRITABLE
from sync.core import constants
from sync.core.issue import COMMENTS, COMPUTED, FAMILY, FITTING, ISSUE, KINDS

ROOT = Path(__file__).resolve().parents[1]
MAPPING = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")


def table(heading):
    """Return the rows of the first table under a heading, as lists of cells without their quotes."""
    section = MAPPING.partition(f"# {heading}\n")[2]
    lines = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_field_stands_on_the_page_with_the_types_that_fit_it():
    rows = {name: (flows, types.split(", ")) for name, flows, types in table("Fields of an issue")}
    names = {name.replace("labels:FAMILY*", FAMILY): row for name, row in rows.items()}
    assert {name: tuple(types) for name, (_, types) in names.items()} == FITTING
    writable = {name: name == FAMILY or ISSUE[name].writable for name in FITTING}
    assert {name: flows == "⇄" for name, (flows, _) in names.items()} == writable


def test_every_field_of_the_grammar_is_either_listed_or_told_to_be_missing():
    told = re.search(r"Not yet: (.*?) are", MAPPING)[1] if "Not yet:" in MAPPING else ""
    missing = {name for name in ("body",) if name in told}
    assert "\n## Comments\n" in MAPPING
    assert {*WRITABLE, *READ_ONLY} == {*FITTING} - {FAMILY} | missing | {COMMENTS}


def test_every_property_type_stands_on_the_page():
    rows = {name: (kind, written == "yes") for name, kind, written in table("Property types")}
    assert rows == {name: (kind.value, name not in COMPUTED) for name, kind in KINDS.items()}


def test_every_transform_stands_on_the_page():
    keys = grammar.schema()["$defs"]["RowPart"]["properties"]["transform"]["propertyNames"]["enum"]
    assert [name for name, *_ in table("`transform`")] == keys


def test_every_type_that_holds_a_constant_stands_on_the_page():
    listed = re.search(r"It fits (.*?)\.", MAPPING, re.DOTALL)[1]
    assert tuple(re.split(r",\s+", listed)) == constants.TYPES


def test_every_other_key_of_the_grammar_stands_on_the_page():
    parts = {
        "github": grammar.GitHubPart,
        "notion": grammar.NotionPart,
        "create": grammar.CreatePart,
        "deletions": grammar.DeletionsPart,
        "guards": grammar.GuardsPart,
    }
    keys = [f"{name}.{key}" for name, part in parts.items() for key in part.model_fields]
    own = ("version", "name", "users", "fields", *parts)
    keys += [key for key in grammar.FilePart.model_fields if key not in own]
    assert sorted(name for name, *_ in table("The other keys")) == sorted(keys)
