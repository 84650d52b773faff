"""Why nothing is done: nothing is an answer with a reason, told here from what is known; it decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from sync.core.births import barrier, quiet_until
from sync.core.bound import Bound
from sync.core.merge import Case, Verdict
from sync.core.model import LinkState, Presence, Record, Side
from sync.core.plan import verdicts
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


def of_link(known: Known, bound: Bound | None, rows: list[Compared], because: str) -> Iterator[str]:
    """Yield why a link is left as it is, what matters most first; what the store alone knows is told by others.

    `rows` are the fields of which nothing is told by others.
    """
    if known.outgoing is not None:
        op = known.outgoing.op
        yield f"its {op.action} on {op.side} is {known.outgoing.stage.replace('_', ' ')}: {op.reason}"
    if known.failure is not None:
        yield f"a write was refused and is not tried again by itself: {known.failure.error}; {known.failure.cure}"
    state = known.link.state
    if state is not LinkState.LINKED:
        yield f"{state}: {because}" if because else f"{state}"
        yield from _gone(known, bound)
        return
    met = met_by(known, bound)
    for row in rows:
        yield from _of_row(row, met.get(row.key))


def met_by(known: Known, bound: Bound | None) -> Mapping[str, Verdict]:
    """Return what a pass makes of the fields of a link whose records are both known, nothing of any other."""
    return verdicts(known, bound) if bound and known.github and known.notion else {}


def _of_row(row: Compared, verdict: Verdict | None) -> Iterator[str]:
    name, case = row.labels[Side.GITHUB], verdict.case if verdict else None
    if row.shadow is None:
        return
    if row.tone == "rests":
        yield f"{name} differs, but neither side changed since both last agreed: it is left alone until one does"
    elif row.tone == "good" or not row.shadow.confirmed:
        return
    elif case is Case.UNSAID:
        yield f"{name} {row.word} to what the other side cannot say: it stays as it is"
    elif case is Case.ALONE:
        yield f"{name} {row.word}, from where its row carries nothing: it stays until the other side changes"
    else:
        yield f"{name} {row.word}: the next pass decides"


def of_choice(known: Known, bound: Bound | None, field: str, winner: Side) -> str:
    """Return what becomes of a field that is held now that a person chose the winner."""
    verdict = met_by(known, bound).get(field)
    if verdict and verdict.conflict and verdict.conflict.held:
        return f"{winner} was chosen, but {winner.other} cannot say that value: it is held until one of the two changes"
    return f"{winner} was chosen: the next pass writes it"


def asked(conflict: int) -> str:
    """Return what a person types to decide a conflict."""
    return f"`tandem conflicts resolve {conflict} --use github|notion` decides"


def of_record(record: Record, bound: Bound | None, now: datetime) -> Iterator[str]:
    """Yield why a record that was seen has no partner."""
    if bound is None:
        yield "no sound mapping file of that name is there: see `tandem check`"
        return
    if record.presence in PLACES:
        yield place(record)
    elif record.ref.container not in bound.containers[record.ref.side]:
        yield "it lives in none of the mapping's repositories or data sources"
    elif obstacle := barrier(bound, record):
        yield f"it may not get a partner: {obstacle}"
    elif record.ref.side is Side.NOTION and quiet_until(bound, record) > now:
        yield f"it was edited a moment ago: workers leave it alone until {quiet_until(bound, record):%H:%M:%S} UTC"


def place(record: Record) -> str:
    """Return why a record that is not to be seen where it was takes no part."""
    if record.moved_to is not None:
        return f"it was moved and lives on as {record.label}"
    if record.presence is Presence.AWAY and record.ref.side is Side.GITHUB:
        return "GitHub shows no such issue there any more: it was turned into something else, a pull request say"
    return PLACES[record.presence]


def _gone(known: Known, bound: Bound | None) -> Iterator[str]:
    for side in Side:
        observed = known.on(side)
        if observed is None:
            continue
        reason = _out_of_sight(observed.record, bound)
        if reason:
            yield f"{'the issue' if side is Side.GITHUB else 'the page'}: {reason}"


def _out_of_sight(record: Record, bound: Bound | None) -> str:
    if record.presence in PLACES:
        return place(record)
    if bound and record.ref.container not in bound.containers[record.ref.side]:
        return "it lives in none of the mapping's repositories or data sources"
    return bound.scope.obstacle(record) if bound else ""
