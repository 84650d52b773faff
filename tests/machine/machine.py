"""People, workers and weather in any order: one trial, at whose end everybody has to agree."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from sync.core.mapping import Policy
from sync.core.model import Presence, Side
from sync.store import open_store
from tests.machine.edits import NAMES, SETS, SINGLE, VALUES
from tests.machine.met import HEARD, WEATHER
from tests.machine.team import LATEST, UNGUARDED, Fault, Team, Ticking, crash, later, lost
from tests.machine.truth import Truth

SIDES = st.sampled_from(Side)
AWAY = {
    "trashed": (Side.NOTION, Presence.TRASHED),
    "moved": (Side.NOTION, Presence.AWAY),
    "transferred": (Side.GITHUB, Presence.AWAY),
    "archived": (Side.NOTION, Presence.ARCHIVED),
}
"""What takes a record away, and comes back."""


class Machine(RuleBasedStateMachine):
    """One trial."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "t.db")
        self.clock = Ticking()
        self.store = open_store(f"sqlite:///{self.folder}/t.db", now=self.clock.now)
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

    @rule(seconds=st.sampled_from([1, 15, 61, 200]), side=SIDES, late=st.sampled_from([None, 0, 20, LATEST.seconds]))
    def time_passes(self, seconds, side, late):
        """Move the clock, and perhaps have a side's reads show what was so many seconds ago from now on."""
        self.team.clock.advance(seconds)
        if late is not None:
            self.team.show_the_past(side, late)

    # -- workers -------------------------------------------------------------------------------------------------

    @rule(owner=st.sampled_from(["w1", "w2"]), full=st.booleans(), writes=st.integers(0, 6))
    def worker_takes_a_turn(self, owner, full, writes):
        self.team.turn(owner, full=full)
        for _ in range(writes):
            self.team.write_one(owner)

    @rule(
        said=st.lists(st.tuples(SIDES, st.integers(0, 9), st.integers(0, 2)), min_size=1, max_size=4),
        owner=st.sampled_from(["w1", "w2", None]),
        writes=st.integers(0, 4),
    )
    def services_tell_of_edits(self, said, owner, writes):
        """Have words come, late, again or in any order, and perhaps a worker that heeds them."""
        for side, pick, ago in said:
            records = sorted(self.team.shelves[side].versions)
            if records:
                self.team.hear(side, records[pick % len(records)], ago=ago)
        if owner:
            self.team.heed(owner)
            for _ in range(writes):
                self.team.write_one(owner)

    @rule(owner=st.sampled_from(["w1", "w2"]), count=st.integers(1, 4))
    def worker_writes(self, owner, count):
        for _ in range(count):
            self.team.write_one(owner)

    def _edit(self, side, name, pick, value):
        records = self.team.here(side)
        if records:
            self.team.edit(side, records[pick % len(records)], name, value)

    # -- afterwards ----------------------------------------------------------------------------------------------

    def teardown(self):
        try:
            if hasattr(self, "team"):
                self._quiet_down()
                Truth(self.team).holds()
        finally:
            self.store.close()
            shutil.rmtree(self.folder)

    def _quiet_down(self):
        WEATHER.update(self.team.storm.happened)
        HEARD.update(self.team.heard)
        self.team.storm.clear()
        self.team.clock.advance(3600)
        for _ in range(3):
            done = self.team.sync(full=True)
            self.team.clock.advance(120)
            if not done.written and self.store.next_due(self.team.mapping.name) is None:
                break
        before = self._writes()
        last = self.team.sync(full=True)
        after = self._writes()
        assert (after, +last.written) == (before, Counter()), "a pass after quiet must write nothing"
        assert last.waiting == 0, "nothing stays in flight"

    def _writes(self):
        shelves, talks = self.team.shelves.values(), self.team.talks.values()
        return [each.writes for each in (*shelves, *talks)]
