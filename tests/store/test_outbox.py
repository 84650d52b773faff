from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event

from sync.core.errors import Overtaken
from sync.core.limits import Lane
from sync.core.model import Action, LinkState, Shadow, Side
from sync.core.state import Replaced, Stage
from tests.store.making import (
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
    observe,
    op,
    page,
    queued,
    tied,
)

BASE = Shadow(None, ("a", "b"), sent=Side.NOTION)


def test_people_come_before_polls_before_imports_and_the_older_before_the_younger(store):
    for number, lane in enumerate((Lane.IMPORT, Lane.POLL, Lane.PERSON, Lane.POLL), 1):
        queued(store, tied(store, number).id, lane=lane)
    order = [leased(store).link.github.number for _ in range(4)]
    assert order == [3, 2, 4, 1]
    assert store.lease("one", at(0), at(60)) is None


def test_a_lease_may_be_of_one_mapping_only(store):
    queued(store, tied(store).id)
    assert store.lease("one", at(0), at(60), mapping="other") is None
    assert store.lease("one", at(0), at(60), mapping=M) is not None


def test_the_writes_of_a_paused_mapping_wait(store):
    queued(store, tied(store).id)
    store.change_mapping(M, paused="the token was refused")
    assert store.lease("one", at(0), at(60)) is None
    store.change_mapping(M, paused=None)
    assert store.lease("one", at(0), at(60)) is not None


def test_a_leased_write_is_leased_again_under_a_higher_epoch_once_its_time_ran_out(store):
    queued(store, tied(store).id)
    first = leased(store, until=60)
    assert first.stage is Stage.LEASED
    assert store.lease("two", at(59), at(100)) is None
    second = leased(store, "two", now=60, until=120)
    assert (second.stage, second.sent_at) == (Stage.LEASED, None)
    assert second.epoch > first.epoch


def test_a_write_in_flight_is_leased_again_to_be_settled_and_not_to_be_written(store):
    queued(store, tied(store).id)
    sent = store.in_flight(replace(leased(store), trail=17), at(1), at(60))
    assert (sent.stage, sent.sent_at, sent.trail) == (Stage.IN_FLIGHT, at(1), 17)
    again = leased(store, "two", now=60, until=120)
    assert (again.stage, again.sent_at, again.trail) == (Stage.IN_FLIGHT, at(1), 17)
    assert again.epoch > sent.epoch


def test_an_unsettled_write_is_looked_at_when_its_time_has_come(store):
    queued(store, tied(store).id)
    store.unsettled(store.in_flight(leased(store), at(1), at(60)), at(30), "no answer")
    assert store.lease("one", at(29), at(90)) is None
    assert leased(store, now=30).stage is Stage.IN_FLIGHT


def test_a_write_given_back_is_queued_at_its_old_place(store):
    queued(store, tied(store, 1).id)
    queued(store, tied(store, 2).id)
    first = leased(store)
    store.requeue(first, None, "stopped")
    again = leased(store)
    assert (again.link.id, again.attempts, again.stage) == (first.link.id, 0, Stage.LEASED)
    store.requeue(store.in_flight(again, at(0), at(60)), at(10), "busy")
    assert leased(store).link.id != first.link.id
    assert store.lease("one", at(9), at(60)) is None
    third = leased(store, now=10)
    assert (third.attempts, third.stage, third.sent_at) == (1, Stage.LEASED, None)


def test_a_write_that_did_not_happen_is_decided_anew_and_the_very_same_waits(store):
    link = tied(store)
    queued(store, link.id)
    sent = store.in_flight(leased(store), at(0), at(60))
    store.replan(sent, at(30), store.tick(), "it did not happen")
    assert [each.link.id for each in store.touched(M, store.tick())] == [link.id]
    assert (store.waiting(M), store.lease("one", at(40), at(90))) == (0, None)
    queued(store, link.id)
    assert store.lease("one", at(29), at(90)) is None
    again = leased(store, now=30)
    assert (again.attempts, again.stage, again.sent_at) == (1, Stage.LEASED, None)


def test_another_write_in_its_place_does_not_wait(store):
    link = tied(store)
    queued(store, link.id)
    store.replan(store.in_flight(leased(store), at(0), at(60)), at(30), store.tick(), "it did not happen")
    queued(store, link.id, title="Three")
    assert leased(store, now=0).attempts == 0


