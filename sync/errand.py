"""How every task of a worker runs: under a name of its own, told in the log, and never a traceback for what is away."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars

from sync import wiring
from sync.core.errors import TandemError, TryLater

log = structlog.get_logger("tandem.worker")


def errand(work: Callable[[wiring.Sync, str], None]) -> Callable[[str], None]:
    """Return the task of some work, which takes what it needs and a key.

    Losing a task loses nothing: what it was to do stands in the database, and the next ticks ask for it again.
    """

    def run(key: str) -> None:
        clear_contextvars()
        bind_contextvars(task=work.__name__, **({"key": key} if key else {}))
        try:
            _run(work, key)
        except TryLater as later:
            log.warning("put off", reason=str(later), wait=later.wait)
        except TandemError as error:
            log.error("given up", reason=str(error), error=type(error).__name__)  # noqa: TRY400 - the words are enough

    return run


def _run(work: Callable[[wiring.Sync, str], None], key: str) -> None:
    sync = wiring.current()
    try:
        with sync.runs.one():
            work(sync, key)
    finally:
        with suppress(TryLater):
            sync.tally()
