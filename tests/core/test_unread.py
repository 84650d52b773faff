"""What of a record may be news though it was not read: judged by who edited it last, and by the service's own time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sync.core.bind import bind
from sync.core.model import UNREAD, Link, LinkState, Record, Ref, Shadow, Side
from sync.core.state import Ack, Known, Observation
from sync.core.unread import as_left, awaited, untouched
from sync.remotes.memory import PlainBody
from tests.machine.team import US
from tests.machine.writers import CONTENT, ISSUE, MAPPING, PAGE

NOON, MINUTE = datetime(2026, 11, 23, 12, tzinfo=UTC), timedelta(minutes=1)
BOUND = bind(MAPPING, ISSUE, PAGE, dict.fromkeys(Side, PlainBody()))


def page(editor=US, time=NOON):
    return Record(
        Ref(Side.NOTION, "n1", "d"), {"title": "one", CONTENT: UNREAD}, time, "n1", "one", grain=60, editor=editor
    )


def seen(record, *, at=NOON, time=NOON, ours=True):
    return Observation(record, 1, NOON, ack=Ack(1, at, time, {}, ours=ours))


@pytest.mark.parametrize(
    ("editor", "time", "clock", "left"),
    [
        (US, NOON, NOON, True),
        (US, NOON, NOON - 10 * MINUTE, True),
        (US, NOON + MINUTE, NOON + MINUTE, True),
        (US, NOON + MINUTE, NOON, False),
        ("ada", NOON, NOON, False),
        ("", NOON, NOON, False),
    ],
    ids=["as acknowledged", "our clock is late", "a reply without a time", "written by us again", "edited", "unsaid"],
)
def test_nobody_but_us_touched_a_page_that_names_us_and_is_no_newer_than_our_own_write(editor, time, clock, left):
    record = page(editor, time)
    assert untouched(BOUND, record, seen(record, at=clock)) is left
    assert as_left(BOUND, seen(record, at=clock)) is left
    assert not as_left(BOUND, seen(record, at=clock, ours=False))
    assert not untouched(BOUND, record, None)


@pytest.mark.parametrize(("text", "waits"), [("one", 0), ("two", 1)])
def test_what_was_not_read_is_waited_for_where_the_other_side_changed(text, waits):
    issue = Observation(
        Record(Ref(Side.GITHUB, "g1", "1", 1), {"title": "one", "body": text}, NOON, "g1", "one"), 1, NOON
    )
    link = Link(1, MAPPING.name, LinkState.LINKED, issue.record.ref, page().ref)
    shadows = {"title~title": Shadow("one", "one"), "body~content": Shadow("one", "one")}
    known = Known(link, issue, seen(page()), shadows)
    assert len(awaited(BOUND, known, Side.NOTION)) == waits
    assert awaited(BOUND, replace(known, link=replace(link, state=LinkState.PARKED)), Side.NOTION) == ()
