"""What people leaf through and what is counted, on both databases: pages, words, states, standings, counters, notes."""

import pytest

from sync.core.limits import Lane
from sync.core.model import Action, Conflict, LinkState, Op, Ref, Side, Unmapped
from sync.store.browse import Wanted
from sync.store.counters import CALLS, PASSES, WRITES
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
    leased,
    observe,
    page,
    queued,
    tied,
)


def found(store, word="", **more):
    total, rows = store.browse(Wanted(word=word, **more))
    assert total == len(rows)
    return [row.link.id for row in rows]


def test_links_come_newest_first_page_by_page_with_their_records(store):
    made = [tied(store, number).id for number in range(1, 8)]
    total, rows = store.browse(Wanted(M), skip=2, count=3)
    assert (total, [row.link.id for row in rows]) == (7, made[::-1][2:5])
    assert [row.github.label for row in rows] == ["acme/api#5", "acme/api#4", "acme/api#3"]
    assert found(store, mapping="other") == []


def test_a_word_is_found_in_any_field_whatever_its_case_and_whatever_it_is_made_of(store):
    first, second = tied(store, 1).id, tied(store, 2).id
    observe(store, issue(1), title='50% of "Größe" \\ <b>_x</b>', labels=("bug", "ui"))
    observe(store, page(2), title="One", people=("ada",))
    for word in ("50%", '"Größe"', "\\", "<b>", "_x", "BUG", "acme/API#1", "#1", "0% of"):
        assert found(store, word) == [first], word
    assert found(store, "ada") == [second]
    assert found(store, "https://github.com/acme/API/issues/2/") == [second]
    assert found(store, "P2") == [second]
    for word in ("%%", "5%6", "zz", "#12", "#0", "2026", "title", "https", "observation"):
        assert found(store, word) == [], word
    assert found(store, "2") == [second]
    assert found(store, "\0") == []


def test_links_are_told_by_their_state_by_work_to_do_and_by_what_a_guard_keeps(store):
    first, second = tied(store, 1), tied(store, 2)
    decide(store, decision(store, first.id), decision(store, second.id, state=LinkState.PARKED))
    third = tied(store, 3)
    assert found(store, state="parked") == [second.id]
    assert found(store, state="waiting") == [third.id]
    assert found(store) == [third.id, second.id, first.id]
    decide(store, decision(store, third.id, state=LinkState.TOMBSTONED))
    assert found(store, state="tombstoned") == [third.id]
    assert found(store) == [second.id, first.id]
    upto = store.tick()
    kept = decision(store, first.id, withheld="max_destructive")
    store.release(M, upto, {"max_destructive": "too many"}, [kept])
    assert found(store, state="withheld") == [first.id]


def test_many_mappings_stand_as_each_of_them_does(store, clock):
    link, other = tied(store, 1), tied(store, 2)
    conflict = Conflict("title", "a", "b", None)
    values = (Unmapped(Side.GITHUB, "labels", "x"), Unmapped(Side.GITHUB, "labels", "y"))
    decide(store, decision(store, link.id, conflicts=(conflict,), unmapped=values))
    queued(store, other.id)
    outgoing = leased(store)
    store.fail(outgoing, failure(other.id), store.tick())
    store.begin_pass(M, "full", START)
    store.end_pass(store.begin_pass(M, "incremental", at(5)), "done", at(6), {"calls": 1})
    store.begin_pass("other", "full", START)
    store.change_mapping("other", paused="no permission")
    store.stop("third", "a person")
    clock.forward(60)
    names = [M, "other", "third", "nobody"]
    assert dict(store.statuses(names)) == {name: store.status(name) for name in names}
    assert [each.conflicts for each in store.statuses(names).values()] == [1, 0, 0, 0]
    assert store.status("other").paused == "no permission"
    assert store.statuses(["third"])["third"].paused == "a person"


def test_a_stopped_mapping_stays_so_whoever_writes_its_state_and_its_writes_wait(store):
    link = tied(store, 1)
    queued(store, link.id)
    store.stop(M, "first word")
    store.stop(M, "second word")
    store.change_mapping(M, paused=None)
    assert store.stopped() == {M}
    assert store.status(M).paused == "first word"
    assert store.lease("one", at(0), at(60)) is None
    store.go_on(M)
    assert store.stopped() == frozenset()
    assert leased(store).link.id == link.id


