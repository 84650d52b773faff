"""The store that its contract is held against, on each database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sync.store import SqlStore, open_store
from tests.store.making import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(url: str, clock: Clock) -> Iterator[SqlStore]:
    with open_store(url, now=clock.now) as opened:
        yield opened
