"""The merge table, row by row, and its properties."""

from datetime import timedelta

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from sync.core.bound import Field
from sync.core.mapping import Policy
from sync.core.merge import Case, Sight, merge
from sync.core.model import UNREAD, Conflict, Shadow, Side
from sync.core.values import key, same
from tests.core.situations import KINDS, NOON, TRANSFORMS, bounds, facet, kind, times, values

BOTH = frozenset(Side)


def field(name, policy=Policy.NEWEST, flows=BOTH):
    return Field(name, facet(Side.GITHUB, name), facet(Side.NOTION, name), TRANSFORMS[name], policy, flows)


def met(name, github, notion, shadow, *, policy=Policy.NEWEST, flows=BOTH, at=(None, None), resolved=None):
    sights = {Side.GITHUB: Sight(github, at[0]), Side.NOTION: Sight(notion, at[1], grain=60)}
    return merge(field(name, policy, flows), sights, shadow and Shadow(*shadow), resolved)


def written(verdict):
    return {write.side: write.value for write in verdict.writes}


@pytest.mark.parametrize(
    ("name", "github", "notion", "shadow", "case", "writes"),
    [
        ("title", "a", "a", ("a", "a"), Case.SAME, {}),
        ("title", "a", "b", ("a", "b"), Case.SAME, {}),
        ("title", "c", "a", ("a", "a"), Case.FLOW, {Side.NOTION: "c"}),
        ("title", "a", "c", ("a", "a"), Case.FLOW, {Side.GITHUB: "c"}),
        ("title", "c", "c", ("a", "a"), Case.AGREED, {}),
        ("title", "b", "c", ("a", "a"), Case.HELD, {}),
        ("title", UNREAD, "c", ("a", "a"), Case.UNREAD, {}),
        ("title", "a", None, ("a", "a"), Case.UNSAID, {}),
        ("state", "open", "In progress", ("open", "To do"), Case.AGREED, {}),
        ("state", "closed:completed", "In progress", ("open", "In progress"), Case.FLOW, {Side.NOTION: "Done"}),
        ("state", "open", "Blocked", ("open", "To do"), Case.UNSAID, {}),
        (
            "labels",
            ("bug", "ui"),
            ("bug", "late"),
            (("bug",), ("bug",)),
            Case.UNITED,
            {Side.GITHUB: ("bug", "late", "ui"), Side.NOTION: ("bug", "late", "ui")},
        ),
        (
            "labels",
            None,
            ("bug", "late"),
            (("bug",), ("bug",)),
            Case.UNITED,
            {Side.GITHUB: ("late",), Side.NOTION: ("late",)},
        ),
        ("labels", ("a,b", "bug"), ("bug",), (("bug",), ("bug",)), Case.SAME, {}),
        ("title", "a", "a", None, Case.FIRST_AGREED, {}),
        ("title", "a", None, None, Case.FIRST_FILLED, {Side.NOTION: "a"}),
        ("title", "a", "b", None, Case.FIRST_HELD, {}),
        ("state", "open", None, None, Case.FIRST_FILLED, {Side.NOTION: "To do"}),
        (
            "labels",
            ("bug",),
            ("ui",),
            None,
            Case.FIRST_UNITED,
            {Side.GITHUB: ("bug", "ui"), Side.NOTION: ("bug", "ui")},
        ),
    ],
)
def test_the_table(name, github, notion, shadow, case, writes):
    verdict = met(name, github, notion, shadow)
    assert (verdict.case, written(verdict)) == (case, writes)


@pytest.mark.parametrize(
    ("policy", "seconds", "winner"),
    [
        (Policy.GITHUB, 0, Side.GITHUB),
        (Policy.NOTION, 0, Side.NOTION),
        (Policy.HOLD, 600, None),
        (Policy.NEWEST, 60, Side.GITHUB),
        (Policy.NEWEST, 59, None),
        (Policy.NEWEST, 0, None),
        (Policy.NEWEST, -1, Side.NOTION),
    ],
)
def test_a_contest_is_decided_by_the_policy_and_newest_knows_what_a_minute_hides(policy, seconds, winner):
    at = (NOON + timedelta(seconds=seconds), NOON)
    verdict = met("title", "b", "c", ("a", "a"), policy=policy, at=at)
    assert verdict.conflict == Conflict("title", "b", "c", Shadow("a", "a"), winner)
    assert written(verdict) == (
        {winner.other: verdict.conflict.github if winner is Side.GITHUB else "c"} if winner else {}
    )


def test_newest_holds_where_a_time_may_be_our_own_writes():
    assert met("title", "b", "c", ("a", "a"), at=(None, NOON)).case is Case.HELD


