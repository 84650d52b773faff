"""`tandem failures`: writes that were refused for good or not applied, and another try for them."""

from __future__ import annotations

from typing import Any

from sync.cli.frame import Result
from sync.cli.render import failure_table
from sync.cli.session import state
from sync.core.errors import Misconfigured, Problem
from sync.store.report import FailureRow


def listed() -> Result:
    """List failures with their cures."""
    with state() as store:
        rows = store.failures()
    return Result({"failures": [document(row) for row in rows]}, lambda out: out.print(failure_table(rows)))


def retried(number: int | None, *, every: bool) -> Result:
    """Forget failures, so that the next pass tries their writes again."""
    with state() as store:
        rows = [row for row in store.failures() if every or row.failure.id == number]
        if number is not None and not rows:
            raise Misconfigured([Problem(f"no failure has the id {number}", cure="see `tandem failures`")])
        if (number is None) is not every:
            raise Misconfigured([Problem("name either a failure's id, or --all")])
        count = store.retry([row.failure.id for row in rows])
    return Result(
        {"failures": [document(row) for row in rows], "retried": count},
        lambda out: out.print(f"{count} to be tried again in the next pass"),
    )


def document(row: FailureRow) -> dict[str, Any]:
    """Return a failure as the contract words it."""
    return {
        "id": row.failure.id,
        "mapping": row.mapping,
        "issue": row.place.issue,
        "page": row.place.page,
        "side": row.failure.side.value,
        "action": row.failure.action,
        "error": row.failure.error,
        "cure": row.failure.cure,
        "at": row.failure.at.isoformat(),
        "attempts": row.failure.attempts,
    }
