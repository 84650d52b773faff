"""`tandem undo`: what a pass overwrote is put back, as a pass of its own, which can be undone in turn."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sync import wiring
from sync.cli.documents import refusal
from sync.cli.frame import ATTENTION, OK, Result
from sync.cli.sync import foreground_pass
from sync.core.errors import Misconfigured, Problem
from sync.core.fieldkey import field_name
from sync.core.mapping import Mapping as MappingFile
from sync.core.model import BIRTHS, Action, Side
from sync.core.state import PassMode
from sync.core.undo import RECORD, Wrote
from sync.flow.undo import Place, Undone
from sync.flow.undo import undo as flow
from sync.store.journal import Line

if TYPE_CHECKING:
    from rich.console import Console

    from sync.store.report import Place as Named

ID = re.compile(r"p\d{1,18}")
"""How passes are named."""
CHANGED = "changed since"
CURE = "`tandem status --json` names the last pass of each mapping, the dashboard all of the last JOURNAL_DAYS days"


def undo(pass_id: str, *, let_through: bool) -> Result:
    """Put back what that pass overwrote; raises Misconfigured where none has that id, or its mapping cannot run."""
    with wiring.opened() as sync:
        found = sync.store.passing(pass_id) if ID.fullmatch(pass_id) else None
        if found is None:
            raise Misconfigured([Problem(f"no pass has the id {pass_id!r}", cure=CURE)])
        mapping = _mapping(sync, found.mapping)
        lines = sync.store.written_in(found.id)
        undo_id, done = _undone(sync, mapping, lines, let_through=let_through)
        births = [line for line in lines if _stays(sync, line)]
        places = sync.store.places({line.link for line in lines if line.link})
        left = {**dict.fromkeys(done.moved - done.held, CHANGED), **done.left}
    document = {
        "pass_id": found.id,
        "undo_pass_id": undo_id,
        "mapping": mapping.name,
        "undone": len(done.back),
        "conflicts": len(done.held),
        "births": [{"side": str(line.side), "kind": _kind(line), **_named(places, line.link or 0)} for line in births],
        "moved": [_field(places, each) for each in sorted(done.held)],
        "left": [{**_field(places, each), "reason": why} for each, why in sorted(left.items())],
        "unfinished": [{**_field(places, each), "reason": why} for each, why in sorted(done.unfinished.items())],
        "refused": refusal(done.refused),
    }
    asks = done.held or done.left or done.unfinished or done.refused
    return Result(document, lambda out: _show(out, document), ATTENTION if asks else OK)


def _mapping(sync: wiring.Sync, name: str) -> MappingFile:
    """Return the mapping of a pass; what rests until a person has it go on is not written, not even back."""
    mapping = sync.mapping(name)
    sync.settings.require_github()
    sync.settings.require_notion()
    if name in sync.store.stopped():
        cure = "have it go on, on the dashboard, and undo the pass then"
        raise Misconfigured([Problem(f"{name} was stopped by a person, so that nothing is written for it", cure=cure)])
    return mapping


def _undone(sync: wiring.Sync, mapping: MappingFile, lines: Sequence[Line], *, let_through: bool) -> tuple[str, Undone]:
    """Run the undo as a pass, and note how it ended."""
    sync.make_ready()
    writes = [
        Wrote(line.link, line.side, Action(line.action or ""), line.replaced)
        for line in lines
        if line.link and line.side
    ]
    with foreground_pass(sync, mapping, PassMode.UNDO) as made:
        return made.id, flow(made.world, writes, let_through=let_through, wait=wiring.sleeper())


def _stays(sync: wiring.Sync, line: Line) -> bool:
    """Tell whether a line is about a birth that nobody took away since, as far as was seen."""
    known = sync.store.known(line.link) if line.link and line.action in BIRTHS else None
    ref = known.link.ref(line.side) if known and line.side else None
    seen = sync.store.observations(line.mapping, [ref]).get(ref) if ref else None
    return seen is not None and not seen.record.presence.gone


def _kind(line: Line) -> str:
    """Return what was born: an issue, a page, or the copy of a comment."""
    if line.action == Action.COMMENT:
        return "comment"
    return "issue" if line.side is Side.GITHUB else "page"


def _named(places: Mapping[int, Named], link: int) -> dict[str, Any]:
    place = places.get(link)
    return {"issue": place.issue if place else None, "page": place.page if place else None}


def _field(places: Mapping[int, Named], place: Place) -> dict[str, Any]:
    link, key = place
    return {**_named(places, link), "field": None if key == RECORD else field_name(key)}


def _show(out: Console, document: Mapping[str, Any]) -> None:
    from rich.text import Text

    count = document["undone"]
    out.print(f"[bold]{count}[/] value{'s' if count != 1 else ''} put back of pass {document['pass_id']}")
    for each in document["moved"]:
        out.print(Text(f"  conflict: {_told(each)} moved since; see `tandem conflicts`"))
    for each in document["left"]:
        out.print(Text(f"  left as it is: {_told(each)}: {each['reason']}"))
    for each in document["unfinished"]:
        out.print(Text(f"  not done: {_told(each)}: {each['reason']}"))
    for each in document["births"]:
        out.print(Text(f"  born by that pass, and still there: the {each['kind']} of {each['issue']} ↔ {each['page']}"))
    if document["refused"]:
        detail = document["refused"]["detail"]
        out.print(f"  [bold yellow]refused[/] {detail}: nothing was written; `tandem undo {document['pass_id']} --yes`")
    elif document["undone"]:
        out.print(f"  `tandem undo {document['undo_pass_id']}` takes it back", style="dim")


def _told(each: Mapping[str, Any]) -> str:
    return f"{each['issue'] or each['page']} {each['field'] or ''}".strip()
