"""One link's turn: presence and verdicts become a plan; the plan is the value that is printed and carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sync.core import comments, facets
from sync.core.births import barrier, birth
from sync.core.bound import CLOSED_AT, MARK, OPEN, WITHDRAWN, Bound, Field
from sync.core.fieldkey import field_name
from sync.core.guard import action_of
from sync.core.issue import STATE
from sync.core.life import Step, sighting, step
from sync.core.mapping import Deletions, Fate
from sync.core.merge import Case, Sight, Verdict, merge
from sync.core.model import (
    COMMENT,
    UNREAD,
    Action,
    Change,
    LinkState,
    Op,
    Plan,
    Presence,
    Record,
    Shadow,
    Side,
    Unmapped,
)
from sync.core.state import Known, Observation
from sync.core.unread import as_left
from sync.core.values import same

OUT_OF_SIGHT = "one side is out of sight: nothing is written until it is back"
RESTS = {
    LinkState.TOMBSTONED: "it has ended",
    LinkState.CLAIMED: "it is out of sight: it gets no partner until it is back",
}
"""Why a link rests that is not parked."""


def decide(known: Known, bound: Bound) -> Plan:
    """Return what is to be done for the link, from what is known of it and nothing else."""
    if known.link.kind == COMMENT:
        return comments.decide(known, bound)
    seen = {side: _record(known.on(side)) for side in Side}
    sightings = {side: sighting(record, in_scope=_in_scope(bound, record)) for side, record in seen.items()}
    turn = step(known.link.state, sightings[Side.GITHUB], sightings[Side.NOTION])
    match turn:
        case Step.BIRTH:
            return _birth(known, bound)
        case Step.MERGE:
            return _merge(known, bound)
        case Step.RESUME:
            return _resume(known, bound)
        case Step.ONE_GONE:
            return _one_gone(known, bound)
        case Step.PARK:
            return Plan(state=LinkState.PARKED, because=OUT_OF_SIGHT)
        case Step.END:
            return Plan(state=LinkState.TOMBSTONED, because="gone on both sides")
        case Step.REST:
            return Plan(because=RESTS.get(known.link.state, OUT_OF_SIGHT))


def verdicts(known: Known, bound: Bound) -> Mapping[str, Verdict]:
    """Return the verdict for every field of a link whose records are both there."""
    records = [_record(known.on(side)) for side in Side]
    return {
        field.key: merge(
            field.between(*records),
            {side: _sight(field, bound, known.on(side)) for side in Side},
            known.shadows.get(field.key),
            known.resolved.get(field.key),
        )
        for field in bound.fields
    }


def _in_scope(bound: Bound, record: Record | None) -> bool:
    """Tell whether the mapping is still about the record: what leaves it, or whose place left the file, is parked."""
    return record is None or (record.ref.container in bound.containers[record.ref.side] and bound.scope.holds(record))


def _record(observation: Observation | None) -> Record | None:
    return observation.record if observation else None


def _sight(field: Field, bound: Bound, observation: Observation | None) -> Sight:
    assert observation is not None
    record = observation.record
    since = observation.since.get(field.facet(record.ref.side).name)
    return Sight(field.read(record), since, record.grain, ours=as_left(bound, observation))


def _birth(known: Known, bound: Bound) -> Plan:
    parent = _record(known.github) or _record(known.notion)
    assert parent is not None
    obstacle = barrier(bound, parent)
    if obstacle:
        return Plan(state=LinkState.TOMBSTONED, because=obstacle)
    if any(field.facet(parent.ref.side).apart for field in bound.unread(parent)):
        return Plan(because="what it holds was not read yet")
    return Plan(ops=(birth(bound, parent),), unmapped=_unsaid(known, bound))


def _merge(known: Known, bound: Bound) -> Plan:
    """Return the ops, shadows and conflicts that the fields' verdicts come to, at most one op a side."""
    found = verdicts(known, bound)
    ops = tuple(op for side in Side for op in _updates(known, bound, side, found))
    return Plan(
        ops=ops,
        shadows={name: verdict.shadow for name, verdict in found.items() if verdict.shadow},
        conflicts=tuple(verdict.conflict for verdict in found.values() if verdict.conflict),
        unmapped=_unsaid(known, bound),
        notes=tuple(
            f"{field_name(name)}: {verdict.case}" for name, verdict in found.items() if verdict.case is Case.ALONE
        ),
        agreed=tuple(name for name, verdict in found.items() if _met(verdict, disputed=name in known.disputed)),
        state=LinkState.LINKED,
        because="" if ops else "both sides agree, or wait for a person",
    )


