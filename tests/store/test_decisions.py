from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert

from sync.core.limits import Lane
from sync.core.model import Conflict, LinkState, Shadow, Side, Unmapped
from sync.core.state import Decision, Stage
from sync.store.tables import links
from tests.store.making import (
    START,
    M,
    at,
    decide,
    decision,
    failure,
    issue,
    known,
    leased,
    observe,
    op,
    queued,
    tied,
)

HELD = Conflict("title", "A", "B", Shadow("O", "O"))


def marked(store):
    return [each.link.id for each in store.touched(M, store.tick())]


def test_a_decision_is_kept_planned_until_the_round_ends(store):
    link, upto = tied(store), store.tick()
    assert store.decide(M, [decision(store, link.id, op=op(), lane=Lane.PERSON)], START) == [link.id]
    assert known(store, link.id).outgoing.stage is Stage.PLANNED
    assert store.lease("one", at(0), at(60)) is None
    assert store.waiting(M) == 0
    store.release(M, upto, {}, [])
    outgoing = known(store, link.id).outgoing
    assert (outgoing.stage, outgoing.op, outgoing.lane) == (Stage.QUEUED, op(), Lane.PERSON)
    assert store.waiting(M) == store.waiting(None, Side.NOTION) == 1
    assert store.waiting(M, Side.GITHUB) == 0


def test_a_decided_link_is_marked_no_more(store):
    link = tied(store)
    decide(store, decision(store, link.id))
    assert marked(store) == []


def test_a_link_touched_after_it_was_read_is_not_decided(store):
    link, upto = tied(store), store.tick()
    old = decision(store, link.id, op=op())
    observe(store, issue(1))
    assert store.decide(M, [old], START) == []
    store.release(M, upto, {}, [])
    assert known(store, link.id).outgoing is None
    assert marked(store) == [link.id]


def test_a_link_touched_after_it_was_decided_stays_marked_and_its_write_planned(store):
    link, upto = tied(store), store.tick()
    store.decide(M, [decision(store, link.id, op=op())], START)
    store.mark(M, [link.id], upto)
    store.release(M, upto, {}, [])
    assert marked(store) == [link.id]
    assert known(store, link.id).outgoing.stage is Stage.PLANNED


def test_one_overtaken_decision_does_not_keep_the_others_back(store):
    one, two = tied(store, 1), tied(store, 2)
    decisions = [decision(store, one.id), decision(store, two.id)]
    observe(store, issue(1))
    assert store.decide(M, decisions, START) == [two.id]


def test_a_link_whose_write_is_leased_is_not_decided(store):
    link = tied(store)
    queued(store, link.id)
    leased(store)
    assert store.decide(M, [decision(store, link.id)], START) == []


def test_a_new_decision_replaces_the_write_and_none_removes_it(store):
    link = tied(store)
    queued(store, link.id, "Two")
    queued(store, link.id, "Three")
    assert store.waiting(M) == 1
    assert known(store, link.id).outgoing.op == op("Three")
    decide(store, decision(store, link.id))
    assert known(store, link.id).outgoing is None


def test_the_same_write_keeps_its_wait_and_its_attempts_and_another_starts_afresh(store):
    link = tied(store)
    queued(store, link.id)
    store.requeue(leased(store), at(300), "busy")
    queued(store, link.id)
    assert known(store, link.id).outgoing.attempts == 1
    assert store.lease("one", at(299), at(400)) is None
    queued(store, link.id, "Three")
    assert known(store, link.id).outgoing.attempts == 0
    assert leased(store, now=1).op == op("Three")


def test_only_the_named_shadows_advance(store):
    link = tied(store)
    decide(store, decision(store, link.id, shadows={"title": Shadow("a", "b"), "labels": Shadow(("x",), None)}))
    decide(store, decision(store, link.id, shadows={"title": Shadow("c", "d", sent=Side.NOTION)}))
    assert known(store, link.id).shadows == {
        "title": Shadow("c", "d", sent=Side.NOTION),
        "labels": Shadow(("x",), None),
    }


def test_state_and_closing_are_kept_and_every_commit_raises_the_version(store):
    link = tied(store)
    decide(store, decision(store, link.id, state=LinkState.PARKED, closed_by_us=True))
    now = known(store, link.id).link
    assert (now.state, now.closed_by_us, now.version) == (LinkState.PARKED, True, link.version + 1)


