"""What every limiter does, in memory and in Redis; the clock is the test's."""

import pytest

from sync.core.limits import Budget, Charge, Lane

MINUTE = Budget("minute", 180)
HOUR = Budget("hour", 5000, 3600)
POINTS = Budget("points", 900, largest=5)
ONE = (Charge("minute"),)
CALL = (Charge("hour"),)


def granted(limiter, charges, lane=Lane.PERSON):
    """Take until refused, and tell how often that went."""
    count = 0
    while not limiter.acquire(charges, lane).seconds:
        count += 1
        assert count < 20_000
    return count


def test_a_full_bucket_gives_its_burst_and_then_one_per_emission(world):
    limiter = world.limiter(MINUTE)
    assert granted(limiter, ONE) == 6
    wait = limiter.acquire(ONE, Lane.PERSON)
    assert (wait.seconds, wait.budget) == (MINUTE.emission / 1e6, "minute")
    world.time.pass_(wait.seconds)
    assert granted(limiter, ONE) == 1


def test_a_call_takes_from_all_its_budgets_or_from_none(world):
    limiter = world.limiter(MINUTE, POINTS)
    assert granted(limiter, (Charge("points", 5),)) == 6
    for _ in range(20):
        refused = limiter.acquire((*ONE, Charge("points", 5)), Lane.PERSON)
        assert refused.budget == "points"
    assert granted(limiter, ONE) == 6


def test_the_longest_wait_is_told_with_its_budget(world):
    limiter = world.limiter(MINUTE, HOUR)
    granted(limiter, ONE)
    granted(limiter, CALL)
    assert limiter.acquire((*ONE, *CALL), Lane.PERSON).budget == "hour"
    assert limiter.acquire((*CALL, *ONE), Lane.PERSON).budget == "hour"


def test_each_lane_leaves_tokens_for_the_lanes_before_it(world):
    limiter = world.limiter(MINUTE)
    assert [granted(limiter, ONE, lane) for lane in (Lane.IMPORT, Lane.POLL, Lane.PERSON)] == [3, 2, 1]


def test_an_import_alone_has_the_whole_rate(world):
    limiter = world.limiter(MINUTE)
    count = 0
    for _ in range(60 * 20):
        count += granted(limiter, ONE, Lane.IMPORT)
        world.time.pass_(0.05)
    assert 172 <= count <= 178


def test_a_person_is_served_at_once_while_an_import_takes_all_it_can(world):
    limiter = world.limiter(MINUTE)
    for _ in range(100):
        granted(limiter, ONE, Lane.IMPORT)
        assert not limiter.peek(ONE, Lane.PERSON).seconds
        world.time.pass_(0.1)


def test_peeking_takes_nothing(world):
    limiter = world.limiter(MINUTE)
    for _ in range(50):
        assert not limiter.peek(ONE, Lane.PERSON).seconds
    assert granted(limiter, ONE) == 6
    assert limiter.peek(ONE, Lane.PERSON) == limiter.acquire(ONE, Lane.PERSON)


def test_a_pause_stops_everybody_and_says_why(world):
    limiter = world.limiter(MINUTE, POINTS)
    limiter.pause("minute", 7, "rate_limited")
    wait = limiter.acquire(ONE, Lane.PERSON)
    assert (wait.seconds, wait.budget, wait.reason) == (7, "minute", "rate_limited")
    assert granted(limiter, (Charge("points"),)) == 30
    world.time.pass_(7)
    assert granted(limiter, ONE) == 6


def test_a_shorter_pause_never_ends_a_longer_one(world):
    limiter = world.limiter(MINUTE)
    limiter.pause("minute", 60, "long")
    limiter.pause("minute", 5, "short")
    assert limiter.acquire(ONE, Lane.PERSON).reason == "long"
    assert limiter.acquire(ONE, Lane.PERSON).seconds == 60


def test_no_pause_is_longer_than_a_day(world):
    limiter = world.limiter(MINUTE)
    limiter.pause("minute", 10 * 86_400, "a year by mistake")
    assert limiter.acquire(ONE, Lane.PERSON).seconds == 86_400


def test_what_the_service_says_is_left_is_all_that_may_be_spent(world):
    limiter = world.limiter(HOUR)
    limiter.observe("hour", limit=5000, remaining=12, reset_at=world.time.at(600))
    assert granted(limiter, CALL) == 12
    assert limiter.acquire(CALL, Lane.PERSON).seconds == 601


def test_a_whole_window_may_be_spent_faster_than_evenly(world):
    limiter = world.limiter(HOUR)
    limiter.observe("hour", limit=5000, remaining=4000, reset_at=world.time.at(3000))
    assert granted(limiter, CALL) == 4000


