"""A team at work: two remotes in memory, a real store, workers, people and any weather, all on one clock."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sync.core import facets
from sync.core.bind import bind
from sync.core.errors import Denied, TryLater, Unsafe
from sync.core.events import Event, is_news
from sync.core.limits import Lane
from sync.core.mapping import Births, Direction, GitHubScope, Guards, Limit, Mapping, NotionScope, Policy, Row
from sync.core.model import UNREAD, Person, Presence, Property, Ref, Schema, Side, Value
from sync.core.state import PassMode
from sync.core.values import names
from sync.flow import run as flow
from sync.flow.bind import bind as bound_now
from sync.flow.noted import noted
from sync.flow.turn import heed, turn
from sync.flow.world import Patience, Rotation, World
from sync.flow.write import next_write, write
from sync.remotes.memory import MemoryRemote, Shelf
from sync.remotes.memory_comments import MemoryDiscussions, Talk
from tests.machine.lateness import Lateness, unseen

START = datetime(2026, 11, 23, 9, 0, 10, tzinfo=UTC)

OUT = "wontsync"
"""The label that takes an issue out of the mapping."""
SHOWN = {"number": "No.", "url": "Address", "closed_at": "Closed", "locked": "Locked"}
"""What flows to Notion alone."""

MAPPING = Mapping(
    name="roadmap",
    github=GitHubScope(("acme/api",), exclude_labels=(OUT,)),
    notion=NotionScope("d"),
    create=Births(pages=True, issues=True),
    users=(("ada", "id-ada"), ("bob", "id-bob")),
    rows=(
        Row("title", "Name", where="fields.0"),
        Row(
            "state",
            "Status",
            values=(("open", ("To do", "In progress")), ("closed", ("Done",)), ("closed:not_planned", ("Dropped",))),
            where="fields.1",
        ),
        Row("labels", "Labels", where="fields.2"),
        Row("assignees", "Owner", where="fields.3"),
        Row("milestone", "Milestone", where="fields.4"),
        Row("labels:points/*", "Estimate", where="fields.5"),
        Row("labels:blocked/*", "Blocked", values=(("now", ("true",)),), where="fields.6"),
        *(
            Row(field, name, direction=Direction.TO_NOTION, where=f"fields.{at}")
            for at, (field, name) in enumerate(SHOWN.items(), 7)
        ),
        Row("", "Team", constant="API", where="fields.11"),
        Row("comments", "comments", where="fields.12"),
    ),
)
ISSUE = Schema(
    Side.GITHUB,
    (("1", "acme/api"),),
    tuple(Property(name, name, "") for name in ("title", "labels", "assignees", "milestone", "locked", "mark")),
)
US = "us"
"""Who the engine is in Notion."""

PAGE = Schema(
    Side.NOTION,
    (("d", "Roadmap"),),
    (
        Property("title", "Name", "title"),
        Property(
            "st",
            "Status",
            "status",
            tuple((each, each) for each in ("To do", "In progress", "Done", "Dropped", "Blocked")),
            open=False,
        ),
        Property("lb", "Labels", "multi_select", forbids=","),
        Property("pp", "Owner", "people"),
        Property("ms", "Milestone", "select", forbids=","),
        Property("es", "Estimate", "number"),
        Property("bx", "Blocked", "checkbox"),
        Property("no", "No.", "number"),
        Property("ad", "Address", "url"),
        Property("dt", "Closed", "date"),
        Property("lk", "Locked", "checkbox"),
        Property("tm", "Team", "select", (("api", "API"),), forbids=","),
        Property("link", "GitHub", "url"),
    ),
    people=(Person("id-ada", "Ada"), Person("id-bob", "Bob")),
    own_id=US,
)
BOUND = bind(MAPPING, ISSUE, PAGE)
FIELDS = {field.key.partition("~")[0]: field for field in BOUND.fields}
"""The rows by the issue's field."""


LATEST = timedelta(seconds=50)
"""How old may be what a read shows, at most."""
UNGUARDED = Guards(*[Limit(10_000)] * 4)


