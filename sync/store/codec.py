"""Values, records, ops and shadows as JSON text and back, exactly; it decides nothing and knows no table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sync.core.model import UNREAD, Action, Change, LinkState, Op, Presence, Reading, Record, Ref, Shadow, Side, Value
from sync.core.state import Ack, Replaced

_UNREAD: dict[str, Any] = {}
"""An empty object: no value is ever an object, so nothing that was read can look like it."""

_dump = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_scan = json.JSONDecoder().raw_decode


def dump(plain: object) -> str:
    """Return plain JSON as text of ASCII alone, which every database keeps byte by byte."""
    return _dump(plain)


def load(text: str) -> Any:  # noqa: ANN401 - the caller knows what it wrote
    """Return the plain JSON in a text that was written here: no blank stands around it, so none is looked for."""
    return _scan(text)[0]


def value(raw: Any) -> Value:  # noqa: ANN401 - plain JSON
    """Return the value in plain JSON: the only lists are sets of names, and those are tuples."""
    return tuple(raw) if isinstance(raw, list) else raw


def _reading(raw: Any) -> Reading:  # noqa: ANN401 - plain JSON
    if isinstance(raw, list):
        return tuple(raw)
    return UNREAD if isinstance(raw, dict) else raw


def _plain(reading: Reading) -> Any:  # noqa: ANN401 - plain JSON
    return _UNREAD if reading is UNREAD else reading


def _readings(raw: Mapping[str, Any]) -> dict[str, Reading]:
    # Most are text: asking that first spares a call for each field of each record.
    return {name: each if each.__class__ is str else _reading(each) for name, each in raw.items()}


def _plains(fields: Mapping[str, Reading]) -> dict[str, Any]:
    return {name: _plain(each) for name, each in fields.items()}


def dump_replaced(fields: Mapping[str, Replaced]) -> str:
    """Return what a write did to each field as text."""
    return _dump(
        {name: [each.before, each.after, each.other, each.base and _shadow(each.base)] for name, each in fields.items()}
    )


def load_replaced(text: str) -> dict[str, Replaced]:
    """Return what a write did to each field."""
    return {
        name: Replaced(value(before), value(after), value(other), _to_shadow(base) if base else None)
        for name, (before, after, other, base) in load(text).items()
    }


def _ref(ref: Ref) -> list[Any]:
    return [ref.side, ref.id, ref.container, ref.number]


def _to_ref(raw: list[Any]) -> Ref:
    return Ref(Side(raw[0]), raw[1], raw[2], raw[3])


_PRESENCES = {str(presence): presence for presence in Presence}


def dump_record(record: Record) -> str:
    """Return a record as text."""
    return _dump(
        [
            _ref(record.ref),
            _plains(record.fields),
            record.time.isoformat(),
            record.address,
            record.label,
            record.presence,
            _ref(record.moved_to) if record.moved_to else None,
            record.grain,
            record.editor,
        ]
    )


def load_record(text: str) -> Record:
    """Return a record."""
    ref, fields, time, address, label, presence, moved_to, grain, editor = load(text)
    return Record(
        _to_ref(ref),
        _readings(fields),
        datetime.fromisoformat(time),
        address,
        label,
        _PRESENCES[presence],
        _to_ref(moved_to) if moved_to else None,
        grain,
        editor,
    )


def dump_since(since: Mapping[str, datetime | None]) -> str:
    """Return times by field as text; most fields share one, so each time stands once."""
    moments = list(dict.fromkeys(since.values()))
    places = {moment: place for place, moment in enumerate(moments)}
    written = [moment and moment.isoformat() for moment in moments]
    return _dump([written, {name: places[moment] for name, moment in since.items()}])


def load_since(text: str) -> dict[str, datetime | None]:
    """Return times by field."""
    written, places = load(text)
    moments = [moment and datetime.fromisoformat(moment) for moment in written]
    return {name: moments[place] for name, place in places.items()}


def dump_ack(ack: Ack) -> str:
    """Return an acknowledgement as text."""
    return _dump([ack.seq, ack.at.isoformat(), ack.time.isoformat(), _plains(ack.before), ack.ours])


def load_ack(text: str) -> Ack:
    """Return an acknowledgement."""
    seq, at, time, before, ours = load(text)
    return Ack(seq, datetime.fromisoformat(at), datetime.fromisoformat(time), _readings(before), ours)


def _shadow(shadow: Shadow) -> list[Any]:
    return [shadow.github, shadow.notion, shadow.sent]


def _to_shadow(raw: list[Any]) -> Shadow:
    github, notion, sent = raw
    return Shadow(
        tuple(github) if github.__class__ is list else github,
        tuple(notion) if notion.__class__ is list else notion,
        sent and Side(sent),
    )


def dump_shadow(shadow: Shadow) -> str:
    """Return a shadow as text."""
    return _dump(_shadow(shadow))


def load_shadow(text: str) -> Shadow:
    """Return a shadow."""
    return _to_shadow(load(text))


def load_shadows(texts: Iterable[str]) -> list[Shadow]:
    """Return many shadows: read as one text they take a third of the time."""
    return list(map(_to_shadow, load(f"[{','.join(texts)}]")))


def dump_value(one: Value) -> str:
    """Return a value as text."""
    return _dump(one)


def load_value(text: str) -> Value:
    """Return a value."""
    return value(load(text))


def dump_op(op: Op) -> str:
    """Return an op as text."""
    changes = [
        [each.field, _plain(each.before), each.after, _shadow(each.settles) if each.settles else None]
        for each in op.changes
    ]
    return _dump([op.side, op.action, changes, op.reason, op.then, op.container])


def load_op(text: str) -> Op:
    """Return an op."""
    side, action, changes, reason, then, container = load(text)
    made = tuple(
        Change(field, _reading(before), value(after), _to_shadow(settles) if settles else None)
        for field, before, after, settles in changes
    )
    return Op(Side(side), Action(action), made, reason, LinkState(then), container)
