"""Histories by name: what random ones may miss is tried all the same."""

from __future__ import annotations

from sync.core.mapping import Policy
from sync.core.model import Presence, Side
from tests.machine.machine import Machine
from tests.machine.team import lost


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


def both_edited(machine, name, github, notion):
    for side, value in zip(Side, (github, notion), strict=True):
        machine.team.edit(side, machine.team.pairs()[0][side], name, value)
        machine.team.clock.advance(130)
    machine.team.sync(full=True)


def both_named(machine):
    both_edited(machine, "labels", ("bug",), ("new",))


def both_agreed(machine):
    both_edited(machine, "state", "closed:completed", "Done")


def both_disagreed(machine):
    both_edited(machine, "title", "d4", "e5")


def one_way_edited(machine):
    machine.team.edit(Side.NOTION, machine.team.pairs()[0][Side.NOTION], "locked", True)
    machine.team.sync(full=True)


def cut_off(machine, *, after):
    machine.a_write_will_be_cut_off(0, after, lost)
    machine.person_creates(Side.GITHUB)
    machine.team.turn("w1", full=False)
    machine.team.write_one("w1")


def cut_off_before_its_effect(machine):
    cut_off(machine, after=False)


def cut_off_after_its_effect(machine):
    cut_off(machine, after=True)


RARE = (
    cut_off_before_its_effect,
    cut_off_after_its_effect,
    trashed_and_back,
    moved_and_back,
    moved_and_trashed,
    transferred,
    deleted,
    only_said,
    copy_edited,
    copy_deleted,
    original_edited,
    both_named,
    both_agreed,
    both_disagreed,
    one_way_edited,
)


def play(history):
    """Carry one history out by name: what random ones may miss is tried all the same, and counts."""
    machine = Machine()
    try:
        machine.found(Policy.NEWEST, issues=3, pages=0, twins=2, step=True, data=Nothing())
        history(machine)
    finally:
        machine.teardown()
