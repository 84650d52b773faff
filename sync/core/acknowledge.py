"""What a reply proves: which shadows advance, what was not applied, and where the link stands; the call is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sync.core import facets
from sync.core.births import newborn_shadow
from sync.core.bound import Bound, Field
from sync.core.merge import shown_back
from sync.core.model import UNREAD, Action, Change, Facet, Kind, Op, Record, Shadow, Side, Value
from sync.core.state import Known, Replaced
from sync.core.transforms import Transform
from sync.core.unread import as_left
from sync.core.values import SETS, key, members, same

WRITTEN = (Kind.DOCUMENT, Kind.TEXT, Kind.NUMBER, Kind.DATE)
"""The kinds of which no service fills anything in when a record is born, as it does a status or a box."""


@dataclass(frozen=True)
class Applied:
    """What a reply comes to: shadows that advance, the changes it does not show, and the values it replaced."""

    shadows: Mapping[str, Shadow]
    refused: tuple[Change, ...]
    replaced: Mapping[str, Replaced]


def acknowledge(known: Known, bound: Bound, op: Op, reply: Record) -> Applied:
    """Compare a reply with what was sent, field by field; only written fields count, whatever else it shows."""
    shadows: dict[str, Shadow] = {}
    refused: list[Change] = []
    for change in op.changes:
        if change.settles is None:
            continue
        shadow, applied = _field(known, bound, op, change, reply)
        if shadow is not None:
            shadows[change.field] = shadow
        if not applied:
            refused.append(change)
    shadows |= _not_given(known, bound, op, reply) if op.action is Action.CREATE else _read_before(known, bound, op)
    return Applied(shadows, tuple(refused), _replaced(known, bound, op, reply))


def _read_before(known: Known, bound: Bound, op: Op) -> dict[str, Shadow]:
    """Return what agrees of what had been sent, and was read before this write: it puts our name on anybody's edit."""
    seen = known.on(op.side)
    if seen is None:
        return {}
    return {
        field.key: shown_back(field, op.side, shadow, (shown, as_left(bound, seen)))
        for field in bound.fields
        if (shadow := known.shadows.get(field.key)) is not None
        if shadow.sent is op.side
        if field.key not in op.fields
        if (shown := field.read(seen.record)) is not UNREAD
    }


def adopted(known: Known, bound: Bound, op: Op, found: Record) -> Applied:
    """Compare a record that was found in place of a lost reply; nothing is refused, for somebody may have edited it.

    A service leaves out what it does not take and puts nothing else in its place. So whatever a newborn shows instead
    of what it was given is an edit, and what it was given is the base of that edit. Of a text it is only known that it
    was sent, as of anything that no reply showed. What it shows where it was given nothing may be an edit too, unless a
    service fills that in by itself: the two are tied like any that existed.
    """
    applied = acknowledge(known, bound, op, _without_texts(bound, op, found))
    if op.action is not Action.CREATE:
        return replace(applied, refused=())
    given = {
        each.field: each.settles
        for each in applied.refused
        if each.settles is not None and _instead(bound.facet(op.side, each.field), each.after, found)
    }
    kept = {
        name: each
        for name, each in applied.shadows.items()
        if name in op.fields or not _unasked(known, bound, name, found)
    }
    return replace(applied, shadows={**kept, **given}, refused=())


def _unasked(known: Known, bound: Bound, name: str, found: Record) -> bool:
    """Tell whether a record shows something that it was not given, and that nobody but a person can have put there."""
    field, parent = bound.field(name), known.on(found.ref.side.other)
    if field is None or parent is None or field.read(found) in (None, UNREAD):
        return False
    return field.facet(found.ref.side).kind in WRITTEN or field.read(parent.record) is None


def _without_texts(bound: Bound, op: Op, found: Record) -> Record:
    texts = (facet for each in op.fields if (facet := bound.facet(op.side, each)).kind is Kind.DOCUMENT)
    return replace(found, fields={**found.fields, **dict.fromkeys((facet.name for facet in texts), UNREAD)})


def _instead(facet: Facet, sent: Value, found: Record) -> bool:
    """Tell whether a record shows something else than what was sent, and not only less of it."""
    shown = facets.read(facet, found)
    if shown is UNREAD or shown is None:
        return False
    if facet.kind in SETS:
        return not {key(each) for each in members(shown)} <= {key(each) for each in members(sent)}
    return True


def _field(known: Known, bound: Bound, op: Op, change: Change, reply: Record) -> tuple[Shadow | None, bool]:
    """Return a written field's shadow after the reply, and whether the reply shows what was meant."""
    assert change.settles is not None
    side, facet = op.side, bound.facet(op.side, change.field)
    shown = facets.read(facet, reply)
    if shown is UNREAD:
        return replace(change.settles, sent=side), True
    if same(facet.kind, shown, change.after):
        return change.settles, True
    field = _between(bound.field(change.field), known, reply)
    if field and facet.kind is Kind.DOCUMENT and not same(facet.kind, shown, change.before):
        # A service makes of a text what it likes; only a colleague's edit in the same moment is none of ours.
        before = None if change.before is UNREAD else change.before
        ours = field.transform.proven(side, (before, change.after), shown)
        if _parted(bound, op, facet):
            ours = field.transform.recognised(side, change.after, shown)
        return change.settles.advanced(side, ours), True
    seen = field.transform.seen(side, shown) if field else shown
    if field and _agrees(field.transform, side, seen, change.settles.on(side.other)):
        return change.settles.advanced(side, seen), True
    base = known.shadows.get(change.field)
    if base is None or same(facet.kind, shown, change.before):
        return base, False
    return base.advanced(side, seen), False


def _parted(bound: Bound, op: Op, facet: Facet) -> bool:
    """Tell whether a line of the same text was written along: to the text's own row that is a change still to flow."""
    return any(other.line and other.name == facet.name for other in (bound.facet(op.side, each) for each in op.fields))


def _between(field: Field | None, known: Known, reply: Record) -> Field | None:
    other = known.on(reply.ref.side.other)
    return field.between(reply, other.record if other else None) if field else None


def _agrees(transform: Transform, side: Side, here: Value, there: Value) -> bool:
    return transform.agree(here, there) if side is Side.GITHUB else transform.agree(there, here)


def _not_given(known: Known, bound: Bound, op: Op, reply: Record) -> dict[str, Shadow]:
    """Return the shadows of fields that were not given at birth: what the parent shows of them is its next change.

    What came with another row's part of the same field, a line of a text, is none of its wishes: the two are tied.
    """
    parent = known.on(op.side.other)
    assert parent is not None
    given = {bound.facet(op.side, change.field).name for change in op.changes}
    asked = (
        field
        for field in bound.fields
        if field.key not in op.fields and op.side in field.flows and field.facet(op.side).name not in given
    )
    shadows = {field.key: newborn_shadow(field, reply, field.read(parent.record)) for field in asked}
    return {name: shadow for name, shadow in shadows.items() if shadow is not None}


def _replaced(known: Known, bound: Bound, op: Op, reply: Record) -> dict[str, Replaced]:
    """Return what the write did to each field, for whoever wants it undone; a birth replaced nothing."""
    found: dict[str, Replaced] = {}
    for change in op.changes if op.action is not Action.CREATE else ():
        if change.settles is None or change.before is UNREAD:
            continue
        facet = bound.facet(op.side, change.field)
        shown = facets.read(facet, reply)
        after = change.after if shown is UNREAD else shown
        if not same(facet.kind, change.before, after):
            other, base = change.settles.on(op.side.other), known.shadows.get(change.field)
            found[change.field] = Replaced(change.before, after, other, base)
    return found
