"""Where the recorded exchanges and the oracles are; tests that need them are skipped where they are absent."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import warnings
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("TANDEM_GROUND_TRUTH") or CHECKOUT.parent / "shared" / "data")
TOOLS = FOLDER.parent / "tools"

needed = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no recorded exchanges in {FOLDER}")


def recorded(side: str, name: str):
    """Return one recorded exchange."""
    return json.loads((FOLDER / f"{side}-recorded" / f"{name}.json").read_text())


def all_recorded(side: str):
    """Yield every recorded exchange of a side that was answered with JSON."""
    for path in sorted((FOLDER / f"{side}-recorded").glob("*.json")):
        if path.stem not in ("index", "quoted-errors"):
            yield path.stem, json.loads(path.read_text())


def quoted(side: str):
    return {each["id"]: each for each in recorded(side, "quoted-errors")["entries"]}


def stories():
    with gzip.open(FOLDER / "notion-recorded" / "stories.jsonl.gz", "rt") as lines:
        for line in lines:
            yield from json.loads(line)["exchanges"]


@cache
def tool(name: str):
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def github_oracle():
    return tool("github_oracle").GitHubOracle(str(FOLDER / "github-openapi-issues.json"), strict=True)


@cache
def notion_oracle():
    return tool("notion_oracle").Oracle(str(FOLDER / "notion-schemas"))


def faults(side, verb, path, body):
    """Return what is wrong with a request of ours, judged by the service's own description."""
    with warnings.catch_warnings():
        # The oracles leave the files that they read to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        if side == "github":
            return github_oracle().request_errors(verb, path, body)
        return notion_oracle().errors(verb, path, "request", body)
