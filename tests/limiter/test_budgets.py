"""The arithmetic of a budget, without any limiter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.limits import (
    GITHUB_CREATE,
    GITHUB_READ,
    GITHUB_WRITE,
    NOTION_CALL,
    Budget,
    Lane,
    github_budgets,
    notion_budgets,
)

ALL = (*notion_budgets(180), *github_budgets(5000, 900, creates_per_minute=20, creates_per_hour=500))


def test_notions_180_a_minute_are_172_evenly_and_6_at_once():
    (budget,) = notion_budgets(180)
    assert (budget.burst, budget.refill, budget.emission) == (6, 172, 348_838)


@pytest.mark.parametrize(("limit", "largest"), [(180, 1), (600, 1), (900, 5), (5000, 1)])
def test_the_even_rate_alone_uses_95_percent_of_a_window(limit, largest):
    assert Budget("any", limit, largest=largest).refill >= 0.95 * limit


@given(st.integers(10, 20_000), st.integers(1, 5))
def test_burst_and_refill_leave_two_calls_of_any_window(limit, largest):
    budget = Budget("any", limit * largest, largest=largest)
    assert budget.burst + budget.refill <= budget.limit - 2


@given(st.integers(1, 9))
def test_a_tiny_limit_is_kept_to_the_last_call(limit):
    budget = Budget("any", limit)
    # Half-open: the burst at the start, then one per emission, the last before the window's end.
    assert budget.burst + (60_000_000 - 1) // budget.emission <= limit


@given(st.integers(1, 20_000), st.integers(1, 5))
def test_every_lane_may_have_a_call_and_a_later_lane_leaves_no_less(limit, largest):
    budget = Budget("any", limit, largest=largest)
    reserves = [budget.reserve(lane) for lane in Lane]
    assert reserves == sorted(reserves)
    assert reserves[0] == 0
    assert reserves[-1] <= budget.burst / 2


def test_every_charge_names_a_budget_that_can_hold_it():
    bursts = {budget.name: budget.burst for budget in ALL}
    for charge in (*GITHUB_READ, *GITHUB_WRITE, *GITHUB_CREATE, *NOTION_CALL):
        assert charge.amount <= bursts[charge.budget]