def test_what_is_withheld_is_decided_again_in_every_round(store):
    link, upto = tied(store), store.tick()
    store.decide(M, [decision(store, link.id, op=op(), guards=("max_overwrites:title",))], START)
    kept_back = decision(store, link.id, withheld="max_overwrites:title", because="withheld")
    store.release(M, upto, {"max_overwrites:title": "9 writes"}, [kept_back])
    assert known(store, link.id).outgoing is None
    assert store.status(M).refusals == {"max_overwrites:title": "9 writes"}
    assert marked(store) == [link.id]
    decide(store, decision(store, link.id, op=op()))
    assert store.status(M).refusals == {}
    assert known(store, link.id).outgoing.stage is Stage.QUEUED
    assert marked(store) == []


def test_what_the_guards_leave_of_a_write_is_queued(store):
    link, upto = tied(store), store.tick()
    store.decide(M, [decision(store, link.id, op=op("Two"))], START)
    store.release(M, upto, {"g": "x"}, [decision(store, link.id, op=op("Rest"), withheld="g")])
    assert leased(store).op == op("Rest")


def test_withheld_decisions_may_be_made_while_they_are_taken(store):
    """They ask the store for what is known, within the call that keeps them."""
    links = [tied(store, number) for number in range(1, 4)]
    upto = store.tick()
    store.decide(M, [decision(store, link.id, op=op()) for link in links], START)
    store.release(M, upto, {"g": "x"}, (decision(store, link.id, withheld="g") for link in links))
    assert store.waiting(M) == 0


def test_a_decision_that_heals_ends_the_failure(store):
    link = tied(store)
    queued(store, link.id)
    store.fail(leased(store), failure(link.id), store.tick())
    decide(store, decision(store, link.id))
    assert known(store, link.id).failure.digest == "d1"
    store.mark(M, [link.id], store.tick())
    decide(store, decision(store, link.id, heals=True))
    assert known(store, link.id).failure is None


def test_unmapped_values_replace_the_earlier_ones_and_are_counted_by_value(store):
    one, two = tied(store, 1), tied(store, 2)
    blocked, other = Unmapped(Side.NOTION, "state", "Blocked"), Unmapped(Side.GITHUB, "labels", "x\0y")
    decide(store, decision(store, one.id, unmapped=(blocked, other)), decision(store, two.id, unmapped=(blocked,)))
    assert [(row.side, row.field, row.value, row.count) for row in store.unmapped(M)] == [
        (Side.GITHUB, "labels", "xy", 1),
        (Side.NOTION, "state", "Blocked", 2),
    ]
    assert store.status(M).unmapped == 2
    decide(store, decision(store, one.id), decision(store, two.id))
    assert store.unmapped(M) == []


def open_conflicts(store):
    return [row for row in store.conflicts(M) if row.state == "held"]


def test_a_conflict_is_the_same_as_long_as_its_values_are(store, clock):
    link = tied(store)
    decide(store, decision(store, link.id, conflicts=(HELD,)))
    (first,) = open_conflicts(store)
    assert (first.github, first.notion, first.base, first.since) == ("A", "B", Shadow("O", "O"), START)
    assert (first.place.issue, first.place.page) == ("acme/api#1", "p1")
    store.decide(M, [decision(store, link.id, conflicts=(HELD,))], at(60))
    assert open_conflicts(store) == [first]
    store.decide(M, [decision(store, link.id, conflicts=(replace(HELD, notion="C"),))], at(120))
    (second,) = open_conflicts(store)
    assert second.id != first.id
    assert second.since == at(120)
    decide(store, decision(store, link.id))
    assert store.conflicts(M) == []


def test_a_conflict_that_the_policy_decided_stays_to_be_shown_and_is_told_once(store):
    link = tied(store)
    decided = replace(HELD, winner=Side.GITHUB)
    decide(store, decision(store, link.id, conflicts=(decided,), op=op()))
    decide(store, decision(store, link.id, conflicts=(decided,), op=op()))
    decide(store, decision(store, link.id))
    assert [(row.state, row.winner) for row in store.conflicts()] == [("decided", Side.GITHUB)]


