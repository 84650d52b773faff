"""A team on a fresh store for every test."""

import shutil

import pytest

from sync.store import migrate, open_store
from tests.machine.team import Team, Ticking


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def team(empty, tmp_path):
    shutil.copy(empty, tmp_path / "t.db")
    clock = Ticking()
    with open_store(f"sqlite:///{tmp_path / 't.db'}", now=clock.now) as store:
        made = Team(store, clock=clock)
        made.storm.quiet = True
        yield made
