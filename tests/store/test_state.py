from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sync.core.limits import Lane
from sync.core.model import Conflict, Side
from sync.core.state import MappingState, Quarantine
from tests.store.making import (
    API,
    START,
    M,
    at,
    confirmation,
    decide,
    decision,
    failure,
    issue,
    known,
    leased,
    op,
    page,
    queued,
    tied,
)


def test_a_mapping_that_was_never_saved_is_new(store):
    assert store.mapping(M) == MappingState(M)
    store.change_mapping(M, digest="digest", first_pass=False, paused="why\0", schema="{}", schema_at=at(1.000001))
    saved = MappingState(M, "digest", first_pass=False, paused="why", schema="{}", schema_at=at(1.000001))
    assert store.mapping(M) == saved


def test_who_changes_one_part_of_a_mapping_leaves_the_others_alone(store):
    store.change_mapping(M, paused="why")
    assert store.mapping(M) == MappingState(M, paused="why")
    store.change_mapping(M, digest="digest", first_pass=False)
    store.change_mapping(M, paused=None)
    assert store.mapping(M) == MappingState(M, "digest", first_pass=False)


def test_a_cursor_moves_with_the_time_its_answer_began(store):
    assert store.cursor(M, Side.GITHUB, API) is None
    assert store.polled_at(M, Side.GITHUB, API) is None
    store.save_cursor(M, Side.GITHUB, API, "one", at(1))
    store.save_cursor(M, Side.GITHUB, API, "two", at(2))
    store.save_cursor(M, Side.GITHUB, "102", None, at(3))
    assert (store.cursor(M, Side.GITHUB, API), store.polled_at(M, Side.GITHUB, API)) == ("two", at(2))
    assert (store.cursor(M, Side.GITHUB, "102"), store.polled_at(M, Side.GITHUB, "102")) == (None, at(3))
    assert store.cursor(M, Side.NOTION, API) is None


def test_ticks_rise(store):
    assert [store.tick() for _ in range(3)] == [1, 2, 3]


def test_a_look_is_due_at_the_earlier_of_two_times_and_until_it_was_made(store):
    store.look_later(M, [issue(1), page(1)], at(60))
    store.look_later(M, [issue(1)], at(30))
    store.look_later(M, [issue(1)], at(90))
    assert [*store.due_looks(M, at(29))] == []
    assert [*store.due_looks(M, at(30))] == [issue(1)]
    assert [ref.number for ref in store.due_looks(M, at(60))] == [1, None]
    assert [*store.due_looks(M, at(60), 1)] == [issue(1)]
    assert [*store.due_looks("other", at(60))] == []
    store.looked(M, [issue(1)])
    assert [*store.due_looks(M, at(60))] == [page(1)]


def test_a_hint_that_is_taken_becomes_a_look_so_that_a_crash_does_not_lose_it(store):
    store.hint(M, issue(1), Lane.PERSON, at(1))
    store.hint(M, None, Lane.PERSON, at(2), mode="full")
    store.hint(M, issue(1), Lane.POLL, at(3))
    store.hint("other", None, Lane.POLL, at(3))
    assert store.hinted() == ["other", M]
    taken = store.take_hints(M)
    assert [(hint.ref, hint.lane, hint.at, hint.mode) for hint in taken] == [
        (issue(1), Lane.PERSON, at(1), "hint"),
        (None, Lane.PERSON, at(2), "full"),
        (issue(1), Lane.POLL, at(3), "hint"),
    ]
    assert store.take_hints(M) == []
    assert store.due_looks(M, at(3)) == {issue(1): at(3)}
    assert store.hinted() == ["other"]


def test_a_named_lease_has_one_owner_and_a_rising_epoch(store):
    assert store.take_lease("beat", "one", at(60), at(0)) == 1
    assert store.take_lease("beat", "two", at(60), at(59)) is None
    assert store.take_lease("beat", "one", at(60), at(59)) is None
    assert store.take_lease("other", "two", at(60), at(0)) == 1
    assert store.take_lease("beat", "two", at(120), at(60)) == 2
    assert not store.give_back("beat", 1)
    assert not store.keep_lease("beat", 1, at(900))
    assert store.keep_lease("beat", 2, at(130))
    assert store.taken("beat", at(129))
    assert store.give_back("beat", 2)
    assert not store.give_back("beat", 2)
    assert not store.keep_lease("beat", 2, at(900))
    assert store.take_lease("beat", "one", at(120), at(91)) == 3


def test_a_heartbeat_and_a_note_are_the_last_ones(store):
    assert store.last_beat("worker") is None
    store.beat("worker", at(1))
    store.beat("worker", at(2))
    assert store.last_beat("worker") == at(2)
    assert store.noted("notion.webhook") is None
    store.note("notion.webhook", "one")
    store.note("notion.webhook", "two")
    assert store.noted("notion.webhook") == "two"


