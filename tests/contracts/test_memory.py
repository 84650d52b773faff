from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sync.core.errors import TryLater, Unsafe
from sync.core.model import Facet, Kind, Presence, Property, Ref, Schema, Side, Value
from sync.remotes.memory import MemoryRemote, Shelf
from tests.contracts.stage import Stage
from tests.contracts.suite import RemoteContract

READS = ("read", "changes", "find", "alive", "schema")


class Ticking:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 23, 9, 0, 10, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


class Weather:
    """Loses one request or one reply when it is told to, then is fair again."""

    def __init__(self) -> None:
        self.lose: str | None = None

    def before(self, _side: Side, call: str) -> None:
        self._strike("request", call)

    def after(self, _side: Side, call: str) -> None:
        self._strike("reply", call)

    def lag(self, _side: Side, _call: str) -> timedelta:
        return timedelta(0)

    def _strike(self, when: str, call: str) -> None:
        if self.lose == when:
            self.lose = None
            raise TryLater(1, "lost") if call in READS else Unsafe("lost")


class MemoryStage(Stage):
    """The stage of a remote in memory."""

    container = "1"

    def __init__(self, side: Side) -> None:
        self.side = side
        self.clock, self.weather = Ticking(), Weather()
        self.shelf = Shelf(side, self.clock, self.container)
        self.title = Facet(side, "title", "Title", Kind.TEXT)
        self.labels = Facet(side, "labels", "Labels", Kind.CHOICES)
        self.mark = Facet(side, "mark", "Mark", Kind.URL)
        properties = tuple(Property(each.name, each.label, "") for each in (self.title, self.labels, self.mark))
        self.remote = MemoryRemote(self.shelf, Schema(side, ((self.container, "acme/api"),), properties), self.weather)

    def advance(self, seconds: float) -> None:
        self.clock.moment += timedelta(seconds=seconds)

    def person_creates(self, title: str) -> Ref:
        id_ = self.shelf.born({"title": title, "labels": None, "mark": None})
        return self.shelf.record(id_, self.shelf.versions[id_][-1]).ref

    def person_edits(self, ref: Ref, facet: Facet, value: Value) -> None:
        self.shelf.put(ref.id, {facet.name: value})

    def person_takes_away(self, ref: Ref) -> None:
        gone = Presence.DELETED if self.side is Side.GITHUB else Presence.TRASHED
        self.shelf.put(ref.id, {}, gone)

    def lose_request(self) -> None:
        self.weather.lose = "request"

    def lose_reply(self) -> None:
        self.weather.lose = "reply"

    def writes(self) -> int:
        return self.shelf.writes


class TestGitHubInMemory(RemoteContract):
    never_was = Ref(Side.GITHUB, "g999", "1", 999)

    @pytest.fixture
    def stage(self):
        return MemoryStage(Side.GITHUB)


class TestNotionInMemory(RemoteContract):
    never_was = Ref(Side.NOTION, "n999", "1")

    @pytest.fixture
    def stage(self):
        return MemoryStage(Side.NOTION)
