"""A worker's share of a pass: who works a mapping, in which lane, what is asked for and when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.core.errors import Busy, Denied
from sync.core.limits import Lane
from sync.core.mapping import Policy
from sync.core.model import Presence, Ref, Side
from sync.core.pace import Pace
from sync.flow.beat import due
from sync.flow.bind import bind
from sync.flow.drain import drain
from sync.flow.run import resume
from sync.flow.turn import BITE, HELD, decide, heed, turn
from sync.flow.write import next_write
from sync.remotes.memory import Fair
from tests.machine.team import MAPPING, Fault, denied, lost

PACE = Pace(timedelta(seconds=60), timedelta(seconds=3600))


class Asked:
    """A queue that remembers what was asked of it."""

    def __init__(self):
        self.messages = []

    def send(self, task, key, lane):
        self.messages.append((task, key, lane))

    @property
    def tasks(self):
        return [task for task, _, _ in self.messages]


@pytest.fixture
def queue():
    return Asked()


def tasks_due(team, world):
    queue = Asked()
    due(team.store, [world.mapping], PACE, queue, world.now())
    return queue.tasks


def drained(team, world, queue):
    drain(lambda _name: world, world, queue, lambda: False)


def test_a_first_pass_waits_behind_polls_and_people(team, queue):
    team.create(Side.GITHUB, "one")
    turn(team.world(), queue)
    assert next_write(team.world(), mapping=None).lane is Lane.IMPORT
    assert queue.tasks == ["drain"]


def test_a_later_pass_does_not(team, queue):
    turn(team.world(), queue)
    team.create(Side.GITHUB, "one")
    turn(team.world(), queue)
    assert next_write(team.world(), mapping=None).lane is Lane.POLL


def test_one_turn_works_a_mapping_at_a_time(team, queue):
    team.create(Side.GITHUB, "one")
    world, now = team.world(), team.clock.now()
    team.store.take_lease(f"turn {MAPPING.name}", "somebody else", now + timedelta(minutes=1), now)
    turn(world, queue)
    decide(world, queue)
    assert (team.remotes[Side.GITHUB].calls, queue.messages) == (0, [])


def test_a_turn_that_gets_somewhere_is_not_joined_however_long_it_takes(team, queue):
    for number in range(20):
        team.create(Side.GITHUB, f"issue {number}")

    class Slow(Fair):
        taken, began = [], team.clock.now()

        def before(self, side, call):
            team.clock.advance(240)
            self.taken.append(team.store.taken(f"turn {MAPPING.name}", team.clock.now()))

    team.remotes[Side.GITHUB].weather = slow = Slow()
    turn(team.world(), queue, full=True)
    assert team.clock.now() - slow.began > 3 * HELD
    assert all(slow.taken)
    assert not team.store.taken(f"turn {MAPPING.name}", team.clock.now())


def test_who_asks_for_a_look_need_not_wait_for_the_end_of_a_long_list(team, queue):
    world, issues = team.world(), [team.create(Side.GITHUB, f"issue {number}") for number in range(12)]
    turn(world, queue, full=True)
    drained(team, world, queue)
    decided = []

    class Long(Fair):
        def before(self, side, call):
            if [each for each, _ in decided] == ["schema", "changes"]:
                team.edit(Side.GITHUB, issues[11], "title", "edited")
                for asked in (Ref(Side.GITHUB, issues[11], "1", 12), None):
                    team.store.hint(MAPPING.name, asked, Lane.PERSON, team.clock.now())
            decided.append((call, team.store.waiting(MAPPING.name)))

    team.remotes[Side.GITHUB].weather = Long()
    queue.messages.clear()
    turn(world, queue, full=True)
    assert [call for call, waiting in decided if waiting][:2] == ["changes", "changes"]
    assert queue.messages[0] == ("drain", str(int(Lane.PERSON)), Lane.PERSON)
    assert list(team.store.hinted()) == [MAPPING.name]


def test_in_a_first_pass_everybody_waits_for_both_lists(team, queue):
    issue = team.create(Side.GITHUB, "one")
    team.store.hint(MAPPING.name, Ref(Side.GITHUB, issue, "1", 1), Lane.PERSON, team.clock.now())
    turn(team.world(), queue)
    assert list(team.store.hinted()) == [MAPPING.name]
    assert ("heed", MAPPING.name, Lane.PERSON) in queue.messages


def test_a_hint_stays_while_another_turn_works_the_mapping(team, queue):
    world, now = team.world(), team.clock.now()
    epoch = team.store.take_lease(f"turn {MAPPING.name}", "somebody else", now + timedelta(minutes=1), now)
    team.store.hint(MAPPING.name, None, Lane.PERSON, now)
    heed(world, queue)
    assert list(team.store.hinted()) == [MAPPING.name]
    team.store.give_back(f"turn {MAPPING.name}", epoch)
    heed(world, queue)
    assert (list(team.store.hinted()), team.remotes[Side.GITHUB].calls) == ([], 2)


def test_a_full_pass_comes_first_then_polls_each_in_its_time(team, queue):
    world = team.world()
    assert tasks_due(team, world) == ["full"]
    turn(world, queue, full=True)
    assert tasks_due(team, world) == []
    team.clock.advance(61)
    assert tasks_due(team, world) == ["poll"]
    team.clock.advance(3600)
    assert tasks_due(team, world) == ["full"]


def test_a_pass_that_failed_is_tried_again_no_sooner_than_a_poll_and_the_mapping_says_why(team, queue):
    class Locked:
        def before(self, side, call):
            raise Denied("the token was refused")

    team.remotes[Side.GITHUB].weather = Locked()
    turn(team.world(), queue, full=True)
    assert team.store.mapping(MAPPING.name).paused == "the token was refused"
    assert tasks_due(team, team.world()) == []
    team.clock.advance(61)
    assert tasks_due(team, team.world()) == ["full"]
    team.remotes[Side.GITHUB].weather = team.storm
    turn(team.world(), queue, full=True)
    assert team.store.mapping(MAPPING.name).paused is None


def test_a_budget_that_is_spent_holds_up_its_own_kind_of_writes_only(team, queue):
    team.create(Side.NOTION, "an issue is to be born")
    team.create(Side.GITHUB, "a page is to be born")
    turn(team.world(), queue)

    class Spent(Fair):
        def before(self, side, call):
            if (side, call) == (Side.GITHUB, "create"):
                raise Busy(60, "github:creates-hour: spent")

    team.remotes[Side.GITHUB].weather = Spent()
    drained(team, team.world(), queue)
    assert [len(team.here(side)) for side in Side] == [1, 2]
    assert team.store.waiting(MAPPING.name) == 1
    assert queue.tasks[-1] == "decide"


def test_a_create_whose_answer_is_lost_is_looked_for_also_after_a_credential_was_refused(team, queue):
    team.create(Side.GITHUB, "one")
    world, notion = team.world(), team.remotes[Side.NOTION]
    turn(world, queue)
    team.storm.quiet = False
    team.storm.faults.append(Fault(0, True, lost, writes_only=True))
    drained(team, world, queue)
    team.clock.advance(10)
    team.storm.faults.append(Fault(0, False, denied))
    drained(team, world, queue)
    assert team.store.mapping(MAPPING.name).paused
    decide(world, queue)
    resume(world)
    team.clock.advance(10)
    drained(team, world, queue)
    assert (len(team.here(Side.NOTION)), notion.shelf.writes, team.store.waiting(MAPPING.name)) == (1, 1, 0)


def test_turns_and_drains_bring_a_mapping_into_step(team, queue):
    page = team.create(Side.NOTION, "born in Notion")
    team.edit(Side.NOTION, page, "state", "Done")
    team.create(Side.GITHUB, "born on GitHub")
    world = team.world()
    turn(world, queue)
    for _ in range(5):
        drained(team, world, queue)
        decide(world, queue)
    assert team.store.waiting(MAPPING.name) == 0
    assert [len(team.here(side)) for side in Side] == [2, 2]
    born = next(id_ for id_ in team.here(Side.GITHUB) if team.shown(Side.GITHUB, id_, "title") == "born in Notion")
    assert team.shown(Side.GITHUB, born, "state") == "closed:completed"


def quarrel(team, count):
    """Have more closes wait than the guard allows, and return the issues' ids."""
    world = team.world()
    pages = [team.create(Side.NOTION, f"page {number}") for number in range(count)]
    for _ in range(4):
        turn(world, Asked())
        drained(team, world, Asked())
    for page in pages:
        team.edit(Side.NOTION, page, "state", "Done")
    turn(world, Asked())
    return team.here(Side.GITHUB)