def test_a_window_that_is_over_leaves_a_full_bucket(world):
    limiter = world.limiter(HOUR)
    limiter.observe("hour", limit=5000, remaining=0, reset_at=world.time.at(600))
    assert granted(limiter, CALL) == 0
    world.time.pass_(601)
    assert granted(limiter, CALL) == HOUR.burst


def test_an_answer_that_comes_late_does_not_give_back_what_was_granted_since(world):
    limiter, end = world.limiter(HOUR), world.time.at(3000)
    limiter.observe("hour", limit=5000, remaining=100, reset_at=end)
    for _ in range(40):
        limiter.acquire(CALL, Lane.PERSON)
    limiter.observe("hour", limit=5000, remaining=99, reset_at=end)
    assert granted(limiter, CALL) == 60


def test_somebody_else_who_spends_the_same_window_is_noticed(world):
    limiter, end = world.limiter(HOUR), world.time.at(3000)
    limiter.observe("hour", limit=5000, remaining=100, reset_at=end)
    limiter.observe("hour", limit=5000, remaining=10, reset_at=end)
    assert granted(limiter, CALL) == 10


def test_calls_that_cost_nothing_are_given_back_but_for_the_burst(world):
    limiter, end = world.limiter(HOUR), world.time.at(3000)
    limiter.observe("hour", limit=5000, remaining=1000, reset_at=end)
    for _ in range(900):
        limiter.acquire(CALL, Lane.PERSON)
    limiter.observe("hour", limit=5000, remaining=1000, reset_at=end)
    assert granted(limiter, CALL) == 1000 - HOUR.burst


def test_a_new_window_replaces_the_old_one(world):
    limiter = world.limiter(HOUR)
    limiter.observe("hour", limit=5000, remaining=0, reset_at=world.time.at(10))
    world.time.pass_(12)
    limiter.observe("hour", limit=5000, remaining=4990, reset_at=world.time.at(3590))
    assert granted(limiter, CALL) == 4990


def test_an_answer_of_a_window_that_is_over_is_not_used(world):
    limiter = world.limiter(HOUR)
    limiter.observe("hour", limit=5000, remaining=0, reset_at=world.time.at(-5))
    assert granted(limiter, CALL) == HOUR.burst


def test_no_window_ends_further_away_than_it_is_long(world):
    limiter = world.limiter(HOUR)
    limiter.observe("hour", limit=5000, remaining=0, reset_at=world.time.at(40 * 3600))
    assert limiter.acquire(CALL, Lane.PERSON).seconds == 3602


def test_an_import_leaves_a_share_of_the_window_to_its_end_and_none_after(world):
    limiter = world.limiter(HOUR)
    limiter.observe("hour", limit=5000, remaining=5000, reset_at=world.time.at(3599))
    assert granted(limiter, CALL, Lane.IMPORT) == 2500
    spent = 2500
    while spent < 5000:
        wait = limiter.acquire(CALL, Lane.IMPORT)
        assert wait.seconds <= 3600 / 2500 + 0.001
        assert not limiter.peek(CALL, Lane.PERSON).seconds
        world.time.pass_(wait.seconds)
        spent += 1 if not wait.seconds else 0


def test_no_limit_is_no_limit_but_a_pause_still_holds(world):
    limiter = world.limiter(Budget("minute", 0))
    for _ in range(1000):
        assert not limiter.acquire((Charge("minute", 100),), Lane.IMPORT).seconds
    limiter.pause("minute", 3, "asked to")
    assert limiter.acquire(ONE, Lane.PERSON).seconds == 3


def test_an_amount_that_can_never_be_there_is_refused_at_once(world):
    with pytest.raises(ValueError, match="can never give 7"):
        world.limiter(MINUTE).acquire((Charge("minute", 7),), Lane.PERSON)


def test_a_clock_that_is_set_back_costs_a_burst_and_no_more(world):
    limiter = world.limiter(MINUTE)
    granted(limiter, ONE)
    world.time.pass_(-3000)
    assert limiter.acquire(ONE, Lane.PERSON).seconds <= 7 * MINUTE.emission / 1e6


def test_the_state_tells_how_every_budget_stands(world):
    limiter = world.limiter(MINUTE, HOUR, Budget("free", 0))
    limiter.acquire(ONE, Lane.PERSON)
    limiter.observe("hour", limit=15_000, remaining=321, reset_at=world.time.at(600))
    state = limiter.state()
    assert (state["minute"].limit, state["minute"].available) == (180, 5)
    assert (state["hour"].limit, state["hour"].available) == (15_000, 321)
    assert state["hour"].resets_at == world.time.at(601)
    assert state["free"].available is None
    limiter.pause("free", 5, "asked to")
    paused = limiter.state()["free"]
    assert (paused.available, paused.paused_until, paused.reason) == (0, world.time.at(5), "asked to")
