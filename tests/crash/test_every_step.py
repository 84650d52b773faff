"""Every scenario, stopped at every step between us and the world, before and after its effect: the end is the same.

To die after a step is to die before the next: between two of them nothing leaves the process. A death leaves behind
what was there at that moment, so that one pass shows all of them; an answer that does not come is given step by step.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from functools import cache

import pytest

from sync.store import open_store
from tests.crash.drill import Drill
from tests.crash.scenarios import SCENARIOS
from tests.machine.team import Fault, Ticking, crash, denied, later, lost

# It goes through the same lines thousands of times, and twice as slowly where they are counted.
pytestmark = [pytest.mark.timeout(600), pytest.mark.no_cover]


@pytest.fixture(scope="module")
def drills(migrated_file, tmp_path_factory):
    """Return how a scenario's drill is made, once: what came of a state is known to all tests of the scenario."""
    with ExitStack() as stack:

        @cache
        def drill(scenario):
            clock, file = Ticking(), tmp_path_factory.mktemp("drill") / "t.db"
            shutil.copy(migrated_file, file)
            store = stack.enter_context(open_store(f"sqlite:///{file}", now=clock.now))
            return Drill(scenario, store, clock, file)

        yield drill


@pytest.fixture(params=SCENARIOS)
def drill(request, drills):
    return drills(request.param)


def test_a_worker_that_dies_at_any_step_of_the_store_changes_nothing_in_the_end(drill):
    pasts = []
    _, total = drill.disturbed(step=lambda _number: pasts.append(drill.past()))
    assert len(pasts) == total == drill.steps > 100
    for number, past in enumerate(pasts):
        assert drill.end(past) == drill.expected, f"step {number} of {total}"


def test_a_worker_that_gets_no_answer_at_any_step_of_the_store_changes_nothing_in_the_end(drill):
    for number in range(drill.steps):

        def fail(step, number=number):
            if step == number:
                later()

        past, count = drill.disturbed(step=fail)
        assert count > number
        assert drill.end(past) == drill.expected, f"step {number} of {drill.steps}"


@pytest.mark.parametrize("what", [crash, lost, later, denied])
def test_a_call_that_is_cut_off_before_its_effect_changes_nothing_in_the_end(drill, what):
    assert cut_off(drill, what, after=False) > drill.writes


@pytest.mark.parametrize("what", [crash, lost])
def test_a_write_that_is_cut_off_after_its_effect_changes_nothing_in_the_end(drill, what):
    assert cut_off(drill, what, after=True) == drill.writes > 1


def cut_off(drill, what, *, after):
    """Cut off one call after the other, of those that have an effect where it is there already; return how many."""
    number, struck = 0, [True]
    while struck:
        struck.clear()

        def happen(struck=struck):
            struck.append(True)
            what()

        past, _ = drill.disturbed(Fault(number, after, happen, writes_only=after))
        assert drill.end(past) == drill.expected, f"call {number}"
        number += bool(struck)
    return number
