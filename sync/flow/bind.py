"""The live schemas, cached between passes, and the mapping bound to them; what binds to what is decided in core."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

from sync.core import bind as core
from sync.core.bound import Bound
from sync.core.model import Person, Property, Schema, Side
from sync.core.state import MappingState
from sync.flow.world import World


def bind(world: World, *, fresh: bool) -> Bound:
    """Return the bound mapping, from the cached schemas unless they are to be read afresh or the file changed.

    Raises Misconfigured with every problem at once.
    """
    remembered = world.store.mapping(world.name)
    changed = remembered.digest != world.mapping.digest
    if fresh or changed or remembered.schema is None:
        schemas = {side: world.remote(side).schema() for side in Side}
    else:
        schemas = _decoded(remembered.schema)
    bound = core.bind(world.mapping, schemas[Side.GITHUB], schemas[Side.NOTION])
    if changed or fresh or remembered.schema is None:
        encoded = _encoded(schemas)
        world.store.save_mapping(
            replace(remembered, digest=world.mapping.digest, schema=encoded, schema_at=world.now())
        )
        if changed or encoded != remembered.schema:
            world.store.mark_all(world.name, world.store.tick())
    return bound


def schemas(world: World) -> dict[Side, Schema]:
    """Return the schemas that the mapping was last bound to."""
    return remembered(world.store.mapping(world.name))


def remembered(state: MappingState) -> dict[Side, Schema]:
    """Return the schemas that a mapping's state holds, none before it was bound."""
    return _decoded(state.schema) if state.schema else {}


def _encoded(schemas: dict[Side, Schema]) -> str:
    return json.dumps({side: asdict(schema) for side, schema in schemas.items()}, ensure_ascii=False)


def _decoded(text: str) -> dict[Side, Schema]:
    return {Side(side): _schema(raw) for side, raw in json.loads(text).items()}


def _schema(raw: dict[str, Any]) -> Schema:
    people = raw["people"]
    return Schema(
        side=Side(raw["side"]),
        containers=_pairs(raw["containers"]),
        properties=tuple(Property(**{**each, "options": _pairs(each["options"])}) for each in raw["properties"]),
        people=None if people is None else tuple(Person(**each) for each in people),
        own_id=raw["own_id"],
        warnings=tuple(raw["warnings"]),
    )


def _pairs(raw: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((one, two) for one, two in raw)