def test_a_resolved_conflict_names_the_winner_until_it_is_carried_out(store):
    link = tied(store)
    decide(store, decision(store, link.id, conflicts=(HELD,)))
    (row,) = open_conflicts(store)
    assert marked(store) == []
    assert store.resolve(row.id, Side.NOTION, ("A", "B"))
    assert marked(store) == [link.id]
    assert known(store, link.id).resolved == {"title": Side.NOTION}
    won = replace(HELD, winner=Side.NOTION)
    decide(store, decision(store, link.id, conflicts=(won,), op=op()))
    assert known(store, link.id).resolved == {"title": Side.NOTION}
    assert [(each.id, each.state, each.winner) for each in store.conflicts()] == [(row.id, "decided", Side.NOTION)]
    decide(store, decision(store, link.id))
    assert known(store, link.id).resolved == {}


@pytest.mark.parametrize("shown", [("A", "C"), ("C", "B")])
def test_a_resolve_is_refused_where_a_value_moved_since_it_was_shown(store, shown):
    link = tied(store)
    decide(store, decision(store, link.id, conflicts=(HELD,)))
    (row,) = open_conflicts(store)
    assert not store.resolve(row.id, Side.NOTION, shown)
    store.decide(M, [decision(store, link.id, conflicts=(replace(HELD, github="C"),))], START)
    assert not store.resolve(row.id, Side.NOTION)
    assert known(store, link.id).resolved == {}


def test_a_choice_is_not_carried_out_on_values_that_nobody_was_shown(store):
    link = tied(store)
    decide(store, decision(store, link.id, conflicts=(HELD,)))
    assert store.resolve(open_conflicts(store)[0].id, Side.GITHUB)
    surprised = decision(store, link.id, conflicts=(replace(HELD, notion="C", winner=Side.GITHUB),), op=op())
    assert decide(store, surprised) == []
    assert (known(store, link.id).resolved, known(store, link.id).outgoing) == ({}, None)
    assert marked(store) == [link.id]


def test_a_decision_is_journalled_once_however_often_it_is_made_again(store):
    link = tied(store)
    for _ in range(3):
        decide(store, decision(store, link.id, op=op(), because="title github changed", notes=("labels: alone",)))
    decide(store, decision(store, link.id))
    lines = [line for line in store.lines(link.id) if line.event == "decided"]
    assert [(line.fields, line.reason) for line in lines] == [(("title",), "title github changed; labels: alone")]


def test_what_is_withheld_round_after_round_is_journalled_once(store):
    link = tied(store)
    for _ in range(3):
        upto = store.tick()
        store.decide(M, [decision(store, link.id, op=op())], START)
        store.release(M, upto, {"g": "x"}, [decision(store, link.id, withheld="g", because="withheld: g")])
    assert [line.event for line in store.lines(link.id)] == ["tied", "decided", "withheld"]


def test_more_decisions_than_one_statement_names_are_all_committed(store):
    rows = [
        {"mapping": M, "state": "claimed", "github": f"i{n}", "github_container": "", "marked": 1} for n in range(505)
    ]
    with store.database.writing(M) as connection:
        connection.execute(insert(links), rows)
    upto = store.tick()
    found = store.touched(M, upto)
    found = [*found, *store.touched(M, upto, after=found[-1].link.id)]
    made = [Decision(each.link, each.link.state, {}, op=op()) for each in found]
    assert len(store.decide(M, made, START)) == 505
    store.release(M, upto, {}, [])
    assert store.waiting(M) == 505


def test_what_a_person_orders_is_queued_at_once_and_no_round_decides_it_anew(store):
    link = tied(store)
    assert store.order(M, [decision(store, link.id, op=op())], at(1)) == [link.id]
    assert store.touched(M, store.tick()) == []
    assert leased(store, now=1).link.id == link.id


def test_an_order_for_a_link_that_moved_since_it_was_read_is_left_out(store):
    link = tied(store)
    wanted = decision(store, link.id, op=op())
    store.mark(M, [link.id], store.tick())
    assert store.order(M, [wanted], at(1)) == []
    assert store.waiting(M) == 0


def test_an_order_for_a_link_that_ended_leaves_nothing_waiting_once_it_is_dropped(store):
    link = tied(store)
    decide(store, decision(store, link.id, state=LinkState.TOMBSTONED))
    store.order(M, [decision(store, link.id, op=op())], at(1))
    store.drop(leased(store, now=1), store.tick(), "it moved")
    assert store.status(M).oldest_unsynced_seconds is None
