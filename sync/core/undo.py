"""What a pass did to a link, and how it is put back: ordinary edits, a side at a time; nothing is read or written here.

On each side that still shows what the pass left there, what stood there before stands again: on the side that was
written the value that was overwritten, on the other one what both had agreed on before the edit that was carried. What
moved since is left alone. As long as the other side is still to be written, the shadow stays, so that what is put back
is a change like a person's: whoever is killed in between leaves an edit that flows as any does. Where the other side
moved, the shadow says what the pass left there, whatever was agreed on since: both sides then changed, which is a
conflict. Sets lose and get back single names, so that nothing in them ever moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sync.core import facets
from sync.core.bound import OPEN, Bound, Field
from sync.core.guard import action_of
from sync.core.issue import STATE
from sync.core.mapping import Policy
from sync.core.model import (
    BIRTHS,
    COMMENT,
    UNREAD,
    Action,
    Change,
    LinkState,
    Op,
    Presence,
    Reading,
    Record,
    Shadow,
    Side,
    Value,
)
from sync.core.plan import still_closed
from sync.core.state import Known, Observation, Replaced
from sync.core.values import SETS, key, members, names, same

REASON = "undo of a pass"
STAYS = "its page came out of the trash, and both stay as they are"
FOLLOWS = "a copy of a comment follows its original"


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

    `after` is what the pass left there, `written` tells that the pass wrote it; otherwise what it wrote came from here.
    """

    shown: Value
    target: Value
    stand: Stand
    after: Value
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
    """Return how the link gets back what those writes replaced, as far as it still stands; births stay."""
    made = [each for each in writes if each.action not in BIRTHS]
    if known.link.kind == COMMENT:
        return Undoing(left={RECORD: FOLLOWS} if made else {})
    whole = _whole(known, bound, made)
    if whole is not None:
        return whole
    done, restored = _without_life(bound, made), any(each.action is Action.RESTORE for each in made)
    there = known.notion is not None and known.notion.record.presence.in_sight
    left = {RECORD: STAYS} if (restored and there) or len(done) < len(deeds(made)) else {}
    if known.link.state is not LinkState.LINKED:
        return Undoing(left={**dict.fromkeys(done, f"the link is {known.link.state} by now"), **left})
    return _field_by_field(known, bound, done, left)


def apart(known: Known, bound: Bound, writes: Iterable[Wrote]) -> frozenset[str]:
    """Return the fields that those writes replaced and of which the sides differ, unless that is what both agreed on.

    Two titles that are tied though their white space differs are such values.
    """
    records = [seen.record for side in Side if (seen := known.on(side))]
    if known.link.state is not LinkState.LINKED or known.link.kind == COMMENT or len(records) < len(Side):
        return frozenset()
    done = _without_life(bound, list(writes))
    rows = [row for row in bound.fields if row.key in done and row.github.writable]
    return frozenset(row.key for row in rows if _differ(row.between(*records), records, done[row.key].base))


def _differ(row: Field, records: Iterable[Record], base: Shadow | None) -> bool:
    github, notion = map(row.read, records)
    if github is UNREAD or notion is UNREAD or row.transform.agree(github, notion):
        return False
    shown = {Side.GITHUB: github, Side.NOTION: notion}
    return base is None or any(
        not same(row.facet(side).kind, row.transform.seen(side, shown[side]), base.on(side)) for side in Side
    )


def _without_life(bound: Bound, made: Sequence[Wrote]) -> dict[str, Deed]:
    """Return the deeds but for the state of an issue that was opened for its page, which came back from the trash.

    That page never said that the issue be closed: of its state before, the two sides had not agreed.
    """
    done, row = deeds(made), bound.state
    base = done[bound.state_key].base if bound.state_key in done else None
    opened = base is not None and any(each.action is Action.REOPEN for each in made)
    if opened and not (row and base and row.transform.agree(base.github, base.notion)):
        del done[bound.state_key]
    return done


def _field_by_field(known: Known, bound: Bound, done: Mapping[str, Deed], left: Mapping[str, str]) -> Undoing:
    """Return how fields get back what they showed; of what GitHub alone makes nothing else was ever true."""
    turns: dict[str, dict[Side, Turn]] = {}
    left, moved = dict(left), set[str]()
    for name, deed in done.items():
        row = bound.field(name)
        if row is None or not set(deed.before) <= row.flows:
            left[name] = "no row of the mapping writes it any more"
        elif not row.github.writable:
            continue
        elif (turn := _turns(row, known, deed)) is None:
            left[name] = "it was not read"
        else:
            stands = {each.stand for each in turn.values()}
            if Stand.MOVED in stands:
                moved.add(name)
            if Stand.MOVED not in stands or _waits(row):
                turns[name] = turn
    pending = {name for name, turn in turns.items() if any(each.stand is Stand.STANDS for each in turn.values())}
    return Undoing(_ops(known, turns), frozenset(pending), frozenset(moved), left)


def _waits(row: Field) -> bool:
    """Tell whether a conflict of the row waits for a person; one that is decided might overwrite an edit.

    The time of our own write dates no edit, so that `newest` cannot decide; of a one-way row the source always wins.
    """
    return row.both_ways and row.policy in (Policy.NEWEST, Policy.HOLD)


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
        return Turn(shown, target, Stand.BACK if same(kind, target, shown) else Stand.STANDS, after, agreed, written)
    wanted = _target(row, side, deed)
    if wanted is UNREAD:  # nothing of it is to be put back
        wanted = shown if same(kind, seen(side, shown), after) else after
    stands = Stand.STANDS if same(kind, seen(side, shown), after) else Stand.MOVED
    return Turn(shown, wanted, Stand.BACK if same(kind, wanted, shown) else stands, after, seen(side, wanted), written)


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
    """Return the change of one side; until the other one is where it should be, both are still to be changes."""
    here, there = turn[side], turn[side.other]
    shadow = known.shadows.get(name) or Shadow(turn[Side.GITHUB].shown, turn[Side.NOTION].shown)
    if there.stand is Stand.BACK:
        shadow = Shadow.of(side, here.agreed, there.agreed)
    elif there.stand is Stand.MOVED:
        shadow = Shadow.of(side, here.after, there.after)
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
    name = bound.state_key
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