def _met(verdict: Verdict, *, disputed: bool) -> bool:
    """Tell whether an edit made both sides agree, so that nothing is written and nothing read before a write."""
    return verdict.case is Case.AGREED or (verdict.case is Case.FIRST_AGREED and disputed)


def _updates(known: Known, bound: Bound, side: Side, found: Mapping[str, Verdict]) -> list[Op]:
    """Gather all that is to be written to one side into one call, and one more for each thing that needs its own."""
    observation, other = known.on(side), known.on(side.other)
    assert observation is not None
    assert other is not None
    record = observation.record
    changes = [
        Change(name, facets.read(bound.facet(side, name), record), write.value, write.settles)
        for name, verdict in found.items()
        for write in verdict.writes
        if write.side is side
    ]
    reason = "; ".join(f"{field_name(change.field)} {found[change.field].case}" for change in changes)
    mark = bound.marks[side]
    unmarked = mark.writable and not same(mark.kind, record.read(mark.name), other.record.address)
    if unmarked:
        changes.append(Change(MARK, record.read(mark.name), other.record.address))
        reason = reason or "the link property does not name the issue"
    if unmarked or not known.shadows:
        changes += _constants(bound, record, side)
        reason = reason or "a constant of a page that was adopted"
    alone = [each for each in changes if bound.facet(side, each.field).apart]
    shared = tuple(each for each in changes if each not in alone)
    ops = [Op(side, action_of(side, shared), shared, reason)] if shared else []
    return ops + [
        Op(side, Action.UPDATE, (each,), f"{field_name(each.field)} {found[each.field].case}") for each in alone
    ]


def _constants(bound: Bound, record: Record, side: Side) -> list[Change]:
    return [
        Change(put.facet.name, record.read(put.facet.name), put.value)
        for put in bound.constants
        if put.facet.side is side and not same(put.facet.kind, record.read(put.facet.name), put.value)
    ]


def _resume(known: Known, bound: Bound) -> Plan:
    """Both records are there again: reopen the issue if our close is its latest state, else merge as ever.

    The page never said that the issue be closed, so what people made of it since is a change of an open issue.
    """
    shadow, state = _state_shadow(known, bound), bound.state_key
    assert known.github is not None
    if not known.link.closed_by_us or shadow is None:
        return _merge(known, bound)
    before = shadow.advanced(Side.GITHUB, OPEN)
    if still_closed(known.github, shadow):
        change = Change(state, shadow.github, OPEN, before)
        return Plan(ops=(Op(Side.GITHUB, Action.REOPEN, (change,), "its page was restored"),))
    merged = _merge(replace(known, shadows={**known.shadows, state: before}), bound)
    return replace(merged, shadows={state: before, **merged.shadows})


def still_closed(issue: Observation, shadow: Shadow) -> bool:
    """Tell whether our close is the issue's latest state: whoever opened and closed it again since meant it.

    A close of theirs may show the same state as ours, but not the same time.
    """
    closed_at = issue.record.read(CLOSED_AT)
    if isinstance(closed_at, str) and issue.ack is not None and datetime.fromisoformat(closed_at) > issue.ack.time:
        return False
    return issue.record.read(STATE) == shadow.github != OPEN


def _one_gone(known: Known, bound: Bound) -> Plan:
    """One record is gone: a person's edit of the other wins, else the mapping's `deletions` say what becomes of it."""
    lost = next(side for side in Side if (record := _record(known.on(side))) is not None and record.presence.gone)
    if edited(known, bound, lost.other) or (lost is Side.NOTION and _reopened(known)):
        return _revive(known, bound, lost)
    return _close(known, bound) if lost is Side.NOTION else _trash(bound.deletions)


