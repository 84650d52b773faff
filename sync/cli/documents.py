"""The documents of `--json`, as the contract words them: built from values, shown by nobody here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sync.core.bound import MARK, Bound
from sync.core.comments import TEXT, within
from sync.core.model import COMMENT, UNREAD, Action, Op, Plan, Put, Reading, Schema, Side
from sync.core.ports import Remote, Writing
from sync.core.state import Known
from sync.flow.run import Pass
from sync.remotes.github.markdown import parted

WRITES = {
    Side.GITHUB: ("create", "update", "close", "comment"),
    Side.NOTION: ("create", "update", "trash", "comment"),
}
COUNTED_AS = {Action.REOPEN: "update", Action.LINK: "update", Action.UNLINK: "update", Action.RESTORE: "update"}
"""Kinds of writes that a pass's counts have no column for."""


def value(reading: Reading) -> Any:  # noqa: ANN401 - JSON
    """Return a value as JSON: sets as sorted lists, what was not read as null, a body without our mark at its end."""
    if reading is UNREAD:
        return None
    if isinstance(reading, str):
        return parted(reading)[0] or None
    return list(reading) if isinstance(reading, tuple) else reading


def called(schemas: Mapping[Side, Schema]) -> dict[str, str]:
    """Return the names of people by their user ids, as far as they are known."""
    people = schemas[Side.NOTION].people if Side.NOTION in schemas else ()
    return {person.id: person.name for person in people or () if person.name}


def operation(known: Known, op: Op, bound: Bound) -> dict[str, Any]:
    """Return one call's intent; a mark in an issue's body is nobody's field and is not shown."""
    if known.link.kind == COMMENT:
        return comment(known, op, bound)
    shown = [change for change in op.changes if not (change.field == MARK and op.side is Side.GITHUB)]
    return {
        "side": op.side.value,
        "action": op.action.value,
        "issue": known.github.record.label if known.github else None,
        "page": known.notion.record.ref.id if known.notion else None,
        "title": _title(known, bound),
        "fields": {
            bound.facet(op.side, change.field).label: {"from": value(change.before), "to": value(change.after)}
            for change in shown
        },
        "reason": op.reason,
    }


def comment(known: Known, op: Op, bound: Bound) -> dict[str, Any]:
    """Return what is written of a comment: one that is born comes from nothing, one that is deleted goes to nothing."""
    above = known.parent
    issue, page = (above.github, above.notion) if above else (None, None)
    name = dict(bound.repositories).get(issue.container) if issue else None
    copy = known.on(op.side)
    before = copy.record.read(TEXT) if copy else None
    after = next((change.after for change in op.changes if change.field != MARK), None)
    return {
        "side": op.side.value,
        "action": Action.COMMENT.value,
        "issue": f"{name}#{issue.number}" if issue and name else None,
        "page": page.id if page else None,
        "title": None,
        "fields": {TEXT: {"from": value(before), "to": after}},
        "reason": op.reason,
    }


def _title(known: Known, bound: Bound) -> Any:  # noqa: ANN401 - JSON
    """Return what people call the record that stands on either side, GitHub's title first."""
    there = known.github or known.notion
    return bound.title(there.record) if there else None


def operations(planned: list[tuple[Known, Plan]], bound: Bound) -> list[dict[str, Any]]:
    """Return all calls of a plan, links in their order."""
    return [operation(known, op, bound) for known, plan in planned for op in plan.ops]


def expected_calls(planned: list[tuple[Known, Plan]], bound: Bound, remotes: Mapping[Side, Remote]) -> Counter[Side]:
    """Return how many calls the plan's writes come to, those included that a birth and a value entail.

    An issue that is born costs the page's link property too, and one more call where it is born closed.
    """
    calls: Counter[Side] = Counter()
    writes: dict[Side, list[Writing]] = {side: [] for side in remotes}
    for known, op in ((known, op) for known, plan in planned for op in plan.ops):
        calls[op.side] += 1
        writes[op.side].append(_writing(known, op, bound))
        if op.action is Action.CREATE and op.side is Side.GITHUB:
            calls[Side.NOTION] += 1
            calls[Side.GITHUB] += _born_closed(known, bound)
    for side, remote in remotes.items():
        calls[side] += remote.beyond(writes[side])
    return calls


def _writing(known: Known, op: Op, bound: Bound) -> Writing:
    bound, target = within(bound, known.link), known.link.ref(op.side)
    puts = [Put(bound.facet(op.side, each.field), each.after) for each in op.changes]
    later = _given_later(known, op, bound) if op.birth else []
    return Writing(target.container if target else op.container, [*puts, *later], birth=op.birth)


def _given_later(known: Known, op: Op, bound: Bound) -> list[Put]:
    """Return what a newborn is given by a call of its own."""
    parent = known.on(op.side.other)
    fields = [each for each in bound.fields if each.facet(op.side).apart and op.side in each.flows]
    asked = ((each, each.read(parent.record)) for each in fields if parent and each.key not in op.fields)
    return [Put(field.facet(op.side), shown) for field, shown in asked if shown is not UNREAD]


def refusal(refused: Mapping[str, str]) -> dict[str, str] | None:
    """Return what the guards refused, the first by name with all details, or None."""
    if not refused:
        return None
    names = sorted({kind.partition(":")[0] for kind in refused})
    return {"guard": names[0], "detail": "; ".join(refused.values())}


def written(done: Pass) -> dict[str, dict[str, int]]:
    """Return how many writes of each kind reached each side."""
    counts: dict[str, dict[str, int]] = {side.value: dict.fromkeys(kinds, 0) for side, kinds in WRITES.items()}
    for (side, action), count in done.written.items():
        counts[side.value][COUNTED_AS.get(Action(action), action)] += count
    return counts


def _born_closed(known: Known, bound: Bound) -> bool:
    page, state = known.notion, bound.state
    if page is None or state is None:
        return False
    shown = state.read(page.record)
    said = UNREAD if shown is UNREAD else state.transform.say(Side.GITHUB, shown, None)
    return isinstance(said, str) and said.startswith("closed")
