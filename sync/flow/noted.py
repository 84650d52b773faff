"""A pass as it is noted: that it began, how it ended, and its id in all that it decides and writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sync.core.errors import TandemError
from sync.core.state import DONE, INTERRUPTED, PassMode
from sync.flow.world import World


@dataclass
class Noted:
    """A pass under way: its world, what is kept of it for people, and its outcome where it is another than `done`."""

    id: str
    world: World
    report: Mapping[str, Any] = field(default_factory=dict)
    outcome: str = ""


@contextmanager
def noted(world: World, mode: PassMode) -> Iterator[Noted]:
    """Give a pass with its world, and note how it ended, whatever becomes of it."""
    pass_id = world.store.begin_pass(world.name, mode, world.now())
    facts = {"mapping": world.name, "pass_id": pass_id, "mode": mode}
    world.log("pass began", facts)
    made, outcome = Noted(pass_id, replace(world, pass_id=pass_id)), INTERRUPTED
    try:
        yield made
        outcome = made.outcome or DONE
    except TandemError as error:
        outcome = f"error: {error}"
        raise
    finally:
        world.log("pass ended", {**facts, "outcome": outcome})
        world.store.end_pass(pass_id, outcome, world.now(), made.report)
