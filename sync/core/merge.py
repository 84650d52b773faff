"""One field of one link: what changed on each side against its own shadow, and what is to be done about it.

| changed on GitHub | changed on Notion | do                                                             |
|-------------------|-------------------|----------------------------------------------------------------|
| no                | no                | nothing, whatever the two values look like                     |
| yes               | no                | write Notion; only advance the shadow where the two agree      |
| no                | yes               | the same, mirrored                                             |
| yes               | yes, they agree   | advance the shadow                                             |
| yes               | yes, sets         | carry the additions and removals of each to the other          |
| yes               | yes, body text    | carry the edits of each to the other, unless they overlap      |
| yes               | yes, they differ  | the policy                                                     |

Before the two ever agreed there is no shadow: an empty value takes the other's, sets unite, else the policy decides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sync.core.bound import Field
from sync.core.mapping import Policy
from sync.core.model import UNREAD, Conflict, Kind, Reading, Shadow, Side, Value
from sync.core.values import alike, same


class Case(StrEnum):
    """The rows of the table, and the ways out of it; tests assert that each was met."""

    UNREAD = "unread"
    SAME = "unchanged"
    ALONE = "one-way edit left alone"
    FLOW = "changed on one side"
    UNSAID = "cannot be said"
    AGREED = "agree already"
    UNITED = "edits of both merged"
    DECIDED = "conflict decided"
    HELD = "conflict held"
    FIRST_AGREED = "first tie, agree"
    FIRST_FILLED = "first tie, empty takes the other's"
    FIRST_UNITED = "first tie, sets unite"
    FIRST_DECIDED = "first tie, policy"
    FIRST_HELD = "first tie, held"


@dataclass(frozen=True)
class Sight:
    """What one side shows of a field, and the service's time of the first observation that showed it.

    `since` is None where that time is unknown or our own write's; the change happened within `grain` seconds after it.
    `ours` tells that what stands apart of the record is as we left it.
    """

    value: Reading
    since: datetime | None = None
    grain: int = 1
    ours: bool = False


@dataclass(frozen=True)
class Write:
    """A value for one side, and the shadow once a reply showed it."""

    side: Side
    value: Value
    settles: Shadow


@dataclass(frozen=True)
class Verdict:
    """What is decided for one field: writes, or a shadow that advances at once, or neither."""

    case: Case
    writes: tuple[Write, ...] = ()
    shadow: Shadow | None = None
    conflict: Conflict | None = None


@dataclass(frozen=True)
class Meeting:
    """Both sides of one field, met: the values are read, the shadow may be missing.

    `resolved` is the side that a person chose for a held conflict.
    """

    field: Field
    sights: dict[Side, Sight]
    shadow: Shadow | None
    resolved: Side | None = None

    def value(self, side: Side) -> Value:
        """Return the value that side shows."""
        reading = self.sights[side].value
        assert reading is not UNREAD
        return reading

    def seen(self, side: Side) -> Value:
        """Return what of the value takes part."""
        return self.field.transform.seen(side, self.value(side))

    @property
    def now(self) -> Shadow:
        """Return what both sides show, as the shadow that it would be."""
        return Shadow(self.seen(Side.GITHUB), self.seen(Side.NOTION))

    @property
    def merges(self) -> bool:
        """Tell whether the values have parts that change on their own: names of a set, blocks of a body."""
        return self.field.transform.merges

    @property
    def overlap(self) -> bool:
        """Tell whether the edits of both sides cannot both be made."""
        return self.field.transform.overlap(self.edit(Side.GITHUB), self.edit(Side.NOTION))

    def edit(self, side: Side) -> tuple[Value, Value]:
        """Return what a side showed when both last agreed, and what it shows now."""
        return self.shadow.on(side) if self.shadow else None, self.seen(side)

    @property
    def agree(self) -> bool:
        """Tell whether both values mean the same."""
        return self.field.transform.agree(self.value(Side.GITHUB), self.value(Side.NOTION))

    def changed(self, side: Side) -> bool:
        """Compare a side with its own shadow, and with nothing else."""
        assert self.shadow is not None
        return not same(self.field.facet(side).kind, self.seen(side), self.shadow.on(side))


def merge(field: Field, sights: dict[Side, Sight], shadow: Shadow | None, resolved: Side | None = None) -> Verdict:
    """Return the verdict for one field."""
    if any(sight.value is UNREAD for sight in sights.values()):
        return Verdict(Case.UNREAD)
    meeting = Meeting(field, sights, _recognised(field, sights, shadow), resolved)
    if meeting.shadow is None:
        return _first(meeting)
    changed = {side for side in Side if meeting.changed(side)}
    if not changed:
        return Verdict(Case.SAME, shadow=meeting.shadow if meeting.shadow != shadow else None)
    if meeting.agree:
        return Verdict(Case.AGREED, shadow=meeting.now)
    if not field.both_ways:
        return _one_way(meeting, changed)
    if len(changed) == 1:
        return _flow(meeting, _carried(meeting, changed.pop()))
    return _contest(meeting, Case.DECIDED, Case.HELD) if meeting.overlap else _unite(meeting)


def _recognised(field: Field, sights: dict[Side, Sight], shadow: Shadow | None) -> Shadow | None:
    if shadow is None or shadow.sent is None:
        return shadow
    sight = sights[shadow.sent]
    assert sight.value is not UNREAD
    return shown_back(field, shadow.sent, shadow, (sight.value, sight.ours))


def shown_back(field: Field, side: Side, shadow: Shadow, shown: tuple[Value, bool]) -> Shadow:
    """Return the shadow with what was sent to a side as that shows it: all of it is ours, or what is recognised."""
    value, ours = shown
    known = value if ours else field.transform.recognised(side, shadow.on(side), value)
    return replace(shadow.advanced(side, field.transform.seen(side, known)), sent=None)


def _one_way(meeting: Meeting, changed: set[Side]) -> Verdict:
    """Let the source's change through; the receiving side's own edit is left alone until then, and then written over.

    Of a text only what the source changed is: the rest of a page may be people's notes.
    """
    (target,) = meeting.field.flows
    if target.other not in changed:
        return Verdict(Case.ALONE)
    return _flow(meeting, (_said if meeting.field.transform.by_name else _carried)(meeting, target.other))


def _flow(meeting: Meeting, write: Write | None) -> Verdict:
    """Let one side's change through to the other."""
    if write is None:
        return Verdict(Case.UNSAID)
    if same(meeting.field.facet(write.side).kind, write.value, meeting.value(write.side)):
        return Verdict(Case.AGREED, shadow=write.settles)
    return Verdict(Case.FLOW, (write,))


