"""The nouns: frozen values that the rest of the program reads and passes on; no rule stands here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, StrEnum
from typing import Final, Literal


class Side(StrEnum):
    """One of the two services."""

    GITHUB = "github"
    NOTION = "notion"

    @property
    def other(self) -> Side:
        """Return the opposite side."""
        return Side.NOTION if self is Side.GITHUB else Side.GITHUB


class Unread(Enum):
    """The type of UNREAD: what an answer did not show, which is never the same as empty."""

    UNREAD = "unread"


UNREAD: Final = Unread.UNREAD

Value = str | int | float | bool | tuple[str, ...] | None
"""A canonical value; None is empty for every kind, a set of names is a sorted tuple without twins."""

Reading = Value | Literal[Unread.UNREAD]
"""What a record shows of one field."""


ISSUE, COMMENT = "issue", "comment"
"""The kinds of records, and of links: an issue or its page, and one comment of either."""


@dataclass(frozen=True)
class Ref:
    """The identity of one record; container and number only say where to ask for it.

    `container` is a repository id or a data source id, `id` the issue id or the page id, `number` the issue's number.
    A comment's id begins with `comment:`, its container is the repository or the page, its number that of its issue.
    """

    side: Side
    id: str
    container: str = field(default="", compare=False)
    number: int | None = field(default=None, compare=False)

    @property
    def kind(self) -> str:
        """Return what kind of record it is."""
        return COMMENT if self.id.startswith(f"{COMMENT}:") else ISSUE

    @property
    def bare(self) -> str:
        """Return the id by which the service knows the record."""
        return self.id.removeprefix(f"{COMMENT}:")

    @staticmethod
    def comment(side: Side, id_: str, container: str = "", number: int | None = None) -> Ref:
        """Return the identity of the comment that the service knows by that id."""
        return Ref(side, f"{COMMENT}:{id_}", container, number)


class Presence(StrEnum):
    """What a look at a record proved about where it is."""

    PRESENT = "present"
    ARCHIVED = "archived"
    TRASHED = "trashed"
    DELETED = "deleted"
    AWAY = "away"
    HIDDEN = "hidden"

    @property
    def in_sight(self) -> bool:
        """Tell whether the record takes part in the sync: an archived page stays linked."""
        return self in (Presence.PRESENT, Presence.ARCHIVED)

    @property
    def gone(self) -> bool:
        """Tell whether somebody took the record away on purpose; out of sight is not gone."""
        return self in (Presence.TRASHED, Presence.DELETED)


@dataclass(frozen=True)
class Record:
    """One issue or page as a side showed it, every value canonical in that side's own terms.

    `fields` is keyed by the side's own field names (`labels`, a property id); a name that is missing is unread.
    `address` is what the other side's mark holds (the issue's URL, the page's id); `label` is what people call it
    (`acme/api#7`, a page's title); `time` is the service's own time of the last change, told in steps of `grain`
    seconds and rounded down, `editor` the id of whoever made it, where the service says so; `moved_to` is set where the
    record answered under another identity.
    """

    ref: Ref
    fields: Mapping[str, Reading]
    time: datetime
    address: str
    label: str
    presence: Presence = Presence.PRESENT
    moved_to: Ref | None = None
    grain: int = 1
    editor: str = ""

    def read(self, name: str) -> Reading:
        """Return what the record shows of a field."""
        return self.fields.get(name, UNREAD)


class LinkState(StrEnum):
    """The states of a link."""

    CLAIMED = "claimed"
    LINKED = "linked"
    PARKED = "parked"
    TOMBSTONED = "tombstoned"


@dataclass(frozen=True)
class Link:
    """One issue tied to one page; a claimed link has only the side that exists.

    `version` rises with every commit that concerns the link. `closed_by_us` remembers that the issue was closed
    because its page was trashed, so that a restored page reopens it. `tied_at` is when it was made. A comment's
    `parent` is the link of its issue and its page.
    """

    id: int
    mapping: str
    state: LinkState
    github: Ref | None = None
    notion: Ref | None = None
    kind: str = ISSUE
    parent: int | None = None
    version: int = 0
    closed_by_us: bool = False
    tied_at: datetime | None = None

    def ref(self, side: Side) -> Ref | None:
        """Return the record's identity on that side."""
        return self.github if side is Side.GITHUB else self.notion


@dataclass(frozen=True)
class Shadow:
    """What each side showed of one field when both last agreed, each in its own canonical form.

    `sent` is the side whose value is unconfirmed: what was sent there, and was not shown by a reply yet.
    """

    github: Value
    notion: Value
    sent: Side | None = None

    @property
    def confirmed(self) -> bool:
        """Tell whether both values were shown."""
        return self.sent is None

    def on(self, side: Side) -> Value:
        """Return the value that side showed."""
        return self.github if side is Side.GITHUB else self.notion

    def advanced(self, side: Side, value: Value) -> Shadow:
        """Return this shadow with that side's value replaced."""
        if side is Side.GITHUB:
            return replace(self, github=value)
        return replace(self, notion=value)

    @staticmethod
    def of(side: Side, value: Value, other: Value) -> Shadow:
        """Return the shadow in which `side` showed `value`."""
        return Shadow(value, other) if side is Side.GITHUB else Shadow(other, value)


class Action(StrEnum):
    """What one call intends."""

    CREATE = "create"
    UPDATE = "update"
    CLOSE = "close"
    REOPEN = "reopen"
    TRASH = "trash"
    RESTORE = "restore"
    COMMENT = "comment"
    LINK = "link"
    UNLINK = "unlink"


BIRTHS = (Action.CREATE, Action.COMMENT)
"""What makes a record, and replaces nothing."""


@dataclass(frozen=True)
class Change:
    """One field of a write, in the target's terms.

    `settles` is what the field's shadow becomes once the reply shows `after`; None leaves the shadow alone
    (a mark, a constant).
    """

    field: str
    before: Reading
    after: Value
    settles: Shadow | None = None


@dataclass(frozen=True)
class Op:
    """The intent of one call to one side; `then` is the link's state once it is acknowledged.

    `container` is where a record is to be born.
    """

    side: Side
    action: Action
    changes: tuple[Change, ...] = ()
    reason: str = ""
    then: LinkState = LinkState.LINKED
    container: str = ""

    @property
    def birth(self) -> bool:
        """Tell whether this write makes a record, which may happen only once."""
        return self.action in BIRTHS

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the keys of the fields this write touches."""
        return tuple(change.field for change in self.changes)


@dataclass(frozen=True)
class Conflict:
    """Both sides changed one field and disagree; held, or decided with the loser's value kept."""

    field: str
    github: Value
    notion: Value
    base: Shadow | None
    winner: Side | None = None

    @property
    def held(self) -> bool:
        """Tell whether a person must decide."""
        return self.winner is None


@dataclass(frozen=True)
class Unmapped:
    """A value that no row can say on the other side: it stays where it is."""

    side: Side
    field: str
    value: str


@dataclass(frozen=True)
class Plan:
    """All that is to be done for one link, as a value: what `plan` prints is what `sync` carries out.

    `shadows` advance at once, without a write; `agreed` are the fields on which an edit made both sides agree, as far
    as is known; `state` is the link's next state; `because` is why nothing (more) is done.
    """

    ops: tuple[Op, ...] = ()
    shadows: Mapping[str, Shadow] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    unmapped: tuple[Unmapped, ...] = ()
    notes: tuple[str, ...] = ()
    agreed: tuple[str, ...] = ()
    state: LinkState | None = None
    because: str = ""


class Kind(StrEnum):
    """The kinds of values."""

    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    PEOPLE = "people"
    DATE = "date"
    NUMBER = "number"
    FLAG = "flag"
    URL = "url"
    DOCUMENT = "document"


@dataclass(frozen=True)
class Facet:
    """One side of a field: which of the record's own fields holds it and what kind of value that is.

    `name` is the side's own key (`labels`, a property id), `label` what people call it, `type` the side's own word for
    its shape (`multi_select`). A facet that is not `creatable` cannot be given when the record is born, a `required`
    one cannot be emptied, and names holding one of the characters in `forbids` cannot be said there. One with a
    `family` shows only the names that begin with it, without it; one with `but` leaves such names alone; one with a
    `line` shows what that line of a document says (core.facets). What is `apart` is written by a call of its own.
    """

    side: Side
    name: str
    label: str
    kind: Kind
    type: str = ""
    writable: bool = True
    creatable: bool = True
    required: bool = False
    forbids: str = ""
    family: str = ""
    but: tuple[str, ...] = ()
    line: str = ""
    apart: bool = False


@dataclass(frozen=True)
class Put:
    """One value for one facet, as a remote is asked to write it; `base` is what was seen there before."""

    facet: Facet
    value: Value
    base: Reading = UNREAD


@dataclass(frozen=True)
class Property:
    """One field of a live schema: `options` are (id, name) in the side's own order.

    `open` tells whether a write makes an option that is missing; `forbids` are characters that no option may hold.
    """

    id: str
    name: str
    type: str
    options: tuple[tuple[str, str], ...] = ()
    open: bool = True
    forbids: str = ""


@dataclass(frozen=True)
class Person:
    """A user whom a side shows; guests and personal tokens' colleagues may be missing."""

    id: str
    name: str
    email: str | None = None


@dataclass(frozen=True)
class Schema:
    """What a side's containers look like now.

    `containers` are (id, name): repositories by id with `owner/name`, or the one data source. `people` is None where
    the credential may not list them. `content` says how the content of records can be written that has no property
    (`markdown`, `blocks`), empty where nobody asked. `warnings` are for people to read, each with its cure on a line of
    its own.
    """

    side: Side
    containers: tuple[tuple[str, str], ...]
    properties: tuple[Property, ...] = ()
    people: tuple[Person, ...] | None = ()
    own_id: str = ""
    content: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Batch:
    """One answer of a list: records, and the cursor to go on from once all batches were kept.

    `cursor` is opaque to all but the remote that made it and is None until the last batch. `complete` is False where
    the service said that it did not show everything.
    """

    records: tuple[Record, ...]
    cursor: str | None = None
    complete: bool = True
