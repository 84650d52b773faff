"""The port of the state: what the flow asks of the store, in short transactions that never span a call to a service."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, Unpack

from sync.core.events import Hint, Mode
from sync.core.limits import Lane
from sync.core.model import ISSUE, Link, LinkState, Ref, Side
from sync.core.state import (
    Confirmation,
    Decision,
    Failure,
    Known,
    MappingChange,
    MappingState,
    Observation,
    Outgoing,
    PassMode,
    Quarantine,
    Standing,
    WriteKind,
)


class Reads(Protocol):
    """Questions; none of them changes anything."""

    def mapping(self, name: str) -> MappingState:
        """Return what is remembered of the mapping; a new one's state where nothing is."""
        ...

    def cursor(self, mapping: str, side: Side, container: str) -> str | None:
        """Return the remote's cursor, None before the first complete list."""
        ...

    def polled_at(self, mapping: str, side: Side, container: str) -> datetime | None:
        """Return when (our clock) the last complete answer to `changes` began: absent records are as fresh as that."""
        ...

    def observations(self, mapping: str, refs: Iterable[Ref]) -> Mapping[Ref, Observation]:
        """Return the known observations of those records."""
        ...

    def unseen(self, mapping: str, side: Side, container: str, listing: int) -> Iterator[Ref]:
        """Yield the linked (not tombstoned) and in-sight records that a complete listing did not show."""
        ...

    def unlinked(self, mapping: str, side: Side, kind: str = ISSUE, *, rules: str = "") -> Iterator[Observation]:
        """Yield, in order of container and number or id, observations of that kind that no link holds.

        Those that were passed over under these rules (a digest) are left out.
        """
        ...

    def held(self, mapping: str, side: Side) -> Iterator[Observation]:
        """Yield, in the same order, observations of issues and pages that a living link holds."""
        ...

    def born(self, mapping: str, side: Side, times: Iterable[str]) -> Sequence[Ref]:
        """Return the issues and pages, held by a living link, that were born at one of those times."""
        ...

    def by_address(self, mapping: str, side: Side, addresses: Iterable[str]) -> Mapping[str, Observation]:
        """Return observations by address; addresses compare without case and without a trailing slash."""
        ...

    def touched(self, mapping: str, upto: int, *, after: int = 0, count: int = 500) -> Sequence[Known]:
        """Return, by rising link id above `after`, what is known of links marked at or before tick `upto`, or withheld.

        Links whose write is leased or in flight are left out: they are marked again when it ends.
        """
        ...

    def known(self, link: int) -> Known | None:
        """Return what is known of one link."""
        ...

    def link_of(self, mapping: str, ref: Ref) -> Link | None:
        """Return the link that holds the record, tombstoned ones left out."""
        ...

    def parents(self, mapping: str, refs: Iterable[Ref]) -> Mapping[Ref, Link]:
        """Return, for comments, the living links of the issues and pages that they stand under."""
        ...

    def children(self, link: int) -> Sequence[Known]:
        """Return what is known of the living links of the comments under that link's issue and page."""
        ...

    def stirred(self, mapping: str, since: int, at: datetime, count: int) -> Sequence[Link]:
        """Return the links of issues whose page was seen to change since a tick, or that were made since a time."""
        ...

    def longest_unread(self, mapping: str, count: int, *, lively: datetime | None = None) -> Sequence[Link]:
        """Return the linked issues' links whose depths (bodies, comments) were read longest ago, or never.

        With `lively`, only of those that were made, or commented on, since then.
        """
        ...

    def due_looks(self, mapping: str, now: datetime, count: int = 100) -> Mapping[Ref, datetime]:
        """Return the records that must be read by id now, each with the time since when."""
        ...

    def highest_number(self, mapping: str, container: str) -> int | None:
        """Return the highest issue number seen in a container."""
        ...

    def links_count(self, mapping: str) -> int:
        """Return how many links of issues are claimed, linked or parked."""
        ...

    def written_since(self, mapping: str, since: datetime) -> Mapping[str, int]:
        """Return, per guard kind, how many writes were made since then, or are about to be."""
        ...

    def written_in_pass(self, pass_id: str) -> Mapping[str, int]:
        """Return the same of one pass."""
        ...

    def quarantined(self, mapping: str) -> Sequence[Quarantine]:
        """Return the records that stay out until a person acts."""
        ...

    def stopped(self) -> Collection[str]:
        """Return the names of the mappings that a person stopped."""
        ...

    def waiting(self, mapping: str | None, side: Side | None = None) -> int:
        """Return how many writes are queued, leased or in flight."""
        ...

    def next_due(self, mapping: str) -> datetime | None:
        """Return when the earliest of the waiting writes and of the looks by id is due, None where nothing waits."""
        ...


