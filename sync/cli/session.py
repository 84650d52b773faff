"""What commands that ask the services share: opening everything, choosing mappings and working each, their faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sync import wiring
from sync.cli.frame import as_problems
from sync.config.mappings import load_mappings
from sync.config.settings import load_settings
from sync.core.errors import Misconfigured, Problem, TandemError
from sync.core.mapping import Mapping
from sync.core.sides import Naming
from sync.core.sides import named as names_of
from sync.flow.bind import remembered
from sync.remotes.bodies import BODIES
from sync.store import SqlStore, migrate, open_store


@contextmanager
def chosen(names: Sequence[str]) -> Iterator[wiring.Sync]:
    """Give a ready Sync with the mappings to work; raises Misconfigured with every fault, also of unknown names."""
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
        yield sync


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


def naming(store: SqlStore, mapping: str) -> Naming:
    """Return what people call things of a mapping, as its file and its schemas had it last."""
    files = {file.name: file for file in load_mappings(load_settings().mappings_dir).mappings}
    return names_of(files.get(mapping), remembered(store.mapping(mapping)), BODIES)


def worked(
    sync: wiring.Sync, work: Callable[[Mapping], dict[str, Any]]
) -> tuple[list[dict[str, Any]], tuple[Problem, ...]]:
    """Work every mapping and return the documents, and what is wrong with those that do not run while the others do.

    Raises what is wrong where none of them ran.
    """
    documents: list[dict[str, Any]] = []
    errors: list[TandemError] = []
    for mapping in sync.mappings:
        try:
            documents.append(work(mapping))
        except TandemError as error:
            errors.append(error)
    faults = tuple(problem for problem in sync.loaded.problems if problem.level == "fault")
    if len(errors) == 1 and not (documents or faults):
        raise errors[0]
    found = tuple(dict.fromkeys((*faults, *(problem for error in errors for problem in as_problems(error)))))
    if errors and not documents:
        raise Misconfigured(found)
    return documents, found
