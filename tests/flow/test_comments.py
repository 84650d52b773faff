"""Comments in the flow: when they are read, what their links wait for, and what a worker does of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.core.errors import Rejected, TryLater
from sync.core.events import Mode
from sync.core.limits import Lane
from sync.core.mapping import Guards, Limit
from sync.core.model import COMMENT, Action, LinkState, Presence, Ref, Side
from sync.flow.outcome import Outcome
from sync.flow.turn import heed, turn
from sync.flow.world import Rotation
from sync.flow.write import next_write, write
from tests.flow.test_turn import Asked, drained
from tests.machine.team import MAPPING

HOUR = 3600


@pytest.fixture
def tied(team):
    """One issue and its page, in step."""
    team.create(Side.GITHUB, "one")
    team.sync(full=True)
    return team


def page(team):
    return team.here(Side.NOTION)[0]


def texts(team, side):
    return sorted(each[-1].text for each in team.talks[side].remarks.values() if each[-1].text is not None)


def links(team):
    parent = team.store.link_of(MAPPING.name, Ref(Side.GITHUB, "g1"))
    return [known.link for known in team.store.children(parent.id)]


def test_a_comment_is_a_link_of_its_own_below_that_of_its_issue_and_no_link_of_the_mapping(tied):
    tied.say(Side.GITHUB, "g1", "hello")
    tied.sync(full=False)
    (link,) = links(tied)
    assert (link.kind, link.state) == (COMMENT, LinkState.LINKED)
    assert tied.store.links_count(MAPPING.name) == tied.store.status(MAPPING.name).links == 1
    assert tied.store.statuses([MAPPING.name])[MAPPING.name].links == 1


def test_while_the_page_is_in_the_trash_nothing_is_said_and_all_of_it_once_it_is_back(tied):
    tied.say(Side.GITHUB, "g1", "before")
    tied.sync(full=False)
    tied.presence(Side.NOTION, page(tied), Presence.TRASHED)
    trashed = tied.shelves[Side.NOTION].versions
    tied.sync(full=True)
    tied.say(Side.GITHUB, "g1", "meanwhile")
    tied.talks[Side.GITHUB].change("gc1", "before, edited")
    tied.sync(full=True)
    assert texts(tied, Side.NOTION) == ["ada: before"]
    tied.presence(Side.NOTION, next(iter(trashed)), Presence.PRESENT)
    tied.sync(full=True)
    tied.sync(full=True)
    assert texts(tied, Side.NOTION) == ["ada: before, edited", "ada: meanwhile"]


def test_an_issue_that_was_deleted_takes_the_links_of_its_comments_with_it_and_no_comment(tied):
    tied.say(Side.NOTION, page(tied), "hello")
    tied.sync(full=True)
    tied.presence(Side.GITHUB, "g1", Presence.DELETED)
    tied.sync(full=True)
    tied.sync(full=True)
    assert tied.store.link_of(MAPPING.name, Ref.comment(Side.NOTION, "nc1")) is None
    assert texts(tied, Side.NOTION) == ["hello"]


def test_a_page_that_gets_its_first_comment_is_read_before_for_the_copy_may_stand_there(tied):
    calls, tied.rotation = [], Rotation()
    listen = tied.discussions[Side.NOTION].of
    tied.discussions[Side.NOTION].of = lambda ref: calls.append(ref.id) or listen(ref)
    for number in range(3):
        tied.say(Side.GITHUB, "g1", f"number {number}")
    tied.sync(full=False)
    tied.say(Side.GITHUB, "g1", "one more")
    tied.sync(full=False)
    assert calls == [page(tied)]


def test_a_copy_that_stands_there_already_is_taken_for_what_it_is(tied):
    original = tied.say(Side.GITHUB, "g1", "hello")
    version = tied.shelves[Side.NOTION].versions[page(tied)][-1]
    ref = tied.shelves[Side.NOTION].record(page(tied), version).ref
    tied.talks[Side.NOTION].said(ref, "somebody", "ada: hello", Ref.comment(Side.GITHUB, original).id)
    tied.sync(full=False)
    tied.sync(full=True)
    assert texts(tied, Side.NOTION) == ["ada: hello"]
    tied.talks[Side.GITHUB].change(original, "hello, edited")
    tied.sync(full=False)
    assert texts(tied, Side.NOTION) == ["ada: hello, edited"]


def test_a_pass_that_finds_nothing_new_asks_no_page(tied):
    for number in range(5):
        tied.create(Side.GITHUB, f"more {number}")
    tied.sync(full=True)
    tied.clock.advance(HOUR)
    tied.sync(full=True)
    asked = []
    tied.discussions[Side.NOTION].of = lambda ref: asked.append(ref) or ()
    tied.rotation = Rotation()
    tied.sync(full=False)
    assert asked == []


def test_the_rotation_reads_those_longest_unread_and_comes_round(tied):
    for number in range(4):
        tied.create(Side.GITHUB, f"more {number}")
    tied.sync(full=False)
    tied.clock.advance(HOUR)
    tied.sync(full=False)
    asked, tied.rotation = [], Rotation(poll=2)
    listen = tied.discussions[Side.NOTION].of
    tied.discussions[Side.NOTION].of = lambda ref: asked.append(ref.id) or listen(ref)
    for _ in range(5):
        turn(tied.world("w1"), Asked())
    assert len(asked) == 10
    assert all(asked.count(each) == 2 for each in tied.here(Side.NOTION))


def test_a_word_of_a_comment_is_looked_at_and_copied_at_once(tied):
    home = page(tied)
    comment = tied.say(Side.NOTION, home, "inline")
    queue = Asked()
    tied.store.hint(MAPPING.name, Ref.comment(Side.NOTION, comment, home), Lane.PERSON, tied.clock.now())
    heed(tied.world(), queue)
    drained(tied, tied.world(), queue)
    assert texts(tied, Side.GITHUB) == ["ada: inline"]


def test_a_word_of_an_edited_page_is_also_one_of_its_discussion(tied):
    home = page(tied)
    tied.say(Side.NOTION, home, "asked for")
    tied.edit(Side.NOTION, home, "title", "edited beside it")
    queue = Asked()
    tied.store.hint(MAPPING.name, Ref(Side.NOTION, home, "d"), Lane.PERSON, tied.clock.now())
    heed(tied.world(), queue)
    drained(tied, tied.world(), queue)
    assert texts(tied, Side.GITHUB) == ["ada: asked for"]


@pytest.mark.parametrize(("edited", "reads"), [(False, 0), (True, 1)])
def test_of_a_page_that_is_named_since_we_wrote_to_it_nobody_asks_what_is_said_there(tied, edited, reads):
    talk, asked = tied.discussions[Side.NOTION], []
    of = talk.of
    tied.sync(full=True)
    if edited:
        tied.edit(Side.NOTION, page(tied), "title", "edited")
    talk.of = lambda ref: asked.append(ref) or of(ref)
    tied.clock.advance(3600)
    tied.store.hint(MAPPING.name, Ref(Side.NOTION, page(tied), "d"), Lane.PERSON, tied.clock.now())
    heed(tied.world(), Asked())
    assert len(asked) == reads


def both(team):
    """Have somebody comment on either side, where no list is read, and return the issue and the page."""
    team.rotation = Rotation()
    for side, under in ((Side.GITHUB, "g1"), (Side.NOTION, page(team))):
        team.say(side, under, f"said on {side}")
    return {Side.GITHUB: Ref(Side.GITHUB, "g1", "1", 1), Side.NOTION: Ref(Side.NOTION, page(team), "d")}


def told(team, ref, mode=Mode.DEEP):
    team.store.hint(MAPPING.name, ref, Lane.PERSON, team.clock.now(), mode=mode)
    heed(team.world(), Asked())
    drained(team, team.world(), Asked())


@pytest.mark.parametrize("side", Side)
def test_who_looks_again_at_one_record_has_the_discussions_of_both_sides_read(tied, side):
    told(tied, both(tied)[side])
    assert texts(tied, Side.GITHUB) == ["ada: said on notion", "said on github"]
    assert texts(tied, Side.NOTION) == ["ada: said on github", "said on notion"]


def test_who_looks_again_learns_of_a_comment_that_was_deleted(tied):
    comment = tied.say(Side.GITHUB, "g1", "hello")
    tied.sync(full=False)
    tied.clock.advance(HOUR)
    tied.talks[Side.GITHUB].change(comment, None)
    told(tied, both(tied)[Side.NOTION])
    assert "ada: hello" not in texts(tied, Side.NOTION)


def test_a_word_of_an_issue_asks_for_no_discussion(tied):
    refs, asked = both(tied), []
    for side in Side:
        tied.discussions[side].of = lambda ref: asked.append(ref) or ()
    told(tied, refs[Side.GITHUB], Mode.HINT)
    assert asked == []


@pytest.mark.parametrize("also", [Mode.HINT, Mode.FULL])
def test_who_looks_again_at_one_record_is_heard_also_while_all_of_the_mapping_is_asked_for(tied, also):
    tied.store.hint(MAPPING.name, None, Lane.PERSON, tied.clock.now(), mode=also)
    tied.discussions[Side.GITHUB].changes = lambda _container, _cursor: iter(())
    told(tied, both(tied)[Side.NOTION])
    assert "ada: said on github" in texts(tied, Side.NOTION)


def test_who_looks_again_while_a_service_is_away_is_heard_once_it_is_back(tied):
    refs, listen = both(tied), tied.discussions[Side.GITHUB].of

    def away(_ref):
        raise TryLater(1, "503")

    tied.discussions[Side.GITHUB].of = away
    told(tied, refs[Side.GITHUB])
    assert list(tied.store.hinted()) == [MAPPING.name]
    tied.discussions[Side.GITHUB].of = listen
    heed(tied.world(), Asked())
    drained(tied, tied.world(), Asked())
    assert list(tied.store.hinted()) == []
    assert "ada: said on github" in texts(tied, Side.NOTION)


def test_who_looks_again_at_what_is_parked_asks_for_no_discussion(tied):
    refs, asked = both(tied), []
    tied.presence(Side.NOTION, refs[Side.NOTION].id, Presence.TRASHED)
    tied.sync(full=True)
    for side in Side:
        tied.discussions[side].of = lambda ref: asked.append(ref) or ()
    told(tied, refs[Side.GITHUB])
    assert asked == []


def test_in_workers_the_guard_counts_comments_of_both_sides_over_an_hour(tied):
    tied.mapping = replace(tied.mapping, guards=Guards(max_new_comments=Limit(2)))
    world, queue = replace(tied.world(), window=timedelta(hours=1)), Asked()
    turn(world, queue, full=True)
    for number in range(3):
        side = (Side.GITHUB, Side.NOTION, Side.GITHUB)[number]
        tied.say(side, "g1" if side is Side.GITHUB else page(tied), f"number {number}")
        turn(world, queue, full=True)
        drained(tied, world, queue)
    copies = [text for side in Side for text in texts(tied, side) if text.startswith("ada: ")]
    assert len(copies) == 2
    assert "max_new_comments" in tied.store.status(MAPPING.name).refusals
    tied.store.hint(MAPPING.name, None, Lane.PERSON, tied.clock.now(), mode=Mode.APPROVE)
    heed(world, queue)
    drained(tied, world, queue)
    assert sum(text.startswith("ada: ") for side in Side for text in texts(tied, side)) == 3


def test_that_a_new_comment_is_gone_is_asked_twice_before_its_copy_goes(tied):
    comment = tied.say(Side.GITHUB, "g1", "hello")
    tied.sync(full=False)
    ref = Ref.comment(Side.GITHUB, comment, "1", 1)
    read = tied.discussions[Side.GITHUB].read

    def lagging(asked):
        tied.discussions[Side.GITHUB].read = read
        seen = read(asked)
        return replace(seen, fields={}, presence=Presence.DELETED)

    tied.rotation = Rotation()
    tied.discussions[Side.GITHUB].changes = lambda _container, _cursor: iter(())
    tied.discussions[Side.GITHUB].read = lagging
    tied.store.look_later(MAPPING.name, [ref], tied.clock.now())
    tied.sync(full=False)
    assert texts(tied, Side.NOTION) == ["ada: hello"]


def test_an_edit_of_somebody_elses_comment_is_told_as_a_failure_and_holds_up_nothing(tied):
    tied.say(Side.GITHUB, "g1", "hello")
    tied.sync(full=False)
    tied.clock.advance(HOUR)

    def refused(_ref, _speech):
        raise Rejected("Connections can only change comments that they created.", "do it by hand")

    tied.discussions[Side.NOTION].reword = refused
    tied.talks[Side.GITHUB].change("gc1", "hello, edited")
    tied.edit(Side.GITHUB, "g1", "title", "renamed")
    done = tied.sync(full=False)
    assert done.failed == 1
    assert tied.shown(Side.NOTION, page(tied), "title") == "renamed"
    (failure,) = tied.store.failures(MAPPING.name)
    assert (failure.failure.cure, failure.place.issue, failure.place.page) == (
        "do it by hand",
        "acme/api#1",
        page(tied),
    )


def test_the_write_of_a_comment_that_is_decided_waits_in_the_outbox_as_one(tied):
    tied.say(Side.GITHUB, "g1", "hello")
    turn(tied.world(), Asked())
    turn(tied.world(), Asked())
    outgoing = next_write(tied.world(), mapping=None)
    assert (outgoing.op.action, outgoing.link.kind) == (Action.COMMENT, COMMENT)
    assert write(tied.world(), tied.bound, outgoing).outcome is Outcome.DONE
    assert next_write(tied.world(), mapping=None) is None