def closed(team):
    return sum(str(team.shown(Side.GITHUB, id_, "state")).startswith("closed") for id_ in team.here(Side.GITHUB))


def test_what_a_guard_holds_back_is_written_once_a_person_lets_it_through_and_nothing_is_read_for_it(team, queue):
    issues, world = quarrel(team, 8), team.world()
    drained(team, world, queue)
    assert closed(team) == 0
    assert team.store.status(MAPPING.name).refusals
    later = team.create(Side.NOTION, "born meanwhile")
    team.store.hint(MAPPING.name, None, Lane.PERSON, team.clock.now(), mode="approve")
    heed(world, queue)
    drained(team, world, queue)
    assert closed(team) == len(issues) == 8
    assert not team.store.status(MAPPING.name).refusals
    assert team.store.link_of(MAPPING.name, Ref(Side.NOTION, later)) is None


def test_every_write_of_a_worker_is_told_by_the_pass_that_decided_it(team, queue):
    world = team.world()
    page = team.create(Side.NOTION, "one")
    turn(world, queue)
    first = team.store.passes(MAPPING.name, 1)[0].id
    drained(team, world, queue)
    assert [line.action for line in team.store.written_in(first)] == ["create"]
    decide(world, queue)
    (hinted,) = [each for each in team.store.passes(MAPPING.name) if each.mode == "hint"]
    drained(team, world, queue)
    assert [line.action for line in team.store.written_in(hinted.id)] == ["update"]
    team.edit(Side.NOTION, page, "title", "two")
    turn(world, queue)
    turn(world, queue)
    drained(team, world, queue)
    carried = [team.store.written_in(each.id) for each in team.store.passes(MAPPING.name, 2)]
    assert [[line.overwritten for line in lines] for lines in carried] == [[], [{"title~title": "one"}]]


