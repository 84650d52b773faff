"""A remote in a dict, for either side: for the machine test, and for whoever writes the next one to measure it by.

It has the habits that matter to the engine: coarse times, lossy canonical forms, late lists and late reads, replies
that get lost before or after the effect. What the weather does is chosen by the test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol, Self

from sync.core import document
from sync.core.document import Blocks, Paragraph, Run
from sync.core.documents import Body
from sync.core.errors import Moved, Vanished
from sync.core.limits import Lane
from sync.core.model import Batch, Facet, Presence, Put, Reading, Record, Ref, Schema, Side, Value
from sync.core.ports import Clock, Writing
from sync.core.values import same

PAGE = 100
OVERLAP = {Side.GITHUB: timedelta(minutes=15), Side.NOTION: timedelta(minutes=3)}
GRAIN = {Side.GITHUB: 1, Side.NOTION: 60}
SOMEBODY = "somebody"
"""Who edits where it is not the engine."""


class Weather(Protocol):
    """What may happen to a call; each may raise any error of core.errors, or nothing."""

    def before(self, side: Side, call: str) -> None:
        """Stand before the effect: a request that never arrives."""
        ...

    def after(self, side: Side, call: str) -> None:
        """Stand behind the effect: a reply that never arrives."""
        ...

    def lag(self, side: Side, call: str) -> timedelta:
        """Return how old the state is that a read shows."""
        ...


class Fair:
    """Weather in which nothing ever happens."""

    def before(self, side: Side, call: str) -> None:
        """Let it pass."""

    def after(self, side: Side, call: str) -> None:
        """Let it pass."""

    def lag(self, side: Side, call: str) -> timedelta:  # noqa: ARG002 - the protocol's signature
        """Show the present."""
        return timedelta(0)


@dataclass(frozen=True)
class Version:
    """One state of a record, from `since` on and by whose hand; `time` is what the service tells."""

    since: datetime
    time: datetime
    fields: Mapping[str, Reading]
    presence: Presence = Presence.PRESENT
    editor: str = ""


Fields = Mapping[str, Reading]
Derived = Callable[[str, Fields, Fields, datetime], Fields]


@dataclass
class Shelf:
    """All versions of all records of one container.

    `canonical` says how the service rewrites a value that it is given, `listed` what of a value its lists show, and
    `derived` which fields it fills by itself, from the record's id, its old fields, its new ones and the time. Who
    edits is `hand`: somebody, but for the time in which a remote writes.
    """

    side: Side
    clock: Clock
    container: str
    canonical: Callable[[str, Value], Value] = lambda _name, value: value
    listed: Callable[[str, Reading], Reading] = lambda _name, reading: reading
    derived: Derived = lambda _id, _old, _new, _now: {}
    versions: dict[str, list[Version]] = field(default_factory=dict)
    writes: int = 0
    hand: str = SOMEBODY

    def at(self, id_: str, moment: datetime) -> Version | None:
        """Return a record's version at a moment, None before its birth."""
        return next((each for each in reversed(self.versions.get(id_, [])) if each.since <= moment), None)

    def put(self, id_: str, fields: Mapping[str, Value], presence: Presence | None = None) -> None:
        """Add a version: the old fields with these, each as the service rewrites it."""
        now = self.clock.now()
        old = self.at(id_, now)
        written = {name: self.canonical(name, value) for name, value in fields.items()}
        merged = {**(old.fields if old else {}), **written}
        merged |= self.derived(id_, old.fields if old else {}, merged, now)
        there = presence or (old.presence if old else Presence.PRESENT)
        self.versions.setdefault(id_, []).append(
            Version(now, _floored(now, GRAIN[self.side]), merged, there, self.hand)
        )

    def born(self, fields: Mapping[str, Value]) -> str:
        """Add a record and return its id; ids rise and are never used again."""
        id_ = f"{self.side[0]}{len(self.versions) + 1}"
        self.put(id_, fields)
        return id_

    def record(self, id_: str, version: Version) -> Record:
        """Return a version as a record."""
        number = int(id_[1:])
        issue = self.side is Side.GITHUB
        return Record(
            ref=Ref(self.side, id_, self.container, number if issue else None),
            fields=version.fields,
            time=version.time,
            address=f"https://github.example/acme/api/issues/{number}" if issue else id_,
            label=f"acme/api#{number}" if issue else str(version.fields.get("title") or id_),
            presence=version.presence,
            grain=GRAIN[self.side],
            editor="" if issue else version.editor,  # GitHub does not say who edited last
        )


