"""Rounds stretch to their share of each budget, and to no more than that."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sync.core.limits import github_budgets, notion_budgets, rates
from sync.core.model import Side
from sync.core.pace import FULLS, POLLS, Due, Load, Pace, pass_due
from sync.core.state import Standing
from tests.machine.team import START

WANTED = Pace(timedelta(seconds=60), timedelta(seconds=3600))
counts = st.fixed_dictionaries({side: st.integers(0, 100_000) for side in Side})
speeds = st.fixed_dictionaries({side: st.one_of(st.just(0.0), st.floats(0.01, 100)) for side in Side})


@given(counts, counts, speeds)
def test_no_round_takes_more_than_its_share_of_any_budget_and_none_waits_longer_than_that(polls, fulls, given_rates):
    pace = WANTED.stretched(Load(polls, fulls), given_rates)
    for length, wanted, calls, share in (
        (pace.poll, WANTED.poll, polls, POLLS),
        (pace.full, WANTED.full, fulls, FULLS),
    ):
        used = [calls[side] / length.total_seconds() / rate for side, rate in given_rates.items() if rate]
        assert all(each <= share * 1.000001 for each in used)
        assert length == wanted or max(used) >= share * 0.999


def test_the_budgets_of_every_day_are_what_a_round_is_measured_by():
    limits = (*github_budgets(5000, 900, creates_per_minute=20, creates_per_hour=500), *notion_budgets(180))
    assert rates(limits) == {Side.GITHUB: 5000 / 3600, Side.NOTION: 3.0}
    no_hour = (*github_budgets(0, 900, creates_per_minute=20, creates_per_hour=500), *notion_budgets(0))
    assert rates(no_hour) == {Side.GITHUB: 15.0, Side.NOTION: 0.0}


def test_a_thousand_mappings_are_polled_every_24_minutes_and_one_every_minute():
    found = {}
    for mappings in (1, 1000):
        round_ = Load(dict.fromkeys(Side, mappings), dict.fromkeys(Side, 7 * mappings))
        found[mappings] = WANTED.stretched(round_, {Side.GITHUB: 5000 / 3600, Side.NOTION: 3.0})
    assert found[1] == WANTED
    assert found[1000].poll == timedelta(minutes=24)
    assert found[1000].full == timedelta(seconds=7000 / (0.1 * 5000 / 3600))


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_a_file_that_changed_and_a_mapping_that_was_never_read_are_read_in_full():
    assert pass_due(Standing(), "d", WANTED, START) is Due.FULL
    stands = Standing(begun=at(0), read=at(0), digest="d")
    assert pass_due(stands, "d", WANTED, at(59)) is None
    assert pass_due(stands, "d", WANTED, at(60)) is Due.POLL
    assert pass_due(stands, "other", WANTED, at(60)) is Due.FULL
    assert pass_due(stands, "d", WANTED, at(3600)) is Due.FULL
