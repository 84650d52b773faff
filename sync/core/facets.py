"""What a facet shows of a record's own field, and how a value of it is put back among the rest; nothing is translated.

A family of labels is a part of the labels: `labels:priority/*` shows the label `priority/high` as `high`. A row for all
labels leaves the families of other rows alone. A named line is a part of a document. Every other facet shows its field
whole.
"""

from __future__ import annotations

from collections.abc import Iterable

from sync.core import lines
from sync.core.families import belongs
from sync.core.model import UNREAD, Facet, Kind, Put, Reading, Record, Value
from sync.core.values import members, names


def read(facet: Facet, record: Record) -> Reading:
    """Return what the record shows of the facet; a family of which one name is wanted but several stand is those."""
    whole = record.read(facet.name)
    if whole is UNREAD or not (facet.family or facet.but or facet.line):
        return whole
    if facet.line:
        return lines.said(str(whole or ""), facet.line)
    if facet.but:
        return names(name for name in members(whole) if not _in_any(facet.but, name))
    shown = names(name[len(facet.family) :] for name in members(whole) if _in_any((facet.family,), name))
    return shown[0] if isinstance(shown, tuple) and len(shown) == 1 and facet.kind is Kind.CHOICE else shown


def onto(facet: Facet, whole: Value, value: Value) -> Value:
    """Return the record's own field after the facet was given a value, with all that the facet does not show."""
    if facet.but:
        return names((*members(value), *(name for name in members(whole) if _in_any(facet.but, name))))
    if facet.line:
        return lines.saying(str(whole or ""), facet.line, None if value is None else str(value)) or None
    if not facet.family:
        return value
    given = (value,) if isinstance(value, str) else members(value)
    rest = (name for name in members(whole) if not _in_any((facet.family,), name))
    return names((*rest, *(facet.family + name for name in given)))


def written(puts: Iterable[Put], record: Record | None) -> tuple[Put, ...]:
    """Return puts of whole fields: facets of one field become one, put among what the record shows there.

    A line is put into a text last, since the whole text of the same call knows nothing of it.
    """
    found: dict[str, Put] = {}
    for put in sorted(puts, key=lambda put: bool(put.facet.line)):
        name = put.facet.name
        before = found[name].value if name in found else _whole(record, name)
        found[name] = Put(put.facet, onto(put.facet, before, put.value))
    return tuple(found.values())


def _whole(record: Record | None, name: str) -> Value:
    reading = record.read(name) if record else None
    return None if reading is UNREAD else reading


def _in_any(families: Iterable[str], name: str) -> bool:
    return any(belongs(family, name) for family in families)
