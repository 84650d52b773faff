"""The machine test: people, workers and weather in any order; afterwards everybody agrees and nothing was lost.

The cases of the merge table that were met are counted over the whole run, and asserted at its end.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine import met
from tests.machine.histories import RARE, play
from tests.machine.machine import Machine

PHASES = tuple(Phase) if os.environ.get("SHRINK") else (Phase.explicit, Phase.reuse, Phase.generate)
"""Finding a history that fails takes a minute, making it small takes many: ask for that with SHRINK=1."""


@pytest.fixture(autouse=True)
def template(migrated_file, monkeypatch):
    """The empty migrated database that is copied for every example."""
    monkeypatch.setattr(Machine, "template", migrated_file, raising=False)


@pytest.mark.timeout(600)
def test_after_any_history_everybody_agrees_and_nothing_stands_twice():
    trials = settings(
        max_examples=int(os.environ.get("EXAMPLES", "150")),
        stateful_step_count=25,
        deadline=None,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
    )
    with met.counting():
        for history in RARE:
            play(history)
        run_state_machine_as_test(Machine, settings=trials)
    met.enough()
