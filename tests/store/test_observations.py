from __future__ import annotations

from sqlalchemy import update

from sync.core.model import UNREAD, Presence, Side
from sync.core.state import Ack, Observation
from sync.store.tables import observations
from tests.store.making import API, PAGES, START, M, at, issue, known, observe, page, record, seen, tied


def title(store, ref):
    return store.observations(M, [ref])[ref].record.read("title")


def test_an_observation_comes_back_as_it_was_kept(store):
    ack = Ack(4, at(3), START, {"title": "Old", "body": UNREAD}, ours=True)
    kept = Observation(record(issue(1), title="A", body=UNREAD), 5, at(9), {"title": None, "body": START}, ack, 2)
    store.observe(M, [kept], [], 5)
    assert store.observations(M, [issue(1), issue(2)]) == {issue(1): kept}
    assert store.observations(M, [issue(1)])[issue(1)].record.ref.number == 1


def test_an_observation_of_another_mapping_is_not_seen(store):
    observe(store, issue(1))
    assert store.observations("other", [issue(1)]) == {}


def test_an_older_read_never_replaces_a_newer_one(store):
    store.observe(M, [seen(issue(1), 5, title="new")], [], 5)
    store.observe(M, [seen(issue(1), 4, title="old")], [], 4)
    assert title(store, issue(1)) == "new"


def test_a_read_that_is_as_old_replaces_it(store):
    store.observe(M, [seen(issue(1), 5, title="one")], [], 5)
    store.observe(M, [seen(issue(1), 5, title="two")], [], 5)
    assert title(store, issue(1)) == "two"


def test_a_read_begun_before_an_acknowledgement_is_thrown_away(store):
    store.observe(M, [seen(issue(1), 7, Ack(7, START, START, {}), title="ours")], [], 7)
    store.observe(M, [seen(issue(1), 6, title="before")], [], 6)
    assert title(store, issue(1)) == "ours"


def test_a_read_that_was_judged_without_the_last_acknowledgement_is_thrown_away(store):
    """It may show what our write replaced, and nobody asked whether it does."""
    store.observe(M, [seen(issue(1), 7, Ack(7, START, START, {}), title="ours")], [], 7)
    store.observe(M, [seen(issue(1), 8, title="stale replica")], [], 8)
    assert title(store, issue(1)) == "ours"
    store.observe(M, [seen(issue(1), 9, Ack(7, START, START, {}), title="judged")], [], 9)
    assert title(store, issue(1)) == "judged"


def test_one_old_row_does_not_keep_the_others_of_its_batch_back(store):
    store.observe(M, [seen(issue(1), 9, title="new")], [], 9)
    store.observe(M, [seen(issue(1), 8, title="old"), seen(issue(2), 8, title="other")], [], 8)
    assert (title(store, issue(1)), title(store, issue(2))) == ("new", "other")


def test_a_touched_record_marks_its_link_and_raises_its_version(store):
    link = tied(store)
    tick = store.tick()
    store.release(M, store.tick(), {}, [])
    before = known(store, link.id).link.version
    store.observe(M, [seen(issue(1), tick)], [issue(1)], tick)
    assert known(store, link.id).link.version == before + 1


def test_an_observation_that_touches_nothing_leaves_the_version(store):
    link = tied(store)
    store.observe(M, [seen(issue(1), store.tick())], [], store.tick())
    assert known(store, link.id).link.version == link.version


def test_the_link_of_a_given_observation_is_ignored(store):
    observe(store, issue(1))
    stray = Observation(record(issue(1)), store.tick(), START, link=99)
    store.observe(M, [stray], [], stray.seq)
    assert store.observations(M, [issue(1)])[issue(1)].link is None


def test_a_record_first_seen_after_its_link_was_made_belongs_to_it(store):
    link = store.tie(M, issue(1), page(1), store.tick())
    observe(store, issue(1))
    assert store.observations(M, [issue(1)])[issue(1)].link == link.id
    assert known(store, link.id).github.record.ref == issue(1)


def test_what_no_link_holds_comes_in_order_of_container_and_number(store):
    observe(store, *(issue(number) for number in (10, 9, 2, 100, 1)))
    tied(store, 9)
    assert [each.record.ref.number for each in store.unlinked(M, Side.GITHUB)] == [1, 2, 10, 100]


def test_what_no_link_holds_comes_whole_though_it_fills_several_pages(store):
    refs = [page(number) for number in range(1203)]
    tick = store.tick()
    store.observe(M, [seen(ref, tick) for ref in refs], [], tick)
    assert [each.record.ref for each in store.unlinked(M, Side.NOTION)] == sorted(refs, key=lambda ref: ref.id)


