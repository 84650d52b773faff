"""`tandem conflicts`: what both sides changed and disagree on, and a person's choice between them."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from sync.cli.documents import called, value
from sync.cli.frame import Result
from sync.cli.render import conflict, conflict_table, plain
from sync.cli.session import known_names, naming, state
from sync.core import why
from sync.core.errors import Misconfigured, Problem
from sync.core.fieldkey import field_name
from sync.core.model import Shadow, Side
from sync.core.sides import keys_called
from sync.flow.bind import remembered
from sync.store import SqlStore

if TYPE_CHECKING:
    from rich.console import Console

    from sync.store.report import ConflictRow


@dataclass(frozen=True)
class Choice:
    """What a person asked for: one conflict, or all open ones of a mapping and perhaps a field."""

    use: str
    id: int | None = None
    every: bool = False
    mapping: str | None = None
    field: str | None = None


def listed() -> Result:
    """List conflicts, held and decided."""
    with state() as store:
        rows, people = list(store.conflicts()), _people(store)
    return Result({"conflicts": [document(row) for row in rows]}, lambda out: out.print(conflict_table(rows, people)))


def shown(number: int) -> Result:
    """Show one conflict: both values and what both sides last agreed on, in full."""
    with state() as store:
        row, people = _one(store, number), _people(store)
        told = _standing(store, row)
    found = document(row)

    def show(out: Console) -> None:
        conflict(out, found, people)
        out.print(plain(told))

    return Result({"conflicts": [found]}, show)


def resolved(choice: Choice) -> Result:
    """Have a side win; refused where a value moved since the conflict was recorded."""
    if choice.use not in tuple(Side):
        raise Misconfigured([Problem(f"--use takes github or notion, not {choice.use!r}")])
    side = Side(choice.use)
    with state() as store:
        rows = _wanted(store, choice)
        refused = [row for row in rows if not store.resolve(row.id, side, (row.github, row.notion))]
    if refused:
        names = ", ".join(str(row.id) for row in refused)
        raise Misconfigured(
            [Problem(f"not resolved: {names} moved or was decided since", cure="see `tandem conflicts`")]
        )
    told = f"{len(rows)} resolved for {side}: the next pass carries it out" if rows else _nothing(choice)
    return Result({"conflicts": [document(row) for row in rows], "resolved": len(rows)}, lambda out: out.print(told))


def _nothing(choice: Choice) -> str:
    of = f" of {choice.field}" if choice.field else ""
    return f"nothing is held{of} in {choice.mapping}: there is nothing to resolve"


def _standing(store: SqlStore, row: ConflictRow) -> str:
    """Return since when a conflict stands, and what decides or decided it."""
    since, known = f"since {row.since:%Y-%m-%d %H:%M} UTC", store.known(row.link)
    if row.winner:
        return f"won by {row.winner}, {since}"
    if row.resolved and known is not None:
        return f"held {since}: {why.of_choice(known, naming(store, row.mapping).bound, row.field, row.resolved)}"
    return f"held {since}: {why.asked(row.id)}"


def _wanted(store: SqlStore, choice: Choice) -> list[ConflictRow]:
    if choice.id is not None and not choice.every:
        return [_one(store, choice.id)]
    if choice.id is not None or choice.mapping is None or not choice.every:
        raise Misconfigured([Problem("name either a conflict's id, or --all with --mapping")])
    there = known_names(store)
    if choice.mapping not in there:
        near = get_close_matches(choice.mapping, there, n=1)
        raise Misconfigured([Problem(f"no mapping is named {choice.mapping!r}", nearest=near[0] if near else None)])
    rows = [row for row in store.conflicts(choice.mapping) if row.state == "held"]
    if choice.field is None:
        return rows
    keys = keys_called(choice.field, naming(store, choice.mapping), [row.field for row in rows])
    return [row for row in rows if row.field in keys]


def _one(store: SqlStore, number: int) -> ConflictRow:
    for row in store.conflicts():
        if row.id == number:
            return row
    raise Misconfigured([Problem(f"no conflict has the id {number}", cure="see `tandem conflicts`")])


def _field(row: ConflictRow) -> str:
    return field_name(row.field)


def _people(store: SqlStore) -> dict[str, str]:
    """Return what people are called whose ids the values may hold."""
    known: dict[str, str] = {}
    for mapping in {row.mapping for row in store.conflicts()}:
        known |= called(remembered(store.mapping(mapping)))
    return known


def document(row: ConflictRow) -> dict[str, Any]:
    """Return a conflict as the contract words it."""
    return {
        "id": row.id,
        "mapping": row.mapping,
        "issue": row.place.issue,
        "page": row.place.page,
        "field": _field(row),
        "github": value(row.github),
        "notion": value(row.notion),
        "base": _base(row.base),
        "since": row.since.isoformat(),
        "state": row.state,
        "winner": row.winner.value if row.winner else None,
    }


def _base(base: Shadow | None) -> dict[str, Any] | None:
    return {"github": value(base.github), "notion": value(base.notion)} if base else None
