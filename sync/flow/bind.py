"""The live schemas, cached between passes, and the mapping bound to them; what binds to what is decided in core."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sync.core import bind as core
from sync.core.bound import Bound
from sync.core.documents import Body
from sync.core.errors import Denied, Misconfigured, Problem, TandemError
from sync.core.fieldkey import property_id
from sync.core.mapping import Mapping as MappingFile
from sync.core.model import Person, Property, Schema, Side, Unmapped
from sync.core.renames import TiedIds, Today, today
from sync.core.repairs import OPTIONED
from sync.core.state import MappingState
from sync.flow.world import World

NAMES = "names"
"""The key beside the sides under which it is kept what the file's names were tied to."""


def bind(world: World, *, fresh: bool) -> Bound:
    """Return the bound mapping, from the cached schemas unless they are to be read afresh or the file changed.

    Names that were renamed in Notion go on by their ids. Raises Misconfigured with every problem at once.
    """
    remembered = world.store.mapping(world.name)
    edited = remembered.digest != world.mapping.digest
    cached = None if fresh or edited or remembered.schema_at is None else remembered.schema
    seen = _decoded(cached) if cached else {side: world.remote(side).schema() for side in Side}
    now = today(world.mapping, seen[Side.NOTION], _names(remembered.schema), edited=edited)
    bound = core.bind(now.mapping, seen[Side.GITHUB], seen[Side.NOTION], _bodies(world))
    encoded = cached or _encoded(seen, now.names)
    if cached is None:
        world.store.change_mapping(world.name, digest=world.mapping.digest, schema=encoded, schema_at=world.now())
        if edited or encoded != remembered.schema:
            world.store.mark_all(world.name, world.store.tick())
    return replace(bound, digest=hashlib.sha256(f"{world.mapping.digest} {encoded}".encode()).hexdigest())


def doubt(world: World, unsaid: Mapping[Unmapped, datetime]) -> bool:
    """Have the schemas read again where a page shows an option that they do not know: it was renamed or made since.

    `unsaid` are the values that could not be said, and when they were read last.
    """
    remembered = world.store.mapping(world.name)
    if not remembered.schema or remembered.schema_at is None:
        return False
    seen = _decoded(remembered.schema)[Side.NOTION]
    known = {each.id: {name for _, name in each.options} for each in seen.properties if each.type in OPTIONED}
    strange = any(
        each.value not in known.get(property_id(each.field), {each.value})
        for each, read_at in unsaid.items()
        if each.side is Side.NOTION and read_at > remembered.schema_at
    )
    if strange:
        world.store.change_mapping(world.name, schema_at=None)
    return strange


def moved_on(world: World, bound: Bound) -> bool:
    """Tell whether names mean something else by now than when this was bound, after a look at the schemas."""
    return bind(world, fresh=False).digest != bound.digest or bind(world, fresh=True).digest != bound.digest


def schemas(world: World) -> dict[Side, Schema]:
    """Return the schemas that the mapping was last bound to."""
    return remembered(world.store.mapping(world.name))


def remembered(state: MappingState) -> dict[Side, Schema]:
    """Return the schemas that a mapping's state holds, none before it was bound."""
    return _decoded(state.schema) if state.schema else {}


def repositories_called(name: str, mapping: MappingFile | None, state: MappingState) -> tuple[str, ...]:
    """Return the ids of the repositories that are called so: on GitHub, or else in a file that goes by older names."""
    known = remembered(state).get(Side.GITHUB)
    there = known.containers if known else ()
    today = tuple(id_ for id_, each in there if each.casefold() == name.casefold())
    if today or mapping is None or mapping.digest != state.digest:
        return today
    named = zip(mapping.github.repositories, there, strict=False)  # a schema has them in the file's order
    return tuple(id_ for each, (id_, _) in named if each.casefold() == name.casefold())


def renamed(mapping: MappingFile, remembered: MappingState) -> tuple[Problem, ...]:
    """Return what the file calls by a name that it no longer has, as far as it is known without asking anybody."""
    if remembered.schema is None:
        return ()
    seen, edited = _decoded(remembered.schema), remembered.digest != mapping.digest
    return today(mapping, seen[Side.NOTION], _names(remembered.schema), edited=edited).renamed


@dataclass(frozen=True)
class Examined:
    """What asking both sides showed: the schemas that answered, every fault, and the mapping in today's names."""

    schemas: Mapping[Side, Schema]
    problems: tuple[Problem, ...]
    today: Today | None


def examine(world: World) -> Examined:
    """Ask the sides that there are and bind, whatever fails on the way: one fault hides no other."""
    seen: dict[Side, Schema] = {}
    problems: list[Problem] = []
    for side in world.remotes:
        try:
            seen[side] = world.remote(side).schema()
        except TandemError as error:
            problems += _problems(error)
    if Side.NOTION not in seen:
        return Examined(seen, tuple(problems), None)
    remembered = world.store.mapping(world.name)
    edited = remembered.digest != world.mapping.digest
    now = today(world.mapping, seen[Side.NOTION], _names(remembered.schema), edited=edited)
    try:
        core.bind(now.mapping, seen.get(Side.GITHUB, Schema(Side.GITHUB, ())), seen[Side.NOTION], _bodies(world))
    except Misconfigured as error:
        problems += error.problems
    return Examined(seen, (*problems, *now.renamed), now)


def _bodies(world: World) -> dict[Side, Body]:
    return {side: remote.body for side, remote in world.remotes.items()}


def _problems(error: TandemError) -> tuple[Problem, ...]:
    match error:
        case Misconfigured(problems=problems):
            return tuple(problems)
        case Denied(reason=reason, cure=cure):
            return (Problem(reason, cure=cure or None),)
        case _:
            return (Problem(str(error), cure="try again later: nothing was concluded from it"),)


def _names(text: str | None) -> TiedIds:
    raw = json.loads(text).get(NAMES) if text else None
    return TiedIds(raw["properties"], raw["options"]) if raw else TiedIds()


def _encoded(seen: Mapping[Side, Schema], names: TiedIds) -> str:
    sides = {str(side): asdict(schema) for side, schema in seen.items()}
    return json.dumps({**sides, NAMES: asdict(names)}, ensure_ascii=False)


def _decoded(text: str) -> dict[Side, Schema]:
    raw = json.loads(text)
    return {side: _schema(raw[side]) for side in Side if side in raw}


def _schema(raw: dict[str, Any]) -> Schema:
    people = raw["people"]
    return Schema(
        side=Side(raw["side"]),
        containers=_pairs(raw["containers"]),
        properties=tuple(Property(**{**each, "options": _pairs(each["options"])}) for each in raw["properties"]),
        people=None if people is None else tuple(Person(**each) for each in people),
        own_id=raw["own_id"],
        content=raw.get("content", ""),
        warnings=tuple(raw["warnings"]),
    )


def _pairs(raw: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((one, two) for one, two in raw)
