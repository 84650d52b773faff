"""What the store keeps, as frozen values: observations, what is known of a link, and what was decided for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypedDict

from sync.core.limits import Lane
from sync.core.model import Conflict, Link, LinkState, Op, Reading, Record, Ref, Shadow, Side, Unmapped, Value


@dataclass(frozen=True)
class Ack:
    """The last write of ours that this record acknowledged.

    `seq` orders it among reads, `at` is our clock, `time` the record's own time in the reply, `before` what the written
    fields showed before it: a read that shows just that again, soon afterwards, is doubtful. `ours` tells that what
    stands apart was as we left it: the write was a birth, or went there, or nobody else had touched the record since
    such a one.
    """

    seq: int
    at: datetime
    time: datetime
    before: Mapping[str, Reading]
    ours: bool = False


@dataclass(frozen=True)
class Observation:
    """The newest record seen on a side.

    `seq` is the tick drawn before the read began; ticks order reads and acknowledgements whatever the clocks say.
    `since` holds, per field, the service's time of the first observation with the value it has now, None where that
    time may be our own write's. `listing` is the last complete listing that showed the record.
    """

    record: Record
    seq: int
    read_at: datetime
    since: Mapping[str, datetime | None] = field(default_factory=dict)
    ack: Ack | None = None
    listing: int = 0
    link: int | None = None


class Stage(StrEnum):
    """Where a decided write stands."""

    PLANNED = "planned"
    QUEUED = "queued"
    LEASED = "leased"
    IN_FLIGHT = "in_flight"


@dataclass(frozen=True)
class Outgoing:
    """A row of the outbox: at most one per link, replaced and never appended.

    `epoch` rises with every claim of the row: a worker that wakes up late holds an older one and must not write.
    `sent_at` is when the call was about to be made; `trail` the highest number known in the container then.
    """

    link: Link
    op: Op
    lane: Lane
    stage: Stage
    epoch: int
    attempts: int = 0
    sent_at: datetime | None = None
    trail: int | None = None

    @property
    def kind(self) -> WriteKind:
        """Return what kind of write it is."""
        return self.op.side, self.op.birth


WriteKind = tuple[Side, bool]
"""A side's births (True) or its other writes: those of one kind are charged to the same budgets."""


@dataclass(frozen=True)
class Failure:
    """A write that was refused for good or not applied; the same `digest` is not tried again by itself."""

    link: int
    side: Side
    action: str
    digest: str
    error: str
    cure: str
    at: datetime
    attempts: int = 1
    id: int = 0


@dataclass(frozen=True)
class Known:
    """Everything that is known of one link when it is decided; `parent` is that of a comment's link.

    `disputed` are the fields with a conflict that waits for a person.
    """

    link: Link
    github: Observation | None
    notion: Observation | None
    shadows: Mapping[str, Shadow]
    outgoing: Outgoing | None = None
    failure: Failure | None = None
    resolved: Mapping[str, Side] = field(default_factory=dict)
    disputed: frozenset[str] = frozenset()
    parent: Link | None = None

    def on(self, side: Side) -> Observation | None:
        """Return the observation of that side."""
        return self.github if side is Side.GITHUB else self.notion


@dataclass(frozen=True)
class Decision:
    """What is committed for one link in one transaction, if the link is still at the version that was read.

    `op` replaces the outbox row (None removes it) at stage PLANNED; `conflicts` and `unmapped` replace the open ones;
    `guards` are the kinds of writes that the op counts as; `withheld` names those of which something is kept back (the
    link is then decided again in every round); `heals` ends the link's open failure; `pass_id` is the pass.
    """

    link: Link
    state: LinkState
    shadows: Mapping[str, Shadow]
    conflicts: tuple[Conflict, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    op: Op | None = None
    lane: Lane = Lane.POLL
    guards: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    because: str = ""
    closed_by_us: bool = False
    heals: bool = False
    withheld: str = ""
    pass_id: str | None = None


@dataclass(frozen=True)
class Replaced:
    """What one write did to one field: what its record showed before and afterwards, and the other side then.

    `base` is what both sides had last agreed on, None where they never had.
    """

    before: Value
    after: Value
    other: Value
    base: Shadow | None = None


@dataclass(frozen=True)
class Confirmation:
    """What is committed after a reply: the target's observation (an acknowledgement is one), and what now agrees.

    `failure` is set where the reply does not agree with what was sent; `state` where the write changed the link's.
    `depths` tells whether what no list shows is known from now on (True), or to be read anew (False), None of no news.
    """

    outgoing: Outgoing
    observation: Observation
    shadows: Mapping[str, Shadow]
    state: LinkState
    failure: Failure | None = None
    replaced: Mapping[str, Replaced] = field(default_factory=dict)
    closed_by_us: bool = False
    depths: bool | None = None


class PassMode(StrEnum):
    """What a pass reads: what changed, everything, or no list at all; an undo puts back what another pass overwrote."""

    INCREMENTAL = "incremental"
    FULL = "full"
    HINT = "hint"
    UNDO = "undo"


DONE, INTERRUPTED = "done", "interrupted"
"""How a pass ended that went to its end, whatever the guards refused of it, and one that was broken off."""


@dataclass(frozen=True)
class MappingState:
    """What is remembered of a mapping: `first_pass` is True until one first pass completed."""

    name: str
    digest: str = ""
    first_pass: bool = True
    paused: str | None = None
    schema: str | None = None
    schema_at: datetime | None = None


class MappingChange(TypedDict, total=False):
    """The columns of a mapping's state that are to change; several workers change it, each what it knows of."""

    digest: str
    first_pass: bool
    paused: str | None
    schema: str | None
    schema_at: datetime | None


@dataclass(frozen=True)
class Standing:
    """When a mapping was worked and what comes next of it.

    `begun` is when its last pass began, `read` when the last full one did that went to its end, `digest` that of the
    file that was bound last, `next_due` when the earliest write or look that waits is due, `marked` that links of a
    mapping that does not rest are to be decided.
    """

    begun: datetime | None = None
    read: datetime | None = None
    digest: str = ""
    next_due: datetime | None = None
    marked: bool = False


@dataclass(frozen=True)
class Quarantine:
    """A record that stays out until a person acts, with the reason; keyed by side and record."""

    ref: Ref
    reason: str
    since: datetime
