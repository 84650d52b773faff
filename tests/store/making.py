"""Values for the tests of the store, and the short ways in which links and writes come to be there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sync.core.limits import Lane
from sync.core.model import Action, Change, Link, LinkState, Op, Presence, Reading, Record, Ref, Shadow, Side
from sync.core.state import Ack, Confirmation, Decision, Failure, Known, Observation, Outgoing
from sync.store import SqlStore

M = "roadmap"
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
API, PAGES = "101", "ds"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    def forward(self, seconds: float) -> datetime:
        self.time += timedelta(seconds=seconds)
        return self.time


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def issue(number: int) -> Ref:
    return Ref(Side.GITHUB, f"i{number}", API, number)


def page(number: int) -> Ref:
    return Ref(Side.NOTION, f"p{number}", PAGES)


def record(ref: Ref, presence: Presence = Presence.PRESENT, **fields: Reading) -> Record:
    address = f"https://github.com/Acme/api/issues/{ref.number}" if ref.side is Side.GITHUB else ref.id
    label = f"acme/api#{ref.number}" if ref.side is Side.GITHUB else f"Page {ref.id}"
    return Record(ref, fields or {"title": "One"}, START, address, label, presence)


def seen(ref: Ref, seq: int, ack: Ack | None = None, listing: int = 0, **fields: Reading) -> Observation:
    shown = record(ref, **fields)
    return Observation(shown, seq, START, dict.fromkeys(shown.fields, START), ack, listing)


def observe(store: SqlStore, *refs: Ref, **fields: Reading) -> int:
    """Keep a fresh look at records, marking their links; return its tick."""
    tick = store.tick()
    store.observe(M, [seen(ref, tick, **fields) for ref in refs], refs, tick)
    return tick


def tied(store: SqlStore, number: int = 1) -> Link:
    """Return a link of an issue and a page that were both seen."""
    observe(store, issue(number), page(number))
    link = store.tie(M, issue(number), page(number), store.tick())
    assert link is not None
    return link


def op(title: str = "Two", side: Side = Side.NOTION, action: Action = Action.UPDATE) -> Op:
    return Op(side, action, (Change("title", "One", title, Shadow(title, title)),), "title github changed")


def known(store: SqlStore, link: int) -> Known:
    found = store.known(link)
    assert found is not None
    return found


def decision(store: SqlStore, link: int, **said: object) -> Decision:
    """Return a decision about the link as it stands."""
    now = known(store, link).link
    given: dict[str, object] = {"link": now, "state": now.state, "shadows": {}, **said}
    return Decision(**given)  # type: ignore[arg-type]


def decide(store: SqlStore, *decisions: Decision, refused: Mapping[str, str] | None = None) -> list[int]:
    """Decide and release, as a round does."""
    upto = store.tick()
    done = store.decide(M, decisions, START)
    store.release(M, upto, refused or {}, ())
    return list(done)


def queued(store: SqlStore, link: int, title: str = "Two", lane: Lane = Lane.POLL, pass_id: str | None = None) -> None:
    """Have a write of the link wait in the outbox."""
    assert decide(store, decision(store, link, op=op(title), lane=lane, pass_id=pass_id)) == [link]


def leased(store: SqlStore, owner: str = "one", now: float = 0, until: float = 60) -> Outgoing:
    found = store.lease(owner, at(now), at(until))
    assert found is not None
    return found


def confirmation(store: SqlStore, outgoing: Outgoing, ref: Ref | None = None, **fields: Reading) -> Confirmation:
    """Return what a reply to the write shows, and the tick of its acknowledgement is its `seq`."""
    target = ref or outgoing.link.ref(outgoing.op.side)
    assert target is not None
    tick = store.tick()
    shown = fields or {"title": "Two"}
    observation = seen(target, tick, Ack(tick, START, START, {"title": "One"}), **shown)
    return Confirmation(outgoing, observation, {"title": Shadow("Two", "Two")}, LinkState.LINKED)


def failure(link: int, digest: str = "d1", error: str = "a label may not be set") -> Failure:
    return Failure(link, Side.NOTION, "update", digest, error, "give the connection push access", START)
