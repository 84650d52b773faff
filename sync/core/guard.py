"""The guards: which kinds of writes an op counts as, what a limit refuses, and what is left of an op without them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from sync.core.bound import OPEN
from sync.core.fieldkey import field_name
from sync.core.issue import STATE
from sync.core.mapping import Guards
from sync.core.model import COMMENT, UNREAD, Action, Change, Op, Side

DESTRUCTIVE = "max_destructive"
NEW_ISSUES = "max_new_issues"
NEW_COMMENTS = "max_new_comments"
OVERWRITES = "max_overwrites"


def kinds(op: Op) -> tuple[str, ...]:
    """Return the kinds that an op counts as, each once; overwrites count per field: `max_overwrites:FIELD`."""
    found = {DESTRUCTIVE} if op.action is Action.TRASH else set()
    if op.action is Action.COMMENT:
        return (NEW_COMMENTS,)
    if op.action is Action.CREATE:
        return (NEW_ISSUES,) if op.side is Side.GITHUB else ()
    for change in op.changes:
        found |= set(_kinds_of(op.side, change))
    return tuple(sorted(found))


def _kinds_of(side: Side, change: Change) -> tuple[str, ...]:
    if change.settles is None or change.before is None or change.before is UNREAD or _in_a_copy(change):
        return ()
    destructive = change.after is None or _closes(side, change)
    return ((DESTRUCTIVE,) if destructive else ()) + (f"{OVERWRITES}:{change.field}",)


def _in_a_copy(change: Change) -> bool:
    """Tell whether the change is one of a comment's copy, which is ours and nobody's value."""
    return field_name(change.field) == COMMENT


def _closes(side: Side, change: Change) -> bool:
    return _is_state(side, change) and change.before == OPEN and change.after != OPEN


def _is_state(side: Side, change: Change) -> bool:
    """Tell whether the change is one of an issue's state; the page's status only mirrors it."""
    return side is Side.GITHUB and field_name(change.field) == STATE


def refused(counts: Mapping[str, int], guards: Guards, links: int) -> dict[str, str]:
    """Return the kinds whose count is above its limit, each with a sentence for the person who is asked.

    `links` is what a share is a share of; exactly at the limit passes.
    """
    found = {}
    for kind, count in sorted(counts.items()):
        name, _, field = kind.partition(":")
        limit = guards.limit(name).of(links)
        if count > limit:
            where = f" of {field_name(field)}" if field else ""
            found[kind] = f"{count} writes{where} where {name} allows {limit}"
    return found


def without(op: Op, kept_back: Collection[str]) -> Op | None:
    """Return what is left of an op when those kinds are kept back, None where nothing is."""
    mine = set(kinds(op)) & set(kept_back)
    if not mine:
        return op
    if op.action is Action.TRASH or op.birth:
        return None
    left = tuple(change for change in op.changes if not set(_kinds_of(op.side, change)) & mine)
    return replace(op, action=action_of(op.side, left), changes=left) if left else None


def action_of(side: Side, changes: tuple[Change, ...]) -> Action:
    """Return what a write of an existing record's fields amounts to: it closes, reopens, only ties, or updates."""
    if any(_closes(side, change) for change in changes):
        return Action.CLOSE
    if any(_is_state(side, change) and change.after == OPEN for change in changes):
        return Action.REOPEN
    return Action.LINK if all(change.settles is None for change in changes) else Action.UPDATE
