"""What `tandem check --fix` may do: add the link property and missing options in Notion, and nothing else anywhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import partial

from sync.core.draft import Column
from sync.core.errors import Denied, Problem, Rejected, TandemError
from sync.core.mapping import Mapping
from sync.core.model import Schema
from sync.core.ports import Designer
from sync.core.repairs import lacking, unlinked


def mended(designer: Designer, mapping: Mapping, notion: Schema) -> list[Problem]:
    """Add what the mapping names and Notion lacks; return what Notion refused."""
    ((source, _),) = notion.containers
    options: dict[str, list[str]] = defaultdict(list)
    for each in lacking(mapping, notion):
        if each.option not in options[each.property.id]:
            options[each.property.id].append(each.option)
    refused = []
    if unlinked(mapping, notion):
        column = Column(mapping.notion.link_property, "url")
        refused += _tried(partial(designer.add, source, column), mapping)
    for property_id, names in options.items():
        refused += _tried(partial(designer.extend, source, property_id, names), mapping)
    return refused


def _tried(add: Callable[[], None], mapping: Mapping) -> list[Problem]:
    try:
        add()
    except (Rejected, Denied) as refused:
        return [Problem(f"not mended: {refused.reason}", file=mapping.path, cure=refused.cure or None)]
    except TandemError as error:
        return [Problem(f"not mended: {error}", file=mapping.path, cure="run `tandem check --fix` again in a while")]
    return []
