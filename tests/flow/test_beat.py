"""What ticks ask for: all in turn, one poll for those who share a list, no harm from clocks and old messages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from sync.core.errors import Denied, Misconfigured, Problem, TryLater
from sync.core.limits import Lane
from sync.core.model import Side
from sync.core.pace import AT_ONCE, Due, Pace
from sync.flow.beat import due, tick
from sync.flow.drain import drain
from sync.flow.turn import decide, heed, scheduled, turn
from sync.flow.write import next_write
from tests.flow.test_turn import Asked, drained
from tests.machine.team import MAPPING, Ticking

MINUTE, HOUR = timedelta(seconds=60), timedelta(hours=1)
PACE = Pace(MINUTE, HOUR)


@pytest.fixture
def queue():
    return Asked()


def named(count):
    return [replace(MAPPING, name=f"m{number:03}") for number in range(count)]


def asked(team, files, pace=PACE):
    queue = Asked()
    due(team.store, files, pace, queue, team.clock.now())
    return queue.messages


def passed(team, file, mode="full"):
    team.store.change_mapping(file.name, digest=file.digest)
    team.store.end_pass(team.store.begin_pass(file.name, mode, team.clock.now()), "done", team.clock.now(), {})


def test_many_mappings_come_in_turn_the_longest_waiting_first_and_few_at_a_time(team):
    files = named(100)
    order = []
    while len(order) < 200:
        messages = asked(team, files)
        assert len(messages) <= max(AT_ONCE, 100 * 10 // 60 + 1)
        for task, name, _ in messages:
            order.append(name)
            passed(team, replace(MAPPING, name=name), "full" if task == "full" else "incremental")
        team.clock.advance(5)
    assert sorted(order[:100]) == [each.name for each in files]
    assert order[100:200] == order[:100]


def test_full_passes_that_are_due_again_come_one_after_another(team):
    files = named(10)
    for each in files:
        passed(team, each)
    team.clock.advance(3700)
    assert sorted(task for task, _, _ in asked(team, files)) == ["full", *["poll"] * 7]
    passed(team, files[0])
    assert {task for task, _, _ in asked(team, files)} == {"poll"}
    team.clock.advance(360)
    assert [task for task, _, _ in asked(team, files)].count("full") == 1


def sharing(team):
    """Return two worlds of mappings that read the same lists, each of which knows the other; both read everything."""
    worlds = {}
    for name in ("one", "two"):
        file = replace(MAPPING, name=name, create=replace(MAPPING.create, pages=False, issues=False))
        worlds[name] = replace(team.world(), mapping=file, fellow=worlds.get)
    return worlds["one"], worlds["two"]


def calls(team):
    return {side: team.remotes[side].calls for side in Side}


def seen(team, world, issue):
    found = [each.record for each in team.store.unlinked(world.name, Side.GITHUB) if each.record.ref.id == issue]
    return found[0].read("title") if found else None


def test_a_list_is_polled_once_for_all_mappings_on_it_and_all_are_shown_what_it_showed(team, queue):
    one, two = sharing(team)
    issue = team.create(Side.GITHUB, "before")
    for world in (one, two):
        turn(world, queue, full=True)
    team.clock.advance(61)
    team.edit(Side.GITHUB, issue, "title", "after")
    before = calls(team)
    scheduled(one, queue, Due.POLL, PACE)
    assert (seen(team, one, issue), seen(team, two, issue)) == ("after", "after")
    assert ("decide", "two", Lane.POLL) in queue.messages
    once = calls(team)
    assert {side: once[side] - before[side] for side in Side} == dict.fromkeys(Side, 1)
    scheduled(two, queue, Due.POLL, PACE)
    assert calls(team) == once
    for _ in range(6):
        team.clock.advance(61)
        for world in (one, two):
            scheduled(world, queue, Due.POLL, PACE)
    assert {side: calls(team)[side] - once[side] for side in Side} == dict.fromkeys(Side, 6)


def test_a_mapping_that_has_read_less_is_not_taken_for_one_that_knows_all_that_came_before(team, queue):
    one, two = sharing(team)
    issue = team.create(Side.GITHUB, "before")
    turn(one, queue, full=True)
    team.clock.advance(1200)
    team.edit(Side.GITHUB, issue, "title", "after")
    turn(one, queue)
    turn(two, queue, full=True)
    team.clock.advance(61)
    scheduled(one, queue, Due.POLL, PACE)
    assert seen(team, two, issue) == "after"
    team.store.stop("two", "rest")
    team.clock.advance(61)
    team.edit(Side.GITHUB, issue, "title", "unseen")
    scheduled(one, queue, Due.POLL, PACE)
    assert (seen(team, one, issue), seen(team, two, issue)) == ("unseen", "after")


def test_a_message_that_comes_twice_or_hours_late_reads_nothing_that_was_read_already(team, queue):
    scheduled(team.world(), queue, Due.FULL, PACE)
    once = calls(team)
    for task in (Due.FULL, Due.POLL, Due.FULL):
        scheduled(team.world(), queue, task, PACE)
    assert calls(team) == once
    team.clock.advance(61)
    scheduled(team.world(), queue, Due.FULL, PACE)
    assert {side: calls(team)[side] - once[side] for side in Side} == dict.fromkeys(Side, 1)


@dataclass
class Theirs:
    """The services' clock, which goes right whatever ours shows."""

    ours: Ticking
    ahead: timedelta = timedelta(0)

    def now(self):
        return self.ours.now() - self.ahead