def test_links_may_be_made_while_the_unlinked_are_told(store):
    refs = [issue(number) for number in range(1, 1002)]
    observe(store, *refs)
    told = []
    for each in store.unlinked(M, Side.GITHUB):
        told.append(each.record.ref)
        if each.record.ref.number % 100 == 0:
            assert store.claim(M, each.record.ref, store.tick())
    assert told == refs


def told(store, rules=""):
    return [each.record.ref.number for each in store.unlinked(M, Side.GITHUB, rules=rules)]


def test_what_rules_pass_over_is_not_told_until_it_is_read_again_or_the_rules_change(store):
    observe(store, *(issue(number) for number in (1, 2, 3)))
    store.pass_over(M, "these", [each for each in store.unlinked(M, Side.GITHUB) if each.record.ref.number != 2])
    assert told(store, "these") == [2]
    assert told(store, "others") == told(store) == [1, 2, 3]
    store.seen_in_listing(M, [issue(3)], listing=9)
    observe(store, issue(1))
    assert told(store, "these") == [1, 2]


def test_what_was_read_since_it_was_judged_is_not_passed_over(store):
    observe(store, issue(1))
    judged = list(store.unlinked(M, Side.GITHUB))
    observe(store, issue(1))
    store.pass_over(M, "these", judged)
    assert told(store, "these") == [1]


def test_what_is_passed_over_comes_out_though_it_fills_several_pages(store):
    refs = [issue(number) for number in range(1, 1203)]
    observe(store, *refs)
    store.pass_over(M, "these", [each for each in store.unlinked(M, Side.GITHUB) if each.record.ref.number % 400])
    assert told(store, "these") == [400, 800, 1200]


def test_linked_issues_are_found_by_the_time_at_which_they_were_born(store):
    early, late = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
    observe(store, issue(1), issue(2), created_at=early)
    observe(store, issue(3), created_at=late)
    observe(store, issue(4), created_at=UNREAD)
    for number in (1, 3, 4):
        store.claim(M, issue(number), store.tick())
    assert store.born(M, Side.GITHUB, {early}) == [issue(1)]
    assert store.born(M, Side.GITHUB, {early, late}) == [issue(1), issue(3)]
    assert store.born(M, Side.NOTION, {early}) == store.born("another", Side.GITHUB, {early}) == []


def test_addresses_compare_without_case_and_a_trailing_slash(store):
    observe(store, issue(7), page(7))
    asked = ["HTTPS://GitHub.com/acme/API/issues/7/", "https://github.com/acme/api/issues/8", ""]
    found = store.by_address(M, Side.GITHUB, asked)
    assert {address: each.record.ref for address, each in found.items()} == {asked[0]: issue(7)}
    assert store.by_address(M, Side.NOTION, asked) == {}


def test_the_highest_number_is_that_of_its_container(store):
    assert store.highest_number(M, API) is None
    observe(store, issue(3), issue(12), issue(7), page(1))
    assert store.highest_number(M, API) == 12
    assert store.highest_number(M, PAGES) is None


def test_a_complete_listing_leaves_over_the_linked_records_in_sight_that_it_did_not_show(store):
    for number in (1, 2, 3, 4):
        tied(store, number)
    observe(store, issue(5))
    listing = store.tick()
    store.observe(M, [seen(issue(1), listing, listing=listing)], [], listing)
    store.seen_in_listing(M, [issue(2)], listing)
    tick = store.tick()
    trashed = Observation(record(issue(4), Presence.DELETED), tick, START)
    store.observe(M, [trashed], [], tick)
    assert list(store.unseen(M, Side.GITHUB, API, listing)) == [issue(3)]
    assert list(store.unseen(M, Side.GITHUB, "elsewhere", listing)) == []


def test_a_tombstoned_link_s_records_are_not_missed(store):
    link = tied(store)
    store.rekey(link, type(link.state).TOMBSTONED, None, store.tick())
    assert list(store.unseen(M, Side.GITHUB, API, store.tick())) == []


def test_text_that_a_database_cannot_hold_is_kept_all_the_same(store):
    observe(store, issue(1), title="a\0b\ud800c")
    assert title(store, issue(1)) == "a\0b\ud800c"


def test_a_record_is_found_by_its_number(store):
    observe(store, issue(3), issue(4), page(3))
    assert store.numbered(M, API, 4).record.ref == issue(4)
    assert store.numbered(M, API, 5) is None
    assert store.numbered(M, "elsewhere", 4) is None


def test_missing_records_come_whole_though_they_fill_several_pages(store):
    refs = [issue(number) for number in range(1, 1012)]
    link = tied(store, 5000)
    observe(store, *refs)
    with store.database.writing(M) as connection:
        connection.execute(update(observations).values(link=link.id))
    assert sorted(each.number for each in store.unseen(M, Side.GITHUB, API, 99)) == [*range(1, 1012), 5000]
