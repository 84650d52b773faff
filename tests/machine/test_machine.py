"""The machine test: people, workers and weather in any order; afterwards everybody agrees and nothing was lost.

The cases of the merge table that were met are counted over the whole run, and asserted at its end.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from sync.core import plan
from sync.core.life import Sighting, step
from sync.core.mapping import Policy
from sync.core.merge import Case, merge
from sync.core.model import COMMENT, ISSUE, LinkState, Presence, Ref, Side
from sync.core.plan import verdicts
from sync.store import migrate, open_store
from tests.machine.team import FIELDS, READS, UNGUARDED, Fault, Team, Ticking, crash, later, lost

PHASES = tuple(Phase) if os.environ.get("SHRINK") else (Phase.explicit, Phase.reuse, Phase.generate)
"""Finding a history that fails takes a minute, making it small takes many: ask for that with SHRINK=1."""
CASES: Counter[tuple[Case, str]] = Counter()
LIVES: Counter[tuple] = Counter()
WEATHER: Counter[str] = Counter()
SAID: Counter[str] = Counter()

VALUES = {
    (Side.GITHUB, "title"): st.sampled_from(["a1", "b2 ", "c3", "d4"]),
    (Side.NOTION, "title"): st.sampled_from(["a1", "b2", "c3 ", "e5"]),
    (Side.GITHUB, "state"): st.sampled_from(["open", "closed:completed", "closed:not_planned"]),
    (Side.NOTION, "state"): st.sampled_from(["To do", "In progress", "Done", "Dropped", "Blocked", None]),
    (Side.GITHUB, "labels"): st.sets(st.sampled_from(["bug", "ui", "x,y", "late"])).map(
        lambda each: tuple(sorted(each)) or None
    ),
    (Side.NOTION, "labels"): st.sets(st.sampled_from(["bug", "UI", "new"])).map(
        lambda each: tuple(sorted(each)) or None
    ),
    (Side.GITHUB, "assignees"): st.sets(st.sampled_from(["ada", "bob", "robot"])).map(
        lambda each: tuple(sorted(each)) or None
    ),
    (Side.NOTION, "assignees"): st.sets(st.sampled_from(["id-ada", "id-bob", "guest"])).map(
        lambda each: tuple(sorted(each)) or None
    ),
    (Side.GITHUB, "milestone"): st.sampled_from([None, "v1", "v2"]),
    (Side.NOTION, "milestone"): st.sampled_from([None, "v1", "V2", "v3"]),
    (Side.GITHUB, "labels:points/*"): st.sampled_from([None, "1", "3", "many"]),
    (Side.NOTION, "labels:points/*"): st.sampled_from([None, 1, 3, 5.5]),
    (Side.GITHUB, "labels:blocked/*"): st.sampled_from([None, "now", "Now", "maybe"]),
    (Side.NOTION, "labels:blocked/*"): st.booleans(),
    (Side.GITHUB, "locked"): st.booleans(),
    (Side.NOTION, "locked"): st.booleans(),
}
SETS, SINGLE = ("labels", "assignees"), ("title", "state", "milestone", "labels:points/*", "labels:blocked/*")
NAMES = st.sampled_from([*SINGLE, *SETS, "locked", "title", "state", "labels"])
"""The fields that people edit, those more often about which more can go wrong."""
SIDES = st.sampled_from(Side)
THERE = (Presence.PRESENT, Presence.ARCHIVED, Presence.AWAY)
AWAY = {
    "trashed": (Side.NOTION, Presence.TRASHED),
    "moved": (Side.NOTION, Presence.AWAY),
    "transferred": (Side.GITHUB, Presence.AWAY),
    "archived": (Side.NOTION, Presence.ARCHIVED),
}
"""What takes a record away, and comes back."""
FLOWING = {"title", "status", "multi_select", "people", "select", "number", "checkbox", "date"}
"""The types of properties to which a change has to have flowed."""
LINKED, PARKED = LinkState.LINKED, LinkState.PARKED
COMMON = {
    (LINKED, Sighting.HERE, Sighting.GONE),
    (LINKED, Sighting.GONE, Sighting.HERE),
    (LINKED, Sighting.AWAY, Sighting.HERE),
    (LINKED, Sighting.HERE, Sighting.AWAY),
    (PARKED, Sighting.HERE, Sighting.HERE),
    (PARKED, Sighting.HERE, Sighting.GONE),
}
"""Turns of a link's life that have to have been met."""