def test_a_look_at_hints_that_came_to_nothing_is_no_pass_and_keeps_no_poll_waiting(team, queue):
    world = team.world()
    turn(world, queue, full=True)
    team.clock.advance(59)
    decide(world, queue)
    assert [each.mode for each in team.store.passes(MAPPING.name)] == ["full"]
    team.create(Side.NOTION, "one")
    turn(world, queue)
    drained(team, world, queue)
    team.clock.advance(59)
    decide(world, queue)
    assert team.store.passes(MAPPING.name, 1)[0].mode == "hint"
    team.clock.advance(2)
    assert tasks_due(team, world)[0] == "poll"


def test_a_schema_that_changed_is_bound_anew_without_reading_everything(team, queue):
    world = team.world()
    turn(world, queue, full=True)
    before = team.store.mapping(MAPPING.name).schema_at
    for mode, bound, passes in (("hint", False, "incremental"), ("bind", True, "incremental"), ("full", True, "full")):
        team.clock.advance(10)
        team.store.hint(MAPPING.name, None, Lane.PERSON, team.clock.now(), mode=mode)
        heed(world, queue)
        now = team.store.mapping(MAPPING.name).schema_at
        assert (now != before) is bound
        assert team.store.passes(MAPPING.name, 1)[0].mode == passes
        before = now


def test_a_mapping_that_a_person_stopped_is_left_alone_until_it_goes_on(team, queue):
    page = team.create(Side.NOTION, "one")
    world = team.world()
    turn(world, queue)
    team.store.stop(MAPPING.name, "a person wants quiet")
    calls = team.remotes[Side.NOTION].calls, team.remotes[Side.GITHUB].calls
    team.store.hint(MAPPING.name, None, Lane.PERSON, team.clock.now())
    for work in (turn, decide, heed):
        work(world, queue)
    drained(team, world, queue)
    assert (team.remotes[Side.NOTION].calls, team.remotes[Side.GITHUB].calls) == calls
    assert {"poll", "full", "decide", "heed"}.isdisjoint(tasks_due(team, world))
    assert list(team.store.hinted()) == [MAPPING.name]
    team.store.go_on(MAPPING.name)
    heed(world, queue)
    drained(team, world, queue)
    assert len(team.here(Side.GITHUB)) == 1
    assert team.shown(Side.NOTION, page, "title") == "one"


