"""What a pass did to a link, and how it is put back: ordinary edits, a side at a time; nothing is read or written here.

On each side that still shows what the pass left there, what stood there before stands again: on the side that was
written the value that was overwritten, on the other one what both had agreed on before the edit that was carried. What
moved since is left alone. As long as the other side is still to be written, or moved, the shadow stays, so that what is
put back is a change like a person's: whoever is killed in between leaves an edit that flows as any does, and what moved
meets it as a conflict. Sets lose and get back single names, so that nothing in them ever moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sync.core import facets
from sync.core.bound import OPEN, Bound, Field
from sync.core.guard import action_of
from sync.core.issue import STATE
from sync.core.model import UNREAD, Action, Change, LinkState, Op, Presence, Reading, Shadow, Side, Value
from sync.core.plan import still_closed
from sync.core.state import Known, Observation, Replaced
from sync.core.values import SETS, key, members, names, same

REASON = "undo of a pass"


@dataclass(frozen=True)
class Wrote:
    """One write that a pass made."""

    link: int
    side: Side
    action: Action
    replaced: Mapping[str, Replaced]


@dataclass(frozen=True)
class Deed:
    """What a pass did to one field of a link.

    `before` holds what stood on each side that was written, `after` what either side showed then, `base` what both had
    agreed on, None where they never had.
    """

    before: Mapping[Side, Value]
    after: Mapping[Side, Value]
    base: Shadow | None


@dataclass(frozen=True)
class Undoing:
    """What is to be done for one link: at most one op a side, and only the first of them before it is judged again.

    `pending` are the fields that are still to be put back, `moved` those that somebody edited since, `left` those that
    cannot be put back, each with the reason. A record as a whole has the key `record`.
    """

    ops: tuple[Op, ...] = ()
    pending: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()
    left: Mapping[str, str] = field(default_factory=dict)


RECORD = "record"
"""The key of an issue that was closed because its page was trashed, and of a page that was trashed."""


class Stand(StrEnum):
    """How a side's value stands to what the pass left there."""

    BACK = "back"
    STANDS = "stands"
    MOVED = "moved"


@dataclass(frozen=True)
class Turn:
    """One side of one field: what it shows, what it is to show, how it stands, and the shadow's value in the end.

    `written` tells that the pass wrote it; otherwise what it wrote came from here.
    """

    shown: Value
    target: Value
    stand: Stand
    agreed: Value
    written: bool


def deeds(writes: Iterable[Wrote]) -> dict[str, Deed]:
    """Return what writes of one link came to, field by field, in their order: what stood there first, and what last."""
    found: dict[str, Deed] = {}
    for write in writes:
        for name, each in write.replaced.items():
            known = found.get(name, Deed({}, {}, each.base))
            before = {write.side: each.before, **known.before}
            after = {**known.after, write.side: each.after, write.side.other: each.other}
            found[name] = Deed(before, after, known.base)
    return found


def undoing(known: Known, bound: Bound, writes: Iterable[Wrote]) -> Undoing:
    """Return how the link gets back what those writes replaced, as far as it still stands."""
    made = list(writes)
    whole = _whole(known, bound, made)
    if whole is not None:
        return whole
    done = deeds(made)
    if known.link.state is not LinkState.LINKED:
        return Undoing(left=dict.fromkeys(done, f"the link is {known.link.state} by now"))
    turns: dict[str, dict[Side, Turn]] = {}
    left: dict[str, str] = {}
    for name, deed in done.items():
        row = bound.field(name)
        if row is None or not set(deed.before) <= row.flows:
            left[name] = "no row of the mapping writes it any more"
        elif (turn := _turns(row, known, deed)) is None:
            left[name] = "it was not read"
        elif not _spoke_again(row, turn):
            turns[name] = turn
    return Undoing(
        _ops(known, turns),
        frozenset(name for name, each in turns.items() if any(each[side].stand is Stand.STANDS for side in each)),
        frozenset(name for name, each in turns.items() if any(each[side].stand is Stand.MOVED for side in each)),
        left,
    )


def _spoke_again(row: Field, turn: Mapping[Side, Turn]) -> bool:
    """Tell whether the source of a one-way row changed since: what it says now is written next, whatever comes back."""
    return not row.both_ways and any(turn[side].stand is Stand.MOVED for side in set(Side) - row.flows)


def _turns(row: Field, known: Known, deed: Deed) -> dict[Side, Turn] | None:
    found = {side: _turn(row, side, known, deed) for side in Side}
    return {side: turn for side, turn in found.items() if turn} if all(found.values()) else None


