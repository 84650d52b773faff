"""What people did before the pass that goes wrong, by name; each leaves something to be written on both sides."""

from __future__ import annotations

from sync.core.model import Presence, Side


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


SCENARIOS = (births, adoption, edits, partings, comments)
