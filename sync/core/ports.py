"""What the flow asks of the world, as protocols; nothing here knows how it is answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from sync.core.comments import Speech
from sync.core.document import Blocks
from sync.core.documents import Body
from sync.core.draft import Column, Survey, Table
from sync.core.errors import Problem
from sync.core.limits import Charge, Lane
from sync.core.model import Batch, Facet, Put, Record, Ref, Schema, Side


class Clock(Protocol):
    """Time, as the flow sees it."""

    def now(self) -> datetime:
        """Return the present as an aware UTC datetime."""
        ...


@dataclass(frozen=True)
class Writing:
    """A write as it is planned: what, in which container, and whether it brings the record into being."""

    container: str
    puts: Sequence[Put]
    birth: bool = False


class Remote(Protocol):
    """One side of one mapping: what can be asked of it and written to it.

    Every call may raise TryLater (nothing happened), Denied (credential or permission), and every write also Unsafe
    (nobody knows whether it happened), Rejected (refused for good) and Vanished (the record is not there).
    """

    side: Side
    body: Body

    def on(self, lane: Lane) -> Self:
        """Return the same remote, with its calls charged to another lane."""
        ...

    def schema(self) -> Schema:
        """Return what the containers look like now; raises Misconfigured with everything that is wrong at once."""
        ...

    def changes(self, container: str, cursor: str | None) -> Iterator[Batch]:
        """Yield what changed since the cursor, or everything where it is None; one batch is one call.

        Records may come more than once, late, and in any order; trashed, archived and moved ones do not come at all.
        The last batch carries the next cursor.
        """
        ...

    def archived(self, container: str) -> Iterator[Batch]:
        """Yield the records that are archived, which `changes` leaves out; one batch is one call."""
        ...

    def read(self, ref: Ref) -> Record:
        """Return the record now; `presence` says where it is, whatever that is. One call, rarely two.

        `moved_to` is set only where the service itself led from the old identity to the new one. What needs a call of
        its own may be left out.
        """
        ...

    def complete(self, record: Record, facets: Sequence[Facet]) -> Record:
        """Return a record that was read just now with what was left out of those facets, mostly a call for each."""
        ...

    def alive(self, container: str) -> bool:
        """Tell whether the container is certainly there and readable, so that absence of a record proves something."""
        ...

    def address(self, written: str) -> str:
        """Return an address that a person wrote as this side spells it itself; what is none comes back as it is."""
        ...

    def create(self, container: str, puts: Sequence[Put]) -> Record:
        """Create a record once, without any repetition, and return what the reply showed."""
        ...

    def update(self, ref: Ref, puts: Sequence[Put]) -> Record:
        """Write those fields and no others in one call, and return what the reply showed."""
        ...

    def rewrite(self, record: Record, put: Put) -> Record:
        """Write a facet that is apart, if it still shows the put's base, and return what the reply showed.

        Raises Moved where it shows something else.
        """
        ...

    def beyond(self, planned: Sequence[Writing]) -> int:
        """Return how many calls those writes will take beyond one each, as far as reading can tell."""
        ...

    def trash(self, ref: Ref) -> Record:
        """Move the record to the trash."""
        ...

    def restore(self, ref: Ref) -> Record:
        """Take the record back out of the trash."""
        ...

    def find(self, container: str, mark: Put, trail: int | None) -> Record | None:
        """Look for the record that carries the mark; None is: not to be seen now.

        `trail` is the highest number known in the container before the create was sent, where records are numbered.
        """
        ...


@dataclass(frozen=True)
class Picture:
    """An image: its bytes, and what kind they are (`image/png`)."""

    content: bytes
    type: str


class Pictures(Protocol):
    """The images of one side that not everybody can fetch, for the other side to keep copies of.

    A copy goes by a name that tells of which image it is one: nothing else has to be remembered.
    """

    def name(self, source: str) -> str | None:
        """Return the name of an image's copy, without what follows a dot; None where nobody needs one."""
        ...

    def source(self, name: str) -> str | None:
        """Return the address of the image that a copy of that name is one of."""
        ...

    def fetch(self, source: str) -> Picture | None:
        """Return an image, None where everybody can fetch it; raises TryLater, and Rejected where we cannot."""
        ...


