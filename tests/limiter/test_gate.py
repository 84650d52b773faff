"""The gate waits within its caller's patience, and no longer."""

from math import inf

import pytest

from sync.core.errors import Busy, TryLater
from sync.core.limits import Budget, Charge, Lane
from sync.limiter.gate import SLICE, Gate
from tests.limiter.conftest import MemoryTime

ONE = (Charge("minute"),)


class Sleeper(MemoryTime):
    def __init__(self):
        super().__init__()
        self.naps = []

    def sleep(self, seconds):
        self.naps.append(seconds)
        self.pass_(seconds)


@pytest.fixture
def sleeper():
    return Sleeper()


@pytest.fixture
def limiter(sleeper):
    return sleeper.limiter([Budget("minute", 180)])


def test_a_call_that_may_be_made_does_not_wait(sleeper, limiter):
    Gate(limiter, sleep=sleeper.sleep).enter(ONE, Lane.PERSON)
    assert sleeper.naps == []


def test_a_short_wait_is_waited_in_place(sleeper, limiter):
    gate = Gate(limiter, patience=2, sleep=sleeper.sleep)
    for _ in range(7):
        gate.enter(ONE, Lane.PERSON)
    assert sum(sleeper.naps) == pytest.approx(0.349, abs=0.001)


def test_a_wait_beyond_the_patience_is_refused_without_sleeping(sleeper, limiter):
    gate = Gate(limiter, patience=2, sleep=sleeper.sleep)
    gate.pause("minute", 60, "rate_limited")
    with pytest.raises(Busy, match="minute: rate_limited") as caught:
        gate.enter(ONE, Lane.PERSON)
    assert caught.value.wait == 60
    assert isinstance(caught.value, TryLater)
    assert sleeper.naps == []


def test_patience_is_spent_over_all_waits_of_one_call(sleeper, limiter):
    def stolen(seconds):
        sleeper.sleep(seconds)
        while not limiter.acquire(ONE, Lane.PERSON).seconds:
            pass

    gate = Gate(limiter, patience=2, sleep=stolen)
    stolen(0)
    with pytest.raises(Busy, match="minute: spent"):
        gate.enter(ONE, Lane.PERSON)
    assert 1.5 < sum(sleeper.naps) <= 2


def test_the_foreground_waits_as_long_as_it_takes_in_slices(sleeper, limiter):
    gate = Gate(limiter, patience=inf, sleep=sleeper.sleep)
    gate.pause("minute", 90, "rate_limited")
    gate.enter(ONE, Lane.PERSON)
    assert sum(sleeper.naps) == pytest.approx(90)
    assert max(sleeper.naps) <= SLICE


def test_a_window_that_is_told_goes_to_the_limiter(sleeper, limiter):
    gate = Gate(limiter, sleep=sleeper.sleep)
    gate.observe("minute", limit=180, remaining=0, reset_at=sleeper.at(30))
    with pytest.raises(Busy) as caught:
        gate.enter(ONE, Lane.PERSON)
    assert caught.value.wait == 31