def _reopened(known: Known) -> bool:
    """Tell whether somebody took back our close, which counts in every mapping, whatever its row of the state says."""
    issue = _record(known.github)
    return known.link.closed_by_us and issue is not None and issue.read(STATE) == OPEN


def edited(known: Known, bound: Bound, side: Side) -> bool:
    """Tell whether a person changed, in a row that flows both ways, what this side showed when both last agreed.

    A choice that no row can say on the other side flows nowhere, so it is no such change.
    """
    record = _record(known.on(side))
    assert record is not None
    for field in bound.fields:
        shadow, reading = known.shadows.get(field.key), field.read(record)
        if shadow is None or reading is UNREAD or not field.both_ways:
            continue
        seen = field.transform.seen(side, reading)
        if not same(field.facet(side).kind, seen, shadow.on(side)) and not field.transform.unsaid(side, seen):
            return True
    return False


def _revive(known: Known, bound: Bound, lost: Side) -> Plan:
    """Bring the lost record back; one that was deleted cannot come, so its partner is let go to give birth as ever."""
    record, survivor = _record(known.on(lost)), _record(known.on(lost.other))
    assert record is not None
    assert survivor is not None
    if record.presence is Presence.TRASHED:
        # Parked until both are seen: what our own close left behind is put right when the link resumes.
        reason = "it was trashed here and edited on the other side: the edit wins"
        return Plan(ops=(Op(lost, Action.RESTORE, reason=reason, then=LinkState.PARKED),))
    reason, mark = "deleted here, edited on the other side: it is born anew", bound.marks[lost.other]
    if not mark.writable or survivor.read(mark.name) is None:
        return Plan(state=LinkState.TOMBSTONED, because=reason)
    change = Change(MARK, survivor.read(mark.name), None)
    return Plan(ops=(Op(lost.other, Action.UNLINK, (change,), reason, then=LinkState.TOMBSTONED),))


def _close(known: Known, bound: Bound) -> Plan:
    issue = _record(known.github)
    assert issue is not None
    if bound.deletions.page_trashed is Fate.KEEP or issue.read(STATE) != OPEN:
        ours = "its page was trashed, so that the issue was closed: it is reopened once the page is restored"
        left = "its page was trashed; the issue stays as it is"
        return Plan(state=LinkState.PARKED, because=ours if known.link.closed_by_us else left)
    shadow = _state_shadow(known, bound) or Shadow(OPEN, None)
    change = Change(bound.state_key, OPEN, WITHDRAWN, shadow.advanced(Side.GITHUB, WITHDRAWN))
    return Plan(
        ops=(Op(Side.GITHUB, Action.CLOSE, (change,), "its page was trashed", then=LinkState.PARKED),),
    )


def _trash(deletions: Deletions) -> Plan:
    if deletions.issue_deleted is Fate.KEEP:
        return Plan(state=LinkState.TOMBSTONED, because="its issue was deleted; the page is kept")
    return Plan(ops=(Op(Side.NOTION, Action.TRASH, reason="its issue was deleted", then=LinkState.TOMBSTONED),))


def _state_shadow(known: Known, bound: Bound) -> Shadow | None:
    return known.shadows.get(bound.state_key)


def _unsaid(known: Known, bound: Bound) -> tuple[Unmapped, ...]:
    """Return every value that no row can say on the other side, where it would have to be said."""
    return tuple(
        Unmapped(side, field.key, name)
        for side in Side
        if (record := _record(known.on(side))) is not None
        for field in bound.fields
        if side.other in field.flows and (reading := field.read(record)) is not UNREAD
        for name in field.transform.unsaid(side, reading)
        if field.transform.by_name or not _agree(field, known)
    )


def _agree(field: Field, known: Known) -> bool:
    """Tell whether both sides show the same, also where the one could not be written for the other."""
    github, notion = (field.read(record) if (record := _record(known.on(side))) else UNREAD for side in Side)
    return github is not UNREAD and notion is not UNREAD and field.transform.agree(github, notion)
