"""The script, the limiter in memory and a third reckoning agree on any history; and no window is ever overdrawn."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.core.limits import Budget, Charge, Lane
from tests.limiter.conftest import REAL_CLOCK, START, MemoryTime, RedisTime, TimedRedisLimiter

BUDGETS = (Budget("a", 180), Budget("b", 900, largest=5), Budget("c", 500, 3600), Budget("free", 0))
amounts = st.fixed_dictionaries({}, optional={"a": st.integers(1, 2), "b": st.sampled_from([1, 5]), "c": st.just(1)})
lanes = st.sampled_from(Lane)
seconds = st.floats(0, 90).map(lambda x: round(x, 6))
names = st.sampled_from(["a", "b", "c", "free"])
steps = st.one_of(
    st.tuples(st.just("acquire"), amounts.filter(bool), lanes),
    st.tuples(st.just("acquire"), amounts.filter(bool), lanes),
    st.tuples(st.just("pass"), seconds | st.floats(0, 1).map(lambda x: round(x, 6)), st.none()),
    st.tuples(st.just("pause"), names, seconds),
    st.tuples(st.just("observe"), names, st.tuples(st.integers(0, 60), st.integers(-5, 4000))),
)


class Reckoning:
    """Buckets as people draw them: credit that grows with time up to the burst. It knows no window of a service."""

    def __init__(self, budgets):
        self.budgets = {budget.name: budget for budget in budgets}
        self.credit = {budget.name: budget.burst * budget.emission for budget in budgets}
        self.paused = dict.fromkeys(self.budgets, 0)
        self.now = START

    def pass_(self, microseconds):
        self.now += microseconds
        for name, budget in self.budgets.items():
            self.credit[name] = min(budget.burst * budget.emission, self.credit[name] + microseconds)

    def acquire(self, charges, lane):
        waits = {}
        for charge in charges:
            budget = self.budgets[charge.budget]
            kept = min(budget.reserve(lane), budget.burst - charge.amount)
            need = (charge.amount + kept) * budget.emission
            waits[charge.budget] = max(0, need - self.credit[charge.budget], self.paused[charge.budget] - self.now)
        if not any(waits.values()):
            for charge in charges:
                self.credit[charge.budget] -= charge.amount * self.budgets[charge.budget].emission
        return max(waits.values())


def test_the_script_reads_the_clock_in_one_place():
    assert TimedRedisLimiter.source.count(REAL_CLOCK) == 0
    assert TimedRedisLimiter.source.count("'test:seconds'") == 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=40))
def test_the_script_and_the_limiter_in_memory_never_differ(client, history):
    client.flushall()
    times = (RedisTime(client), MemoryTime())
    limiters = tuple(time.limiter(BUDGETS) for time in times)
    for action, first, second in history:
        if action == "pass":
            for time in times:
                time.pass_(first)
        elif action == "pause":
            for limiter in limiters:
                limiter.pause(first, second, "asked to")
        elif action == "observe":
            remaining, ends = second
            moment = datetime.fromtimestamp(times[1].now // 1_000_000 + ends, UTC)
            for limiter in limiters:
                limiter.observe(first, limit=100, remaining=remaining, reset_at=moment)
        else:
            charges = tuple(Charge(name, amount) for name, amount in first.items())
            one, other = (limiter.acquire(charges, second) for limiter in limiters)
            assert one == other
    assert limiters[0].state() == limiters[1].state()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps.filter(lambda step: step[0] != "observe"), max_size=40))
def test_the_script_and_a_third_reckoning_never_differ(client, history):
    client.flushall()
    time, reckoning = RedisTime(client), Reckoning(BUDGETS)
    limiter = time.limiter(BUDGETS)
    for action, first, second in history:
        if action == "pass":
            time.pass_(first)
            reckoning.pass_(round(first * 1_000_000))
        elif action == "pause":
            limiter.pause(first, second, "asked to")
            reckoning.paused[first] = max(reckoning.paused[first], reckoning.now + round(second * 1_000_000))
        else:
            charges = tuple(Charge(name, amount) for name, amount in first.items())
            assert round(limiter.acquire(charges, second).seconds * 1_000_000) == reckoning.acquire(charges, second)


def most_in_any_window(grants, window):
    """Slide a window over (time, amount) and return the most that any of them holds; it may begin anywhere."""
    most = total = start = 0
    for time, amount in grants:
        total += amount
        while time - grants[start][0] >= window:
            total -= grants[start][1]
            start += 1
        most = max(most, total)
    return most


@given(
    st.lists(st.tuples(st.floats(0, 2), lanes, st.sampled_from([1, 5]), st.integers(1, 40)), min_size=20, max_size=200)
)
def test_no_window_wherever_it_begins_sees_more_than_the_limit_less_two(wishes):
    budget = Budget("points", 900, largest=5)
    for small in (budget, replace(budget, limit=60)):
        time = MemoryTime()
        limiter, grants = time.limiter([small]), []
        for pause, lane, amount, times in wishes:
            time.pass_(pause)
            charges = (Charge("points", amount),)
            granted = sum(not limiter.acquire(charges, lane).seconds for _ in range(times))
            grants += [(time.now, amount)] * granted
        assert most_in_any_window(grants, 60_000_000) <= small.limit - 2


@pytest.mark.parametrize(("limit", "largest"), [(180, 1), (600, 1), (900, 5)])
def test_who_always_waits_as_told_uses_95_percent_of_every_aligned_window(limit, largest):
    time = MemoryTime()
    limiter, grants = time.limiter([Budget("any", limit, largest=largest)]), []
    while time.now < START + 10 * 60_000_000:
        wait = limiter.acquire((Charge("any", largest),), Lane.IMPORT).seconds
        if wait:
            time.pass_(wait)
        else:
            grants.append(time.now)
    windows = [sum(largest for at in grants if (at - START) // 60_000_000 == minute) for minute in range(10)]
    assert min(windows) >= 0.95 * limit
    assert max(windows) <= limit - 2
