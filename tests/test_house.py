"""The house keeps itself: what the pages under docs/ list is what the code knows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from sync.config import grammar
from sync.config.fields import READ_ONLY, WRITABLE
from sync.core import constants
from sync.core.issue import BODY, COMMENTS, COMPUTED, FAMILY, FITTING, ISSUE, KINDS, LINE

ROOT = Path(__file__).resolve().parents[1]
MAPPING = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")


def table(heading):
    """Return the rows of the first table under a heading, as lists of cells without their quotes."""
    section = MAPPING.partition(f"# {heading}\n")[2]
    lines = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in line.strip("|").split(" | ")] for line in lines]


def test_every_field_stands_on_the_page_with_the_types_that_fit_it():
    rows = {name: (flows, types.split(", ")) for name, flows, types in table("Fields of an issue")}
    patterns = {"labels:FAMILY*": FAMILY, "body_line:NAME": LINE}
    names = {patterns.get(name, name): row for name, row in rows.items()}
    assert {name: tuple(types) for name, (_, types) in names.items()} == FITTING
    writable = {name: name in (FAMILY, LINE) or ISSUE[name].writable for name in FITTING}
    assert {name: flows == "⇄" for name, (flows, _) in names.items()} == writable


def test_every_field_of_the_grammar_is_listed_or_is_the_pages_own():
    own = {name for name in (BODY, COMMENTS) if f"- **`{name}`** goes with" in MAPPING}
    assert {*WRITABLE, *READ_ONLY} == {*FITTING} - {FAMILY, LINE} | own


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


HELP = """
import sys
sys.argv = ["tandem", "--help"]
from sync.cli import main
try:
    main()
except SystemExit:
    print(*{name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
"""


def test_help_is_shown_without_anything_that_only_commands_need():
    shown = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True)
    assert "Keeps GitHub Issues and a Notion database in step" in shown.stdout
    heavy = {"rich", "pydantic", "celery", "sqlalchemy", "structlog", "httpx", "github", "redis", "starlette", "ruamel"}
    assert not heavy & set(shown.stderr.split())
