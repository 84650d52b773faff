"""What people did before the pass that goes wrong, by name; each leaves something to be written on both sides.

One that returns something is followed by that instead of a pass.
"""

from __future__ import annotations

from dataclasses import replace

from sync.core.model import Action, Presence, Side
from sync.core.undo import Wrote
from sync.flow import run as flow
from sync.flow.undo import undo
from tests.machine.team import MAPPING


def births(team):
    for title in ("one", "two"):
        team.create(Side.GITHUB, title)
    page = team.create(Side.NOTION, "three")
    team.edit(Side.NOTION, page, "state", "Done")


def adoption(team):
    team.create(Side.GITHUB, "same")
    page = team.create(Side.NOTION, "same")
    team.edit(Side.NOTION, page, "labels", ("bug",))


def edits(team):
    births(team)
    team.sync(full=True)
    team.edit(Side.GITHUB, "g1", "title", "renamed")
    team.edit(Side.GITHUB, "g1", "labels", ("bug",))
    team.edit(Side.NOTION, team.here(Side.NOTION)[-1], "labels", ("new",))
    team.edit(Side.NOTION, team.here(Side.NOTION)[-1], "state", "In progress")


def partings(team):
    births(team)
    team.sync(full=True)
    team.presence(Side.NOTION, team.here(Side.NOTION)[-1], Presence.TRASHED)
    team.presence(Side.GITHUB, "g1", Presence.DELETED)


def comments(team):
    team.create(Side.GITHUB, "one")
    team.sync(full=True)
    page = team.here(Side.NOTION)[-1]
    kept, lost = team.say(Side.GITHUB, "g1", "kept"), team.say(Side.GITHUB, "g1", "lost")
    team.say(Side.NOTION, page, "asked")
    team.sync(full=True)
    team.clock.advance(3600)
    team.say(Side.NOTION, page, "asked again")
    team.say(Side.GITHUB, "g1", "told")
    team.talks[Side.GITHUB].change(kept, "kept, edited")
    team.talks[Side.GITHUB].change(lost, None)


def undoing(team):
    """Have a pass carry edits and a page's end, somebody edit on, and a person undo that pass."""
    for title in ("one", "two"):
        team.create(Side.GITHUB, title)
    team.sync(full=True)
    pages = {pair[Side.GITHUB]: pair[Side.NOTION] for pair in team.pairs()}
    team.edit(Side.NOTION, pages["g1"], "state", "In progress")
    team.sync(full=True)
    team.clock.advance(600)
    team.edit(Side.GITHUB, "g1", "title", "renamed")
    team.edit(Side.GITHUB, "g1", "labels", ("bug",))
    team.edit(Side.NOTION, pages["g1"], "state", "Done")
    team.presence(Side.NOTION, pages["g2"], Presence.TRASHED)
    writes = _written_by_a_pass(team)
    assert {(each.side, each.action) for each in writes} == {(Side.GITHUB, Action.CLOSE), (Side.NOTION, Action.UPDATE)}
    team.clock.advance(600)
    team.edit(Side.NOTION, pages["g1"], "title", "renamed again")
    return lambda: undo(team.world("shell"), writes, let_through=True, wait=team.clock.advance)


def _written_by_a_pass(team):
    pass_id = team.store.begin_pass(MAPPING.name, "full", team.clock.now())
    flow.run(replace(team.world("shell"), pass_id=pass_id), full=True, wait=team.clock.advance)
    lines = team.store.written_in(pass_id)
    return [Wrote(line.link, line.side, Action(line.action), line.replaced) for line in lines]


SCENARIOS = (births, adoption, edits, partings, comments, undoing)
