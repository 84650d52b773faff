"""What a run has met, counted, and what it has to have met: a green run that never merged proves nothing."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager

from sync.core import plan
from sync.core.life import Sighting, step
from sync.core.merge import Case, merge
from sync.core.model import LinkState
from tests.machine.team import READS

CASES: Counter[tuple[Case, str]] = Counter()
LIVES: Counter[tuple] = Counter()
WEATHER: Counter[str] = Counter()
SAID: Counter[str] = Counter()
HEARD: Counter[bool] = Counter()
"""Events that were news, and such that were none."""

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


@contextmanager
def counting():
    """Count the case of every decision."""

    def counted(*args):
        verdict = merge(*args)
        CASES[verdict.case, args[0].notion.type] += 1
        return verdict

    def lived(*args):
        LIVES[args] += 1
        return step(*args)

    plan.merge, plan.step = counted, lived
    try:
        yield
    finally:
        plan.merge, plan.step = merge, step


def enough():
    """Assert that there was nothing that never happened."""
    unmet = set(Case) - {case for case, _ in CASES} - {Case.UNREAD}  # cut people are read at once
    assert not unmet, f"a green run that never met these proves nothing of them: {unmet}"
    assert not FLOWING - {kind for case, kind in CASES if case is Case.FLOW}
    assert not COMMON - set(LIVES)
    assert set(HEARD) == {True, False}, "events have to have been kept and dropped"
    cut_off = {when for when, call in map(str.split, WEATHER) if call not in READS}
    assert cut_off == {"before", "after"}, "writes have to have been cut off on either side of their effect"
    told = {"copied to github", "copied to notion", "followed", "edited copy", "as it was", "one side out of sight"}
    assert told <= set(+SAID), f"what was never said proves nothing: {told - set(+SAID)}"
