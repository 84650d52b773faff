"""The life of a link: the table is complete, its own mirror image, and leads to what the contract says."""

from dataclasses import replace
from itertools import product

import pytest

from sync.core.bound import Field
from sync.core.life import LIFE, Sighting, Step, followed, sighting, step
from sync.core.mapping import Deletions, Fate, Policy
from sync.core.model import Action, Link, LinkState, Presence, Ref, Shadow, Side
from sync.core.plan import decide
from sync.core.state import Ack, Known, Observation
from tests.core.situations import NOON, TRANSFORMS, bound_of, facet, record

FIELDS = tuple(
    Field(name, facet(Side.GITHUB, name), facet(Side.NOTION, name), TRANSFORMS[name], Policy.NEWEST, frozenset(Side))
    for name in ("title", "state")
)
PLAIN = bound_of(FIELDS)
BOUND = replace(PLAIN, marks={**PLAIN.marks, Side.NOTION: replace(PLAIN.marks[Side.NOTION], writable=True)})
SHADOWS = {"title": Shadow("a", "a"), "state": Shadow("open", "To do")}


def known(
    state,
    github,
    notion,
    *,
    shadows=SHADOWS,
    issue=("a", "open"),
    page=("a", "To do"),
    closed_by_us=False,
    mark="address of github",
):
    records = {
        Side.GITHUB: record(
            Side.GITHUB, dict(zip(("title", "state"), issue, strict=True)) | {"mark": None}, presence=github
        ),
        Side.NOTION: record(
            Side.NOTION, dict(zip(("title", "state"), page, strict=True)) | {"mark": mark}, presence=notion
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


def possible(state, one, two):
    """A claim has the one record that is there and wants the other; a link has two; a tombstoned one just rests."""
    unborn = [one, two].count(Sighting.UNBORN)
    return {CLAIMED: unborn == 1, LINKED: unborn == 0, PARKED: unborn == 0, TOMBSTONED: False}[state]


def test_every_situation_that_can_occur_stands_in_the_table_and_no_other():
    assert set(LIFE) == {each for each in product(LinkState, Sighting, Sighting) if possible(*each)}


def test_a_record_is_followed_within_the_mapping_and_not_out_of_it():
    there = Ref(Side.GITHUB, "9", "2", 9)
    moved = replace(record(Side.GITHUB, {}, presence=Presence.AWAY), moved_to=there)
    assert followed(moved, ("1", "2")) == there
    assert followed(moved, ("1",)) is None
    assert followed(record(Side.GITHUB, {}), ("1", "2")) is None


def test_a_record_whose_repository_left_the_mapping_is_parked_and_not_gone():
    elsewhere = replace(BOUND, containers={Side.GITHUB: ("2",), Side.NOTION: ("d",)})
    assert told(decide(known(LINKED, HERE, HERE), elsewhere)) == ([], PARKED)
    assert told(decide(known(LINKED, HERE, TRASHED), elsewhere)) == ([], PARKED)


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
        (known(LINKED, DELETED, HERE, page=("new", "To do"), mark=None), ([], TOMBSTONED)),
        (
            known(LINKED, DELETED, HERE, page=("new", "To do")),
            ([(Side.NOTION, Action.UNLINK, TOMBSTONED)], None),
        ),
        (known(LINKED, DELETED, HERE, page=("a", "Blocked")), ([(Side.NOTION, Action.TRASH, TOMBSTONED)], None)),
        (known(LINKED, DELETED, TRASHED), ([], TOMBSTONED)),
        (known(LINKED, HIDDEN, HERE), ([], PARKED)),
        (known(LINKED, HERE, AWAY), ([], PARKED)),
        (known(LINKED, DELETED, AWAY), ([], PARKED)),
        (known(PARKED, HERE, AWAY), ([], None)),
        # Trashed or deleted while the link was parked for another reason: it counts once the other is back in sight.
        (known(PARKED, HERE, TRASHED), ([(Side.GITHUB, Action.CLOSE, PARKED)], None)),
        (known(PARKED, DELETED, HERE), ([(Side.NOTION, Action.TRASH, TOMBSTONED)], None)),
        (known(PARKED, DELETED, TRASHED), ([], TOMBSTONED)),
        (
            known(
                PARKED,
                HERE,
                TRASHED,
                issue=("a", "closed:not_planned"),
                closed_by_us=True,
                shadows={"state": Shadow("closed:not_planned", "To do")},
            ),
            ([], PARKED),
        ),
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


@pytest.mark.parametrize(("closed_at", "reopened"), [("2026-11-23T12:00:00Z", True), ("2026-11-23T12:00:01Z", False)])
def test_a_close_later_than_ours_is_a_persons_though_it_looks_the_same(closed_at, reopened):
    shadows = {"title": Shadow("a", "a"), "state": Shadow("closed:not_planned", "To do")}
    parked = known(PARKED, HERE, HERE, issue=("a", "closed:not_planned"), closed_by_us=True, shadows=shadows)
    issue = replace(parked.github.record, fields={**parked.github.record.fields, "closed_at": closed_at})
    ack = Ack(1, NOON, NOON, {"state": "open"})
    plan = decide(replace(parked, github=replace(parked.github, record=issue, ack=ack)), BOUND)
    (op,) = plan.ops
    assert (op.side, op.action) == ((Side.GITHUB, Action.REOPEN) if reopened else (Side.NOTION, Action.UPDATE))
    assert [change.after for change in op.changes] == ["open" if reopened else "Dropped"]


def test_a_close_of_ours_that_somebody_took_back_brings_the_page_back_whatever_the_rows_are():
    titles = bound_of(FIELDS[:1])
    parked = known(PARKED, HERE, TRASHED, closed_by_us=True)
    assert told(decide(parked, titles)) == ([(Side.NOTION, Action.RESTORE, PARKED)], None)
