"""Columns that relate two tables, one-sided or with a mirror in the other table; no row is looked at.

A mirror's values are not kept in step: each side shows what was written to it.
"""

from __future__ import annotations

from sync.sandbox.notion import identity, texts
from sync.sandbox.notion.model import DataSource, Json, Property
from sync.sandbox.notion.refusals import MISSING, invalid, wrong
from sync.sandbox.notion.world import World

SINGLE, DUAL = "single_property", "dual_property"


def configured(world: World, source: DataSource, column: Property, *, given: Json, at: str) -> Json:
    """Return what a relation keeps; a dual one puts its mirror into the other table, if there is none yet."""
    other = world.source(identity.checked(given.get("data_source_id"), f"{at}.data_source_id"))
    head = {"database_id": other.database.id, "data_source_id": other.id}
    kind = given.get("type", DUAL if DUAL in given else SINGLE)
    if kind not in (SINGLE, DUAL):
        raise wrong(f"{at}.type", f"be `{SINGLE}` or `{DUAL}`", kind)
    if not isinstance(given.get(kind), dict):
        raise wrong(f"{at}.{kind}", "be an object", given.get(kind, MISSING))
    if kind == SINGLE:
        return {**head, "type": SINGLE}
    mirror = column.config.get("mirror")
    if mirror not in other.properties:
        mirror = world.ids.property(set(other.properties) | set(source.properties))
        # Recorded: "Related to Customers (Items Purchased)".
        name = (given.get(DUAL) or {}).get("synced_property_name")
        name = name or f"Related to {texts.plain(source.title)} ({column.name})"
        back: Json = {"database_id": source.database.id, "data_source_id": source.id, "type": DUAL, "mirror": column.id}
        other.properties[mirror] = Property(mirror, name, "relation", back)
    return {**head, "type": DUAL, "mirror": mirror}


def rolled_up(world: World, source: DataSource, given: Json, *, at: str) -> Json:
    """Return what a rollup keeps: the columns that it names, with the ids that they have now (recorded)."""
    if not isinstance(given.get("function"), str):
        raise wrong(f"{at}.function", "be a string", given.get("function", MISSING))
    relation = source.find(str(given.get("relation_property_name") or given.get("relation_property_id")))
    other = world.sources.get(relation.config.get("data_source_id", "")) if relation else None
    column = other.find(str(given.get("rollup_property_name") or given.get("rollup_property_id"))) if other else None
    if relation is None or column is None:
        raise invalid("A rollup needs a relation and a property of the related data source.")
    return {
        "rollup_property_name": column.name,
        "relation_property_name": relation.name,
        "rollup_property_id": column.id,
        "relation_property_id": relation.id,
        "function": given["function"],
    }


def shown(world: World, config: Json) -> Json:
    """Return a relation as a schema shows it; a mirror is named as it is called now."""
    head = {name: config[name] for name in ("database_id", "data_source_id", "type")}
    if config["type"] == SINGLE:
        return {**head, SINGLE: {}}
    mirror = world.sources[config["data_source_id"]].properties.get(config["mirror"])
    name = mirror.name if mirror else ""
    return {**head, DUAL: {"synced_property_name": name, "synced_property_id": identity.spelled(config["mirror"])}}