@pytest.fixture(scope="module", autouse=True)
def counted():
    """Count the case of every decision of the run."""

    def counting(*args):
        verdict = merge(*args)
        CASES[verdict.case, args[0].notion.type] += 1
        return verdict

    def living(*args):
        LIVES[args] += 1
        return step(*args)

    plan.merge, plan.step = counting, living
    yield
    plan.merge, plan.step = merge, step


@pytest.fixture(scope="module", autouse=True)
def template():
    """An empty migrated database, copied for every example."""
    folder = Path(tempfile.mkdtemp())
    migrate(f"sqlite:///{folder}/empty.db")
    Machine.template = folder / "empty.db"
    yield
    shutil.rmtree(folder)


class Machine(RuleBasedStateMachine):
    """One trial."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "t.db")
        self.clock = Ticking()
        self.store = open_store(f"sqlite:///{self.folder}/t.db", now=self.clock.now)
        self.edits: list[tuple] = []
        self.titles = self.said = 0

    @initialize(
        policy=st.sampled_from(Policy),
        issues=st.integers(0, 3),
        pages=st.integers(0, 2),
        twins=st.integers(1, 2),
        step=st.sampled_from([True, True, True, False]),
        data=st.data(),
    )
    def found(self, policy, issues, pages, twins, step, data):
        """Begin with records of either side, with some that belong together already, before or after a first pass."""
        self.team = Team(self.store, policy, guards=UNGUARDED, clock=self.clock)
        for _ in range(issues):
            self.person_creates(Side.GITHUB)
        for _ in range(pages):
            self.person_creates(Side.NOTION)
        for number in range(twins):
            for side in Side:
                id_ = self.team.create(side, f"twin {number}")
                for name in ("state", "labels", "assignees", "milestone", "labels:points/*", "labels:blocked/*"):
                    if data.draw(st.booleans()):
                        self.team.edit(side, id_, name, data.draw(VALUES[side, name]))
        if step:
            self.team.storm.quiet = True
            self.team.sync(full=True)
            self.team.storm.quiet = False

    # -- people --------------------------------------------------------------------------------------------------

    @rule(what=st.sampled_from([*Side, None]), pick=st.integers(0, 9))
    def person_creates_a_record_or_deletes_an_issue(self, what, pick):
        issues = self.team.here(Side.GITHUB)
        if what:
            self.person_creates(what)
        elif len(issues) > 2:
            self.team.presence(Side.GITHUB, issues[pick % len(issues)], Presence.DELETED)

    def person_creates(self, side):
        self.titles += 1
        self.team.create(side, f"born {self.titles}")

    @rule(side=SIDES, some=st.lists(NAMES, min_size=1, max_size=4, unique=True), pick=st.integers(0, 9), data=st.data())
    def person_edits(self, side, some, pick, data):
        for name in some:
            self._edit(side, name, pick, data.draw(VALUES[side, name]))

    @rule(name=st.sampled_from([*SINGLE, *SETS, "locked"]), pick=st.integers(0, 9), side=SIDES, data=st.data())
    def one_person_edits_one_side_of_a_link(self, name, pick, side, data):
        pairs = self.team.pairs()
        if pairs:
            self.team.edit(side, pairs[pick % len(pairs)][side], name, data.draw(VALUES[side, name]))

    @rule(name=NAMES, pick=st.integers(0, 9), seconds=st.sampled_from([0, 61, 130]), data=st.data(), first=SIDES)
    def two_people_edit_the_same_field(self, name, pick, seconds, data, first):
        """Edit both records of one link, so that the policy has something to decide."""
        pairs = self.team.pairs()
        if pairs:
            ids = pairs[pick % len(pairs)]
            for side in (first, first.other):
                self.team.edit(side, ids[side], name, data.draw(VALUES[side, name]))
                self.team.clock.advance(seconds)

    @rule(
        what=st.sampled_from(["trashed", "trashed", "moved", "transferred", "archived", "out of scope"]),
        picks=st.lists(st.integers(0, 9), min_size=1, max_size=3),
    )
    def person_takes_records_away_or_back(self, what, picks):
        """Trash, move, transfer or archive records, or take issues out of the scope; or undo just that."""
        for pick in picks:
            if what == "out of scope":
                self._takes_out_or_back(pick)
            else:
                self._takes_away_or_back(*AWAY[what], pick)

    def _takes_out_or_back(self, pick):
        issues = self.team.here(Side.GITHUB)
        if issues:
            self.team.take_out_or_back(issues[pick % len(issues)])

    def _takes_away_or_back(self, side, presence, pick):
        shelf = self.team.shelves[side].versions
        there = [id_ for id_, each in shelf.items() if each[-1].presence in (Presence.PRESENT, presence)]
        if there:
            id_ = there[pick % len(there)]
            back = shelf[id_][-1].presence is presence
            self.team.presence(side, id_, Presence.PRESENT if back else presence)

    @rule(
        pick=st.integers(0, 9),
        what=st.sampled_from(["copied", "copied and cleared", "cleared", "nonsense", "an issue"]),
        issue=st.integers(0, 9),
    )
    def person_copies_a_page_or_edits_its_link(self, pick, what, issue):
        pages, issues = self.team.here(Side.NOTION), self.team.here(Side.GITHUB)
        if not pages or not issues:
            return
        page = pages[pick % len(pages)]
        page = self.team.duplicate(page) if what.startswith("copied") else page
        if what != "copied":
            address = self.team.address(issues[issue % len(issues)])
            self.team.relink(page, {"an issue": address, "nonsense": "https://example.org/"}.get(what))

    @rule(side=SIDES, picks=st.lists(st.integers(0, 9), min_size=1, max_size=4), data=st.data())
    def people_talk(self, side, picks, data):
        """Say things, or edit, delete or resolve what was said: one rule, so that talk does not drown the rest."""
        for pick in picks:
            self.said += 1
            deed = data.draw(st.sampled_from(["say", "say", "edit", "edit", "delete", "resolve"]))
            if deed == "say":
                self._say(side, pick)
            elif deed == "resolve":
                notion = self.team.talks[Side.NOTION]
                notion.resolved ^= set(sorted(notion.remarks)[pick : pick + 1])
            else:
                self._reword(side, pick, None if deed == "delete" else f"edited {self.said}")

    def _say(self, side, pick):
        records = [pair[side] for pair in self.team.pairs() if pair[side] in self.team.here(side)]
        if records:
            self.team.say(side, records[pick % len(records)], f"said {self.said}")

    def _reword(self, side, pick, text):
        remarks = self.team.talks[side].remarks
        there = [id_ for id_, versions in remarks.items() if versions[-1].text is not None]
        if there:
            id_ = there[pick % len(there)]
            ours = side is Side.NOTION and remarks[id_][-1].mark is not None
            if text is None or not ours:  # nobody edits a connection's own words in Notion
                self.team.talks[side].change(id_, text)

    # -- weather -------------------------------------------------------------------------------------------------

    @rule(calls=st.integers(0, 4), what=st.sampled_from([later, crash]))
    def a_call_will_fail(self, calls, what):
        self.team.storm.faults.append(Fault(calls, False, what))

    @rule(calls=st.integers(0, 1), after=st.booleans(), what=st.sampled_from([lost, crash]))
    def a_write_will_be_cut_off(self, calls, after, what):
        self.team.storm.faults.append(Fault(calls, after, what, writes_only=True))

    @rule(calls=st.integers(0, 3), after=st.booleans(), side=SIDES, name=NAMES, pick=st.integers(0, 9), data=st.data())
    def a_person_edits_in_the_middle(self, calls, after, side, name, pick, data):
        value = data.draw(VALUES[side, name])
        self.team.storm.faults.append(Fault(calls, after, lambda: self._edit(side, name, pick, value)))

    @rule(calls=st.integers(0, 3), after=st.booleans())
    def another_worker_writes_in_the_middle(self, calls, after):
        self.team.storm.faults.append(Fault(calls, after, lambda: self.team.write_one("w2")))

    @rule(seconds=st.sampled_from([1, 15, 61, 200]), side=SIDES, late=st.sampled_from([None, 0, 20, 50]))
    def time_passes(self, seconds, side, late):
        """Move the clock, and perhaps have a side's reads show what was so many seconds ago from now on."""
        self.team.clock.advance(seconds)
        if late is not None:
            self.team.storm.lags[side] = timedelta(seconds=late)

    # -- workers -------------------------------------------------------------------------------------------------

    @rule(owner=st.sampled_from(["w1", "w2"]), full=st.booleans(), writes=st.integers(0, 6))
    def worker_takes_a_turn(self, owner, full, writes):
        self.team.turn(owner, full=full)
        for _ in range(writes):
            self.team.write_one(owner)

    @rule(owner=st.sampled_from(["w1", "w2"]), count=st.integers(1, 4))
    def worker_writes(self, owner, count):
        for _ in range(count):
            self.team.write_one(owner)

    # -- afterwards ----------------------------------------------------------------------------------------------

    def teardown(self):
        try:
            if hasattr(self, "team"):
                self._quiet_down()
                self._check()
        finally:
            self.store.close()
            shutil.rmtree(self.folder)

    def _quiet_down(self):
        WEATHER.update(self.team.storm.happened)
        self.team.storm.clear()
        self.team.clock.advance(3600)
        for _ in range(3):
            self.team.sync(full=True)
            self.team.clock.advance(120)
        before = self._writes()
        last = self.team.sync(full=True)
        after = self._writes()
        assert (after, +last.written) == (before, Counter()), "a pass after quiet must write nothing"
        assert last.waiting == 0, "nothing stays in flight"

    def _writes(self):
        shelves, talks = self.team.shelves.values(), self.team.talks.values()
        return [each.writes for each in (*shelves, *talks)]

    def _check(self):
        links, said = self._links(ISSUE), self._links(COMMENT)
        self._says_everything_once(links, said)
        self._nothing_stands_twice(links)
        # A page that outlives its issue goes on with another one: what was decided of it before still holds.
        rows = list(self.store.conflicts())
        contested = {(each, row.field) for row in rows for each in (row.link, row.place.page)}
        for known in links:
            self._agrees(known)
            if all(self._present(known, side) for side in Side):
                self._keeps_the_last_word(known, contested)
                self._keeps_every_name(known)
                self._names_its_issue(known)

    def _links(self, kind):
        store, after, found = self.store, 0, []
        store.mark_all("roadmap", store.tick())  # only what is marked is shown
        while chunk := store.touched("roadmap", store.tick(), after=after):
            after = chunk[-1].link.id
            found += [known for known in chunk if known.link.kind == kind]
        return found

    def _says_everything_once(self, links, said):
        """Every comment that may be copied was, once; a copy says what its original says but where it was edited."""
        marks = Counter(
            each[-1].mark
            for side, talk in self.team.talks.items()
            for id_, each in talk.remarks.items()
            if each[-1].mark and self.team.shelves[side].versions[talk.under[id_].id][-1].presence.in_sight
        )
        assert not [mark for mark, count in marks.items() if count > 1], f"said twice: {marks}"
        SAID.update(
            f"copied to {side}"
            for side, talk in self.team.talks.items()
            for each in talk.remarks.values()
            if each[-1].mark
        )
        held = {known.link.ref(side).id for known in said for side in Side if known.link.ref(side)}
        alive = {known.link.ref(side): known.link for known in links for side in Side if self._together(known)}
        for side, talk in self.team.talks.items():
            for id_, remarks in talk.remarks.items():
                shown = talk.at(id_, self.clock.now())
                link = alive.get(talk.under[id_])
                if shown is None or shown.mark is not None or link is None or remarks[0].since < link.tied_at:
                    continue
                assert Ref.comment(side, id_).id in held, f"never copied: {side} {id_} {remarks}"
        for known in said:
            self._follows(known)

    def _together(self, known):
        return known.link.state is LinkState.LINKED and all(known.link.ref(side) for side in Side)

    def _follows(self, known):
        if known.link.state is not LinkState.LINKED:
            return
        shown = {side: self.team.talks[side].at(known.link.ref(side).bare, self.clock.now()) for side in Side}
        if None in shown.values():
            SAID["one side out of sight"] += 1
            return
        copy = next(side for side in Side if shown[side].mark)
        versions = self.team.talks[copy].remarks[known.link.ref(copy).bare]
        latest, original = shown[copy].text, shown[copy.other].text
        edited = latest.startswith("edited")
        assert edited or latest == f"ada: {original}", (versions, original)
        SAID["edited copy" if edited else "followed" if original.startswith("edited") else "as it was"] += 1

    def _nothing_stands_twice(self, links):
        for side in Side:
            refs = [known.link.ref(side).id for known in links if known.link.ref(side)]
            assert len(refs) == len(set(refs)), "one link a record"
        marks = Counter(
            versions[-1].fields.get("mark")
            for versions in self.team.shelves[Side.GITHUB].versions.values()
            if versions[-1].fields.get("mark") and versions[-1].presence is not Presence.DELETED
        )
        assert not [mark for mark, count in marks.items() if count > 1], f"issues born twice: {marks}"
        pages = Counter(
            versions[-1].fields.get("link")
            for page, versions in self.team.shelves[Side.NOTION].versions.items()
            if versions[-1].fields.get("link") and versions[-1].presence in THERE
            if page not in self.team.relinked
        )
        assert not [link for link, count in pages.items() if count > 1], f"pages born twice: {pages}"

    def _agrees(self, known):
        """Both sides agree on every field, or a conflict is shown, or the value cannot be said."""
        if known.github is None or known.notion is None:
            return
        if not all(self._present(known, side) for side in Side):
            return
        for name, verdict in verdicts(known, self.team.bound).items():
            assert not verdict.writes, (name, verdict)
            field = self.team.bound.field(name)
            shown = {side: field.read(known.on(side).record) for side in Side}
            settled = field.transform.agree(shown[Side.GITHUB], shown[Side.NOTION])
            unsaid = any(field.transform.unsaid(side, shown[side]) for side in Side)
            assert settled or unsaid or verdict.conflict or not field.both_ways, (
                name,
                shown,
                known.shadows.get(name),
                verdict,
            )

    def _keeps_the_last_word(self, known, contested):
        """What somebody wrote last stands in the end, unless a conflict tells what became of it."""
        for name in SINGLE:
            field = FIELDS[name]
            edits = [each for each in self.team.history if each.name == name and self._of(known, each)]
            away = any((side, known.link.ref(side).id) in self.team.moved for side in Side)
            disputed = any((each, field.key) in contested for each in (known.link.id, known.link.notion.id))
            if not edits or disputed or (name == "state" and away):
                continue
            last = edits[-1]
            if any(field.transform.unsaid(each.side, each.after) for each in edits):
                continue
            if not last.after and not last.agreed:
                continue  # at the first tie an empty value takes the other's
            shown = {side: self.team.shown(side, known.link.ref(side).id, name) for side in Side}
            said = field.transform.say(last.side.other, last.after, shown[last.side.other])
            assert (
                shown[last.side] == last.after
                or field.transform.say(last.side, shown[last.side.other], last.after) == last.after
            ), f"lost: {last}, shown {shown}, edits {edits}"
            assert shown[last.side.other] == said, f"lost: {last}, shown {shown}, edits {edits}"

    def _keeps_every_name(self, known):
        """A name that one person added or took away, once and on one side, is there or gone on both sides."""
        for name in SETS:
            field = FIELDS[name]
            deeds = defaultdict(list)
            for edit in self.team.history:
                if edit.name == name and self._of(known, edit):
                    for each in self._named(field, edit.side, edit.after) - self._named(field, edit.side, edit.before):
                        deeds[each].append(True)
                    for each in self._named(field, edit.side, edit.before) - self._named(field, edit.side, edit.after):
                        deeds[each].append(False)
            for each, done in deeds.items():
                for side in Side:
                    if len(done) == 1:
                        there = self._named(field, side, self.team.shown(side, known.link.ref(side).id, name))
                        assert (each in there) is done[0], f"{name} {each} {done} on {side}: {there}"

    def _names_its_issue(self, known):
        """The link property names the issue, whatever somebody wrote there."""
        link = self.team.shelves[Side.NOTION].versions[known.link.notion.id][-1].fields["link"]
        assert link == self.team.address(known.link.github.id)

    def _named(self, field, side, value):
        """Return the names of a value as GitHub says them, so far as both sides can."""
        said = field.transform.seen(side, value)
        if side is Side.NOTION:
            said = field.transform.say(Side.GITHUB, said, None)
        return {each.casefold() for each in said or ()}

    def _present(self, known, side):
        ref = known.link.ref(side)
        if ref is None or (side is Side.GITHUB and self.team.out_of_scope(ref.id)):
            return False
        return self.team.shelves[side].versions[ref.id][-1].presence.in_sight

    def _of(self, known, edit):
        return known.link.ref(edit.side).id == edit.id

    def _edit(self, side, name, pick, value):
        records = self.team.here(side)
        if records:
            self.team.edit(side, records[pick % len(records)], name, value)