class Writes(Protocol):
    """Changes; each call is one transaction."""

    def tick(self) -> int:
        """Draw the next number of the order in which reads begin and writes are acknowledged."""
        ...

    def change_mapping(self, name: str, **columns: Unpack[MappingChange]) -> None:
        """Remember those columns of a mapping's state; the others may be somebody else's to change."""
        ...

    def save_cursor(self, mapping: str, side: Side, container: str, cursor: str | None, polled_at: datetime) -> None:
        """Move a cursor after all its records were kept; an empty one belongs to no list and counts as no poll."""
        ...

    def observe(self, mapping: str, seen: Sequence[Observation], touched: Iterable[Ref], tick: int) -> None:
        """Keep observations, and mark the links of the touched ones at that tick.

        A row that meanwhile got a later `seq` or `ack.seq` than the given one is left alone. An observation without a
        stored link keeps having none; `link` of the given value is ignored.
        """
        ...

    def seen_in_listing(self, mapping: str, refs: Iterable[Ref], listing: int) -> None:
        """Note that a listing showed the records though nothing of them is to be kept."""
        ...

    def pass_over(self, mapping: str, rules: str, seen: Iterable[Observation]) -> None:
        """Note that these rules do nothing with records as they were seen: they are told again once they are read."""
        ...

    def mark(self, mapping: str, links: Iterable[int], tick: int) -> None:
        """Mark links to be decided."""
        ...

    def reconsider(self, mapping: str, tick: int) -> None:
        """Mark the links whose writes are queued: what is decided for them anew takes its place."""
        ...

    def mark_all(self, mapping: str, tick: int) -> None:
        """Mark every link of the mapping that is not tombstoned."""
        ...

    def look_later(self, mapping: str, refs: Iterable[Ref], at: datetime) -> None:
        """Have the records read by id at that time; the earlier of two times stays, but for a look that has begun."""
        ...

    def begin_look(self, mapping: str, ref: Ref, reader: int, now: datetime) -> None:
        """Note that a look that is due begins: it stays due until `end_look`, unless another is asked for meanwhile."""
        ...

    def end_look(self, mapping: str, ref: Ref, reader: int) -> None:
        """Take off the look that this reader began; one that was asked for since stays."""
        ...

    def put_off(self, mapping: str, ref: Ref, now: datetime, pause: Callable[[int], timedelta]) -> datetime:
        """Have a record that could not be read be read later, after a pause for so many tries; return when."""
        ...

    def looked(self, mapping: str, refs: Iterable[Ref]) -> None:
        """Take the records off the list of looks."""
        ...

    def deep_read(self, links: Iterable[int], at: datetime) -> None:
        """Note that the depths of links were read at that time."""
        ...

    def tie(self, mapping: str, github: Ref, notion: Ref, tick: int, *, parent: int | None = None) -> Link | None:
        """Make a linked link of two free records and mark it; None where either is not free any more.

        A record that is merely claimed, with no create on its way, counts as free: its claim gives way.
        """
        ...

    def claim(self, mapping: str, ref: Ref, tick: int, *, parent: int | None = None) -> Link | None:
        """Make a claimed link of one free record and mark it; None where it is not free any more."""
        ...

    def quarantine(self, mapping: str, found: Sequence[Quarantine]) -> None:
        """Replace the mapping's quarantined records by these; what stays keeps its `since`."""
        ...

    def decide(self, mapping: str, decisions: Sequence[Decision], now: datetime) -> Sequence[int]:
        """Commit decisions, each only if its link's version still stands and no write of it is leased or in flight.

        Returns the ids of the links that were committed. Journals one line for each that writes or changes a state.
        """
        ...

    def order(self, mapping: str, decisions: Sequence[Decision], now: datetime) -> Sequence[int]:
        """Commit what a person asked for and queue it at once, before any round decides those links; return their ids.

        As in `decide`, links that something happened to since they were read are left out.
        """
        ...

    def release(self, mapping: str, upto: int, refused: Mapping[str, str], withheld: Iterable[Decision]) -> None:
        """End a round: `withheld` replace the decided ops by what the guards leave of them, planned rows are queued.

        Links marked at or before `upto` and committed in this round are marked no more. `refused` (guard: detail)
        replaces the mapping's open refusals.
        """
        ...

    def lease(
        self, owner: str, now: datetime, until: datetime, *, mapping: str | None = None, but: Collection[WriteKind] = ()
    ) -> Outgoing | None:
        """Take the next queued write that is due, by lane and age, under a new epoch, or one whose lease ran out.

        Writes of the kinds `but` are left for later.
        """
        ...

    def in_flight(self, outgoing: Outgoing, now: datetime, until: datetime) -> Outgoing:
        """Record that the call is about to be made; raises Overtaken where the epoch is not the row's any more."""
        ...

    def requeue(self, outgoing: Outgoing, not_before: datetime | None, reason: str) -> None:
        """Give a leased write back: nothing happened. With a time it waits and counts an attempt."""
        ...

    def unsettled(self, outgoing: Outgoing, look_at: datetime, reason: str) -> None:
        """Keep a write in flight whose outcome nobody knows; it is leased again at `look_at` to be settled."""
        ...

    def drop(self, outgoing: Outgoing, tick: int, reason: str) -> None:
        """Remove a write (something moved, or it is settled) and mark its link."""
        ...

    def replan(self, outgoing: Outgoing, not_before: datetime, tick: int, reason: str) -> None:
        """Mark the link of a write that did not happen; decided just so again it waits, and counts an attempt."""
        ...

    def confirm(self, confirmation: Confirmation, tick: int, now: datetime) -> None:
        """Commit what a reply showed, remove the write, journal it and mark the link.

        Raises Overtaken where the epoch is not the row's any more; the observation is kept all the same.
        """
        ...

    def fail(self, outgoing: Outgoing, failure: Failure, tick: int) -> None:
        """Record a refused write, remove it from the outbox and mark the link."""
        ...

    def rekey(self, link: Link, state: LinkState, ref: Ref | None, tick: int) -> None:
        """Give a link another state and, where the record answered under another identity, another record."""
        ...


