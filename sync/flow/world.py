"""What one mapping's run may touch, in one value; it decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self

from sync.core.limits import Lane
from sync.core.mapping import Mapping as MappingFile
from sync.core.model import COMMENT, Record, Ref, Side
from sync.core.ports import Clock, Discussions, Remote
from sync.core.store import Store


@dataclass(frozen=True)
class Patience:
    """How long things are waited for.

    `stale`: a read of the old value is doubted so long after our write. `settle`: an unanswered create is looked for so
    long. `fresh`: an observation younger than this needs no look before a write. `lease`: a write is ours so long.
    """

    stale: timedelta = timedelta(seconds=60)
    settle: timedelta = timedelta(seconds=120)
    fresh: timedelta = timedelta(seconds=5)
    lease: timedelta = timedelta(seconds=180)


@dataclass(frozen=True)
class Rotation:
    """Of how many links the depths are read anew: in every pass, and in one that reads everything.

    `lively` is how many more in every pass of those where something happened lately.
    """

    poll: int = 0
    full: int = 0
    lively: int = 0


@dataclass(frozen=True)
class World:
    """One mapping's remotes, the store and a clock.

    `discussions` are the sides' comments, `rotation` how many links' depths are read anew in each pass. `quiet` tells
    whether a page is left alone for `create.quiet` seconds before it gives birth (workers wait, a person at a shell
    does not); `window` is how far back the guards count, None in the foreground, where they count one pass; `pass_id`
    is the pass that is under way, which the journal names with all that it decides and writes. A list that was read
    within `recent`, by whichever mapping, is not polled again. `fellow` gives the world of another mapping that the
    same worker works, None of any other; `decide_soon` says that a fellow's records were seen; `between` is called
    between two answers of a list, of which there may be a thousand; `log` is given what happens.
    """

    mapping: MappingFile
    remotes: Mapping[Side, Remote]
    store: Store
    clock: Clock
    owner: str
    patience: Patience = Patience()
    quiet: bool = False
    window: timedelta | None = None
    lane: Lane = Lane.POLL
    discussions: Mapping[Side, Discussions] = field(default_factory=dict)
    rotation: Rotation = Rotation()
    pass_id: str | None = None
    progress: Callable[[str, int], None] = lambda _step, _count: None
    recent: timedelta = timedelta(0)
    fellow: Callable[[str], World | None] = lambda _name: None
    decide_soon: Callable[[str], None] = lambda _name: None
    between: Callable[[], None] = lambda: None
    log: Callable[[str, Mapping[str, object]], None] = lambda _event, _facts: None

    @property
    def name(self) -> str:
        """Return the mapping's name."""
        return self.mapping.name

    def now(self) -> datetime:
        """Return the present."""
        return self.clock.now()

    def remote(self, side: Side) -> Remote:
        """Return a side's remote, its calls charged to this world's lane."""
        return self.remotes[side].on(self.lane)

    def discussion(self, side: Side) -> Discussions:
        """Return a side's comments, the calls charged to this world's lane."""
        return self.discussions[side].on(self.lane)

    def read(self, ref: Ref) -> Record:
        """Read a record by its identity, whatever it is."""
        return (self.discussion(ref.side) if ref.kind == COMMENT else self.remote(ref.side)).read(ref)

    def on(self, lane: Lane) -> Self:
        """Return the same world on another lane."""
        return replace(self, lane=lane)

    def over(self, store: Store) -> Self:
        """Return the same world over another store, such as a copy that is thrown away."""
        return replace(self, store=store)