def test_a_pass_tells_what_it_decided_and_wrote(store):
    pass_id = store.begin_pass(M, "full", START)
    link = tied(store, 1)
    queued(store, link.id, pass_id=pass_id)
    outgoing = leased(store)
    store.confirm(confirmation(store, outgoing), store.tick(), START)
    total, lines = store.told_in(pass_id, 1)
    assert (total, lines[0][0].event, lines[0][1].issue) == (2, "decided", "acme/api#1")
    assert [line.event for line, _ in store.told_in(pass_id, 10)[1]] == ["decided", "wrote"]
    assert dict(store.written_by([pass_id, "p0"])) == {pass_id: 1}
    assert [line.event for line in store.latest(link.id, 2)] == ["wrote", "decided"]
    counted = store.counted()
    assert counted[(WRITES, M, "notion", "update")] == 1
    assert counted[(PASSES, M, "full")] == 1


def test_counters_add_up_and_outlive_what_they_count(store, clock):
    store.end_pass(store.begin_pass(M, "full", START), "done", START, {})
    store.count({(CALLS, M, Side.GITHUB): 2, (CALLS, M, Side.NOTION): 1})
    store.count({(CALLS, M, Side.GITHUB): 3})
    store.prune(at(3600))
    assert store.passes(M) == []
    assert store.counted() == {(CALLS, M, "github"): 5, (CALLS, M, "notion"): 1, (PASSES, M, "full"): 1}
    before = store.tick()
    assert store.tick() == before + 1


def test_samples_are_kept_for_hours_one_a_minute(store):
    for second in (0, 30, 60, 61, 3 * 3600 + 30):
        store.count({(CALLS, M, Side.GITHUB): 1})
        store.sample(at(second))
    assert [(each.at, each.calls[Side.GITHUB]) for each in store.samples()] == [(at(60), 3), (at(3 * 3600 + 30), 5)]


def test_a_note_is_swapped_by_whoever_knows_it_alone(store):
    assert store.swap("n", None, "one")
    assert not store.swap("n", None, "two")
    assert not store.swap("n", "two", "three")
    assert store.swap("n", "one", "two")
    assert store.noted("n") == "two"


def test_the_very_same_hint_waits_once_and_is_kept_again_after_it_was_taken(store):
    for _ in range(3):
        store.hint(M, issue(1), Lane.PERSON, at(1))
        store.hint(M, None, Lane.PERSON, at(1), mode="full")
    store.hint(M, page(1), Lane.PERSON, at(1))
    store.hint(M, None, Lane.PERSON, at(1), mode="bind")
    assert len(store.take_hints(M)) == 4
    store.hint(M, issue(1), Lane.PERSON, at(2))
    assert len(store.take_hints(M)) == 1


def test_a_record_is_known_to_any_number_of_mappings(store):
    observe(store, issue(1))
    names = [M, *(f"m{number}" for number in range(1200))]
    assert list(store.seen_by(names, Ref(Side.GITHUB, "i1", API, 1))) == [M]
    assert store.seen_by(["m1"], issue(1)) == {}


@pytest.mark.parametrize("count", [1, 3])
def test_a_links_open_conflicts_are_its_own(store, count):
    links = [tied(store, number) for number in range(1, count + 1)]
    for link in links:
        decide(store, decision(store, link.id, conflicts=(Conflict("title", "a", "b", None),)))
    assert [row.link for row in store.conflicts_of(links[0].id)] == [links[0].id]
    assert store.because(links[0].id) == ""


def test_what_a_write_is_goes_into_its_counter(store):
    link = tied(store, 1)
    trash = Op(Side.NOTION, Action.TRASH, reason="gone", then=LinkState.PARKED)
    decide(store, decision(store, link.id, op=trash))
    store.confirm(confirmation(store, leased(store)), store.tick(), START)
    assert store.counted()[(WRITES, M, "notion", "trash")] == 1
