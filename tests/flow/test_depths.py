"""What no list shows: read after all else and while nobody asks, and of what we made only where it is needed."""

import pytest

from sync.core.events import Mode
from sync.core.limits import Lane
from sync.core.model import Ref, Side
from sync.flow.turn import heed, turn
from sync.flow.world import Rotation
from tests.flow.test_turn import Asked, drained
from tests.machine.team import MAPPING, Fault, later, lost
from tests.machine.writers import Writers


def tied(team, count):
    """Have so many issues got their pages an hour ago."""
    for number in range(count):
        team.create(Side.GITHUB, f"number {number}")
    team.sync(full=True)
    team.sync(full=True)
    team.clock.advance(3600)
    team.sync(full=False)


def listened(team, meanwhile=lambda: None):
    """Return a list that fills with the pages whose discussion is read from now on; `meanwhile` happens at each."""
    talk, heard = team.discussions[Side.NOTION], []
    of = talk.of

    def told(ref):
        heard.append(ref.id)
        meanwhile()
        return of(ref)

    talk.of = told
    return heard


def hint(team, ref=None, mode=Mode.HINT):
    team.store.hint(MAPPING.name, ref, Lane.PERSON, team.clock.now(), mode=mode)


def test_who_asks_for_something_ends_the_rotation_and_the_next_one_goes_on(team):
    tied(team, 4)
    team.rotation = Rotation(poll=4)
    heard = listened(team, lambda: hint(team))
    turn(team.world(), Asked())
    assert len(heard) == 1
    team.store.take_hints(MAPPING.name)
    turn(team.world(), Asked())
    assert len(set(heard)) == len(heard) == 2


def test_no_write_waits_for_the_rotation(team):
    tied(team, 2)
    team.rotation, queue, asked = Rotation(poll=2), Asked(), []
    team.edit(Side.GITHUB, "g1", "title", "edited")
    heard = listened(team, lambda: asked.append(list(queue.tasks)))
    turn(team.world(), queue)
    assert len(heard) == 2
    assert asked == [["drain"], ["drain"]]


def test_a_service_that_goes_away_during_the_rotation_leaves_the_pass_done(team):
    tied(team, 2)
    team.rotation, heard = Rotation(poll=2), listened(team, later)
    team.remotes[Side.NOTION].alive = lambda _container: later()
    team.say(Side.GITHUB, "g1", "heard before")
    queue = Asked()
    turn(team.world(), queue)
    drained(team, team.world(), queue)
    assert len(heard) == 1
    assert team.store.passes(MAPPING.name, 1)[0].outcome == "done"
    assert [each[-1].text for each in team.talks[Side.NOTION].remarks.values()] == ["ada: heard before"]


def test_what_the_rotation_found_is_decided_in_the_same_turn(team):
    tied(team, 2)
    team.rotation, queue = Rotation(poll=2), Asked()
    team.say(Side.NOTION, team.here(Side.NOTION)[0], "found")
    turn(team.world(), queue)
    drained(team, team.world(), queue)
    assert [each[-1].text for each in team.talks[Side.GITHUB].remarks.values()] == ["ada: found"]


def test_a_rotation_reads_nothing_twice(team):
    tied(team, 3)
    for lively, poll, read in ((3, 3, 3), (1, 1, 2), (0, 2, 2)):
        team.rotation = Rotation(poll=poll, lively=lively)
        team.say(Side.GITHUB, "g1", f"lively {lively}")
        team.sync(full=False)
        heard = listened(team)
        turn(team.world(), Asked())
        assert len(set(heard)) == len(heard) == read


@pytest.mark.parametrize(("mode", "reads"), [(Mode.BIND, 0), (Mode.HINT, 2), (Mode.FULL, 2)])
def test_a_schema_that_changed_has_no_depths_read(team, mode, reads):
    tied(team, 2)
    team.rotation, heard = Rotation(poll=2, full=2), listened(team)
    hint(team, mode=mode)
    heed(team.world(), Asked())
    assert len(heard) == reads


class Newborn:
    """A page that was born of an issue with two paragraphs, and how often its content was read since."""

    def __init__(self, team):
        self.team, self.remote, self.reads = team, team.remotes[Side.NOTION], 0
        team.rotation = Rotation()
        team.born(Side.GITHUB, 2)
        self.work(lambda world: turn(world, Asked(), full=True))
        (page,) = team.here(Side.NOTION)
        self.page, self.issue = Ref(Side.NOTION, page, "d"), Ref(Side.GITHUB, team.here(Side.GITHUB)[0], "1", 1)
        complete = self.remote.complete

        def counted(record, facets):
            self.reads += 1
            return complete(record, facets)

        self.remote.complete = counted

    def work(self, step):
        step(self.team.world())
        drained(self.team, self.team.world(), Asked())

    def told(self, ref):
        self.team.clock.advance(1)
        hint(self.team, ref)
        self.work(lambda world: heed(world, Asked()))