def _turn(row: Field, side: Side, known: Known, deed: Deed) -> Turn | None:
    """Return how one side stands, None where its value was not read."""
    observed, seen = known.on(side), row.transform.seen
    shown = row.read(observed.record) if observed else UNREAD
    if shown is UNREAD:
        return None
    kind, after, written = row.facet(side).kind, seen(side, deed.after[side]), side in deed.before
    shadow = known.shadows.get(row.key)
    if kind in SETS:
        old = _old(row, side, deed)
        target = _taken_back(shown, old, after)
        agreed = _taken_back(shadow.on(side) if shadow else seen(side, shown), old, after)
        return Turn(shown, target, Stand.BACK if same(kind, target, shown) else Stand.STANDS, agreed, written)
    wanted = _target(row, side, deed)
    if wanted is UNREAD:  # nothing of it is to be put back
        wanted = shown if same(kind, seen(side, shown), after) else after
    stands = Stand.STANDS if same(kind, seen(side, shown), after) else Stand.MOVED
    return Turn(shown, wanted, Stand.BACK if same(kind, wanted, shown) else stands, seen(side, wanted), written)


def _old(row: Field, side: Side, deed: Deed) -> Value:
    """Return the names that took part on a side before the pass, or before the edit that it carried from there."""
    if side in deed.before:
        return row.transform.seen(side, deed.before[side])
    if side in row.flows and deed.base is not None:
        return deed.base.on(side)
    return row.transform.seen(side, deed.after[side])


def _target(row: Field, side: Side, deed: Deed) -> Reading:
    """Return what a side is to show, UNREAD where it keeps what it shows: not written, and no edit came from it."""
    if side in deed.before:
        return deed.before[side]
    if side not in row.flows or deed.base is None:
        return UNREAD
    before, base = deed.before[side.other], deed.base
    if same(row.facet(side.other).kind, row.transform.seen(side.other, before), base.on(side.other)):
        return base.on(side)
    said = row.transform.say(side, before, base.on(side))
    return base.on(side) if said is UNREAD else said


def _taken_back(shown: Value, old: Value, new: Value) -> Value:
    """Return a set without the names that came between old and new, and with those that went."""
    before, after = ({key(name) for name in members(each)} for each in (old, new))
    kept = [name for name in members(shown) if key(name) in before or key(name) not in after]
    return names((*kept, *(name for name in members(old) if key(name) not in after)))


def _ops(known: Known, turns: Mapping[str, Mapping[Side, Turn]]) -> tuple[Op, ...]:
    """Return the ops that put fields back, first on the side that was written more: no value there may be lost."""
    ops = []
    for side in sorted(Side, key=lambda side: -sum(turn[side].written for turn in turns.values())):
        pending = (name for name, turn in turns.items() if turn[side].stand is Stand.STANDS)
        changes = tuple(_change(known, name, side, turns[name]) for name in pending)
        ops += [Op(side, action_of(side, changes), changes, REASON)] if changes else []
    return tuple(ops)


def _change(known: Known, name: str, side: Side, turn: Mapping[Side, Turn]) -> Change:
    """Return the change of one side; its shadow stays where it is unless the other side is where it should be."""
    here = turn[side]
    shadow = known.shadows.get(name) or Shadow(turn[Side.GITHUB].shown, turn[Side.NOTION].shown)
    if turn[side.other].stand is Stand.BACK:
        shadow = Shadow.of(side, here.agreed, turn[side.other].agreed)
    return Change(name, here.shown, here.target, shadow)


def _whole(known: Known, bound: Bound, writes: Iterable[Wrote]) -> Undoing | None:
    """Return how a record that was closed or trashed as a whole comes back, None where none was."""
    action = next((each.action for each in reversed(list(writes))), None)
    state = known.link.state
    if action is Action.CLOSE and state is LinkState.PARKED and known.link.closed_by_us:
        return _reopened(known, bound)
    if action is Action.TRASH and state is LinkState.TOMBSTONED:
        return _restored(known.notion)
    return None


def _reopened(known: Known, bound: Bound) -> Undoing:
    """Open the issue again, as a person would: the life of a link then brings back its page."""
    name = bound.state.key if bound.state else STATE
    shadow, issue = known.shadows.get(name), known.github
    if issue is not None and issue.record.read(STATE) == OPEN:
        return Undoing()
    if shadow is None or issue is None or not still_closed(issue, shadow):
        return Undoing(moved=frozenset({RECORD}))
    closed = facets.read(bound.facet(Side.GITHUB, name), issue.record)
    change = Change(name, closed, OPEN, shadow)
    op = Op(Side.GITHUB, Action.REOPEN, (change,), REASON, then=LinkState.PARKED)
    return Undoing((op,), frozenset({RECORD}))


def _restored(page: Observation | None) -> Undoing:
    """Take the page out of the trash; its issue is deleted for good, so it stays alone."""
    if page is None or page.record.presence is not Presence.TRASHED:
        return Undoing()
    op = Op(Side.NOTION, Action.RESTORE, reason=REASON, then=LinkState.TOMBSTONED)
    return Undoing((op,), frozenset({RECORD}))