class Crash(BaseException):
    """A worker dies on the spot: nothing of it runs any more, no clean-up either."""


class Ticking:
    """A clock that only moves when it is told to, and a little with every look at it."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        self.moment += timedelta(milliseconds=7)
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


READS = ("schema", "changes", "archived", "read", "complete", "find", "alive")


@dataclass
class Fault:
    """Something that happens at the n-th call from now on, before its effect or after it; what has none is a read."""

    countdown: int
    after: bool
    happen: Callable[[], None]
    writes_only: bool = False


@dataclass(frozen=True)
class Edit:
    """What a person did to one field of one record; `agreed` tells that both sides had agreed on it once."""

    side: Side
    id: str
    name: str
    before: Value
    after: Value
    at: datetime
    agreed: bool = False


@dataclass
class Storm:
    """Weather made of faults that were armed.

    `late` are the sides that showed the past for a while; `shown` are the moments that a side's readings showed.
    """

    clock: Ticking
    faults: list[Fault] = field(default_factory=list)
    lags: dict[Side, timedelta] = field(default_factory=dict)
    late: set[Side] = field(default_factory=set)
    shown: defaultdict[Side, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    happened: Counter[str] = field(default_factory=Counter)
    quiet: bool = False

    def before(self, side: Side, call: str) -> None:
        if self.quiet:
            return
        for fault in self.faults:
            fault.countdown -= not (fault.writes_only and call in READS)
        self._strike(call, after=False)

    def after(self, side: Side, call: str) -> None:
        if not self.quiet:
            self._strike(call, after=True)

    def lag(self, side: Side, call: str) -> timedelta:
        lag = timedelta(0) if self.quiet else self.lags.get(side, timedelta(0))
        self.late |= {side} if lag else set()
        self.shown[side].append(self.clock.moment - lag)
        return lag

    def clear(self) -> None:
        self.faults.clear()
        self.lags.clear()
        self.quiet = True

    def _strike(self, call: str, *, after: bool) -> None:
        for fault in [each for each in self.faults if each.countdown < 0 and each.after is after]:
            if fault not in self.faults or (call in READS and (after or fault.writes_only)):
                continue
            self.faults.remove(fault)
            self.happened[f"{'after' if after else 'before'} {call}"] += 1
            fault.happen()


def lost() -> None:
    raise Unsafe("the reply was lost")


def later() -> None:
    raise TryLater(2, "429")


def denied() -> None:
    raise Denied("401", "renew the token")


def crash() -> None:
    raise Crash


class Nobody:
    """A queue whose messages are lost: whoever works is chosen by the trial."""

    def send(self, task: str, key: str, lane: Lane) -> None:
        """Lose a message."""


NOBODY = Nobody()


class Team:
    """Everything of one trial."""

    def __init__(
        self,
        store,
        policy: Policy = Policy.NEWEST,
        page: int = 3,
        guards: Guards | None = None,
        clock: Ticking | None = None,
    ) -> None:
        self.clock = clock or Ticking()
        self.store = store
        self.storm = Storm(self.clock)
        self.mapping = replace(MAPPING, conflict=policy, guards=guards or MAPPING.guards)
        self.shelves = {
            Side.GITHUB: Shelf(Side.GITHUB, self.clock, "1", _lossy, derived=_derived),
            Side.NOTION: Shelf(Side.NOTION, self.clock, "d", _lossy, _cut),
        }
        self.remotes = {
            Side.GITHUB: MemoryRemote(self.shelves[Side.GITHUB], ISSUE, self.storm, page),
            Side.NOTION: MemoryRemote(self.shelves[Side.NOTION], PAGE, self.storm, page),
        }
        self.talks = {side: Talk(side, self.clock) for side in Side}
        self.discussions = {side: MemoryDiscussions(talk, self.storm) for side, talk in self.talks.items()}
        self.rotation = Rotation(1, 20, 1)
        self.lateness = Lateness()
        self.bound = bind(self.mapping, ISSUE, PAGE)
        self.written: Counter = Counter()
        self.heard: Counter[bool] = Counter()
        self.history: list[Edit] = []
        self.moved: set[tuple[Side, str]] = set()
        self.relinked: set[str] = set()

    def world(self, owner: str = "w1") -> World:
        patience = Patience(fresh=timedelta(seconds=5), lease=timedelta(seconds=60))
        world = World(self.mapping, self.remotes, self.store, self.clock, owner, patience)
        return replace(world, discussions=self.discussions, rotation=self.rotation)

    # -- workers -------------------------------------------------------------------------------------------------

    def turn(self, owner: str, *, full: bool) -> None:
        """Read and decide, as a worker's poll does."""
        self._alive(lambda: turn(self.world(owner), NOBODY, full=full))

    def heed(self, owner: str) -> None:
        """Look at what was heard of, as a worker does that is nudged."""
        self._alive(lambda: heed(self.world(owner), NOBODY))

    def hear(self, side: Side, id_: str, *, ago: int) -> None:
        """Have a service tell of an edit of a record, the last or one before it; the event is kept if it is news."""
        shelf = self.shelves[side]
        version = shelf.versions[id_][-1 - ago % len(shelf.versions[id_])]
        shown = shelf.record(id_, version) if side is Side.GITHUB else None
        ref = shelf.record(id_, version).ref
        event = Event(side, (shelf.container,), ref, time=version.since, shown=shown)
        known = self.store.observations(self.mapping.name, [ref]).get(ref)
        self.heard[is_news(event, known)] += 1
        if is_news(event, known):
            self.store.hint(self.mapping.name, ref, Lane.PERSON, self.clock.now())

    def write_one(self, owner: str) -> None:
        def work() -> None:
            world = self.world(owner)
            outgoing = next_write(world, mapping=None)
            if outgoing is not None:
                bound = bound_now(world, fresh=False)
                self.written[write(world, bound, outgoing).outcome] += 1

        self._alive(work)

    def sync(self, *, full: bool):
        """Run one foreground pass to its end."""
        with noted(self.world("shell"), PassMode.FULL if full else PassMode.INCREMENTAL) as made:
            return flow.run(made.world, full=full, wait=self.clock.advance)

    def _alive(self, work: Callable[[], None]) -> None:
        try:
            work()
        except (Crash, TryLater, Unsafe, Denied):
            return

    # -- people --------------------------------------------------------------------------------------------------

    def here(self, side: Side) -> list[str]:
        shelf = self.shelves[side]
        return [id_ for id_, versions in shelf.versions.items() if versions[-1].presence is Presence.PRESENT]

    def edit(self, side: Side, id_: str, name: str, value: Value) -> None:
        facet, before = FIELDS[name].facet(side), self.shown(side, id_, name)
        whole = self.shelves[side].versions[id_][-1].fields.get(facet.name)
        self.shelves[side].put(id_, {facet.name: facets.onto(facet, whole, value)})
        after = self.shown(side, id_, name)
        if after != before:
            self.history.append(Edit(side, id_, name, before, after, self.clock.moment, self._agreed(side, id_, name)))

    def _agreed(self, side: Side, id_: str, name: str) -> bool:
        link = self.store.link_of(self.mapping.name, Ref(side, id_))
        known = self.store.known(link.id) if link else None
        return known is not None and FIELDS[name].key in known.shadows

    def create(self, side: Side, title: str) -> str:
        fields = dict.fromkeys(each.id for each in (ISSUE if side is Side.GITHUB else PAGE).properties)
        fields |= {"title": title} | ({"state": "open"} if side is Side.GITHUB else {"st": "To do"})
        id_ = self.shelves[side].born(fields)
        for name in ("title", "state"):
            self.history.append(Edit(side, id_, name, None, self.shown(side, id_, name), self.clock.moment))
        return id_

    def shown(self, side: Side, id_: str, name: str):
        shelf = self.shelves[side]
        return FIELDS[name].read(shelf.record(id_, shelf.versions[id_][-1]))

    def say(self, side: Side, under: str, text: str) -> str:
        """Have somebody comment on an issue or a page."""
        version = self.shelves[side].versions[under][-1]
        return self.talks[side].said(self.shelves[side].record(under, version).ref, "ada", text)

    def show_the_past(self, side: Side, seconds: int) -> None:
        """Have a side's reads show from now on what was so many seconds ago."""
        self.storm.lags[side] = timedelta(seconds=seconds)
        self.lateness.begin(side, seconds, self.clock.moment)

    def unseen(self, side: Side, id_: str, shows) -> bool:
        """Tell whether a version of a record that `shows` something was written over before anybody could see it."""
        shown = self.storm.shown[side]
        return unseen(
            self.shelves[side].versions[id_],
            shows,
            lambda moment: self.lateness.of(side, moment),
            lambda one, two: any(one <= moment < two for moment in shown),
        )

    def pairs(self) -> list[dict[Side, str]]:
        """Return the ids of the issues and pages that name each other by the link property."""
        issues = {
            self.shelves[Side.GITHUB].record(id_, versions[-1]).address: id_
            for id_, versions in self.shelves[Side.GITHUB].versions.items()
        }
        pages = {id_: self.shelves[Side.NOTION].versions[id_][-1].fields.get("link") for id_ in self.here(Side.NOTION)}
        return [{Side.GITHUB: issues[link], Side.NOTION: id_} for id_, link in pages.items() if link in issues]

    def out_of_scope(self, id_: str) -> bool:
        return OUT in (self.shelves[Side.GITHUB].versions[id_][-1].fields["labels"] or ())

    def take_out_or_back(self, id_: str) -> None:
        """Give an issue the label that takes it out of the mapping, or take it off."""
        before = self.shelves[Side.GITHUB].versions[id_][-1].fields["labels"] or ()
        after = [each for each in before if each != OUT] if OUT in before else [*before, OUT]
        self.shelves[Side.GITHUB].put(id_, {"labels": names(after)})

    def duplicate(self, page: str) -> str:
        """Copy a page with all that it says, as Notion does."""
        fields = dict(self.shelves[Side.NOTION].versions[page][-1].fields)
        copy = self.shelves[Side.NOTION].born({**fields, "title": f"{fields['title']} ({page} again)"})
        self.relinked.add(copy)
        return copy

    def relink(self, page: str, address: str | None) -> None:
        """Write something into a page's link property, as somebody does who knows no better, or clear it."""
        self.shelves[Side.NOTION].put(page, {"link": address})
        self.relinked.add(page)

    def address(self, issue: str) -> str:
        shelf = self.shelves[Side.GITHUB]
        return shelf.record(issue, shelf.versions[issue][-1]).address

    def presence(self, side: Side, id_: str, presence: Presence) -> None:
        self.shelves[side].put(id_, {}, presence)
        self.moved.add((side, id_))


def _cut(name: str, reading):
    """Leave people out of lists where there are many of them, as Notion does beyond 25."""
    return UNREAD if name == "pp" and isinstance(reading, tuple) and len(reading) > 1 else reading


def _derived(id_: str, old, new, now: datetime):
    """Return what GitHub fills in by itself."""
    closed = str(new.get("state")).startswith("closed")
    again = closed and not str(old.get("state")).startswith("closed")
    number = int(id_[1:])
    closed_at = now.replace(microsecond=0).isoformat() if again else old.get("closed_at") if closed else None
    url = f"https://github.example/acme/api/issues/{number}"
    return {"number": number, "url": url, "closed_at": closed_at}


def _lossy(name: str, value: Value) -> Value:
    """Rewrite a value as a service does: ends of text trimmed, labels in the spelling they were first seen in."""
    if isinstance(value, str) and name == "title":
        return value.strip() or None
    if name in ("bx", "lk", "locked"):
        return bool(value)
    if isinstance(value, str) and name == "dt":
        return datetime.fromisoformat(value).replace(second=0).isoformat()
    if isinstance(value, tuple) and name == "labels":
        return names({"ui": "UI"}.get(each.casefold(), each) for each in value)
    return value
