"""What a shell may do to a program: type nothing, set odd variables, close its streams."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest


def ran(folder, *words, **variables):
    """Run a command as a person does, with these variables and the tokens of nobody."""
    own = {"DATABASE_URL": f"sqlite:///{folder}/t.db", "MAPPINGS_DIR": str(folder), "STATE_DIR": str(folder)}
    env = {**os.environ, **own, "GITHUB_TOKEN": "a", "NOTION_TOKEN": "b", **variables}
    return subprocess.run([sys.executable, "-m", "sync", *words], env=env, capture_output=True, text=True, check=False)


def test_who_types_nothing_is_told_what_can_be_typed(tmp_path):
    done = ran(tmp_path)
    assert (done.returncode, "resync" in done.stderr) == (1, True)


@pytest.mark.parametrize("columns", ["", "wide", "-1"])
def test_an_odd_width_is_no_fault(tmp_path, columns):
    done = ran(tmp_path, "failures", COLUMNS=columns)
    assert (done.returncode, done.stdout.strip()) == (0, "no failures"), done


def test_a_letter_that_the_terminal_does_not_know_is_no_fault(tmp_path):
    done = ran(tmp_path, "init", "--help", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done
    done = ran(tmp_path, "plan", "\u2194", PYTHONIOENCODING="ascii")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)


@pytest.mark.parametrize(("name", "value"), [("STATE_DIR", "/proc/nothing"), ("MAPPINGS_DIR", "/nowhere/mappings")])
def test_a_folder_that_cannot_be_is_an_error_that_names_the_variable(tmp_path, name, value):
    done = ran(tmp_path, "plan", "--json", REDIS_URL="", **{name: value})
    (problem,) = json.loads(done.stdout)["error"]["problems"]
    assert (done.returncode, problem["where"]) == (1, name)
    assert name in problem["message"]