def test_a_person_decides_what_was_held():
    verdict = met("title", "b", "c", ("a", "a"), policy=Policy.HOLD, resolved=Side.NOTION)
    assert written(verdict) == {Side.GITHUB: "c"}


def test_a_winner_that_cannot_be_said_is_held():
    verdict = met("state", "closed:completed", "Blocked", ("open", "To do"), policy=Policy.NOTION)
    assert (verdict.case, verdict.writes) == (Case.HELD, ())


@pytest.mark.parametrize("shadow", [None, ("a", "a")])
def test_a_one_way_row_never_writes_against_its_direction(shadow):
    verdict = met("title", "a", "c", shadow, flows=frozenset({Side.NOTION}))
    assert written(verdict) == ({} if shadow else {Side.NOTION: "a"})


def test_a_one_way_edit_is_overwritten_at_the_sources_next_change():
    verdict = met("title", "b", "c", ("a", "a"), flows=frozenset({Side.NOTION}))
    assert (written(verdict), verdict.conflict) == ({Side.NOTION: "b"}, None)


def test_a_one_way_edit_of_a_set_is_overwritten_too():
    verdict = met("labels", ("bug", "docs"), ("ui",), (("bug",), ("bug",)), flows=frozenset({Side.NOTION}))
    assert (written(verdict), verdict.conflict) == ({Side.NOTION: ("bug", "docs")}, None)


@given(st.data(), bounds(), st.sampled_from(sorted(KINDS)), times(), times())
def test_neither_side_changed_means_no_write_whatever_the_values_look_like(data, bound, name, one, two):
    bound_field = bound.field(name)
    github, notion = (data.draw(values(side, name)) for side in Side)
    shadow = Shadow(
        *(bound_field.transform.seen(side, each) for side, each in zip(Side, (github, notion), strict=True))
    )
    sights = {Side.GITHUB: Sight(github, one), Side.NOTION: Sight(notion, two, 60)}
    assert merge(bound_field, sights, shadow).case is Case.SAME


@given(st.data(), bounds(), st.sampled_from(sorted(KINDS)), times(), times())
def test_writes_carried_out_one_after_the_other_end_in_agreement(data, bound, name, one, two):
    """Each acknowledged write may be followed by a new decision; after two of them nothing is left to do."""
    bound_field = bound.field(name)
    shown = {side: data.draw(values(side, name)) for side in Side}
    shadow = data.draw(
        st.none()
        | st.builds(
            Shadow, *(values(side, name).map(lambda v, s=side: bound_field.transform.seen(s, v)) for side in Side)
        )
    )
    times_ = {Side.GITHUB: one, Side.NOTION: two}
    cases = []
    for _ in range(4):
        sights = {side: Sight(shown[side], times_[side], 1 if side is Side.GITHUB else 60) for side in Side}
        verdict = merge(bound_field, sights, shadow)
        cases.append(verdict.case)
        event(verdict.case)
        shadow = verdict.shadow or shadow
        if not verdict.writes:
            break
        write = verdict.writes[0]
        assert write.side in bound_field.flows
        assert not same(kind(write.side, name), write.value, shown[write.side])
        shown[write.side], shadow = write.value, write.settles
    assert not verdict.writes, cases


@given(st.data(), bounds(), st.sampled_from(["labels", "people"]))
def test_no_edit_of_a_set_is_lost_when_both_sides_changed_it(data, bound, name):
    bound_field = Field(name, facet(Side.GITHUB, name), facet(Side.NOTION, name), TRANSFORMS[name], Policy.NEWEST, BOTH)
    transform = bound_field.transform
    github0 = transform.seen(Side.GITHUB, data.draw(values(Side.GITHUB, name)))
    notion0 = transform.say(Side.NOTION, github0, None)
    shadow = Shadow(github0, transform.seen(Side.NOTION, notion0))
    shown = {Side.GITHUB: data.draw(values(Side.GITHUB, name)), Side.NOTION: data.draw(values(Side.NOTION, name))}
    before = dict(shown)
    for _ in range(3):
        verdict = merge(bound_field, {side: Sight(each) for side, each in shown.items()}, shadow)
        shadow = verdict.shadow or shadow
        for write in verdict.writes[:1]:
            shown[write.side], shadow = write.value, write.settles
    old = {key(each) for each in notion0 or ()}
    said = transform.seen(Side.NOTION, before[Side.NOTION])
    added = [each for each in said or () if key(each) not in old]
    for each in added:
        assert any(transform.lexicon.agree(there, each) for there in shown[Side.GITHUB] or ())
