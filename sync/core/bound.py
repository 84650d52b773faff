"""A mapping tied to the live schemas: fields with both their facets, marks, scope and who may be born."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from sync.core import facets
from sync.core.issue import ISSUE, REPOSITORY, STATE
from sync.core.mapping import Births, Deletions, Guards, Policy
from sync.core.model import UNREAD, Action, Facet, Op, Put, Reading, Record, Side, Value
from sync.core.transforms import Transform
from sync.core.values import key, members


@dataclass(frozen=True)
class Field:
    """One row of a mapping, bound: what is tied to what, which way it flows and who wins.

    `key` names the field for ever, whatever its label becomes: a row that is tied to another property is another field.
    `flows` are the sides that may be written.
    """

    key: str
    github: Facet
    notion: Facet
    transform: Transform
    policy: Policy
    flows: frozenset[Side]

    def facet(self, side: Side) -> Facet:
        """Return the facet of that side."""
        return self.github if side is Side.GITHUB else self.notion

    def read(self, record: Record) -> Reading:
        """Return what the record shows of this field."""
        return facets.read(self.facet(record.ref.side), record)

    @property
    def both_ways(self) -> bool:
        """Tell whether an edit on either side flows."""
        return len(self.flows) == len(Side)

    def between(self, *records: Record | None) -> Self:
        """Return the field as it is translated between these records: a body may refer to where it stands."""
        places = {record.ref.side: record.address for record in records if record is not None}
        return replace(self, transform=self.transform.at(places))


@dataclass(frozen=True)
class Scope:
    """Which issues a mapping is about: all of `labels` and none of `without`, compared without case."""

    facet: Facet
    labels: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def holds(self, record: Record) -> bool:
        """Tell whether the record is in scope; a page always is, and so is an issue whose labels were not read."""
        return not self.obstacle(record)

    def obstacle(self, record: Record) -> str:
        """Return which labels keep the record out, an empty text where none does."""
        reading = record.read(self.facet.name)
        if record.ref.side is not self.facet.side or not isinstance(reading, tuple | None):
            return ""
        there = {key(name) for name in members(reading)}
        lacks = [f"without the label {each!r} of `github.labels`" for each in self.labels if key(each) not in there]
        bears = [f"with the label {each!r} of `github.exclude_labels`" for each in self.without if key(each) in there]
        return "; ".join([*lacks, *bears])


@dataclass(frozen=True)
class Discussion:
    """The row of comments: the sides that copies are written to, and whether comments before the tie are copied."""

    flows: frozenset[Side]
    history: bool = False


@dataclass(frozen=True)
class Bound:
    """A mapping that can run: all names resolved to ids, all rules at hand.

    `marks` are the facets that hold the other side's address; `titles` name each side's title field; `containers` are
    where records live (the first is where births go, unless a page names another); `repositories` are their names, by
    id; `constants` are written when a page is born or adopted; `own` is who we are on each side; `discussion` is None
    where comments are left alone.
    """

    name: str
    digest: str
    fields: tuple[Field, ...]
    marks: Mapping[Side, Facet]
    titles: Mapping[Side, Facet]
    containers: Mapping[Side, tuple[str, ...]]
    scope: Scope
    births: Births
    deletions: Deletions
    guards: Guards
    match: tuple[str, ...] = ("link", "title")
    constants: tuple[Put, ...] = ()
    repositories: tuple[tuple[str, str], ...] = ()
    own: Mapping[Side, str] = field(default_factory=dict)
    discussion: Discussion | None = None

    def field(self, name: str) -> Field | None:
        """Return the field of that key."""
        return next((field for field in self.fields if field.key == name), None)

    def apart(self, op: Op) -> bool:
        """Tell whether a write is of something that needs a call of its own."""
        return op.action is not Action.CREATE and any(self.facet(op.side, each.field).apart for each in op.changes)

    def facet(self, side: Side, name: str) -> Facet:
        """Return the facet that a change of an op writes: a field's, or the side's mark, or a constant's."""
        field = self.field(name)
        if field is not None:
            return field.facet(side)
        if name == MARK:
            return self.marks[side]
        if name == SCOPE:
            return self.scope.facet
        if name == STATE:
            # Also a mapping without a row for it: a trashed page closes its issue.
            return ISSUE[STATE]
        return next(put.facet for put in self.constants if put.facet.name == name)

    def unread(self, record: Record) -> tuple[Field, ...]:
        """Return the fields of which it was told that the record holds something, and not what."""
        side = record.ref.side
        return tuple(field for field in self.fields if record.fields.get(field.facet(side).name) is UNREAD)

    @property
    def state(self) -> Field | None:
        """Return the field that holds whether an issue is open."""
        return self._row(STATE)

    @property
    def state_key(self) -> str:
        """Return the key of that field; a trashed page closes its issue also where no row is about it."""
        return self.state.key if self.state else STATE

    @property
    def repository(self) -> Field | None:
        """Return the field that holds where an issue lives."""
        return self._row(REPOSITORY)

    @property
    def places(self) -> tuple[tuple[Side, str], ...]:
        """Return where records live, as side and container."""
        return tuple((side, container) for side in Side for container in self.containers[side])

    def _row(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.github.name == name), None)

    def title(self, record: Record) -> Value:
        """Return the record's title, None where it is empty or was not read."""
        reading = record.read(self.titles[record.ref.side].name)
        return reading if isinstance(reading, str) else None


MARK = "mark"
"""The key under which an op changes a side's mark."""
SCOPE = "scope"
"""The key under which an op gives an issue the labels of the scope."""
CLOSED_AT = "closed_at"
"""When an issue was closed last."""
BORN_AT = "created_at"
"""When a record was born: it keeps that time wherever it is moved, and is named anew there."""
OPEN = "open"
WITHDRAWN = "closed:not_planned"
"""The state of an issue whose page was trashed."""