def test_a_write_of_a_link_that_ended_is_not_decided_anew(store):
    link = tied(store)
    store.rekey(link, LinkState.TOMBSTONED, None, store.tick())
    store.order(M, [decision(store, link.id, op=op())], at(0))
    store.replan(store.in_flight(leased(store), at(0), at(60)), at(30), store.tick(), "it did not happen")
    assert known(store, link.id).outgoing is None


@pytest.mark.parametrize(
    "act",
    [
        lambda store, late: store.in_flight(late, at(70), at(130)),
        lambda store, late: store.requeue(late, None, ""),
        lambda store, late: store.unsettled(late, at(90), ""),
        lambda store, late: store.drop(late, store.tick(), ""),
        lambda store, late: store.replan(late, at(90), store.tick(), ""),
        lambda store, late: store.fail(late, failure(late.link.id), store.tick()),
        lambda store, late: store.confirm(confirmation(store, late), store.tick(), at(70)),
    ],
    ids=["in_flight", "requeue", "unsettled", "drop", "replan", "fail", "confirm"],
)
def test_a_worker_that_wakes_up_late_changes_nothing_of_the_write(store, act):
    queued(store, tied(store).id)
    late = leased(store, until=60)
    mine = leased(store, "two", now=60, until=120)
    with pytest.raises(Overtaken):
        act(store, late)
    assert known(store, mine.link.id).outgoing.epoch == mine.epoch
    assert known(store, mine.link.id).shadows == {}
    store.confirm(confirmation(store, mine), store.tick(), at(80))


def test_an_epoch_never_comes_back_though_the_write_is_replaced(store):
    link = tied(store)
    queued(store, link.id)
    late = leased(store)
    store.drop(late, store.tick(), "moved")
    queued(store, link.id)
    assert leased(store).epoch > late.epoch
    with pytest.raises(Overtaken):
        store.in_flight(late, at(1), at(60))


def test_a_late_worker_s_reply_is_kept_as_an_observation_and_its_link_marked(store):
    link = tied(store)
    queued(store, link.id)
    late = leased(store, until=60)
    mine = leased(store, "two", now=60, until=120)
    with pytest.raises(Overtaken):
        store.confirm(confirmation(store, late, title="Late"), store.tick(), at(70))
    assert known(store, link.id).notion.record.read("title") == "Late"
    store.drop(mine, store.tick(), "settled")
    assert [each.link.id for each in store.touched(M, store.tick())] == [link.id]


def test_a_confirmation_commits_what_the_reply_showed(store):
    link = tied(store)
    decide(store, decision(store, link.id, shadows={"labels": Shadow(("x",), ("x",))}, op=op(), guards=("g:a b", "h")))
    outgoing = store.in_flight(leased(store), at(1), at(60))
    done = replace(confirmation(store, outgoing), replaced={"title": Replaced("One", "Two", "Two")}, closed_by_us=True)
    store.confirm(done, done.observation.seq, at(2))
    now = known(store, link.id)
    assert now.notion.record.read("title") == "Two"
    assert now.notion.ack == done.observation.ack
    assert now.shadows == {"labels": Shadow(("x",), ("x",)), "title": Shadow("Two", "Two")}
    assert (now.outgoing, now.link.closed_by_us) == (None, True)
    assert [each.link.id for each in store.touched(M, store.tick())] == [link.id]
    line = store.lines(link.id)[-1]
    assert (line.event, line.overwritten, line.guards, line.at) == ("wrote", {"title": "One"}, ("g:a b", "h"), at(2))


def test_a_birth_gives_the_claimed_link_its_partner(store):
    observe(store, issue(1))
    link = store.claim(M, issue(1), store.tick())
    decide(store, decision(store, link.id, op=op(action=Action.CREATE)))
    outgoing = store.in_flight(leased(store), at(1), at(60))
    store.confirm(confirmation(store, outgoing, page(1)), store.tick(), at(2))
    now = known(store, link.id)
    assert (now.link.state, now.link.notion, now.notion.record.ref) == (LinkState.LINKED, page(1), page(1))
    assert store.link_of(M, page(1)).id == link.id


def test_a_newborn_that_somebody_else_tied_meanwhile_is_not_torn_away_nor_born_again(store):
    observe(store, issue(1))
    link = store.claim(M, issue(1), store.tick())
    decide(store, decision(store, link.id, op=op(action=Action.CREATE)))
    outgoing = store.in_flight(leased(store), at(1), at(60))
    tied(store, 2)
    store.confirm(confirmation(store, outgoing, page(2)), store.tick(), at(2))
    assert store.link_of(M, page(2)).github == issue(2)
    assert known(store, link.id).link.state is LinkState.PARKED


