from __future__ import annotations

import pytest

from sync.sandbox.seed import populate
from tests.acceptance.life.home import BOTH, WEB, Home, passed


@pytest.fixture
def place(place):
    place.__class__ = Home
    place.open()
    yield place
    place.close()


@pytest.fixture
def linked(place):
    """One issue and its page, in step for a while."""
    place.opened("First", body="As it was.")
    passed(place)
    return place


@pytest.fixture
def two(place):
    """A mapping of two repositories, an issue of each and their pages."""
    populate(place.running.github, WEB, 0)
    place.map(repository=BOTH)
    place.opened("First")
    place.person().create(WEB, "Elsewhere")
    passed(place)
    return place
