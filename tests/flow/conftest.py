"""A team on a fresh store for every test."""

import shutil

import pytest

from sync.store import migrate, open_store
from tests.databases import emptied
from tests.machine.team import Team, Ticking


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def database(request, empty, tmp_path):
    """The state's address: a file, or the PostgreSQL server for tests that name it."""
    if getattr(request, "param", "sqlite") == "postgresql":
        return emptied(request.getfixturevalue("migrated_server"))
    shutil.copy(empty, tmp_path / "t.db")
    return f"sqlite:///{tmp_path / 't.db'}"


@pytest.fixture
def team(database):
    clock = Ticking()
    with open_store(database, now=clock.now) as store:
        made = Team(store, clock=clock)
        made.storm.quiet = True
        yield made
