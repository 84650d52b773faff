"""What commands that ask the services share: opening everything, choosing mappings, faults placed in their files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sync import wiring
from sync.config.mappings import load_mappings
from sync.config.settings import load_settings
from sync.core.errors import Misconfigured, Problem
from sync.core.mapping import Mapping
from sync.store import SqlStore, migrate, open_store


@contextmanager
def chosen(names: Sequence[str]) -> Iterator[tuple[wiring.Sync, tuple[Mapping, ...]]]:
    """Give a ready Sync and the mappings to work; raises Misconfigured with every fault, also of unknown names."""
    with wiring.opened(names) as sync:
        faults = tuple(problem for problem in sync.loaded.problems if problem.level == "fault")
        if faults and (names or not sync.mappings):
            raise Misconfigured(faults)
        if not sync.mappings:
            place = sync.settings.mappings_dir
            cure = "write a mapping there: mappings/roadmap.example.yaml explains every line"
            raise Misconfigured([Problem(f"there is no mapping in {place}", cure=cure)])
        sync.settings.require_github()
        sync.settings.require_notion()
        yield sync, sync.mappings


def state() -> SqlStore:
    """Return the store for a command that asks neither service; to be closed."""
    url = load_settings().database_url.get_secret_value()
    migrate(url)
    return open_store(url)


def known_names(store: SqlStore) -> tuple[str, ...]:
    """Return the names of the mappings that have a file, and of those that are remembered without one."""
    loaded = load_mappings(load_settings().mappings_dir)
    files = (each.name for each in (*loaded.mappings, *loaded.doubtful))
    return tuple(sorted({*files, *store.schema_times()}))


def faulty(sync: wiring.Sync) -> tuple[Problem, ...]:
    """Return the faults of mappings that do not run while the others do."""
    return tuple(problem for problem in sync.loaded.problems if problem.level == "fault")
