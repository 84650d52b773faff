"""What the limiter costs: acquisitions a second over three budgets beside a bare script on the same server; no test.

Run it as `python -m benchmarks.limiter [seconds]`; REDIS_URL names a server, else one is started in a temporary folder.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

from redis import Redis

from sync.core.limits import Budget, Charge, Lane
from sync.limiter.redis import RedisLimiter, connect
from sync.queue.embedded import reach, tether

ROUNDS = 10
# So wide that every acquisition is granted, and so written: the dearest answer.
BUDGETS = tuple(Budget(f"benchmark:{name}", 1_000_000_000) for name in ("one", "two", "three"))
CHARGES = tuple(Charge(budget.name) for budget in BUDGETS)


def laps(call: Callable[[], object], seconds: float) -> list[float]:
    found, end = [], time.perf_counter() + seconds
    while (before := time.perf_counter()) < end:
        call()
        found.append(time.perf_counter() - before)
    return found


def told(name: str, found: list[float]) -> str:
    cuts = quantiles(found, n=100)
    rate = len(found) / sum(found)
    return f"{name:<28} {rate:>8.0f}/s   p50 {cuts[49] * 1e6:>5.0f} µs   p99 {cuts[98] * 1e6:>5.0f} µs"


def run(client: Redis, seconds: float) -> None:
    limiter = RedisLimiter(client, BUDGETS)
    digest = client.script_load("return 1")
    bare_laps, limiter_laps, ratios = [], [], []
    # In turns, so that what else the machine does falls on both.
    for _ in range(ROUNDS):
        bare = laps(lambda: client.evalsha(digest, 0), seconds / ROUNDS)
        ours = laps(lambda: limiter.acquire(CHARGES, Lane.PERSON), seconds / ROUNDS)
        ratios.append((len(ours) / sum(ours)) / (len(bare) / sum(bare)))
        bare_laps += bare
        limiter_laps += ours
    print(told('bare EVALSHA "return 1"', bare_laps))
    print(told("three budgets at once", limiter_laps))
    print(f"ratio                        {median(ratios):>8.2f}     (median of {ROUNDS} rounds; target 0.70)")


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with (
        tempfile.TemporaryDirectory() as folder,
        reach(os.environ.get("REDIS_URL"), Path(folder), prefix=tether()) as url,
        connect(url) as client,
    ):
        run(client, seconds)


if __name__ == "__main__":
    main()
