"""Why nothing is done: nothing is an answer with a reason, told here from what is known; it decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sync.core.births import barrier, quiet_until
from sync.core.bound import Bound
from sync.core.model import LinkState, Presence, Record, Side
from sync.core.sides import Compared
from sync.core.state import Known

PLACES = {
    Presence.TRASHED: "it is in the trash",
    Presence.DELETED: "it was deleted",
    Presence.AWAY: "it was moved out of what the mapping is about",
    Presence.HIDDEN: "it is not to be seen: deleted, moved, or not shared with the credential any more",
}
"""Why a record takes no part in the sync."""
IN_STEP = "nothing is to be done: both sides show what they showed when they last agreed"


def of_link(known: Known, rows: list[Compared], because: str) -> Iterator[str]:
    """Yield why a link is left as it is, what matters most first; what the store alone knows is told by others."""
    if known.outgoing is not None:
        op = known.outgoing.op
        yield f"its {op.action} on {op.side} is {known.outgoing.stage.replace('_', ' ')}: {op.reason}"
    if known.failure is not None:
        yield f"a write was refused and is not tried again by itself: {known.failure.error}; {known.failure.cure}"
    state = known.link.state
    if state is not LinkState.LINKED:
        yield f"{state}: {because}" if because else f"{state}"
        yield from _gone(known)
        return
    for row in rows:
        name = row.labels[Side.GITHUB]
        if row.tone == "busy" and row.shadow and row.shadow.confirmed:
            yield f"{name} {row.word}: the next pass decides"
        if row.tone == "rests" and row.shadow:
            yield f"{name} differs, but neither side changed since both last agreed: it is left alone until one does"


def of_record(record: Record, bound: Bound | None, now: datetime) -> Iterator[str]:
    """Yield why a record that was seen has no partner."""
    if bound is None:
        yield "no sound mapping file of that name is there: see `tandem check`"
        return
    if record.moved_to is not None:
        yield f"it was moved and lives on elsewhere, as {record.moved_to.side} {record.moved_to.id}"
    elif record.presence in PLACES:
        yield PLACES[record.presence]
    elif record.ref.container not in bound.containers[record.ref.side]:
        yield "it lives in none of the mapping's repositories or data sources"
    elif obstacle := barrier(bound, record):
        yield f"it may not get a partner: {obstacle}"
    elif record.ref.side is Side.NOTION and quiet_until(bound, record) > now:
        yield f"it was edited a moment ago: workers leave it alone until {quiet_until(bound, record):%H:%M:%S} UTC"


def _gone(known: Known) -> Iterator[str]:
    for side in Side:
        observed = known.on(side)
        if observed is not None and observed.record.presence in PLACES:
            yield f"{'the issue' if side is Side.GITHUB else 'the page'}: {PLACES[observed.record.presence]}"