class Discussions(Protocol):
    """One side's comments, of one mapping: what can be asked of them and written to them.

    Every call may raise what a Remote's may; all but `changes` and `read` raise Vanished where something is not there.
    """

    side: Side

    def on(self, lane: Lane) -> Self:
        """Return the same, with its calls charged to another lane."""
        ...

    def changes(self, container: str, cursor: str | None) -> Iterator[Batch]:
        """Yield the comments of a container that changed since the cursor, or all; nothing where no list shows them."""
        ...

    def of(self, ref: Ref) -> tuple[Record, ...]:
        """Return all comments of one issue or page that are to be seen: a thread that was resolved is not."""
        ...

    def read(self, ref: Ref) -> Record:
        """Return one comment now; `presence` says where it is, deleted only where that is certain."""
        ...

    def words(self, text: str) -> Blocks:
        """Return what this side's text of a comment says."""
        ...

    def say(self, ref: Ref, speech: Speech) -> Record:
        """Write a comment under an issue or page, once, and return what the reply showed."""
        ...

    def reword(self, ref: Ref, speech: Speech) -> Record:
        """Give a comment of ours other words; raises Rejected where it is somebody else's."""
        ...

    def take_back(self, ref: Ref) -> Record:
        """Delete a comment of ours; raises Rejected where it is somebody else's."""
        ...

    def find(self, ref: Ref, mark: str) -> Record | None:
        """Look under an issue or page for the comment with that mark; None is: not to be seen now."""
        ...


class Surveyor(Protocol):
    """What is asked of repositories before there is a mapping, and of the credential; nothing is ever written."""

    def survey(self, repositories: Sequence[str]) -> Survey:
        """Return what the repositories have to offer; raises Misconfigured with a problem for each that is no good."""
        ...

    def permissions(self, containers: Sequence[tuple[str, str]]) -> Sequence[Problem]:
        """Return what the credential lacks to see the issues of those repositories (id, name)."""
        ...


class Designer(Protocol):
    """What is asked of databases apart from their pages: how they look, and what may be added; nothing is ever changed.

    Every addition may raise Rejected (the service refused it), Denied, TryLater and Unsafe.
    """

    def table(self, database: str, data_source: str | None = None) -> Table:
        """Return a data source as it is; raises Misconfigured where it is not to be seen."""
        ...

    def create(self, page: str, title: str, columns: Sequence[Column]) -> str:
        """Make a database under a page and return its id."""
        ...

    def databases(self) -> Sequence[tuple[str, str]]:
        """Return (id, title) of databases that are shared with us, the last edited first; some may be missing."""
        ...

    def add(self, source: str, column: Column) -> None:
        """Add a property that is not there."""
        ...

    def extend(self, source: str, property_id: str, options: Sequence[str], *, group: str | None = None) -> None:
        """Add options to a property, those of a status to a group, and make sure that none went for it."""
        ...

    def permissions(self) -> Sequence[Problem]:
        """Return what the connection lacks to write pages; nothing is written to find out."""
        ...

    def speech(self) -> Sequence[Problem]:
        """Return what the connection lacks to read and write comments; nothing is written to find out."""
        ...


class Redeliverer(Protocol):
    """What is asked of a service that could not tell us something."""

    def redeliver(self, repository: str | None, now: datetime) -> int:
        """Have the deliveries made again that failed, and return how many those were.

        They are those about a repository, or, where none is named, those that tell of all at once.
        """
        ...


class Queue(Protocol):
    """A nudge to a worker: a task's name and a key, never a record; losing one loses nothing."""

    def send(self, task: str, key: str, lane: Lane) -> None:
        """Ask that a task be run soon; the same one waiting twice is one."""
        ...


class Gate(Protocol):
    """What stands before every call to a service: a grant from all its budgets, or TryLater."""

    def of(self, account: str) -> Gate:
        """Return the gate of another account of the same credential, whose budgets are as large and its own."""
        ...

    def enter(self, charges: Sequence[Charge], lane: Lane) -> object:
        """Return once the call may be made; raises TryLater where that would take too long to wait for."""
        ...

    def pause(self, budget: str, seconds: float, reason: str) -> None:
        """Let nobody pass that budget for so long."""
        ...

    def observe(self, budget: str, *, limit: int, remaining: int, reset_at: datetime) -> None:
        """Correct a fixed window's budget by what the service says is left of it."""
        ...
