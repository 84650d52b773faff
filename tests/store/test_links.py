from __future__ import annotations

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from sync.core.model import LinkState, Shadow, Side
from sync.store.tables import links
from tests.store.making import M, decide, decision, issue, known, leased, observe, page, queued, tied


def test_a_tie_holds_both_records_and_is_marked(store):
    link = tied(store)
    assert (link.state, link.github, link.notion) == (LinkState.LINKED, issue(1), page(1))
    assert (link.github.number, link.github.container) == (1, issue(1).container)
    assert store.link_of(M, issue(1)) == store.link_of(M, page(1)) == link
    assert [each.link.id for each in store.touched(M, store.tick())] == [link.id]


def test_a_record_belongs_to_one_link(store):
    tied(store)
    observe(store, issue(2), page(2))
    assert store.tie(M, issue(1), page(2), store.tick()) is None
    assert store.tie(M, issue(2), page(1), store.tick()) is None
    assert store.claim(M, page(1), store.tick()) is None
    assert store.links_count(M) == 1


def test_the_database_itself_refuses_a_second_living_link_of_a_record(store):
    tied(store)
    row = {"mapping": M, "state": "claimed", "notion": "p1", "notion_container": ""}
    with pytest.raises(IntegrityError), store.database.writing(M) as connection:
        connection.execute(insert(links).values(row))
    with store.database.writing(M) as connection:
        connection.execute(insert(links).values({**row, "state": "tombstoned"}))


def test_another_mapping_may_hold_the_same_record(store):
    tied(store)
    assert store.claim("other", issue(1), store.tick()) is not None


def test_a_claim_holds_the_side_that_exists(store):
    observe(store, page(3))
    link = store.claim(M, page(3), store.tick())
    assert (link.state, link.github, link.notion) == (LinkState.CLAIMED, None, page(3))


def test_a_tombstoned_link_lets_its_records_go(store):
    link = tied(store)
    decide(store, decision(store, link.id, state=LinkState.TOMBSTONED, shadows={"title": Shadow("a", "a")}))
    assert store.link_of(M, issue(1)) is None
    assert [each.record.ref for each in store.unlinked(M, Side.NOTION)] == [page(1)]
    assert store.links_count(M) == 0
    assert known(store, link.id).shadows == {}
    again = store.tie(M, issue(1), page(1), store.tick())
    assert again is not None
    assert again.id != link.id


def test_a_mark_keeps_the_later_of_two_ticks(store):
    link = tied(store)
    store.mark(M, [link.id], 50)
    store.mark(M, [link.id], 40)
    assert store.touched(M, 49) == []
    assert len(store.touched(M, 50)) == 1


def test_marking_all_leaves_the_tombstoned_alone(store):
    dead, alive = tied(store, 1), tied(store, 2)
    decide(store, decision(store, dead.id, state=LinkState.TOMBSTONED), decision(store, alive.id))
    assert store.touched(M, store.tick()) == []
    store.mark_all(M, store.tick())
    assert [each.link.id for each in store.touched(M, store.tick())] == [alive.id]


def test_touched_links_come_by_rising_id_from_where_one_left_off(store):
    ids = [tied(store, number).id for number in range(1, 8)]
    upto = store.tick()
    first = store.touched(M, upto, count=3)
    rest = store.touched(M, upto, after=first[-1].link.id)
    assert [each.link.id for each in (*first, *rest)] == ids
    assert store.touched("other", upto) == []


def test_a_link_whose_write_is_on_its_way_is_left_out_until_it_ends(store):
    link = tied(store)
    queued(store, link.id)
    outgoing = leased(store)
    store.mark(M, [link.id], store.tick())
    assert store.touched(M, store.tick()) == []
    store.drop(outgoing, store.tick(), "the page moved")
    assert [each.link.id for each in store.touched(M, store.tick())] == [link.id]


def test_a_transferred_issue_is_held_under_its_new_identity(store):
    link = tied(store)
    observe(store, issue(9))
    store.rekey(link, LinkState.LINKED, issue(9), store.tick())
    now = known(store, link.id)
    assert (now.link.github, now.link.github.number, now.github.record.ref) == (issue(9), 9, issue(9))
    assert store.link_of(M, issue(1)) is None
    assert store.observations(M, [issue(1)])[issue(1)].link is None
    assert now.link.version > link.version


def test_a_claim_of_the_new_identity_gives_way(store):
    link = tied(store)
    observe(store, issue(9))
    rival = store.claim(M, issue(9), store.tick())
    store.rekey(link, LinkState.LINKED, issue(9), store.tick())
    assert store.link_of(M, issue(9)).id == link.id
    assert known(store, rival.id).link.state is LinkState.TOMBSTONED


@pytest.mark.parametrize("flying", ["leased", "linked"])
def test_what_another_link_keeps_is_not_taken_from_it(store, flying):
    link = tied(store)
    if flying == "linked":
        rival = tied(store, 9)
    else:
        observe(store, issue(9))
        rival = store.claim(M, issue(9), store.tick())
        queued(store, rival.id)
        leased(store)
    store.rekey(link, LinkState.PARKED, issue(9), store.tick())
    now = known(store, link.id).link
    assert (now.state, now.github) == (LinkState.PARKED, issue(1))
    assert store.link_of(M, issue(9)).id == rival.id


def test_a_mere_claim_gives_way_to_a_tie(store):
    observe(store, issue(1), page(1))
    claim = store.claim(M, issue(1), store.tick())
    link = store.tie(M, issue(1), page(1), store.tick())
    assert store.link_of(M, issue(1)).id == link.id
    assert known(store, claim.id).link.state is LinkState.TOMBSTONED


def test_a_claim_whose_create_is_on_its_way_gives_way_to_nothing(store):
    observe(store, issue(1), page(1))
    claim = store.claim(M, issue(1), store.tick())
    queued(store, claim.id)
    leased(store)
    assert store.tie(M, issue(1), page(1), store.tick()) is None
    assert store.link_of(M, issue(1)).id == claim.id


def test_what_living_links_hold_is_told_apart_from_what_is_free(store):
    tied(store, 1)
    observe(store, issue(2))
    dead = tied(store, 3)
    store.rekey(dead, LinkState.TOMBSTONED, None, store.tick())
    assert [each.record.ref for each in store.held(M, Side.GITHUB)] == [issue(1)]
    assert [each.record.ref for each in store.unlinked(M, Side.GITHUB)] == [issue(2), issue(3)]
