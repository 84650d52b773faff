"""A comment's turn: its original is copied to the other side, once, and the copy follows it; nothing flows back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sync.core.bound import MARK, Bound, Discussion, Field
from sync.core.document import Blocks
from sync.core.fieldkey import field_key
from sync.core.mapping import Policy
from sync.core.model import (
    COMMENT,
    Action,
    Change,
    Facet,
    Kind,
    Link,
    LinkState,
    Op,
    Plan,
    Presence,
    Reading,
    Record,
    Shadow,
    Side,
    Value,
)
from sync.core.state import Known
from sync.core.transforms import Edit, Transform

TEXT, AUTHOR, URL, CREATED = "comment", "author", "url", "created_at"
"""What a comment's record shows beside its mark: each side's own Markdown, a name, where it is read, and when it began.

Its mark, the key `mark`, is the id of the comment that it copies, as a Ref has it; an original shows none.
"""
OLD = "old"
"""The engine's own note on a comment that was there already when its issue was tied."""
APART = timedelta(minutes=5)
"""How far a service's clock may be from ours."""


@dataclass(frozen=True)
class Speech:
    """What a copy is to say: `words` of `author`, who wrote them at `url`; `mark` is the id of the original."""

    author: str
    url: str
    words: Blocks
    mark: str


def decide(known: Known, bound: Bound) -> Plan:
    """Return what is to be done for a comment's link; while its issue's link rests, so does this one."""
    if known.parent is None or known.parent.state is LinkState.TOMBSTONED:
        return Plan(state=LinkState.TOMBSTONED, because="its issue and its page are tied no more")
    if bound.discussion is None or known.parent.state is not LinkState.LINKED:
        return Plan(because="no comments flow here now")
    if known.link.state is LinkState.CLAIMED:
        return _birth(known, known.parent)
    return _follow(known) if known.link.state is not LinkState.TOMBSTONED else Plan(because="tombstoned")


def within(bound: Bound, link: Link) -> Bound:
    """Return the mapping as it is bound for that link: a comment has fields of its own."""
    if link.kind != COMMENT:
        return bound
    marks = {side: _facet(side, MARK) for side in Side}
    return replace(bound, fields=tuple(_field(side) for side in Side), marks=marks, constants=())


def copied(talk: Discussion, record: Record, link: Link) -> bool:
    """Tell whether a comment that no link holds is to be copied: an original, made since its issue was tied."""
    if record.read(MARK) is not None or silent(talk, record):
        return False
    return talk.history or not before(record, link)


def silent(talk: Discussion, record: Record) -> bool:
    """Tell whether these rules do nothing with a comment that no link holds, whatever it stands under."""
    if not record.presence.in_sight:
        return True
    if record.read(MARK) is not None:
        return False
    return record.ref.side.other not in talk.flows or (record.read(OLD) is True and not talk.history)


def before(record: Record, link: Link) -> bool:
    """Tell whether a comment was certainly made before its issue was tied, whatever the clocks' difference."""
    made = record.read(CREATED)
    if link.tied_at is None or not isinstance(made, str):
        return False
    return datetime.fromisoformat(made) + timedelta(seconds=record.grain) <= link.tied_at - APART


def _field(source: Side) -> Field:
    """Return the text of comments that began on that side."""
    return Field(
        key=_key(source),
        github=_facet(Side.GITHUB, TEXT),
        notion=_facet(Side.NOTION, TEXT),
        transform=Copied(),
        policy=Policy.HOLD,
        flows=frozenset({source.other}),
    )


def _facet(side: Side, name: str) -> Facet:
    return Facet(side, name, name, Kind.TEXT, type=name)


def _key(source: Side) -> str:
    return field_key(TEXT, source)


@dataclass(frozen=True)
class Copied(Transform):
    """The translation of a comment: each side keeps its own Markdown, and a copy is right as the service shows it."""

    by_name = False

    def say(self, to: Side, value: Value, base: Value) -> Reading:  # noqa: ARG002 - the protocol's signature
        """Return the value: whoever writes it translates it."""
        return value

    def carry(self, to: Side, change: Edit, onto: Value) -> Reading:  # noqa: ARG002 - likewise
        """Return the new value."""
        return change[1]

    def agree(self, github: Value, notion: Value) -> bool:  # noqa: ARG002 - likewise
        """Take whatever the reply shows of a copy."""
        return True

    def seen(self, side: Side, value: Value) -> Value:  # noqa: ARG002 - likewise
        """Return the value."""
        return value

    def unsaid(self, side: Side, value: Value) -> tuple[str, ...]:  # noqa: ARG002 - likewise
        """Return nothing: every comment can be said."""
        return ()


def _birth(known: Known, parent: Link) -> Plan:
    original = known.github or known.notion
    assert original is not None
    record = original.record
    if record.presence.gone:
        return Plan(state=LinkState.TOMBSTONED, because="it was taken back before it was copied")
    if not record.presence.in_sight:
        return Plan(because="it is out of sight")
    source, home = record.ref.side, parent.ref(record.ref.side.other)
    assert home is not None
    text = _text(record)
    changes = (
        Change(_key(source), None, text, Shadow.of(source, text, text)),
        Change(MARK, None, record.ref.id),
    )
    reason = f"{record.label} has no copy"
    return Plan(ops=(Op(source.other, Action.COMMENT, changes, reason, container=home.container),))


def _follow(known: Known) -> Plan:
    """Have the copy follow its original; what somebody made of the copy is left alone until the original changes."""
    source = _source(known)
    original, copy = _record(known, source), _record(known, source.other)
    if original.presence is Presence.DELETED:
        if not copy.presence.in_sight:
            return Plan(state=LinkState.TOMBSTONED, because="gone on both sides")
        reason = "its original was deleted"
        return Plan(ops=(Op(source.other, Action.TRASH, reason=reason, then=LinkState.TOMBSTONED),))
    if copy.presence is Presence.DELETED:
        return Plan(state=LinkState.PARKED, because="its copy was deleted: it is not born again")
    if not (original.presence.in_sight and copy.presence.in_sight):
        return Plan(because="one side is out of sight: its thread may be resolved")
    return _reworded(known, source)


def _reworded(known: Known, source: Side) -> Plan:
    original, copy = _text(_record(known, source)), _text(_record(known, source.other))
    shadow = known.shadows.get(_key(source))
    if shadow is None:
        shadows = {_key(source): Shadow.of(source, original, copy)}
        return Plan(shadows=shadows, state=LinkState.LINKED, because="found by its mark")
    if original == shadow.on(source):
        noted = () if copy == shadow.on(source.other) else ("comment: its copy was edited, which flows nowhere",)
        return Plan(state=LinkState.LINKED, notes=noted, because="the original is as it was")
    change = Change(_key(source), copy, original, Shadow.of(source, original, original))
    op = Op(source.other, Action.UPDATE, (change,), "the comment was edited")
    return Plan(ops=(op,), state=LinkState.LINKED)


def _source(known: Known) -> Side:
    """Return the side on which the comment began: the shadow says it, or else the mark of the copy."""
    agreed = next((side for side in Side if _key(side) in known.shadows), None)
    return agreed or next((side for side in Side if _record(known, side.other).read(MARK) is not None), Side.GITHUB)


def _record(known: Known, side: Side) -> Record:
    seen = known.on(side)
    assert seen is not None
    return seen.record


def _text(record: Record) -> str:
    reading = record.read(TEXT)
    return reading if isinstance(reading, str) else ""
