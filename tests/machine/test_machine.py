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
from sync.core.mapping import Policy
from sync.core.merge import Case, merge
from sync.core.model import COMMENT, ISSUE, LinkState, Presence, Ref, Side
from sync.core.plan import verdicts
from sync.store import migrate, open_store
from tests.machine.team import OWN, Fault, Team, Ticking, crash, later, lost

PHASES = tuple(Phase) if os.environ.get("SHRINK") else (Phase.explicit, Phase.reuse, Phase.generate)
"""Finding a history that fails takes a minute, making it small takes many: ask for that with SHRINK=1."""
CASES: Counter[Case] = Counter()
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
    (Side.GITHUB, "people"): st.sets(st.sampled_from(["ada", "bob", "robot"])).map(
        lambda each: tuple(sorted(each)) or None
    ),
    (Side.NOTION, "people"): st.sets(st.sampled_from(["id-ada", "id-bob", "guest"])).map(
        lambda each: tuple(sorted(each)) or None
    ),
}
FIELDS = st.sampled_from(["title", "state", "labels", "people"])
SIDES = st.sampled_from(Side)


@pytest.fixture(scope="module", autouse=True)
def counted():
    """Count the case of every decision of the run."""

    def counting(*args):
        verdict = merge(*args)
        CASES[verdict.case] += 1
        return verdict

    plan.merge = counting
    yield
    plan.merge = merge


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
        self.team = Team(self.store, policy, clock=self.clock)
        for _ in range(issues):
            self.person_creates(Side.GITHUB)
        for _ in range(pages):
            self.person_creates(Side.NOTION)
        for number in range(twins):
            for side in Side:
                id_ = self.team.create(side, f"twin {number}")
                for name in ("state", "labels", "people"):
                    if data.draw(st.booleans()):
                        self.team.edit(side, id_, name, data.draw(VALUES[side, name]))
        if step:
            self.team.storm.quiet = True
            self.team.sync(full=True)
            self.team.storm.quiet = False

    # -- people --------------------------------------------------------------------------------------------------

    @rule(side=SIDES)
    def person_creates(self, side):
        self.titles += 1
        self.team.create(side, f"born {self.titles}")

    @rule(side=SIDES, name=FIELDS, pick=st.integers(0, 9), data=st.data())
    def person_edits(self, side, name, pick, data):
        self._edit(side, name, pick, data.draw(VALUES[side, name]))

    @rule(name=FIELDS, pick=st.integers(0, 9), seconds=st.sampled_from([0, 61, 130]), data=st.data(), first=SIDES)
    def two_people_edit_the_same_field(self, name, pick, seconds, data, first):
        """Edit both records of one link, so that the policy has something to decide."""
        pairs = self.team.pairs()
        if pairs:
            ids = pairs[pick % len(pairs)]
            for side in (first, first.other):
                self.team.edit(side, ids[side], name, data.draw(VALUES[side, name]))
                self.team.clock.advance(seconds)

    @rule(pick=st.integers(0, 9), presence=st.sampled_from([Presence.TRASHED, Presence.PRESENT]))
    def person_trashes_or_restores_a_page(self, pick, presence):
        pages = sorted(self.team.shelves[Side.NOTION].versions)
        if pages:
            page = pages[pick % len(pages)]
            if self.team.shelves[Side.NOTION].versions[page][-1].presence is not presence:
                self.team.presence(Side.NOTION, page, presence)

    @rule(pick=st.integers(0, 9))
    def person_deletes_an_issue(self, pick):
        issues = self.team.here(Side.GITHUB)
        if len(issues) > 2:
            self.team.presence(Side.GITHUB, issues[pick % len(issues)], Presence.DELETED)

    @rule(side=SIDES, pick=st.integers(0, 9), deed=st.sampled_from(["say", "say", "edit", "edit", "delete", "resolve"]))
    def people_talk(self, side, pick, deed):
        """Say something, or edit, delete or resolve what was said: one rule, so that talk does not drown the rest."""
        talk, self.said = self.team.talks[side], self.said + 1
        there = [id_ for id_, remarks in talk.remarks.items() if remarks[-1].text is not None]
        if deed == "say":
            records = [pair[side] for pair in self.team.pairs() if pair[side] in self.team.here(side)]
            if records:
                self.team.say(side, records[pick % len(records)], f"said {self.said}")
        elif deed == "resolve":
            notion = self.team.talks[Side.NOTION]
            notion.resolved ^= set(sorted(notion.remarks)[pick : pick + 1])
        elif there:
            id_ = there[pick % len(there)]
            ours = side is Side.NOTION and talk.remarks[id_][-1].mark is not None
            if deed == "delete" or not ours:  # nobody edits a connection's own words in Notion
                talk.change(id_, None if deed == "delete" else f"edited {self.said}")

    # -- weather -------------------------------------------------------------------------------------------------

    @rule(calls=st.integers(0, 4), what=st.sampled_from([later, crash]))
    def a_call_will_fail(self, calls, what):
        self.team.storm.faults.append(Fault(calls, False, what))

    @rule(calls=st.integers(0, 1), after=st.booleans(), what=st.sampled_from([lost, crash]))
    def a_write_will_be_cut_off(self, calls, after, what):
        self.team.storm.faults.append(Fault(calls, after, what, writes_only=True))

    @rule(calls=st.integers(0, 3), after=st.booleans(), side=SIDES, name=FIELDS, pick=st.integers(0, 9), data=st.data())
    def a_person_edits_in_the_middle(self, calls, after, side, name, pick, data):
        value = data.draw(VALUES[side, name])
        self.team.storm.faults.append(Fault(calls, after, lambda: self._edit(side, name, pick, value)))

    @rule(calls=st.integers(0, 3), after=st.booleans())
    def another_worker_writes_in_the_middle(self, calls, after):
        self.team.storm.faults.append(Fault(calls, after, lambda: self.team.write_one("w2")))

    @rule(side=SIDES, seconds=st.sampled_from([0, 20, 50]))
    def reads_become_stale(self, side, seconds):
        self.team.storm.lags[side] = timedelta(seconds=seconds)

    @rule(seconds=st.sampled_from([1, 15, 61, 200]))
    def time_passes(self, seconds):
        self.team.clock.advance(seconds)

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
        contested = {(row.place.page, row.field) for row in self.store.conflicts()}  # of a page, whatever ties it now
        for known in links:
            self._agrees(known)
            if all(self._present(known, side) for side in Side):
                self._keeps_the_last_word(known, contested)
                self._keeps_every_name(known)

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
            for versions in self.team.shelves[Side.NOTION].versions.values()
            if versions[-1].fields.get("link") and versions[-1].presence is Presence.PRESENT
        )
        assert not [link for link, count in pages.items() if count > 1], f"pages born twice: {pages}"

    def _agrees(self, known):
        """Both sides agree on every field, or a conflict is shown, or the value cannot be said."""
        if known.github is None or known.notion is None:
            return
        if not (known.github.record.presence.in_sight and known.notion.record.presence.in_sight):
            return
        for name, verdict in verdicts(known, self.team.bound).items():
            assert not verdict.writes, (name, verdict)
            field = self.team.bound.field(name)
            shown = {side: field.read(known.on(side).record) for side in Side}
            settled = field.transform.agree(shown[Side.GITHUB], shown[Side.NOTION])
            unsaid = any(field.transform.unsaid(side, shown[side]) for side in Side)
            assert settled or unsaid or verdict.conflict, (name, shown, known.shadows.get(name), verdict)

    def _keeps_the_last_word(self, known, contested):
        """What somebody wrote last stands in the end, unless a conflict tells what became of it."""
        for name in ("title", "state"):
            field = next(each for each in self.team.bound.fields if each.github.name == OWN[Side.GITHUB][name])
            edits = [each for each in self.team.history if each.name == name and self._of(known, each)]
            away = any((side, known.link.ref(side).id) in self.team.moved for side in Side)
            if not edits or (known.link.notion.id, field.key) in contested or (name == "state" and away):
                continue
            last = edits[-1]
            if any(field.transform.unsaid(each.side, each.after) for each in edits):
                continue
            shown = {side: self.team.shown(side, known.link.ref(side).id, name) for side in Side}
            said = field.transform.say(last.side.other, last.after, shown[last.side.other])
            assert (
                shown[last.side] == last.after
                or field.transform.say(last.side, shown[last.side.other], last.after) == last.after
            ), f"lost: {last}, shown {shown}, edits {edits}"
            assert shown[last.side.other] == said, f"lost: {last}, shown {shown}, edits {edits}"

    def _keeps_every_name(self, known):
        """A name that one person added or took away, once and on one side, is there or gone on both sides."""
        for name in ("labels", "people"):
            field = next(each for each in self.team.bound.fields if each.github.name == OWN[Side.GITHUB][name])
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

    def _named(self, field, side, value):
        """Return the names of a value as GitHub says them, so far as both sides can."""
        said = field.transform.seen(side, value)
        if side is Side.NOTION:
            said = field.transform.say(Side.GITHUB, said, None)
        return {each.casefold() for each in said or ()}

    def _present(self, known, side):
        ref = known.link.ref(side)
        return ref is not None and self.team.shelves[side].versions[ref.id][-1].presence is Presence.PRESENT

    def _of(self, known, edit):
        return known.link.ref(edit.side).id == edit.id

    def _edit(self, side, name, pick, value):
        records = self.team.here(side)
        if records:
            self.team.edit(side, records[pick % len(records)], name, value)


@pytest.mark.timeout(600)
def test_after_any_history_everybody_agrees_and_nothing_stands_twice():
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
    unmet = set(Case) - set(CASES) - {Case.ALONE, Case.UNREAD}  # no row here is one-way; cut people are read at once
    assert not unmet, f"a green run that never met these proves nothing of them: {unmet}"
    assert {"before create", "after create", "before update", "after update"} <= set(WEATHER)
    told = {"copied to github", "copied to notion", "followed", "edited copy", "as it was", "one side out of sight"}
    assert told <= set(+SAID), f"what was never said proves nothing: {told - set(+SAID)}"
