"""A place to hold a remote against the contract: the remote, people who edit behind its back, and a way to break it."""

from __future__ import annotations

from abc import ABC, abstractmethod

from sync.core.limits import Lane
from sync.core.model import Facet, Put, Record, Ref, Side, Value
from sync.core.ports import Remote

ADDRESS = {
    Side.GITHUB: "38c9ce7b-60a4-8186-b51f-ce28be392a4a",
    Side.NOTION: "https://github.example/acme/api/issues/7",
}
"""What a record of each side is marked with: the other side's address."""
OTHER_ADDRESS = {
    Side.GITHUB: "48c9ce7b-60a4-8186-b51f-ce28be392a4a",
    Side.NOTION: "https://github.example/acme/api/issues/8",
}


class Stage(ABC):
    """One side with one container, in which a test may do everything."""

    remote: Remote
    side: Side
    container: str
    title: Facet
    labels: Facet
    mark: Facet
    has_trash = True

    @abstractmethod
    def advance(self, seconds: float) -> None:
        """Let time pass."""

    @abstractmethod
    def person_creates(self, title: str) -> Ref:
        """Have somebody make a record."""

    @abstractmethod
    def person_edits(self, ref: Ref, facet: Facet, value: Value) -> None:
        """Have somebody change a field."""

    @abstractmethod
    def person_takes_away(self, ref: Ref) -> None:
        """Have somebody trash the page or delete the issue."""

    @abstractmethod
    def lose_request(self) -> None:
        """Have the next call never arrive."""

    @abstractmethod
    def lose_reply(self) -> None:
        """Have the next call arrive, and its answer get lost."""

    @abstractmethod
    def writes(self) -> int:
        """Return how many writes arrived."""

    def marked(self, address: str) -> Put:
        return Put(self.mark, address)

    def puts(self, title: str) -> list[Put]:
        """Return what a record is born with."""
        return [Put(self.title, title), Put(self.labels, ("api", "Bug")), self.marked(ADDRESS[self.side])]

    def everything(self) -> dict[Ref, Record]:
        """Return what a complete list shows."""
        return {record.ref: record for batch in self.remote.changes(self.container, None) for record in batch.records}

    def cursor(self) -> str:
        """Return the cursor that a complete list ends with."""
        *_, last = self.remote.changes(self.container, None)
        assert last.cursor
        return last.cursor

    def trail(self) -> int | None:
        """Return the highest number that is known."""
        return max((ref.number or 0 for ref in self.everything()), default=0)

    def on(self, lane: Lane) -> Remote:
        return self.remote.on(lane)
