from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis

from sync.core.limits import Budget
from sync.limiter.memory import MemoryLimiter
from sync.limiter.redis import RedisLimiter
from sync.queue.embedded import Embedded

START = 1_800_000_000_000_000
REAL_CLOCK = "redis.call('TIME')"
TEST_CLOCK = "redis.call('MGET', 'test:seconds', 'test:microseconds')"


class TimedRedisLimiter(RedisLimiter):
    """The real script but for one line: its clock is two keys, so that a test decides what time it is."""

    source = RedisLimiter.source.replace(REAL_CLOCK, TEST_CLOCK)


class MemoryTime:
    def __init__(self):
        self.now = START

    def limiter(self, budgets):
        return MemoryLimiter(budgets, lambda: self.now / 1_000_000)

    def pass_(self, seconds):
        self.now += round(seconds * 1_000_000)

    def at(self, seconds):
        return datetime.fromtimestamp(self.now / 1_000_000, UTC) + timedelta(seconds=seconds)


class RedisTime(MemoryTime):
    def __init__(self, client):
        super().__init__()
        self.client = client
        self.pass_(0)

    def limiter(self, budgets):
        return TimedRedisLimiter(self.client, budgets)

    def pass_(self, seconds):
        super().pass_(seconds)
        self.client.mset({"test:seconds": self.now // 1_000_000, "test:microseconds": self.now % 1_000_000})


@dataclass
class World:
    time: MemoryTime

    def limiter(self, *budgets: Budget):
        return self.time.limiter(budgets)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    running = Embedded(tmp_path_factory.mktemp("redis"))
    yield running
    running.close()


@pytest.fixture
def client(server):
    with Redis.from_url(server.url) as client:
        client.flushall()
        yield client


@pytest.fixture(params=["memory", "redis"])
def world(request):
    if request.param == "memory":
        return World(MemoryTime())
    return World(RedisTime(request.getfixturevalue("client")))
