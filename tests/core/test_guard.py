"""What counts as what, where a limit bites, and what is left of a write."""

import pytest

from sync.core.guard import action_of, kinds, refused, without
from sync.core.mapping import Guards, Limit
from sync.core.model import Action, Change, Op, Shadow, Side

SETTLES = Shadow("a", "b")


def change(field, before, after, settles=SETTLES):
    return Change(f"{field}~p", before, after, settles)


def op(*changes, side=Side.GITHUB, action=None):
    return Op(side, action or action_of(side, changes), changes)


CLOSE = change("state", "open", "closed:completed")
EMPTY = change("labels", ("x",), None)
TITLE = change("title", "a", "b")
FILL = change("title", None, "b")
MARK = Change("mark", None, "x")


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (op(CLOSE), ("max_destructive", "max_overwrites:state~p")),
        (op(EMPTY), ("max_destructive", "max_overwrites:labels~p")),
        (op(TITLE), ("max_overwrites:title~p",)),
        (op(FILL), ()),
        (op(MARK, side=Side.NOTION), ()),
        (op(change("state", "To do", "Done"), side=Side.NOTION), ("max_overwrites:state~p",)),
        (op(TITLE, action=Action.CREATE), ("max_new_issues",)),
        (op(TITLE, side=Side.NOTION, action=Action.CREATE), ()),
        (op(side=Side.NOTION, action=Action.TRASH), ("max_destructive",)),
    ],
)
def test_a_write_counts_as(write, expected):
    assert kinds(write) == expected


@pytest.mark.parametrize(
    ("count", "links", "passes"),
    [(9, 100, True), (10, 100, True), (11, 100, False), (5, 10, True), (6, 10, False), (5, 0, True)],
)
def test_a_share_bites_above_its_limit_and_never_below_five(count, links, passes):
    assert (not refused({"max_destructive": count}, Guards(), links)) is passes


@pytest.mark.parametrize(("count", "passes"), [(2, True), (3, True), (4, False)])
def test_a_number_is_the_limit_itself(count, passes):
    guards = Guards(max_new_issues=Limit(3))
    assert (not refused({"max_new_issues": count}, guards, 1000)) is passes


def test_a_refusal_says_how_many_of_what_and_what_is_allowed():
    assert refused({"max_overwrites:title~p": 60}, Guards(), 100) == {
        "max_overwrites:title~p": "60 writes of title where max_overwrites allows 50"
    }


def test_what_is_not_of_the_refused_kind_is_still_written():
    left = without(op(CLOSE, TITLE, MARK), {"max_destructive"})
    assert left == Op(Side.GITHUB, Action.UPDATE, (TITLE, MARK))


def test_a_refused_field_is_kept_back_alone():
    assert without(op(TITLE, EMPTY), {"max_overwrites:title~p"}).changes == (EMPTY,)


@pytest.mark.parametrize("action", [Action.TRASH, Action.CREATE])
def test_a_birth_or_a_trashing_is_kept_back_whole(action):
    write = op(TITLE, action=action)
    assert without(write, kinds(write)) is None


def test_an_op_of_another_kind_passes_untouched():
    assert without(op(TITLE), {"max_new_issues"}) == op(TITLE)


@pytest.mark.parametrize(
    ("changes", "action"),
    [
        ((CLOSE, TITLE), Action.CLOSE),
        ((change("state", "closed:completed", "open"),), Action.REOPEN),
        ((change("state", "closed:completed", "closed:not_planned"),), Action.UPDATE),
        ((MARK,), Action.LINK),
        ((MARK, TITLE), Action.UPDATE),
    ],
)
def test_a_write_is_named_by_what_it_amounts_to(changes, action):
    assert action_of(Side.GITHUB, changes) is action


def test_a_page_whose_option_is_called_open_is_not_reopened():
    assert action_of(Side.NOTION, (change("state", "Done", "open"),)) is Action.UPDATE