class Nothing:
    """Draws of a history that begins with nothing but names."""

    def draw(self, _strategy):
        return False


def trashed_and_back(machine):
    for _ in range(2):
        machine.person_takes_records_away_or_back("trashed", [0])
        machine.team.sync(full=True)


def moved_and_back(machine):
    for _ in range(2):
        machine.person_takes_records_away_or_back("moved", [0])
        machine.team.sync(full=True)


def moved_and_trashed(machine):
    machine.person_takes_records_away_or_back("moved", [0])
    machine.team.sync(full=True)
    machine.team.presence(Side.NOTION, next(iter(machine.team.shelves[Side.NOTION].versions)), Presence.TRASHED)
    machine.team.sync(full=True)


def transferred(machine):
    machine.person_takes_records_away_or_back("transferred", [0])
    machine.team.sync(full=True)


def deleted(machine):
    machine.person_creates_a_record_or_deletes_an_issue(None, 0)
    machine.team.sync(full=True)


def only_said(machine):
    machine._say(Side.GITHUB, 0)


def copy_edited(machine):
    machine._say(Side.NOTION, 0)
    machine.team.sync(full=True)
    machine._reword(Side.GITHUB, 0, "edited 1")


def copy_deleted(machine):
    machine._say(Side.GITHUB, 0)
    machine.team.sync(full=True)
    machine._reword(Side.NOTION, 0, None)