def test_the_quarantine_is_replaced_and_what_stays_keeps_its_time(store):
    one, two = Quarantine(issue(1), "two pages name it", at(1)), Quarantine(page(2), "no title", at(2))
    store.quarantine(M, [one, two, replace(one, reason="again")])
    assert store.quarantined(M) == [one, two]
    store.quarantine(M, [replace(one, reason="three pages name it", since=at(9))])
    assert store.quarantined(M) == [replace(one, reason="three pages name it")]
    assert store.quarantined(M)[0].ref.number == 1
    assert store.status(M).quarantined == 1
    store.quarantine(M, [])
    assert store.quarantined(M) == []


def test_the_status_tells_how_a_mapping_stands(store, clock):
    first, second, third = (tied(store, number) for number in (1, 2, 3))
    clock.forward(5)
    held = Conflict("title", "A", "B", None)
    writes = [decision(store, link.id, op=op()) for link in (first, second)]
    decide(store, *writes, decision(store, third.id, conflicts=(held,)))
    leased(store)
    store.change_mapping(M, paused="no token")
    pass_id = store.begin_pass(M, "full", at(1))
    store.end_pass(pass_id, "held", at(4), {})
    status = store.status(M)
    assert (status.links, status.queued, status.in_flight, status.conflicts, status.failed) == (3, 1, 1, 1, 0)
    assert (status.paused, status.oldest_unsynced_seconds) == ("no token", 5)
    assert (status.last_pass.id, status.last_pass.mode, status.last_pass.outcome) == (pass_id, "full", "held")
    assert (status.last_pass.at, status.last_pass.ended_at) == (at(1), at(4))
    nothing = store.status("other")
    assert (nothing.links, nothing.last_pass, nothing.oldest_unsynced_seconds, nothing.refusals) == (0, None, None, {})


def test_nothing_is_unsynced_once_all_was_written_and_decided_again(store, clock):
    link = tied(store)
    queued(store, link.id)
    outgoing = leased(store)
    clock.forward(30)
    assert store.status(M).oldest_unsynced_seconds == 30
    store.confirm(confirmation(store, outgoing), store.tick(), clock.now())
    assert store.status(M).oldest_unsynced_seconds == 0
    decide(store, decision(store, link.id))
    assert store.status(M).oldest_unsynced_seconds is None


def test_passes_are_told_newest_first(store):
    ids = [store.begin_pass(M, "incremental", at(number)) for number in range(3)]
    assert [each.id for each in store.passes(M)] == ids[::-1]
    assert [each.id for each in store.passes(M, 1)] == ids[-1:]
    assert store.passing("p0") is None


def test_what_is_past_is_forgotten_and_what_is_open_stays(store, clock):
    one, two = tied(store, 1), tied(store, 2)
    decided = Conflict("title", "A", "B", None, Side.GITHUB)
    decide(
        store,
        decision(store, one.id, conflicts=(decided,)),
        decision(store, two.id, conflicts=(replace(decided, winner=None),)),
    )
    pass_id = store.begin_pass(M, "full", START)
    store.prune(START)
    assert (len(store.lines(one.id)), len(store.conflicts())) == (1, 2)
    store.prune(at(1))
    assert store.lines(one.id) == []
    assert [row.state for row in store.conflicts()] == ["held"]
    assert store.passing(pass_id) is None


def test_failures_are_told_by_mapping(store):
    link = tied(store)
    queued(store, link.id)
    store.fail(leased(store), failure(link.id), store.tick())
    assert store.failures("other") == []
    assert store.failures(M)[0].failure == known(store, link.id).failure
    assert store.status(M).failed == 1


def test_the_life_of_a_link_is_told_in_order(store):
    link = tied(store)
    queued(store, link.id)
    store.confirm(confirmation(store, leased(store)), store.tick(), at(3))
    assert [line.event for line in store.lines(link.id)] == ["tied", "decided", "wrote"]


def test_a_look_stays_due_until_its_reading_is_kept(store):
    store.look_later(M, [issue(1)], at(1))
    store.begin_look(M, issue(1), 7, at(2))
    assert [*store.due_looks(M, at(2))] == [issue(1)]
    store.end_look(M, issue(1), 6)
    assert [*store.due_looks(M, at(2))] == [issue(1)]
    store.end_look(M, issue(1), 7)
    assert [*store.due_looks(M, at(2))] == []


def test_a_look_that_is_asked_for_meanwhile_is_another_one(store):
    store.look_later(M, [issue(1)], at(1))
    store.begin_look(M, issue(1), 7, at(2))
    store.look_later(M, [issue(1)], at(60))
    store.end_look(M, issue(1), 7)
    assert store.due_looks(M, at(60)) == {issue(1): at(60)}


def test_a_look_that_is_not_due_does_not_begin(store):
    store.look_later(M, [issue(1)], at(60))
    store.begin_look(M, issue(1), 7, at(2))
    store.end_look(M, issue(1), 7)
    assert store.due_looks(M, at(60)) == {issue(1): at(60)}


def test_a_look_is_put_off_longer_with_each_try(store):
    for waits in (1, 2, 3):
        assert store.put_off(M, issue(1), at(0), lambda tries: timedelta(seconds=tries)) == at(waits)
        assert store.due_looks(M, at(waits)) == {issue(1): at(waits)}
