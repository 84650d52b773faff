"""The limiter in Redis by the real clock: many threads, lost keys, lost scripts, lost servers."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from redis import Redis

from sync.core.errors import TryLater
from sync.core.limits import Budget, Charge, Lane, github_budgets, notion_budgets
from sync.limiter.redis import RedisLimiter
from sync.queue.embedded import Embedded
from tests.queue.conftest import kill

ONE = (Charge("second"),)
SECOND = Budget("second", 60, 1.0)


def greedy(limiter, charges, seconds, lane=Lane.IMPORT):
    """Ask until the time is over; return when each grant was asked for and answered."""
    grants, end = [], time.monotonic() + seconds
    while (before := time.monotonic()) < end:
        wait = limiter.acquire(charges, lane).seconds
        if wait:
            time.sleep(min(wait, 0.05))
        else:
            grants.append((before, time.monotonic()))
    return grants


def most_certainly_within(grants, window):
    """Return the most grants that were certainly given within one window, wherever it begins."""
    starts = sorted(before for before, _ in grants)
    return max(sum(before >= start and after < start + window for before, after in grants) for start in starts)


def test_sixteen_threads_never_overdraw_any_window_wherever_it_begins(server, client):
    limiters = [RedisLimiter(server.url, [SECOND]) for _ in range(4)]
    with ThreadPoolExecutor(16) as pool:
        runs = [pool.submit(greedy, limiters[number % 4], ONE, 3) for number in range(16)]
        grants = [grant for run in runs for grant in run.result()]
    assert most_certainly_within(grants, 1.0) <= SECOND.limit - 2
    assert len(grants) <= SECOND.burst + 3.1 * SECOND.refill
    assert len(grants) > SECOND.burst  # how much more is a benchmark's question: machines are shared


def test_threads_that_need_several_budgets_leave_nothing_half_taken(server, client):
    wide = Budget("wide", 3000, 1.0)
    limiter = RedisLimiter(server.url, [SECOND, wide])
    with ThreadPoolExecutor(8) as pool:
        runs = [pool.submit(greedy, limiter, (Charge("wide"), *ONE), 0.5) for _ in range(8)]
        assert sum(len(run.result()) for run in runs) > SECOND.burst
    time.sleep(0.05)
    assert limiter.state()["wide"].available == wide.burst


def test_a_pause_is_seen_by_every_process_at_once(server, client):
    budgets = notion_budgets(180, "aa11")
    here, there = RedisLimiter(server.url, budgets), RedisLimiter(server.url, budgets)
    charges = (Charge("notion:requests"),)
    here.pause("notion:requests", 30, "rate_limited")
    wait = there.acquire(charges, Lane.PERSON)
    assert 29 < wait.seconds <= 30
    assert wait.reason == "rate_limited"
    other = RedisLimiter(server.url, notion_budgets(180, "bb22"))
    assert not other.acquire(charges, Lane.PERSON).seconds


def test_a_flush_in_the_middle_overdraws_by_a_burst_and_no_more(client):
    limiter = RedisLimiter(client, [replace(SECOND, window=60.0)])
    counts = []
    for _ in range(2):
        counts.append(0)
        while not limiter.acquire(ONE, Lane.PERSON).seconds:
            counts[-1] += 1
        client.flushall()
        client.script_flush()
    assert counts == [SECOND.burst, SECOND.burst]


def test_flushing_all_the_time_raises_nothing(client):
    limiter = RedisLimiter(client, [SECOND])
    for _ in range(50):
        client.flushall()
        client.script_flush()
        limiter.acquire(ONE, Lane.PERSON)
        limiter.pause("second", 0.001, "short")
        limiter.state()


def test_no_key_outlives_its_meaning(client):
    budgets = github_budgets(5000, 900, creates_per_minute=20, creates_per_hour=500)
    limiter = RedisLimiter(client, budgets)
    limiter.acquire(tuple(Charge(budget.name) for budget in budgets), Lane.PERSON)
    limiter.pause("github:points", 60, "secondary")
    lives = {key.decode(): client.pttl(key) / 1000 for key in client.keys("*")}
    assert list(lives) == ["tandem:budgets:"]
    assert 86_000 < lives["tandem:budgets:"] <= 86_400


def test_counts_and_pauses_survive_the_servers_death(tmp_path):
    with Redis.from_url((first := Embedded(tmp_path / "redis")).url) as client:
        limiter = RedisLimiter(client, [replace(SECOND, window=600.0)])
        while not limiter.acquire(ONE, Lane.PERSON).seconds:
            pass
        kill(first)
        second = Embedded(tmp_path / "redis")
        assert limiter.acquire(ONE, Lane.PERSON).seconds > 5
    first.close()
    second.close()


def test_without_redis_nothing_is_granted_and_the_caller_may_try_later(tmp_path):
    limiter = RedisLimiter(f"unix://{tmp_path}/nobody.sock", [SECOND])
    began = time.monotonic()
    with pytest.raises(TryLater, match="cannot reach Redis"):
        limiter.acquire(ONE, Lane.PERSON)
    assert time.monotonic() - began < 2


def test_a_client_that_decodes_its_replies_serves_as_well(server, client):
    with Redis.from_url(server.url, decode_responses=True) as decoding:
        limiter = RedisLimiter(decoding, [SECOND])
        limiter.pause("second", 30, "asked to")
        assert limiter.acquire(ONE, Lane.PERSON).reason == "asked to"
        assert limiter.state()["second"].reason == "asked to"


def test_each_account_of_a_credential_has_budgets_of_its_own_and_all_are_told(server, client):
    limiter = RedisLimiter(client, notion_budgets(180, "aa11"))
    one, two = limiter.of("41"), limiter.of("42")
    assert limiter.of("41") is one
    call = (Charge("notion:requests"),)
    one.pause("notion:requests", 60, "spent")
    assert one.acquire(call, Lane.PERSON).seconds > 0
    assert (two.acquire(call, Lane.PERSON).seconds, limiter.acquire(call, Lane.PERSON).seconds) == (0, 0)
    assert limiter.accounts() == ["41", "42"]
    levels = limiter.state()
    assert set(levels) == {"notion:requests", "notion:requests@41", "notion:requests@42"}
    assert levels["notion:requests@41"].reason == "spent"
