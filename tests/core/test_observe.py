"""An observation never goes backwards, doubt is bounded, and unread is unchanged."""

from datetime import timedelta

import pytest

from sync.core.model import UNREAD, Presence, Side
from sync.core.observe import Moment, Use, absorb, acknowledged
from sync.core.state import Ack
from tests.core.situations import NOON, record

STALE = timedelta(seconds=60)


def at(seconds):
    return NOON + timedelta(seconds=seconds)


def seen(fields, *, seq=1, seconds=0, known=None, time=0, presence=Presence.PRESENT):
    reading = record(Side.GITHUB, fields, at(time), presence=presence)
    return absorb(known, reading, Moment(seq, at(seconds)), STALE)


def written(known, fields, before, *, seq=5, seconds=0, time=0):
    reply = record(Side.GITHUB, fields, at(time))
    return acknowledged(known, reply, Ack(seq, at(seconds), at(time), before))


def test_the_first_reading_is_new_and_dates_every_field():
    use, observation = seen({"title": "a"}, time=7)
    assert (use, observation.since) == (Use.NEW, {"title": at(7)})


@pytest.mark.parametrize("seq", [1, 4])
def test_a_read_begun_before_the_last_acknowledgement_is_thrown_away(seq):
    _, first = seen({"title": "a"}, seq=1)
    known = written(first, {"title": "b"}, {"title": "a"}, seq=5)
    use, observation = seen({"title": "old"}, seq=seq, known=known, time=100)
    assert (use, observation) == (Use.OLDER, known)


@pytest.mark.parametrize(("seconds", "use"), [(59, Use.DOUBTFUL), (60, Use.CHANGED)])
def test_the_value_from_before_our_write_is_doubted_for_the_stale_window_only(seconds, use):
    _, first = seen({"title": "a"})
    known = written(first, {"title": "b"}, {"title": "a"})
    assert seen({"title": "a"}, seq=9, seconds=seconds, known=known)[0] is use


def test_a_record_time_after_the_acknowledgement_is_an_edit_at_once():
    _, first = seen({"title": "a"})
    known = written(first, {"title": "b"}, {"title": "a"}, time=3)
    assert seen({"title": "a"}, seq=9, seconds=1, known=known, time=4)[0] is Use.CHANGED


@pytest.mark.parametrize(("seconds", "use"), [(69, Use.DOUBTFUL), (70, Use.CHANGED)])
def test_a_picture_from_before_the_one_that_is_known_is_doubted_for_the_stale_window_only(seconds, use):
    _, known = seen({"title": "b"}, seconds=10, time=5)
    assert seen({"title": "a"}, seq=2, seconds=seconds, known=known, time=4)[0] is use


def test_any_other_value_is_no_doubt():
    _, first = seen({"title": "a"})
    known = written(first, {"title": "b"}, {"title": "a"})
    assert seen({"title": "c"}, seq=9, seconds=1, known=known)[0] is Use.CHANGED


def test_what_was_not_read_stays_as_it_was():
    _, known = seen({"title": "a", "people": ("x",)}, seconds=10)
    use, observation = seen({"title": "a", "people": UNREAD}, seq=2, seconds=90, known=known)
    assert (use, observation.record.fields["people"]) == (Use.UNCHANGED, ("x",))


@pytest.mark.parametrize(("read", "time"), [(10, 1), (1, 0)])
def test_what_was_cut_off_is_unknown_where_it_may_have_been_edited(read, time):
    _, known = seen({"title": "a", "people": ("x",)}, seconds=read)
    use, observation = seen({"title": "a", "people": UNREAD}, seq=2, seconds=90, known=known, time=time)
    assert (use, observation.record.fields["people"]) == (Use.CHANGED, UNREAD)


def test_a_field_that_the_answer_does_not_know_at_all_stays():
    _, known = seen({"title": "a", "body": "text"})
    _, observation = seen({"title": "b"}, seq=2, known=known, time=5)
    assert observation.record.fields["body"] == "text"


def test_a_change_is_dated_by_the_reading_that_first_showed_it():
    _, known = seen({"title": "a", "state": "open"}, time=1)
    _, known = seen({"title": "b", "state": "open"}, seq=2, known=known, time=50)
    _, known = seen({"title": "b", "state": "open"}, seq=3, known=known, time=90)
    assert known.since == {"title": at(50), "state": at(1)}


def test_a_change_is_not_dated_by_a_time_that_may_be_our_own_writes():
    _, known = seen({"title": "a", "state": "open"}, time=1)
    known = written(known, {"title": "b", "state": "open"}, {"title": "a"}, time=50)
    _, known = seen({"title": "b", "state": "closed"}, seq=9, known=known, time=50)
    assert known.since["state"] is None


def test_a_reply_shows_a_colleagues_edit_and_keeps_it_undated():
    _, known = seen({"title": "a", "state": "open"}, time=1)
    known = written(known, {"title": "b", "state": "closed"}, {"title": "a"}, time=50)
    assert (known.record.fields["state"], known.since["state"]) == ("closed", None)


def test_being_trashed_is_a_change():
    _, known = seen({"title": "a"})
    assert seen({"title": "a"}, seq=2, known=known, presence=Presence.TRASHED)[0] is Use.CHANGED
