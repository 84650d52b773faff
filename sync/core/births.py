"""Who may be born: whether a record that has no partner may get one, and with what values."""

from __future__ import annotations

from datetime import datetime, timedelta

from sync.core.bound import MARK, SCOPE, Bound, Field
from sync.core.forms import Figure
from sync.core.mapping import When
from sync.core.model import UNREAD, Action, Change, Op, Reading, Record, Shadow, Side, Value
from sync.core.values import key, members, names


def barrier(bound: Bound, record: Record) -> str:
    """Return why the record may not give birth to its partner, an empty text where it may."""
    side = record.ref.side
    allowed = bound.births.pages if side is Side.GITHUB else bound.births.issues
    if allowed is False:
        return f"create.{'pages' if side is Side.GITHUB else 'issues'} is off"
    if outside := bound.scope.obstacle(record):
        return outside
    if bound.title(record) is None:
        return "its title is empty"
    if record.read(bound.marks[side].name) is not None:
        return f"it already names a partner: {record.read(bound.marks[side].name)}"
    if isinstance(allowed, When) and not _meets(bound, record, allowed):
        return "create.when does not hold"
    if home(bound, record) is None:
        return "its repository is none of the mapping's"
    return ""


def idle(bound: Bound, record: Record) -> bool:
    """Tell whether these rules do nothing with a record that no link holds: it names no partner and gets none."""
    named = record.read(bound.marks[record.ref.side].name)
    return not there(bound, record) or (not isinstance(named, str) and barrier(bound, record) != "")


def there(bound: Bound, record: Record) -> bool:
    """Tell whether a record is to be seen in one of the mapping's containers."""
    return record.presence.in_sight and record.ref.container in bound.containers[record.ref.side]


def home(bound: Bound, record: Record) -> str | None:
    """Return the container in which the record's partner is born; None where the page names none of them.

    A page says it by the mapping's `repository` row; one that says nothing is born in the first repository.
    """
    to = record.ref.side.other
    first, field = bound.containers[to][0], bound.repository
    reading = field.read(record) if field and to is Side.GITHUB else None
    if field is None or reading is None or reading is UNREAD:
        return first
    said = field.transform.say(Side.GITHUB, reading, None)
    return next((id_ for id_, name in bound.repositories if isinstance(said, str) and key(name) == key(said)), None)


def quiet_until(bound: Bound, record: Record) -> datetime:
    """Return when the record has been left alone for `create.quiet` seconds, its coarse time taken at the latest."""
    if not bound.births.quiet:
        return record.time
    return record.time + timedelta(seconds=record.grain + bound.births.quiet)


def _meets(bound: Bound, record: Record, when: When) -> bool:
    """Tell whether the record shows one of the wanted values for each condition."""
    side = record.ref.side
    for label, wanted in when.conditions:
        field = next((each for each in bound.fields if label in (each.facet(side).label, each.facet(side).name)), None)
        if field is None or not any(_shows(field, record, value) for value in wanted):
            return False
    return True


def _shows(field: Field, record: Record, wanted: str) -> bool:
    reading = field.read(record)
    if isinstance(reading, tuple):
        return key(wanted) in {key(name) for name in reading}
    shown = Figure().read(None if reading is UNREAD else reading)
    return isinstance(shown, str) and (shown == wanted or shown.startswith(f"{wanted}:"))


def birth(bound: Bound, record: Record) -> Op:
    """Return the create that gives the record its partner: all that can be said, and the mark that ties the two."""
    to = record.ref.side.other
    said = [change for field in bound.fields if (change := _said(field.between(record), record, to)) is not None]
    changes = [change for change in said if bound.facet(to, change.field).creatable]
    if to is Side.GITHUB:
        changes = _in_scope(bound, changes)
    else:
        changes += [Change(put.facet.name, None, put.value) for put in bound.constants]
    changes.append(Change(MARK, None, record.address))
    missing = "page" if to is Side.NOTION else "issue"
    return Op(
        to,
        Action.CREATE,
        tuple(changes),
        reason=f"{record.label} has no {missing}",
        container=home(bound, record) or bound.containers[to][0],
    )


def _said(field: Field, record: Record, to: Side) -> Change | None:
    """Return the value the partner is born with, None where there is nothing to say or it may not be said."""
    reading = field.read(record)
    if to not in field.flows or reading is UNREAD or reading is None:
        return None
    value = field.transform.say(to, reading, None)
    if value is UNREAD or value is None:
        return None
    seen = field.transform.seen(record.ref.side, reading)
    return Change(field.key, None, value, Shadow.of(record.ref.side, seen, field.transform.seen(to, value)))


def _in_scope(bound: Bound, changes: list[Change]) -> list[Change]:
    """Add the scope's labels to those the issue is born with; what they add is seen as GitHub's change afterwards."""
    if not bound.scope.labels:
        return changes
    field = next((each for each in bound.fields if each.github.name == bound.scope.facet.name), None)
    own = next((change for change in changes if field and change.field == field.key), None)
    rest = [change for change in changes if change is not own]
    after: Value = names((*members(own.after if own else None), *bound.scope.labels))
    return [Change(own.field if own else SCOPE, None, after, own.settles if own else None), *rest]


def newborn_shadow(field: Field, born: Record, wish: Reading) -> Shadow | None:
    """Return the shadow of a field that was not given at birth: what was born, as if its parent's wish came afterwards.

    None where nothing of it was read, or can be said.
    """
    side = born.ref.side
    shown = field.read(born)
    if shown is UNREAD or wish is UNREAD:
        return None
    meant = field.transform.say(side.other, shown, wish)
    if meant is UNREAD:
        return None
    return Shadow.of(side, field.transform.seen(side, shown), field.transform.seen(side.other, meant))
