"""Webhooks that GitHub could not deliver, asked for again, some repositories at a time; the polls see the same."""

from __future__ import annotations

from collections.abc import Sequence

from sync.core.errors import TandemError, TryLater
from sync.core.ports import Clock, Redeliverer
from sync.core.store import Store

AT_ONCE = 20
"""Repositories that are asked about in one go: two calls each, and more only where something failed."""
PLACE = "deliveries asked for up to"


def redeliver(deliveries: Redeliverer, repositories: Sequence[str], store: Store, clock: Clock) -> int:
    """Have the deliveries made again that failed, and return how many; raises TryLater where it cannot go on now.

    Those that tell of all repositories at once, an App's own, come first.

    A credential that does not reach a repository's webhooks is no fault: nothing is asked for there.
    """
    every = sorted(set(repositories))
    last = store.noted(PLACE) or ""
    turn = [each for each in every if each > last][:AT_ONCE]
    asked = _asked(deliveries, None, clock)
    for repository in turn:
        try:
            asked += _asked(deliveries, repository, clock)
        finally:
            store.note(PLACE, repository)
    if len(turn) < AT_ONCE:
        store.note(PLACE, "")
    return asked


def _asked(deliveries: Redeliverer, repository: str | None, clock: Clock) -> int:
    try:
        return deliveries.redeliver(repository, clock.now())
    except TryLater:
        raise
    except TandemError:
        return 0