def test_a_refused_write_is_a_failure_and_the_same_refusal_counts_up(store):
    link = tied(store)
    for _ in range(2):
        queued(store, link.id)
        store.fail(leased(store), failure(link.id), store.tick())
    (row,) = store.failures()
    assert (row.failure.attempts, row.failure.error, row.place.issue) == (2, "a label may not be set", "acme/api#1")
    assert known(store, link.id).outgoing is None
    assert [each.link.id for each in store.touched(M, store.tick())] == [link.id]
    queued(store, link.id)
    store.fail(leased(store), failure(link.id, "d2"), store.tick())
    (other,) = store.failures(M)
    assert (other.failure.attempts, other.failure.digest) == (1, "d2")
    assert other.failure.id != row.failure.id


def test_a_reply_that_does_not_agree_is_confirmed_and_recorded_as_a_failure(store):
    link = tied(store)
    queued(store, link.id)
    done = replace(confirmation(store, leased(store), title="One"), shadows={}, failure=failure(link.id))
    store.confirm(done, store.tick(), at(2))
    assert known(store, link.id).failure.digest == "d1"
    assert known(store, link.id).outgoing is None


def test_a_retry_forgets_the_failure_and_marks_the_link(store):
    link = tied(store)
    queued(store, link.id)
    store.fail(leased(store), failure(link.id), store.tick())
    decide(store, decision(store, link.id))
    (row,) = store.failures()
    assert store.retry([row.failure.id, 999]) == 1
    assert known(store, link.id).failure is None
    assert [each.link.id for each in store.touched(M, store.tick())] == [link.id]


def test_the_guards_count_what_was_written_and_what_waits_but_not_what_is_decided_anew(store, clock):
    one, two, three = (tied(store, number) for number in (1, 2, 3))
    guards = ("max_destructive", "max_overwrites:labels:my family/*~x")
    decide(store, *(decision(store, link.id, op=op(), guards=guards) for link in (one, two, three)))
    outgoing = leased(store)
    assert outgoing.link.id == one.id
    store.confirm(confirmation(store, outgoing), store.tick(), at(10))
    store.mark(M, [three.id], store.tick())
    assert store.written_since(M, at(0)) == dict.fromkeys(guards, 2)
    assert store.written_since(M, at(11)) == dict.fromkeys(guards, 1)
    assert store.written_since("other", at(0)) == {}


def test_what_a_pass_overwrote_is_told_by_its_id_though_it_was_written_after_the_pass_ended(store):
    link = tied(store)
    pass_id = store.begin_pass(M, "incremental", START)
    queued(store, link.id, pass_id=pass_id)
    store.end_pass(pass_id, "converged", at(5), {"seen": {"github": 1}})
    done = replace(confirmation(store, leased(store)), replaced={"title": Replaced(("a", "b"), ("b",), None, BASE)})
    store.confirm(done, store.tick(), at(10))
    (line,) = store.written_in(pass_id)
    assert (line.link, line.side, line.overwritten) == (link.id, Side.NOTION, {"title": ("a", "b")})
    assert line.replaced == {"title": Replaced(("a", "b"), ("b",), None, BASE)}
    assert store.passing(pass_id).report == {"seen": {"github": 1}}


def test_the_next_thing_due_is_a_write_or_a_look_and_no_write_of_a_paused_mapping(store):
    assert store.next_due(M) is None
    queued(store, tied(store).id)
    store.requeue(leased(store), at(50), "busy")
    assert store.next_due(M) == at(50)
    store.look_later(M, [issue(1)], at(30))
    assert store.next_due(M) == at(30)
    store.looked(M, [issue(1)])
    store.change_mapping(M, paused="the token was refused")
    assert store.next_due(M) is None
    assert store.next_due("other") is None


def test_that_a_call_is_about_to_be_made_outlasts_a_power_cut(store):
    if store.database.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL syncs every commit")
    levels = []

    def seen(connection):
        levels.append(connection.exec_driver_sql("PRAGMA synchronous").scalar())

    link = tied(store)
    queued(store, link.id)
    outgoing = leased(store)
    event.listen(store.database.engine, "commit", seen)
    store.in_flight(outgoing, at(1), at(60))
    store.beat("worker", at(1))
    assert levels == [2, 1]
