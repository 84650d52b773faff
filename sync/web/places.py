"""Which mappings an event concerns: those whose containers it names, and those that know its page; it keeps no hint."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

from sync.core.events import Event
from sync.core.model import COMMENT, Ref, Side
from sync.core.state import Observation
from sync.flow.bind import remembered
from sync.wiring import Sync

Place = tuple[Side, str]
"""A side and the id of a container there."""


@dataclass(frozen=True)
class Concern:
    """One mapping that an event concerns: the record as it is asked for there, and what is known of it."""

    mapping: str
    ref: Ref | None
    known: Observation | None = None


@dataclass
class Places:
    """Where the mappings' records live, as their remembered schemas say; learned anew when one was read again."""

    sync: Sync
    read_at: Mapping[str, datetime | None] = field(default_factory=dict)
    homes: dict[str, set[Place]] = field(default_factory=dict)
    mappings: dict[Place, set[str]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def concerned(self, event: Event) -> Iterator[Concern]:
        """Yield the mappings that are to hear the event."""
        by_place = self._current()
        named = {name for each in event.containers for name in by_place.get((event.side, each), ())}
        if event.ref is None:
            yield from (Concern(name, None) for name in sorted(named))
            return
        names = [each.name for each in self.sync.mappings]
        known = self.sync.store.seen_by(names, event.ref)
        if event.ref.kind == COMMENT and event.side is Side.NOTION:
            named |= self.sync.store.seen_by(names, Ref(Side.NOTION, event.ref.container)).keys()
        elif event.side is Side.NOTION:
            named |= known.keys()  # a page that was moved away names its new home alone
        for name in sorted(named):
            yield Concern(name, self._asked(name, event.ref), known.get(name))

    def _asked(self, name: str, ref: Ref) -> Ref:
        """Return the record as that mapping asks for it: a page is at home or away as seen from its data source."""
        homes = (id_ for side, id_ in self.homes.get(name, ()) if side is ref.side)
        return ref if ref.side is Side.GITHUB or ref.kind == COMMENT else replace(ref, container=next(homes, ""))

    def _current(self) -> Mapping[Place, set[str]]:
        with self.lock:
            times = self.sync.store.schema_times()
            if times != self.read_at:
                self._learn([name for name, at in times.items() if self.read_at.get(name) != at])
                self.read_at = times
            return self.mappings

    def _learn(self, names: list[str]) -> None:
        ours = {each.name: each for each in self.sync.mappings}
        for state in self.sync.store.remembered(name for name in names if name in ours):
            schemas = remembered(state)
            self.homes[state.name] = {(side, id_) for side, each in schemas.items() for id_, _ in each.containers}
        found: dict[Place, set[str]] = defaultdict(set)
        for name, homes in self.homes.items():
            # What holds the data source is named by events of older subscriptions, and by a row's parent.
            for place in (*homes, (Side.NOTION, ours[name].notion.database)):
                found[place].add(name)
        self.mappings = dict(found)
