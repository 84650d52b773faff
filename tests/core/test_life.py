"""The life of a link: the table is complete, its own mirror image, and leads to what the contract says."""

from dataclasses import replace
from itertools import product

import pytest

from sync.core.bound import Field
from sync.core.life import LIFE, Sighting, Step, sighting, step
from sync.core.mapping import Deletions, Fate, Policy
from sync.core.model import Action, Link, LinkState, Presence, Shadow, Side
from sync.core.plan import decide
from sync.core.state import Known, Observation
from tests.core.situations import NOON, TRANSFORMS, bound_of, facet, record

FIELDS = tuple(
    Field(name, facet(Side.GITHUB, name), facet(Side.NOTION, name), TRANSFORMS[name], Policy.NEWEST, frozenset(Side))
    for name in ("title", "state")
)
BOUND = bound_of(FIELDS)
SHADOWS = {"title": Shadow("a", "a"), "state": Shadow("open", "To do")}


def known(state, github, notion, *, shadows=SHADOWS, issue=("a", "open"), page=("a", "To do"), closed_by_us=False):
    records = {
        Side.GITHUB: record(
            Side.GITHUB, dict(zip(("title", "state"), issue, strict=True)) | {"mark": None}, presence=github
        ),
        Side.NOTION: record(
            Side.NOTION, dict(zip(("title", "state"), page, strict=True)) | {"mark": None}, presence=notion
        ),
    }
    link = Link(1, "m", state, records[Side.GITHUB].ref, records[Side.NOTION].ref, closed_by_us=closed_by_us)
    seen = {side: Observation(each, 1, NOON) for side, each in records.items()}
    return Known(link, seen[Side.GITHUB], seen[Side.NOTION], shadows)


def told(plan):
    return [(op.side, op.action, op.then) for op in plan.ops], plan.state


HERE, TRASHED, DELETED, HIDDEN, AWAY = (
    Presence.PRESENT,
    Presence.TRASHED,
    Presence.DELETED,
    Presence.HIDDEN,
    Presence.AWAY,
)
LINKED, PARKED, TOMBSTONED, CLAIMED = LinkState.LINKED, LinkState.PARKED, LinkState.TOMBSTONED, LinkState.CLAIMED


def test_the_table_is_its_own_mirror_image():
    assert {(state, two, one): turn for (state, one, two), turn in LIFE.items()} == LIFE


def test_every_situation_of_a_tied_link_stands_in_the_table():
    seen = [Sighting.HERE, Sighting.GONE, Sighting.AWAY]
    assert all((state, one, two) in LIFE for state, one, two in product([LINKED, PARKED], seen, seen))


def test_a_tombstoned_link_rests():
    assert step(TOMBSTONED, Sighting.HERE, Sighting.HERE) is Step.REST


def test_an_archived_page_stays_linked_and_a_page_out_of_scope_is_out_of_sight():
    page = record(Side.NOTION, {}, presence=Presence.ARCHIVED)
    assert sighting(page, in_scope=True) is Sighting.HERE
    assert sighting(page, in_scope=False) is Sighting.AWAY


@pytest.mark.parametrize(
    ("situation", "expected"),
    [
        (known(LINKED, HERE, TRASHED), ([(Side.GITHUB, Action.CLOSE, PARKED)], None)),
        (
            known(
                LINKED,
                HERE,
                TRASHED,
                issue=("a", "closed:completed"),
                shadows={"state": Shadow("closed:completed", "Done")},
            ),
            ([], PARKED),
        ),
        (known(LINKED, HERE, TRASHED, issue=("new", "open")), ([(Side.NOTION, Action.RESTORE, PARKED)], None)),
        (known(LINKED, DELETED, HERE), ([(Side.NOTION, Action.TRASH, TOMBSTONED)], None)),
        (known(LINKED, DELETED, HERE, page=("new", "To do")), ([], CLAIMED)),
        (known(LINKED, DELETED, TRASHED), ([], TOMBSTONED)),
        (known(LINKED, HIDDEN, HERE), ([], PARKED)),
        (known(LINKED, HERE, AWAY), ([], PARKED)),
        (known(PARKED, HERE, TRASHED), ([], None)),
        (
            known(PARKED, HERE, TRASHED, shadows={"state": Shadow("closed:not_planned", "To do")}),
            ([(Side.NOTION, Action.RESTORE, PARKED)], None),
        ),
        (known(PARKED, HERE, HERE), ([], LINKED)),
        (
            known(
                PARKED,
                HERE,
                HERE,
                issue=("a", "closed:not_planned"),
                closed_by_us=True,
                shadows={"state": Shadow("closed:not_planned", "To do")},
            ),
            ([(Side.GITHUB, Action.REOPEN, LINKED)], None),
        ),
        (
            known(
                PARKED,
                HERE,
                HERE,
                issue=("a", "closed:completed"),
                closed_by_us=True,
                shadows={"title": Shadow("a", "a"), "state": Shadow("closed:not_planned", "To do")},
            ),
            ([(Side.NOTION, Action.UPDATE, LINKED)], LINKED),
        ),
    ],
)
def test_what_happens_to_a_link(situation, expected):
    assert told(decide(situation, BOUND)) == expected


def test_keep_keeps():
    bound = replace(BOUND, deletions=Deletions(issue_deleted=Fate.KEEP, page_trashed=Fate.KEEP))
    assert told(decide(known(LINKED, HERE, TRASHED), bound)) == ([], PARKED)
    assert told(decide(known(LINKED, DELETED, HERE), bound)) == ([], TOMBSTONED)


def test_a_one_way_row_never_brings_a_page_back():
    one_way = bound_of(tuple(replace(field, flows=frozenset({Side.NOTION})) for field in FIELDS))
    plan = decide(known(LINKED, HERE, TRASHED, issue=("new", "open")), one_way)
    assert [op.action for op in plan.ops] == [Action.CLOSE]