class PlainBody:
    """Bodies of paragraphs with empty lines between them: the port `sync.core.documents.Body` for either side."""

    def tree(self, text: str, place: str) -> Blocks:  # noqa: ARG002 - nothing refers to where it stands
        """Return the paragraphs."""
        words = (each.strip() for each in text.split("\n\n"))
        return tuple(Paragraph(runs=(Run(each),)) for each in words if each)

    def edited(self, text: str, edit: tuple[Blocks, Blocks], place: str) -> str:
        """Return the text with the edit made in it."""
        return "\n\n".join(map(document.words, document.carried(*edit, self.tree(text, place))))

    def fitted(self, text: str, was: str, rest: str) -> str:  # noqa: ARG002 - the port's signature
        """Return the text: there is no limit here."""
        return text

    def link(self, place: str) -> str:
        """Return the place."""
        return place


class MemoryRemote:
    """The port over a shelf."""

    body: Body = PlainBody()

    def __init__(self, shelf: Shelf, schema: Schema, weather: Weather | None = None, page: int = PAGE) -> None:
        self.side = shelf.side
        self.shelf = shelf
        self.weather: Weather = weather or Fair()
        self.page = page
        self.calls = 0
        self._schema = schema

    def on(self, lane: Lane) -> Self:  # noqa: ARG002 - nothing is charged here
        """Return itself."""
        return self

    def schema(self) -> Schema:
        """Return the schema it was given."""
        self._call("schema")
        return self._schema

    def changes(self, container: str, cursor: str | None) -> Iterator[Batch]:
        """Yield the records that are there, as a list shows them, in order of their times."""
        assert container == self.shelf.container
        since = datetime.fromisoformat(cursor) if cursor else datetime.min.replace(tzinfo=UTC)
        began = self.shelf.clock.now()
        offset, last = 0, False
        while not last:
            moment = self._call("changes")
            shown = [
                self.shelf.record(id_, version)
                for id_ in self.shelf.versions
                if (version := self.shelf.at(id_, moment)) and version.presence is Presence.PRESENT
                if version.time >= since
            ]
            shown.sort(key=lambda record: (record.time, record.ref.number or 0, record.ref.id))
            last = len(shown) <= offset + self.page
            following = (_floored(began, GRAIN[self.side]) - OVERLAP[self.side]).isoformat() if last else None
            yield Batch(tuple(map(self._listed, shown[offset : offset + self.page])), following)
            offset += self.page

    def archived(self, container: str) -> Iterator[Batch]:
        """Yield the pages that are archived, as a list shows them."""
        assert container == self.shelf.container
        offset, left = 0, self.side is Side.NOTION
        while left:
            moment = self._call("archived")
            seen = ((id_, self.shelf.at(id_, moment)) for id_ in self.shelf.versions)
            shown = [self.shelf.record(id_, each) for id_, each in seen if each and each.presence is Presence.ARCHIVED]
            yield Batch(tuple(map(self._listed, shown[offset : offset + self.page])))
            offset += self.page
            left = offset < len(shown)

    def _listed(self, record: Record) -> Record:
        shown = {name: self.shelf.listed(name, reading) for name, reading in record.fields.items()}
        return replace(record, fields=shown)

    def read(self, ref: Ref) -> Record:
        """Return the record as it is; one that never was is hidden."""
        version = self.shelf.at(ref.id, self._call("read"))
        if version is None:
            nothing = Version(self.shelf.clock.now(), datetime.min.replace(tzinfo=UTC), {}, Presence.HIDDEN)
            return self.shelf.record(ref.id, nothing)
        return self.shelf.record(ref.id, version)

    def complete(self, record: Record, facets: Sequence[Facet]) -> Record:
        """Return the record with those facets as they are at this moment."""
        version = self.shelf.at(record.ref.id, self._call("complete"))
        found = {facet.name: version.fields.get(facet.name) for facet in facets} if version else {}
        return replace(record, fields={**record.fields, **found})

    def alive(self, container: str) -> bool:
        """Tell whether the container is this one."""
        self._call("alive")
        return container == self.shelf.container

    def address(self, written: str) -> str:
        """Return the address: nobody spells it otherwise here."""
        return written

    def create(self, container: str, puts: Sequence[Put]) -> Record:
        """Add a record with those fields; what is not given is empty, an issue is open."""
        assert container == self.shelf.container
        blank: dict[str, Value] = dict.fromkeys(property_.id for property_ in self._schema.properties)
        given = {put.facet.name: put.value for put in puts}
        opened = {"state": "open"} if self.side is Side.GITHUB else {}
        return self._effect("create", lambda: self.shelf.born({**blank, **opened, **given}))

    def update(self, ref: Ref, puts: Sequence[Put]) -> Record:
        """Write those fields."""
        return self._effect("update", lambda: self._put(ref, {put.facet.name: put.value for put in puts}))

    def rewrite(self, record: Record, put: Put) -> Record:
        """Write a field if it still shows the base."""
        there = self.complete(record, [put.facet])
        if there.read(put.facet.name) != put.base:
            raise Moved(there)
        reply = self.update(record.ref, [put])
        return replace(record, fields={put.facet.name: reply.read(put.facet.name)})

    def beyond(self, planned: Sequence[Writing]) -> int:  # noqa: ARG002 - the port's signature
        """Return 0: each write is one call."""
        return 0

    def trash(self, ref: Ref) -> Record:
        """Trash the record."""
        return self._effect("trash", lambda: self._put(ref, {}, Presence.TRASHED))

    def restore(self, ref: Ref) -> Record:
        """Restore the record."""
        return self._effect("restore", lambda: self._put(ref, {}, Presence.PRESENT))

    def find(self, container: str, mark: Put, trail: int | None) -> Record | None:  # noqa: ARG002 - nothing is searched
        """Return the record with the mark."""
        moment = self._call("find")
        for id_ in self.shelf.versions:
            version = self.shelf.at(id_, moment)
            if version and same(mark.facet.kind, version.fields.get(mark.facet.name), mark.value):
                return self.shelf.record(id_, version)
        return None

    def _put(self, ref: Ref, fields: Mapping[str, Value], presence: Presence | None = None) -> str:
        version = self.shelf.at(ref.id, self.shelf.clock.now())
        if version is None or version.presence is Presence.DELETED:
            raise Vanished(f"{ref.id} is not there")
        self.shelf.put(ref.id, fields, presence)
        return ref.id

    def _effect(self, call: str, effect: Callable[[], str]) -> Record:
        self.calls += 1
        self.weather.before(self.side, call)
        self.shelf.hand = self._schema.own_id
        try:
            id_ = effect()
        finally:
            self.shelf.hand = SOMEBODY
        self.shelf.writes += 1
        reply = self.shelf.record(id_, self.shelf.versions[id_][-1])
        self.weather.after(self.side, call)
        return reply

    def _call(self, call: str) -> datetime:
        """Count a read, let the weather at it, and return the moment that it shows."""
        self.calls += 1
        self.weather.before(self.side, call)
        return self.shelf.clock.now() - self.weather.lag(self.side, call)


def _floored(moment: datetime, grain: int) -> datetime:
    """Return the moment in the service's own steps, rounded down as both services do."""
    whole = moment.replace(microsecond=0)
    return whole - timedelta(seconds=whole.timestamp() % grain)
