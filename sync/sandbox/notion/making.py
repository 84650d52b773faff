"""Blocks on their way in: the arrays of a request, with their limits, as sketches; nothing is saved."""

from __future__ import annotations

from collections.abc import Iterable

from sync.sandbox.notion import kinds
from sync.sandbox.notion.model import Json, Raw, Sketch
from sync.sandbox.notion.refusals import MISSING, invalid, restricted, too_long, wrong
from sync.sandbox.notion.world import World

ARRAY, ELEMENTS = 100, 1000
"""The longest array of blocks, and the most blocks of one request (reference, "Request limits")."""
LEVELS = 2
"""How deep blocks are nested below those of a request (reference, "Append block children")."""
BLOCK_LIMIT = "This workspace has used all of its free blocks. Upgrade the plan to add more."


def sketches(world: World, raw: Raw, at: str, *, within: str = "page") -> tuple[Sketch, ...]:
    """Return the blocks that a request wants to put into a block of a type; raises Refused."""
    made = _row(world, raw, at, levels=LEVELS, within=within)
    if count(made) > ELEMENTS:
        raise too_long(at, ELEMENTS, count(made))
    return made


def count(blocks: Iterable[Sketch]) -> int:
    """Return how many blocks there are, at any depth."""
    return sum(1 + count(each.children) for each in blocks)


def spend_blocks(world: World) -> None:
    """Refuse whatever makes blocks in a full free workspace (reference, "Workspace block limit")."""
    if world.habits.on("block_limit") and not world.habits.on("personal_token"):
        raise restricted(BLOCK_LIMIT, block_limit="block_creation")


def holds(kind: str, body: Json) -> bool:
    """Tell whether a block may hold others."""
    return kind in kinds.HOLDERS and body.get("is_toggleable", True) and not body.get("synced_from")


def _row(world: World, raw: Raw, at: str, *, levels: int, within: str) -> tuple[Sketch, ...]:
    if not isinstance(raw, list):
        raise wrong(at, "be an array", raw)
    if len(raw) > ARRAY:
        raise too_long(at, ARRAY, len(raw))
    made = tuple(_one(world, each, f"{at}[{index}]", levels=levels) for index, each in enumerate(raw))
    only = kinds.ONLY.get(within)
    for index, each in enumerate(made):
        if only and each.type != only:
            raise wrong(f"{at}[{index}].{only}", "be defined")
        if not only and each.type in {"table_row", "column"}:
            raise invalid(f"{at}[{index}]: a block of type {each.type} does not stand here.")
    return made


def _one(world: World, raw: Raw, at: str, *, levels: int) -> Sketch:
    kind, said = _kind(raw, at)
    inner, place = dict(said), f"{at}.{kind}"
    below = inner.pop("children", None) if kind in kinds.HOLDERS else None
    made = kinds.body(world, kind, inner, place)
    if below is None and kind in {"table", "column_list", "column"}:
        raise wrong(f"{place}.children", "be defined")
    if below and not (levels and holds(kind, made)):
        raise wrong(f"{place}.children", "be not present", below)
    children = _row(world, below, f"{place}.children", levels=levels - 1, within=kind) if below is not None else ()
    _fits(kind, made, children, place)
    return Sketch(type=kind, body=made, children=children)


def _kind(raw: Raw, at: str) -> tuple[str, Json]:
    """Return the type of a block in a request and what is said of it."""
    if not isinstance(raw, dict):
        raise wrong(at, "be an object", raw)
    named = [name for name in raw if name not in {"object", "type"}]
    kind = raw.get("type", named[0] if named else "paragraph")
    if raw.get("object", "block") != "block":
        raise wrong(f"{at}.object", 'be `"block"` or `undefined`', raw["object"])
    if not isinstance(kind, str) or kind not in kinds.FIELDS:
        raise wrong(f"{at}.type", "be a type of block", kind)
    for name in named:
        if name != kind:
            raise wrong(f"{at}.{name}", "be not present", raw[name])
    if not isinstance(raw.get(kind), dict):
        raise wrong(f"{at}.{kind}", "be defined", raw.get(kind, MISSING))
    return kind, raw[kind]


def _fits(kind: str, body: Json, children: tuple[Sketch, ...], at: str) -> None:
    """Refuse a table whose rows are not as wide as it is, and a single column."""
    if kind == "table":
        if not children:
            raise wrong(f"{at}.children.length", "be ≥ `1`", 0)
        fit(body, children)
    if kind == "column_list" and len(children) < 2:  # noqa: PLR2004 - one column is none
        raise wrong(f"{at}.children.length", "be ≥ `2`", len(children))


def fit(table: Json, rows: Iterable[Sketch]) -> None:
    """Refuse rows that are not as wide as their table."""
    for row in rows:
        if len(row.body["cells"]) != table["table_width"]:
            # Words of public reports.
            raise invalid("Number of cells in table row must match the table width of the parent table")
