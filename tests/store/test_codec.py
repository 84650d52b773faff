from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from sync.core.model import UNREAD, Action, Change, LinkState, Op, Presence, Record, Ref, Shadow, Side
from sync.core.state import Ack, Replaced
from sync.store import codec

words = st.text(max_size=20) | st.sampled_from(["", "\0", "\ud800", "\r\n", "{}", "null", "é", "e\u0301", "🏁", " a "])
values = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | words
    | st.lists(words, max_size=4).map(tuple)
)
readings = values | st.just(UNREAD)
zones = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])
times = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=zones)  # noqa: DTZ001 - bounds are naive
refs = st.builds(Ref, st.sampled_from(Side), words, words, st.none() | st.integers(0, 2**63))
fields = st.dictionaries(words, readings, max_size=5)
records = st.builds(
    Record,
    refs,
    fields,
    times,
    words,
    words,
    st.sampled_from(Presence),
    st.none() | refs,
    st.sampled_from([1, 60]),
)
shadows = st.builds(Shadow, values, values, st.none() | st.sampled_from(Side))
changes = st.builds(Change, words, readings, values, st.none() | shadows)
ops = st.builds(
    Op,
    st.sampled_from(Side),
    st.sampled_from(Action),
    st.lists(changes, max_size=3).map(tuple),
    words,
    st.sampled_from(LinkState),
)
acks = st.builds(Ack, st.integers(0, 2**63), times, times, fields, st.booleans())


def spelled(value: object) -> str:
    """Equality alone would not tell 1 from True or from 1.0, nor a Ref from one in another container."""
    return repr(value)


@given(values)
def test_a_value_comes_back_with_its_type(value):
    assert spelled(codec.load_value(codec.dump_value(value))) == spelled(value)


replaced = st.builds(Replaced, values, values, values, st.none() | shadows)


@given(st.dictionaries(words, replaced, max_size=5))
def test_what_a_write_replaced_comes_back(found):
    assert spelled(codec.load_replaced(codec.dump_replaced(found))) == spelled(found)


@given(records)
def test_a_record_comes_back_whole_and_unread_is_not_empty(record):
    back = codec.load_record(codec.dump_record(record))
    assert back == record
    assert spelled((back.ref, back.fields, back.moved_to)) == spelled((record.ref, record.fields, record.moved_to))
    assert {name for name, each in back.fields.items() if each is UNREAD} == {
        name for name, each in record.fields.items() if each is UNREAD
    }


@given(st.dictionaries(words, st.none() | times, max_size=5))
def test_times_by_field_come_back(since):
    assert codec.load_since(codec.dump_since(since)) == since


@given(acks)
def test_an_acknowledgement_comes_back(ack):
    back = codec.load_ack(codec.dump_ack(ack))
    assert back == ack
    assert spelled(back.before) == spelled(ack.before)


@given(ops)
def test_an_op_comes_back_with_the_shadows_it_settles(op):
    assert spelled(codec.load_op(codec.dump_op(op))) == spelled(op)


@given(st.lists(shadows, max_size=5))
def test_shadows_come_back_one_by_one_and_many_at_once(found):
    texts = [codec.dump_shadow(shadow) for shadow in found]
    assert [spelled(codec.load_shadow(text)) for text in texts] == list(map(spelled, found))
    assert list(map(spelled, codec.load_shadows(texts))) == list(map(spelled, found))


@given(records)
def test_what_is_written_is_ascii_without_nul_so_that_every_database_keeps_it(record):
    text = codec.dump_record(record)
    assert text.isascii()
    assert "\0" not in text
