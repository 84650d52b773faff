"""All mappings at once: how they stand in time, what a round costs, who shares a list, and a clock that was ahead."""

from __future__ import annotations

from datetime import timedelta

from sync.core.model import Side
from sync.core.pace import Load
from sync.core.state import Standing
from tests.store.making import API, PAGES, START, M, at, failure, issue, leased, observe, page, queued, tied

HOUR = timedelta(hours=1)


def passed(store, mapping, mode, moment, outcome="done"):
    store.end_pass(store.begin_pass(mapping, mode, moment), outcome, moment, {})


def test_a_mapping_stands_where_its_last_passes_and_its_earliest_work_put_it(store):
    store.change_mapping(M, digest="digest")
    passed(store, M, "full", at(0))
    passed(store, M, "full", at(5), "paused: why")
    passed(store, M, "incremental", at(7))
    store.look_later(M, [issue(1)], at(30))
    link = tied(store)
    queued(store, link.id)
    passed(store, "new", "full", at(3), "later: 429")
    found = store.standings([M, "new", "unheard of"])
    assert found[M] == Standing(at(7), at(0), "digest", START)
    assert (found["new"], found["unheard of"]) == (Standing(at(3)), Standing())
    store.stop(M, "rest")
    assert store.standings([M])[M].next_due == at(30)


def test_a_list_that_several_share_is_polled_once_and_read_in_full_by_each(store):
    for name in (M, "other"):
        store.save_cursor(name, Side.GITHUB, API, "c", at(0))
        store.save_cursor(name, Side.NOTION, f"{PAGES} {name}", "c", at(0))
    observe(store, issue(250), page(1))
    assert store.load({M, "other"}) == Load(
        {Side.GITHUB: 1, Side.NOTION: 2}, {Side.GITHUB: 4 + 3 + 4, Side.NOTION: 5 + 5}
    )
    assert store.load({M}).polls == {Side.GITHUB: 1, Side.NOTION: 1}


def test_the_discussions_that_were_read_make_no_round_longer(store):
    store.save_cursor(M, Side.GITHUB, API, "c", at(0))
    store.save_cursor(M, Side.GITHUB, f"comments:{API}", "c", at(0))
    store.save_cursor(M, Side.NOTION, PAGES, None, at(0))
    lists = store.load({M})
    assert lists.polls == {Side.GITHUB: 2, Side.NOTION: 1}
    for number in range(50):
        store.save_cursor(M, Side.NOTION, f"comments:page {number}", "", at(0))
    assert store.load({M}) == lists


def test_fellows_are_those_who_read_the_same_list_no_earlier_and_are_not_stopped(store):
    def read(name, seconds, cursor="c", container=API):
        store.save_cursor(name, Side.GITHUB, container, cursor, at(seconds))

    read(M, 10)
    read("same", 10)
    read("later", 11)
    read("earlier", 9)
    read("elsewhere", 12, container="102")
    read("unread", 12, cursor=None)
    read("stopped", 12)
    store.stop("stopped", "rest")
    assert list(store.fellows(M, Side.GITHUB, API)) == ["later", "same"]
    assert list(store.fellows(M, Side.NOTION, API)) == []


def test_nothing_waits_for_a_time_that_a_wrong_clock_put_it_at(store, clock):
    clock.time = START + HOUR
    link = tied(store)
    queued(store, link.id)
    store.requeue(leased(store, now=3600, until=3660), START + 2 * HOUR, "later")
    store.look_later(M, [issue(2)], START + HOUR)
    passed(store, M, "full", START + HOUR)
    assert store.take_lease("turn", "a", START + 2 * HOUR, START + HOUR)
    clock.time = START
    assert store.lease("w", START, at(60)) is None
    store.set_back(START)
    assert store.lease("w", START, at(60)) is not None
    assert list(store.due_looks(M, START)) == [issue(2)]
    assert store.last_pass(M) == START
    assert store.take_lease("turn", "b", at(60), START)


def test_what_is_past_goes_in_bites_and_what_is_not_stays(store, clock):
    link = tied(store)
    for number in range(7):
        passed(store, M, "full", at(number))
        store.rekey(link, link.state, None, store.tick())
    clock.time = at(86_400)
    passed(store, M, "full", at(86_400))
    store.rekey(link, link.state, None, store.tick())
    queued(store, link.id)
    store.fail(leased(store), failure(link.id), store.tick())
    gone = []
    while count := store.prune(at(60), most=3):
        gone.append(count)
    assert len(gone) >= 3
    assert max(gone) <= 6
    assert len(store.passes(M)) == 1
    assert {line.at for line in store.lines(link.id)} == {at(86_400)}