class Passes(Protocol):
    """What workers share: who works a mapping, which passes there were, what they were asked to look at."""

    def take_lease(self, name: str, owner: str, until: datetime, now: datetime) -> int | None:
        """Take a named lease and return its epoch, None while somebody else holds it."""
        ...

    def keep_lease(self, name: str, epoch: int, until: datetime) -> bool:
        """Hold a lease that is still ours for longer; False where it is not."""
        ...

    def give_back(self, name: str, epoch: int) -> bool:
        """End a lease that is still ours."""
        ...

    def begin_pass(self, mapping: str, mode: PassMode, now: datetime) -> str:
        """Note that a pass begins, and return its id."""
        ...

    def end_pass(self, pass_id: str, outcome: str, now: datetime, report: Mapping[str, object]) -> None:
        """Note how a pass ended, with its report; one of hints that came to nothing is forgotten."""
        ...

    def last_pass(self, mapping: str, mode: PassMode | None = None) -> datetime | None:
        """Return when lists were read last, or when the last pass of that mode began that went to its end."""
        ...

    def hinted(self) -> Sequence[str]:
        """Return the names of the mappings that hints wait for."""
        ...

    def take_hints(self, mapping: str, count: int = 500) -> Sequence[Hint]:
        """Return hints that wait, oldest first, and take them off; each record they name becomes a look that is due."""
        ...

    def hint(self, mapping: str, ref: Ref | None, lane: Lane, now: datetime, *, mode: Mode = Mode.HINT) -> None:
        """Keep a hint; the very same that waits already is not kept twice."""
        ...

    def standings(self, names: Collection[str]) -> Mapping[str, Standing]:
        """Return how those mappings stand in time."""
        ...

    def fellows(self, mapping: str, side: Side, container: str) -> Sequence[str]:
        """Return the other mappings that read the same list and read it last no earlier than this one did."""
        ...

    def beat(self, name: str, now: datetime) -> None:
        """Note that something is alive."""
        ...

    def last_beat(self, name: str) -> datetime | None:
        """Return when that was alive last."""
        ...

    def note(self, name: str, text: str) -> None:
        """Keep a small text that belongs to no mapping."""
        ...

    def noted(self, name: str) -> str | None:
        """Return such a text."""
        ...

    def set_back(self, now: datetime) -> None:
        """Bring to the present what a clock that was ahead put into the future."""
        ...


class Store(Reads, Writes, Passes, Protocol):
    """Both ports; `plan` gets a copy that is thrown away."""