@pytest.mark.parametrize("jump", [HOUR, 30 * 24 * HOUR, -HOUR, -30 * 24 * HOUR])
def test_a_clock_that_jumps_for_a_while_holds_nothing_up_and_loses_nothing(team, queue, jump):
    world = team.world()

    def work(ticks):
        for _ in range(ticks):
            tick(team.store, team.clock.now())
            due(team.store, [MAPPING], PACE, queue, team.clock.now())
            for task, _, _ in list(queue.messages):
                match task:
                    case "poll" | "full":
                        scheduled(world, queue, Due(task), PACE)
                    case "decide":
                        decide(world, queue)
                    case "drain":
                        drained(team, world, queue)
            queue.messages.clear()
            team.clock.advance(5)

    theirs = Theirs(team.clock)
    for side in Side:
        team.shelves[side].clock = theirs
    issue = team.create(Side.GITHUB, "one")
    work(15)
    team.clock.moment += jump
    theirs.ahead = jump
    team.edit(Side.GITHUB, issue, "title", "two")
    work(3)
    team.clock.moment -= jump
    theirs.ahead = timedelta(0)
    team.create(Side.GITHUB, "three")
    work(40)
    assert sorted(team.shown(Side.NOTION, id_, "title") for id_ in team.here(Side.NOTION)) == ["three", "two"]
    assert team.store.waiting(MAPPING.name) == 0


def test_a_write_of_a_mapping_that_is_no_more_rests_and_holds_up_nobody(team, queue):
    team.create(Side.GITHUB, "one")
    turn(team.world(), queue)
    other = replace(team.world(), mapping=replace(MAPPING, name="other"))

    def worlds(name):
        raise Misconfigured([Problem(f"no mapping is named {name!r}")])

    drain(worlds, other, queue, team.clock.now() + MINUTE)
    assert team.store.mapping(MAPPING.name).paused == "no mapping is named 'roadmap'"
    assert next_write(other, mapping=None) is None
    team.clock.advance(61)
    turn(team.world(), queue)
    drained(team, team.world(), queue)
    assert len(team.here(Side.NOTION)) == 1


class Away:
    """Weather in which a service does not answer, or refuses us."""

    def __init__(self, answer):
        self.answer = answer

    def before(self, side, call):
        raise self.answer


@pytest.mark.parametrize("answer", [TryLater(2, "the limiter cannot reach Redis"), Denied("401", "renew the token")])
def test_what_a_person_asked_for_is_asked_again_when_what_it_needs_is_back(team, queue, answer):
    world = team.world()
    turn(world, queue, full=True)
    for mode in ("full", "hint"):
        team.store.hint(MAPPING.name, None, Lane.PERSON, team.clock.now(), mode=mode)
    team.remotes[Side.GITHUB].weather = Away(answer)
    heed(world, queue)
    assert list(team.store.hinted()) == [MAPPING.name]
    heeds = [task for task, *_ in asked(team, [MAPPING]) if task == "heed"]
    assert len(heeds) == (0 if isinstance(answer, Denied) else 1), "who refuses us is asked no more often than by polls"
    team.remotes[Side.GITHUB].weather = team.storm
    heed(world, queue)
    assert list(team.store.hinted()) == []
    assert team.store.passes(MAPPING.name, 1)[0].mode == "full"


class Interrupted:
    """Weather in which a person's word comes while a list is read, and its worker is turned away."""

    def __init__(self, team, world):
        self.team, self.world, self.left = team, world, 1

    def before(self, side, call):
        if call == "changes" and self.left:
            self.left = 0
            self.team.store.hint(MAPPING.name, None, Lane.PERSON, self.team.clock.now())
            heed(self.world, Asked())

    def after(self, side, call):
        pass

    def lag(self, side, call):
        return timedelta(0)


def test_a_word_that_comes_while_the_mapping_is_worked_is_heeded_as_soon_as_that_is_done(team, queue):
    world = team.world()
    team.remotes[Side.GITHUB].weather = Interrupted(team, world)
    turn(world, queue, full=True)
    assert list(team.store.hinted()) == [MAPPING.name]
    assert queue.messages[-1] == ("heed", MAPPING.name, Lane.PERSON)
    heed(world, queue)
    assert list(team.store.hinted()) == []
    assert queue.tasks.count("heed") == 1


def test_what_is_marked_is_decided_at_the_next_tick_and_waits_for_no_poll(team, queue):
    world = team.world()
    team.create(Side.GITHUB, "one")
    turn(world, queue, full=True)
    drained(team, world, queue)
    decide(world, queue)
    assert asked(team, [MAPPING]) == []
    team.store.mark_all(MAPPING.name, team.store.tick())
    assert [task for task, _, _ in asked(team, [MAPPING])] == ["decide"]
    team.store.change_mapping(MAPPING.name, paused="401")
    assert asked(team, [MAPPING]) == []
