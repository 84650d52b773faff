"""A team that writes bodies: pages whose content stands apart, respelled by Notion, and each step of a history."""

from __future__ import annotations

from dataclasses import replace

from sync.core.bind import bind
from sync.core.errors import Moved
from sync.core.mapping import Policy, Row
from sync.core.model import Property, Side
from sync.remotes.memory import MemoryRemote, PlainBody, Shelf
from tests.machine import team as teams
from tests.machine.team import Fault, Team, later, lost

BODY, CONTENT = "body", "content"
NAME = {Side.GITHUB: BODY, Side.NOTION: CONTENT}
MAPPING = replace(
    teams.MAPPING,
    rows=(
        Row("title", "Name", where="fields.0"),
        Row("body", "content", where="fields.1"),
        Row("comments", "comments", where="fields.2"),
    ),
    conflict=Policy.HOLD,
)
ISSUE = replace(teams.ISSUE, properties=(*teams.ISSUE.properties, Property(BODY, BODY, "")))
PAGE = replace(teams.PAGE, content="markdown")


class Pages(MemoryRemote):
    """Pages whose content stands apart: no list, no reading, no search and no reply shows it but that to a rewrite.

    `meanwhile` are deeds of colleagues just before the next write of properties, to the very page that is written.
    """

    def __init__(self, *args):
        super().__init__(*args)
        self.meanwhile = []

    def create(self, container, puts):
        return _shown(super().create(container, puts))

    def read(self, ref):
        return _shown(super().read(ref))

    def find(self, container, mark, trail):
        found = super().find(container, mark, trail)
        return found and _shown(found)

    def update(self, ref, puts):
        while self.meanwhile:
            self.meanwhile.pop()(ref.id)
        return _shown(super().update(ref, puts))

    def rewrite(self, record, put):
        there = self.complete(record, [put.facet])
        if there.read(put.facet.name) != put.base:
            raise Moved(there)
        reply = super().update(record.ref, [put])
        return replace(record, fields={CONTENT: reply.read(CONTENT)})

    def _listed(self, record):
        return _shown(super()._listed(record))


def _shown(record):
    return replace(record, fields={name: each for name, each in record.fields.items() if name != CONTENT})


def respelled(name, value):
    """Rewrite a text as Notion does: blanks in a row are one, and paragraphs end with a blank."""
    if name != CONTENT or not isinstance(value, str):
        return value
    return "\n\n".join(" ".join(each.split()) + " " for each in value.split("\n\n") if each.strip()) or None


class Writers(Team):
    """A team whose issues and pages have bodies; a paragraph is `name: version`."""

    def __init__(self, store, clock):
        super().__init__(store, Policy.HOLD, clock=clock)
        self.mapping = MAPPING
        self.shelves[Side.NOTION] = Shelf(Side.NOTION, self.clock, "d", respelled)
        self.remotes = {
            Side.GITHUB: MemoryRemote(self.shelves[Side.GITHUB], ISSUE, self.storm, 3),
            Side.NOTION: Pages(self.shelves[Side.NOTION], PAGE, self.storm, 3),
        }
        self.bound = bind(MAPPING, ISSUE, PAGE, dict.fromkeys(Side, PlainBody()))
        self.count = 0
        self.deeds: dict[str, list[tuple[Side, str | None]]] = {}

    def text(self, side, id_):
        return self.shelves[side].versions[id_][-1].fields.get(NAME[side]) or ""

    def paragraphs(self, side, id_):
        return [" ".join(each.split()) for each in self.text(side, id_).split("\n\n") if each.strip()]

    def born(self, side, paragraphs):
        self.count += 1
        fields = dict.fromkeys(each.id for each in (ISSUE if side is Side.GITHUB else PAGE).properties)
        fields |= {"title": f"born {self.count}", NAME[side]: None}
        fields |= {"state": "open"} if side is Side.GITHUB else {"st": "To do"}
        id_ = self.shelves[side].born(fields)
        for _ in range(paragraphs):
            self.add(side, id_, 99)

    def add(self, side, id_, at):
        self.count += 1
        said = self.paragraphs(side, id_)
        self.write(side, id_, [*said[:at], f"p{self.count}:  first", *said[at:]])
        self.deeds[f"p{self.count}"] = [(side, "first")]

    def change(self, side, id_, at, take):
        said = self.paragraphs(side, id_)
        if said:
            self.count += 1
            name = said[at % len(said)].partition(":")[0]
            new = [] if take else [f"{name}: changed {self.count} of {name}"]
            at %= len(said)
            self.write(side, id_, [*said[:at], *new, *said[at + 1 :]])
            self.deeds[name].append((side, None if take else f"changed {self.count} of {name}"))

    def write(self, side, id_, paragraphs):
        self.shelves[side].put(id_, {NAME[side]: "\n\n".join(paragraphs) or None})

    def rename(self, side, id_):
        self.count += 1
        self.shelves[side].put(id_, {"title": f"renamed {self.count}"})

    def remark(self, side, id_):
        self.count += 1
        self.say(side, id_, f"said {self.count}")


def take(team, step):
    """Have a person, a worker or the weather take one step."""
    what, *how = step
    known = {"fail": _fail, "wait": _wait, "lag": _lag, "turn": _turn, "hear": _hear, "meanwhile": _meanwhile}
    known.get(what, _people)(team, what, *how)


def _people(team, what, side, *how):
    if what == "born":
        team.born(side, *how)
        return
    pick, *more = how
    there = [pair[side] for pair in team.pairs()] if what == "say" else team.here(side)
    if there:
        deeds = {"add": team.add, "change": team.change, "say": team.remark, "rename": team.rename}
        deeds[what](side, there[pick % len(there)], *more)


def _fail(team, _, calls, after, happen):
    team.storm.faults.append(Fault(calls, after and happen is not later, happen, writes_only=happen is lost))


def _wait(team, _, seconds):
    team.clock.advance(seconds)


def _lag(team, _, side, seconds):
    team.show_the_past(side, seconds)


def _meanwhile(team, _, at):
    team.remotes[Side.NOTION].meanwhile.append(lambda page: team.add(Side.NOTION, page, at))


def _hear(team, _, side, pick, ago, writes):
    there = sorted(team.shelves[side].versions)
    team.hear(side, there[pick % len(there)], ago=ago)
    if writes is not None:
        team.heed("w1")
        for _ in range(writes):
            team.write_one("w1")


def _turn(team, _, full, writes):
    team.turn("w1", full=full)
    for _ in range(writes):
        team.write_one("w1")