def original_edited(machine):
    machine._say(Side.GITHUB, 0)
    machine.team.sync(full=True)
    machine._reword(Side.GITHUB, 0, "edited 1")


RARE = (
    trashed_and_back,
    moved_and_back,
    moved_and_trashed,
    transferred,
    deleted,
    only_said,
    copy_edited,
    copy_deleted,
    original_edited,
)


def play(history):
    """Carry one history out by name: what random ones may miss is tried all the same, and counts."""
    machine = Machine()
    try:
        machine.found(Policy.NEWEST, issues=3, pages=0, twins=2, step=True, data=Nothing())
        history(machine)
    finally:
        machine.teardown()


@pytest.mark.timeout(600)
def test_after_any_history_everybody_agrees_and_nothing_stands_twice():
    for history in RARE:
        play(history)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=int(os.environ.get("EXAMPLES", "150")),
            stateful_step_count=25,
            deadline=None,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )
    unmet = set(Case) - {case for case, _ in CASES} - {Case.UNREAD}  # cut people are read at once
    assert not unmet, f"a green run that never met these proves nothing of them: {unmet}"
    assert not FLOWING - {kind for case, kind in CASES if case is Case.FLOW}
    assert not COMMON - set(LIVES)
    cut_off = {when for when, call in map(str.split, WEATHER) if call not in READS}
    assert cut_off == {"before", "after"}, "writes have to have been cut off on either side of their effect"
    told = {"copied to github", "copied to notion", "followed", "edited copy", "as it was", "one side out of sight"}
    assert told <= set(+SAID), f"what was never said proves nothing: {told - set(+SAID)}"
