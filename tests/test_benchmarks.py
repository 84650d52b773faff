"""The measurements still run, small: what they say is no test's business."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("core", "50"), "links decided per second"),
        (("full_pass", "200"), "200"),
        (("outside", "50"), "50"),
        (("limiter", "0.2"), "ratio"),
    ],
)
def test_a_measurement_runs(words, said):
    command = [sys.executable, "-m", f"benchmarks.{words[0]}", *words[1:]]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    assert said in done.stdout