def test_an_edit_that_no_reading_could_tell_from_our_own_write_yet_is_not_overwritten(team, queue):
    team.mapping = replace(team.mapping, conflict=Policy.HOLD)
    issue = team.create(Side.GITHUB, "one")
    team.sync(full=True)
    team.clock.advance(600)
    (page,) = team.here(Side.NOTION)
    team.edit(Side.GITHUB, issue, "labels", ("bug",))
    team.sync(full=False)
    team.edit(Side.NOTION, page, "labels", None)
    team.edit(Side.NOTION, page, "title", "theirs")
    team.edit(Side.GITHUB, issue, "title", "ours")
    team.clock.advance(6)
    world = team.world()
    turn(world, queue)
    drained(team, world, queue)
    team.clock.advance(600)
    team.sync(full=True)
    assert team.shown(Side.NOTION, page, "title") == "theirs"
    assert [row.field for row in team.store.conflicts()] == ["title~title"]
    assert team.shown(Side.GITHUB, issue, "labels") is None


def test_a_word_that_comes_again_is_heeded_also_where_the_record_was_read_between_the_two(team, queue):
    world, issue = team.world(), team.create(Side.GITHUB, "one")
    turn(world, queue)
    drained(team, world, queue)
    ref = Ref(Side.GITHUB, issue, team.shelves[Side.GITHUB].container, 1)
    team.store.hint(MAPPING.name, ref, Lane.PERSON, team.clock.now())
    team.clock.advance(1)
    turn(world, queue)
    team.clock.advance(1)
    team.edit(Side.GITHUB, issue, "title", "two")
    team.store.hint(MAPPING.name, ref, Lane.PERSON, team.clock.now())
    heed(world, queue)
    drained(team, world, queue)
    assert team.shown(Side.NOTION, next(iter(team.here(Side.NOTION))), "title") == "two"


def test_of_many_words_the_first_are_written_before_the_last_are_read(team, queue):
    world, count = team.world(), 2 * BITE + 1
    issues = [team.create(Side.GITHUB, f"number {number}") for number in range(count)]
    turn(world, queue, full=True)
    drained(team, world, queue)
    team.clock.advance(600)
    turn(world, queue)
    for issue in issues:
        team.edit(Side.GITHUB, issue, "title", f"edited {issue}")
        ref = Ref(Side.GITHUB, issue, "1", int(issue[1:]))
        team.store.hint(MAPPING.name, ref, Lane.PERSON, team.clock.now())
    edited = []
    for _ in range(3):
        queue.messages.clear()
        heed(world, queue)
        assert ("heed" in queue.tasks) is (len(edited) < 2)
        drained(team, world, queue)
        titles = [team.shown(Side.NOTION, page, "title") for page in team.here(Side.NOTION)]
        edited.append(sum(title.startswith("edited") for title in titles))
    assert edited == [BITE, 2 * BITE, count]


def test_a_schema_that_is_read_while_the_first_pass_ends_does_not_bring_that_back(team, queue):
    remote = team.remotes[Side.NOTION]
    schema = remote.schema

    def slowly():
        remote.schema = schema
        turn(team.world("another"), queue)
        return schema()

    remote.schema = slowly
    bind(team.world(), fresh=True)
    assert not team.store.mapping(MAPPING.name).first_pass


def test_a_page_that_is_not_to_be_seen_is_looked_at_once_more_also_where_a_word_of_it_came_meanwhile(team, queue):
    team.create(Side.GITHUB, "one")
    team.sync(full=True)
    (page,) = team.here(Side.NOTION)
    word = Ref(Side.NOTION, page, "d")
    team.storm.quiet = False
    team.show_the_past(Side.NOTION, 3600)
    for _ in range(2):
        team.store.hint(MAPPING.name, word, Lane.PERSON, team.clock.now())
        heed(team.world(), queue)
        team.clock.advance(60)
    assert team.store.observations(MAPPING.name, [word])[word].record.presence is Presence.HIDDEN
    team.show_the_past(Side.NOTION, 0)
    team.presence(Side.NOTION, page, Presence.ARCHIVED)
    team.clock.advance(120)
    turn(team.world(), queue)
    assert team.store.observations(MAPPING.name, [word])[word].record.presence is Presence.ARCHIVED
    assert team.store.next_due(MAPPING.name) is None
