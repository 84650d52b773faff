"""What a family of labels shows, and that writing it touches nothing else."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sync.core import facets
from sync.core.issue import facet_of
from sync.core.model import UNREAD, Kind, Put, Side
from sync.core.values import key, names, same
from tests.core.situations import record

FAMILY = facet_of("labels:priority/*", (), many=False)
MANY = facet_of("labels:priority/*", (), many=True)
PLAIN = facet_of("labels", ("priority/", "points/"), many=False)
LABELS = st.lists(st.sampled_from(["bug", "priority/high", "Priority/Low", "points/5", "priority/", "prio"])).map(names)
PARTS = st.sampled_from(["high", "low", "new"])


def shown(facet, labels):
    return facets.read(facet, record(Side.GITHUB, {"labels": labels}))


def others(labels, prefix):
    return {key(name) for name in labels or () if not (key(name).startswith(prefix) and len(name) > len(prefix))}


@given(LABELS, st.none() | PARTS)
def test_a_family_shows_what_was_written_to_it_and_all_other_labels_stay(labels, value):
    after = facets.onto(FAMILY, labels, value)
    assert shown(FAMILY, after) == value
    assert others(after, "priority/") == others(labels, "priority/")


@given(LABELS, st.lists(PARTS).map(names))
def test_a_family_of_many_shows_the_set_that_was_written_to_it(labels, value):
    after = facets.onto(MANY, labels, value)
    assert same(Kind.CHOICES, shown(MANY, after), value)
    assert others(after, "priority/") == others(labels, "priority/")


@given(LABELS, st.lists(st.sampled_from(["bug", "ui", "prio"])).map(names))
def test_plain_labels_show_no_family_and_leave_each_as_it_is(labels, value):
    after = facets.onto(PLAIN, labels, value)
    assert shown(PLAIN, after) == value
    assert shown(FAMILY, after) == shown(FAMILY, labels)


@given(LABELS, PARTS, st.lists(st.sampled_from(["bug", "ui"])).map(names), st.permutations([0, 1]))
def test_two_facets_of_one_field_are_written_in_one_put_in_any_order(labels, one, more, order):
    puts = [Put(FAMILY, one), Put(PLAIN, more)]
    (put,) = facets.written([puts[index] for index in order], record(Side.GITHUB, {"labels": labels}))
    assert shown(FAMILY, put.value) == one
    assert shown(PLAIN, put.value) == more


def test_several_labels_of_a_family_of_which_one_is_wanted_are_shown_as_they_are():
    assert shown(FAMILY, ("priority/high", "priority/low")) == ("high", "low")
    assert shown(MANY, ("priority/high",)) == ("high",)


def test_what_was_not_read_is_unread_in_every_facet():
    assert facets.read(FAMILY, record(Side.GITHUB, {})) is UNREAD
    assert facets.read(replace(PLAIN, but=()), record(Side.GITHUB, {"labels": UNREAD})) is UNREAD
