"""One link's turn as a whole, and its mirror image."""

from hypothesis import given

from sync.core.model import Op, Plan
from sync.core.plan import decide
from tests.core.situations import mirrored, situations


def swapped(op: Op):
    return (op.side.other, [(each.field, each.before, each.after) for each in op.changes])


def told(op: Op):
    return (op.side, [(each.field, each.before, each.after) for each in op.changes])


def essence(plan: Plan, tell):
    return sorted((tell(op) for op in plan.ops), key=repr)


@given(situations())
def test_swapping_the_sides_of_any_situation_gives_the_mirrored_plan(situation):
    plan, mirror = decide(*situation), decide(*mirrored(*situation))
    assert essence(plan, swapped) == essence(mirror, told)
    assert {name: (each.github, each.notion) for name, each in plan.shadows.items()} == {
        name: (each.notion, each.github) for name, each in mirror.shadows.items()
    }
    assert {(each.field, each.github, each.notion, each.winner) for each in plan.conflicts} == {
        (each.field, each.notion, each.github, each.winner and each.winner.other) for each in mirror.conflicts
    }


@given(situations())
def test_a_side_gets_at_most_one_call_and_only_in_rows_that_flow_to_it(situation):
    known, bound = situation
    plan = decide(known, bound)
    assert len({op.side for op in plan.ops}) == len(plan.ops)
    for op in plan.ops:
        assert all(op.side in bound.field(each.field).flows for each in op.changes)
