from __future__ import annotations

from sync.core.model import COMMENT, LinkState, Ref, Side
from sync.store.browse import Wanted
from sync.store.report import places_of
from tests.store.making import API, M, at, decide, decision, issue, known, observe, page, tied


def said(number=1, under=1):
    return Ref.comment(Side.GITHUB, f"{number}", API, under)


def told(number=1, under=1):
    return Ref.comment(Side.NOTION, f"n{number}", page(under).id)


def unmark(store):
    decide(store, *(decision(store, each.link.id) for each in store.touched(M, store.tick())))


def test_a_comment_stands_under_the_link_of_its_issue_or_its_page(store):
    link = tied(store)
    observe(store, issue(2))
    assert {ref: each.id for ref, each in store.parents(M, [said(), told(), said(2, 2), told(2, 2)]).items()} == {
        said(): link.id,
        told(): link.id,
    }
    assert store.parents("other", [said(), told()]) == {}


def test_records_of_issues_and_comments_are_kept_apart(store):
    tied(store)
    observe(store, said(), told())
    assert [each.record.ref for each in store.unlinked(M, Side.GITHUB, COMMENT)] == [said()]
    assert [each.record.ref for each in store.unlinked(M, Side.NOTION, COMMENT)] == [told()]
    assert list(store.unlinked(M, Side.GITHUB)) == []
    assert [each.record.ref for each in store.held(M, Side.GITHUB)] == [issue(1)]
    assert store.numbered(M, API, 1).record.ref == issue(1)
    assert list(store.unseen(M, Side.GITHUB, API, store.tick())) == [issue(1)]


def test_a_comments_link_knows_its_parent_and_is_none_of_the_mappings_links(store):
    parent = tied(store)
    observe(store, said(), told())
    link = store.tie(M, said(), told(), store.tick(), parent=parent.id)
    assert (link.kind, link.parent, known(store, link.id).parent.id) == (COMMENT, parent.id, parent.id)
    assert [each.link.id for each in store.children(parent.id)] == [link.id]
    assert store.links_count(M) == store.status(M).links == store.browse(Wanted(M))[0] == 1


def test_a_link_that_changes_its_state_has_its_comments_decided_again(store):
    parent = tied(store)
    observe(store, said())
    link = store.claim(M, said(), store.tick(), parent=parent.id)
    unmark(store)
    assert store.touched(M, store.tick()) == []
    decide(store, decision(store, parent.id, state=LinkState.PARKED))
    assert [each.link.id for each in store.touched(M, store.tick())] == [link.id]
    unmark(store)
    store.rekey(known(store, parent.id).link, LinkState.LINKED, None, store.tick())
    assert link.id in [each.link.id for each in store.touched(M, store.tick())]


def test_a_comment_that_went_elsewhere_keeps_its_link(store):
    parent = tied(store)
    observe(store, said(), told())
    link = store.tie(M, said(), told(), store.tick(), parent=parent.id)
    store.rekey(link, link.state, Ref.comment(Side.GITHUB, "1", "202", 9), store.tick())
    moved = store.link_of(M, said())
    assert (moved.id, moved.github.container, moved.github.number) == (link.id, "202", 9)


def test_the_depths_that_were_never_read_come_first_and_then_those_longest_ago(store):
    one, two, three = tied(store, 1), tied(store, 2), tied(store, 3)
    store.deep_read([one.id], at(20))
    store.deep_read([three.id], at(10))
    assert [each.id for each in store.longest_unread(M, 5)] == [two.id, three.id, one.id]
    assert [each.id for each in store.longest_unread(M, 1)] == [two.id]
    decide(store, decision(store, two.id, state=LinkState.PARKED))
    assert [each.id for each in store.longest_unread(M, 5)] == [three.id, one.id]


def test_lively_is_a_link_that_was_just_made_or_just_commented_on(store, clock):
    one, two = tied(store, 1), tied(store, 2)
    clock.forward(60)
    assert list(store.longest_unread(M, 5, lively=clock.now())) == []
    three = tied(store, 3)
    observe(store, said(2, 2))
    store.claim(M, said(2, 2), store.tick(), parent=two.id)
    assert [each.id for each in store.longest_unread(M, 5, lively=clock.now())] == [two.id, three.id]
    assert one.id in [each.id for each in store.longest_unread(M, 5)]


def test_what_stirred_is_a_page_that_was_seen_to_change_or_that_was_just_tied(store, clock):
    one, two = tied(store, 1), tied(store, 2)
    unmark(store)
    clock.forward(60)
    since = store.tick()
    assert list(store.stirred(M, since, clock.now(), 10)) == []
    observe(store, issue(1))
    assert list(store.stirred(M, since, clock.now(), 10)) == []
    observe(store, page(2), title="Changed")
    assert [each.id for each in store.stirred(M, since, clock.now(), 10)] == [two.id]
    three = tied(store, 3)
    assert [each.id for each in store.stirred(M, store.tick(), clock.now(), 10)] == [three.id]
    assert one.tied_at < three.tied_at


def test_a_failure_of_a_comment_is_called_by_its_issue_and_its_page(store):
    parent = tied(store)
    observe(store, told())
    link = store.claim(M, told(), store.tick(), parent=parent.id)
    with store.database.reading() as connection:
        (place,) = places_of(connection, [link.id]).values()
    assert (place.issue, place.page) == ("acme/api#1", page(1).id)