def _unite(meeting: Meeting) -> Verdict:
    """Carry the additions and removals of each side to the other.

    The first acknowledged write settles its source's changes only: the other's stay visible against the new shadow.
    """
    writes = tuple(write for side in Side if (write := _carried(meeting, side)) is not None)
    needed = tuple(
        write
        for write in writes
        if not same(meeting.field.facet(write.side).kind, write.value, meeting.value(write.side))
    )
    return Verdict(Case.UNITED, needed, shadow=None if needed else meeting.now)


def _carried(meeting: Meeting, source: Side) -> Write | None:
    """Return the write that takes the source's change since the shadow across, None where it cannot be said."""
    target, transform = source.other, meeting.field.transform
    base = meeting.shadow or Shadow(None, None)
    change = (base.on(source), meeting.seen(source))
    value = transform.carry(target, change, meeting.value(target))
    settled = transform.carry(target, change, base.on(target)) if meeting.merges else value
    if value is UNREAD or settled is UNREAD:
        return None
    return Write(target, value, Shadow.of(source, change[1], transform.seen(target, settled)))


def _contest(meeting: Meeting, decided: Case, held: Case) -> Verdict:
    """Let the policy, or the person who was asked, choose between two values that differ."""
    winner = meeting.resolved or _winner(meeting, first=decided is Case.FIRST_DECIDED)
    # Of two bodies only the edit that won is carried: what the loser changed elsewhere in the text flows afterwards.
    say = _carried if meeting.merges and meeting.shadow else _said
    write = say(meeting, winner) if winner else None
    conflict = Conflict(
        meeting.field.key,
        meeting.value(Side.GITHUB),
        meeting.value(Side.NOTION),
        meeting.shadow,
        winner if write else None,
    )
    return Verdict(decided if write else held, (write,) if write else (), conflict=conflict)


def _said(meeting: Meeting, winner: Side) -> Write | None:
    """Return the write that makes the loser show the winner's value, None where that cannot be said."""
    target = winner.other
    value = meeting.field.transform.say(target, meeting.value(winner), meeting.value(target))
    if value is UNREAD:
        return None
    return Write(target, value, Shadow.of(winner, meeting.seen(winner), meeting.field.transform.seen(target, value)))


def _winner(meeting: Meeting, *, first: bool) -> Side | None:
    match meeting.field.policy:
        case Policy.GITHUB:
            return Side.GITHUB
        case Policy.NOTION:
            return Side.NOTION
        case Policy.NEWEST if not first:
            return next((side for side in Side if _later(meeting.sights[side], meeting.sights[side.other])), None)
        case _:
            return None


def _later(one: Sight, two: Sight) -> bool:
    """Tell whether one certainly changed after two: a time that was rounded down may be its whole grain later."""
    if one.since is None or two.since is None:
        return False
    return one.since >= two.since + timedelta(seconds=two.grain)


def _first(meeting: Meeting) -> Verdict:
    """Tie two values that never agreed yet; texts that only look the same are what two titles are tied by."""
    if meeting.agree or _look_alike(meeting):
        return Verdict(Case.FIRST_AGREED, shadow=meeting.now)
    if not meeting.field.both_ways:
        return _first_one_way(meeting)
    if meeting.field.transform.by_name:
        return replace(_unite(meeting), case=Case.FIRST_UNITED)
    empty = [side for side in Side if meeting.value(side) is None]
    if len(empty) == 1 and (write := _said(meeting, empty[0].other)):
        return Verdict(Case.FIRST_FILLED, (write,))
    if any(meeting.field.transform.unsaid(side, meeting.value(side)) for side in Side):
        return Verdict(Case.UNSAID)
    return _contest(meeting, Case.FIRST_DECIDED, Case.FIRST_HELD)


def _look_alike(meeting: Meeting) -> bool:
    """Tell whether either side shows just what it would be told, but for white space around and composed letters."""
    return any(_looks_like(meeting, side) for side in Side)


def _looks_like(meeting: Meeting, side: Side) -> bool:
    shown = meeting.value(side)
    if meeting.field.facet(side).kind is not Kind.TEXT or not isinstance(shown, str):
        return False
    said = meeting.field.transform.say(side, meeting.value(side.other), shown)
    return isinstance(said, str) and alike(said) == alike(shown)


def _first_one_way(meeting: Meeting) -> Verdict:
    """Let the source fill the receiving side; a source that is empty has nothing to say yet."""
    (target,) = meeting.field.flows
    write = _said(meeting, target.other) if meeting.value(target.other) is not None else None
    return Verdict(Case.FIRST_FILLED, (write,)) if write else Verdict(Case.UNSAID)