@pytest.fixture
def newborn(team):
    made = Writers(team.store, team.clock)
    made.storm.quiet = True
    return Newborn(made)


def test_a_word_of_a_page_that_we_made_has_its_content_not_read(newborn):
    newborn.told(newborn.page)
    newborn.work(lambda world: turn(world, Asked()))
    assert newborn.reads == 0


def test_what_somebody_writes_into_a_page_that_we_made_goes_to_the_issue_at_once(newborn):
    newborn.team.add(Side.NOTION, newborn.page.id, 9)
    newborn.told(newborn.page)
    assert newborn.reads
    assert len(newborn.team.paragraphs(Side.GITHUB, newborn.issue.id)) == 3


def test_what_somebody_writes_into_the_issue_of_a_page_that_we_made_goes_to_it_at_once(newborn):
    newborn.team.add(Side.GITHUB, newborn.issue.id, 9)
    newborn.told(newborn.issue)
    assert len(newborn.team.paragraphs(Side.NOTION, newborn.page.id)) == 3


def test_what_was_written_into_a_page_before_its_lost_birth_was_found_is_not_taken_for_ours(newborn):
    team = newborn.team
    team.born(Side.GITHUB, 2)
    team.storm.quiet = False
    team.storm.faults.append(Fault(0, True, lost, writes_only=True))
    newborn.work(lambda world: turn(world, Asked()))
    (page,) = set(team.here(Side.NOTION)) - {newborn.page.id}
    team.add(Side.NOTION, page, 9)
    team.clock.advance(130)
    newborn.work(lambda world: None)
    newborn.told(Ref(Side.NOTION, page, "d"))
    assert len(team.paragraphs(Side.GITHUB, team.here(Side.GITHUB)[1])) == 3


def test_what_was_written_into_a_page_just_before_our_own_write_is_read_in_the_next_rotation(newborn):
    team = newborn.team
    for _ in range(4):
        team.born(Side.GITHUB, 1)
    newborn.work(lambda world: turn(world, Asked()))
    team.clock.advance(3600)
    newborn.work(lambda world: turn(world, Asked()))
    update = newborn.remote.update

    def hidden(ref, puts):
        """Write just after a colleague, whose edit the reply does not show."""
        team.add(Side.NOTION, newborn.page.id, 9)
        return update(ref, puts)

    newborn.remote.update = hidden
    team.shelves[Side.GITHUB].put(newborn.issue.id, {"title": "renamed"})
    newborn.work(lambda world: turn(world, Asked()))
    newborn.remote.update = update
    assert team.shelves[Side.NOTION].versions[newborn.page.id][-1].fields["title"] == "renamed"
    newborn.told(newborn.page)
    newborn.work(lambda world: turn(world, Asked()))
    assert len(team.paragraphs(Side.GITHUB, newborn.issue.id)) == 2, "nothing tells of it"
    team.rotation = Rotation(poll=1)
    newborn.work(lambda world: turn(world, Asked()))
    assert len(team.paragraphs(Side.GITHUB, newborn.issue.id)) == 3


def test_what_was_written_into_a_newborn_page_is_not_taken_for_ours_since_we_wrote_to_it_as_well(newborn):
    team = newborn.team
    team.clock.advance(130)
    team.add(Side.NOTION, newborn.page.id, 9)
    team.shelves[Side.GITHUB].put(newborn.issue.id, {"title": "renamed"})
    newborn.told(newborn.issue)
    newborn.work(lambda world: turn(world, Asked()))
    assert len(team.paragraphs(Side.GITHUB, newborn.issue.id)) == 3


def test_what_was_written_into_a_newborn_page_just_before_its_first_reading_is_not_taken_for_ours(newborn):
    team, complete = newborn.team, newborn.remote.complete

    def stirred(record, facets):
        newborn.remote.complete = complete
        team.add(Side.NOTION, newborn.page.id, 9)
        return complete(record, facets)

    newborn.remote.complete = stirred
    team.rotation = Rotation(poll=1)
    newborn.work(lambda world: turn(world, Asked()))
    assert newborn.reads, "it was read"
    newborn.work(lambda world: turn(world, Asked()))
    assert len(team.paragraphs(Side.GITHUB, newborn.issue.id)) == 3
