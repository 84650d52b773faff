"""The parts of an explanation, as documents and for people: records, fields, and what happened in its order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sync.cli import render
from sync.cli.documents import value
from sync.core.bound import MARK
from sync.core.fieldkey import field_name
from sync.core.model import Side
from sync.core.sides import Compared, Naming
from sync.core.state import Failure, Observation, Outgoing
from sync.store.journal import Line

if TYPE_CHECKING:
    from rich.console import Console

    from sync.store.story import Story

SAW = "saw"
"""The event of a value that was first seen then; all others are the journal's."""
NAMED = re.compile(r"\b(github|notion) (\S+?)(?=[,;]|$)")
"""How the journal names records: by their ids, which nothing renames."""
STYLES = {"wrote": "green", "failed": "red", "withheld": "yellow", "saw": "cyan"}


def link(story: Story) -> dict[str, Any]:
    """Return a link as a document."""
    since = story.waiting_since
    made = story.known.link
    return {
        "id": made.id,
        "state": made.state.value,
        "because": story.because,
        "waiting_since": since.isoformat() if since else None,
    }


def record(seen: Observation) -> dict[str, Any]:
    """Return a record as it was seen last."""
    return {
        "id": seen.record.ref.id,
        "label": seen.record.label,
        "address": seen.record.address,
        "presence": seen.record.presence.value,
        "changed_at": seen.record.time.isoformat(),
        "read_at": seen.read_at.isoformat(),
    }


def field(row: Compared) -> dict[str, Any]:
    """Return a field with both sides' values and what both last agreed on."""
    base = row.shadow
    return {
        "field": field_name(row.key),
        **{side.value: {"name": row.labels[side], "value": value(row.values[side])} for side in Side},
        "base": {side.value: value(base.on(side)) for side in Side} if base else None,
        "standing": row.word,
    }


def write(story: Story, outgoing: Outgoing) -> dict[str, Any]:
    """Return the write that waits or is under way."""
    return {
        "side": outgoing.op.side.value,
        "action": outgoing.op.action.value,
        "stage": outgoing.stage.value,
        "attempts": outgoing.attempts,
        "due": story.due.isoformat() if story.due else None,
        "reason": story.delay or outgoing.op.reason,
    }


def failure(found: Failure) -> dict[str, Any]:
    """Return a write that was refused."""
    return {
        "id": found.id,
        "side": found.side.value,
        "action": found.action,
        "error": found.error,
        "cure": found.cure,
        "at": found.at.isoformat(),
        "attempts": found.attempts,
    }


def events(lines: Sequence[Line], seen: Mapping[Side, Observation], names: Naming) -> list[dict[str, Any]]:
    """Return what happened, oldest first: what was seen and is still shown, and all that the journal tells."""
    called = {(each.record.ref.side.value, each.record.ref.id): _called(each) for each in seen.values()}
    told = [*_seen(seen, names), *(_line(line, names, called) for line in reversed(lines))]
    return sorted(told, key=lambda event: datetime.fromisoformat(event["at"]))


def _seen(seen: Mapping[Side, Observation], names: Naming) -> Iterator[dict[str, Any]]:
    """Yield what each side shows by the service's own time of it; what we wrote ourselves has none.

    Nor is it known of what stands apart: that is read anew whatever was edited, and shows no time of its own.
    """
    rows = names.bound.fields if names.bound else ()
    for side, observed in seen.items():
        by_time: dict[datetime, list[str]] = {}
        for row in rows:
            since = observed.since.get(row.facet(side).name)
            if since is not None and not row.facet(side).apart:
                by_time.setdefault(since, []).append(row.facet(side).label)
        for since, labels in by_time.items():
            yield _event(since, SAW, side, labels)


def _called(seen: Observation) -> str:
    label = seen.record.label
    return label if seen.record.ref.side is Side.GITHUB else f"“{label}”"


def _line(line: Line, names: Naming, called: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    reason = NAMED.sub(lambda found: called.get((found[1], found[2]), found[0]), line.reason)
    labels = [_label(line.side, name, names) for name in line.fields]
    told = _event(line.at, line.event, line.side, labels)
    changed = {
        _label(line.side, name, names): {"from": value(each.before), "to": value(each.after)}
        for name, each in line.replaced.items()
    }
    return {**told, "action": line.action, "changed": changed, "reason": reason, "pass_id": line.pass_id}


def _label(side: Side | None, name: str, names: Naming) -> str:
    return "link" if name == MARK else names.label(side, name)


def _event(at: datetime, event: str, side: Side | None, fields: Sequence[str]) -> dict[str, Any]:
    return {
        "at": at.isoformat(),
        "event": event,
        "side": side.value if side else None,
        "action": None,
        "fields": list(dict.fromkeys(fields)),
        "changed": {},
        "reason": "",
        "pass_id": None,
    }


def show(out: Console, document: Mapping[str, Any], names: Naming) -> None:
    """Print an explanation: what it is, why nothing is done, both sides, and what happened."""
    from rich.text import Text

    head = Text.assemble((_title(document), "bold"), ("  ", ""), (_standing(document), "dim"))
    out.print(head)
    for reason in document["why"]:
        out.print(Text(f"  ● {reason}"))
    if document["fields"]:
        out.print(_fields(document["fields"], names.people))
    out.print(_timeline(document["life"], names.people) if document["life"] else Text("  nothing happened yet"))


def _title(document: Mapping[str, Any]) -> str:
    page = document["notion"]
    parts = [document["issue"], f"“{page['label']}” ({page['id']})" if page else None]
    return " ↔ ".join(filter(None, parts))


def _standing(document: Mapping[str, Any]) -> str:
    made = document["link"]
    state = f"link {made['id']}, {made['state']}" if made else "without a partner"
    return f"{document['mapping']}, {state}"


def _fields(rows: Sequence[Mapping[str, Any]], people: Mapping[str, str]) -> object:
    from rich.text import Text

    made = render.table("field", "on GitHub", "in Notion", "both last agreed on", "")
    for row in rows:
        base = row["base"]
        agreed = f"{_shown(base['github'], people)} ↔ {_shown(base['notion'], people)}" if base else "—"
        values = (Text(_shown(row[side.value]["value"], people)) for side in Side)
        made.add_row(Text(row["notion"]["name"]), *values, Text(agreed, "dim"), Text(row["standing"]))
    return made


def _timeline(told: Sequence[Mapping[str, Any]], people: Mapping[str, str]) -> object:
    from rich.text import Text

    made = render.table("when", "what", "fields", "because", "pass")
    for event in told:
        side = {"github": "on GitHub", "notion": "in Notion"}.get(event["side"], "")
        what = " ".join(filter(None, (event["event"], event["action"], side)))
        fields = [_change(label, event["changed"].get(label), people) for label in event["fields"]]
        when = Text(f"{datetime.fromisoformat(event['at']):%Y-%m-%d %H:%M:%S}", "dim")
        style = STYLES.get(event["event"], "")
        made.add_row(
            when, Text(what, style), Text("\n".join(fields)), Text(event["reason"]), Text(event["pass_id"] or "", "dim")
        )
    return made


def _change(label: str, change: Mapping[str, Any] | None, people: Mapping[str, str]) -> str:
    if change is None:
        return label
    return f"{label}: {_shown(change['from'], people)} → {_shown(change['to'], people)}"


def _shown(plain: Any, people: Mapping[str, str]) -> str:  # noqa: ANN401 - JSON
    if isinstance(plain, list):
        return render.value([people.get(str(each), each) for each in plain])
    return render.value(people.get(plain, plain) if isinstance(plain, str) else plain)
