"""The two laws of every transform, and what cannot be said."""

from hypothesis import given
from hypothesis import strategies as st

from sync.core.model import UNREAD, Side
from sync.core.values import same
from tests.core.situations import KINDS, TRANSFORMS, kind, values

fields = st.sampled_from(sorted(KINDS))
sides = st.sampled_from(Side)


def agree(name, side, here, there):
    return TRANSFORMS[name].agree(*((here, there) if side is Side.GITHUB else (there, here)))


@given(st.data(), fields, sides)
def test_what_agrees_already_stays_as_it_is(data, name, to):
    value, base = data.draw(values(to.other, name)), data.draw(values(to, name))
    once = TRANSFORMS[name].say(to, value, base)
    for agreed in (base, once):
        if agreed is not UNREAD and agree(name, to, agreed, value) and not TRANSFORMS[name].unsaid(to.other, value):
            assert same(kind(to, name), TRANSFORMS[name].say(to, value, agreed), agreed)


@given(st.data(), fields, sides)
def test_what_is_said_agrees_with_what_it_was_said_of(data, name, to):
    value, base = data.draw(values(to.other, name)), data.draw(values(to, name))
    said = TRANSFORMS[name].say(to, value, base)
    assert said is UNREAD or agree(name, to, said, value)


@given(st.data(), fields, sides)
def test_a_value_that_cannot_be_said_at_all_is_told_and_never_guessed(data, name, to):
    value, base = data.draw(values(to.other, name)), data.draw(values(to, name))
    if TRANSFORMS[name].say(to, value, base) is UNREAD:  # for itself, or for what stands there and has no name here
        assert TRANSFORMS[name].unsaid(to.other, value) or TRANSFORMS[name].unsaid(to, base)


@given(st.data(), st.sampled_from(["labels", "people", "rest"]), sides)
def test_carrying_a_change_leaves_names_alone_that_did_not_change(data, name, to):
    transform = TRANSFORMS[name]
    old, new = (transform.seen(to.other, data.draw(values(to.other, name))) for _ in range(2))
    onto = data.draw(values(to, name))
    carried = transform.carry(to, (old, new), onto)
    untouched = [
        there
        for there in onto or ()
        if not any(agree(name, to, (there,), (each,)) for each in {*(old or ()), *(new or ())})
    ]
    assert set(untouched) <= set(carried or ())


@given(st.data(), st.sampled_from([name for name in KINDS if TRANSFORMS[name].by_name]), sides)
def test_carrying_no_change_changes_nothing(data, name, to):
    value, onto = data.draw(values(to.other, name)), data.draw(values(to, name))
    assert same(kind(to, name), TRANSFORMS[name].carry(to, (value, value), onto), onto)


def test_names_that_a_side_cannot_say_stay_where_they_are():
    people = TRANSFORMS["people"]
    assert people.say(Side.NOTION, ("ada", "robot[bot]"), ("guest",)) == ("guest", "id-1")
    assert people.unsaid(Side.GITHUB, ("ada", "robot[bot]")) == ("robot[bot]",)
    assert people.unsaid(Side.NOTION, ("guest", "id-1")) == ("guest",)


def test_an_in_progress_page_of_an_open_issue_is_not_thrown_back_to_to_do():
    assert TRANSFORMS["state"].say(Side.NOTION, "open", "In progress") == "In progress"
    assert TRANSFORMS["state"].say(Side.NOTION, "open", "Done") == "To do"


def test_a_shared_option_keeps_the_reason_that_the_issue_has():
    assert TRANSFORMS["state"].say(Side.GITHUB, "Done", "closed:duplicate") == "closed:duplicate"
    assert TRANSFORMS["state"].say(Side.GITHUB, "Done", "open") == "closed:completed"


def test_two_labels_that_mean_one_option_lose_it_only_when_both_are_gone():
    people = TRANSFORMS["people"]
    assert people.carry(Side.NOTION, (("bob", "Bob-too"), ("Bob-too",)), ("id-2",)) == ("id-2",)
    assert people.carry(Side.NOTION, (("Bob-too",), None), ("id-2",)) is None
