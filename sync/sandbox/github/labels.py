"""The endpoints of labels, a repository's and an issue's; names match in any case and keep the case they were given."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sync.sandbox.github import edits
from sync.sandbox.github.call import Answer, Call
from sync.sandbox.github.pages import numbered
from sync.sandbox.github.refusals import Refused, fault, invalid, malformed, missing, not_found, off_schema, too_long
from sync.sandbox.github.state import Issue, Label

LONGEST_DESCRIPTION = 100
COLOUR = re.compile(r"[0-9a-fA-F]{6}")


def _named(call: Call) -> Label:
    label = call.repository.label(call.part("name"))
    if label is None:
        raise not_found()
    return label


def listed(call: Call) -> Answer:
    """List the labels of a repository by name."""
    labels = sorted(call.repository.labels.values(), key=lambda label: label.name.casefold())
    page, headers = numbered(call, labels)
    return Answer(200, [call.render.label(call.repository, label) for label in page], headers)


def read(call: Call) -> Answer:
    """Answer with one label of a repository."""
    return Answer(200, call.render.label(call.repository, _named(call)))


def created(call: Call) -> Answer:
    """Make a label."""
    call.demand("push")
    body = call.body()
    name = body.get("name")
    if not isinstance(name, str):
        raise missing("name")
    errors = list(_errors(call, None, name, body))
    if errors:
        raise invalid(errors)
    more = {key: body[key] for key in ("color", "description") if body.get(key)}
    label = edits.make_label(call.repository, name, call.world, **more)
    shown = call.render.label(call.repository, label)
    return Answer(201, shown, {"location": shown["url"]})


def updated(call: Call) -> Answer:
    """Change a label; issues show it at once and none of them is bumped."""
    call.demand("push")
    label, body = _named(call), call.body()
    name = body.get("new_name") or label.name
    errors = list(_errors(call, label, name, body))
    if errors:
        raise invalid(errors)
    more = {key: body[key] for key in ("color", "description") if key in body}
    call.repository.labels[label.id] = replace(label, name=name, **more)
    call.repository.epoch += 1
    return Answer(200, call.render.label(call.repository, call.repository.labels[label.id]))


def _errors(call: Call, own: Label | None, name: str, body: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for key in ("new_name", "description"):
        if not isinstance(body.get(key), str | None):
            raise off_schema(key, body[key], "a string")
    other = call.repository.label(name)
    if other is not None and other is not own:
        yield fault("Label", "name", "already_exists")
    if len(name) > edits.LONGEST_LABEL:
        yield too_long("Label", "name", edits.LONGEST_LABEL)
    if "color" in body and not COLOUR.fullmatch(str(body["color"])):
        yield fault("Label", "color")
    if len(body.get("description") or "") > LONGEST_DESCRIPTION:
        yield too_long("Label", "description", LONGEST_DESCRIPTION)


def deleted(call: Call) -> Answer:
    """Delete a label and take it off every issue."""
    call.demand("push")
    call.world.drop_label(call.repository, _named(call).id)
    return Answer(204)


# --- the labels of an issue


def of_issue(call: Call) -> Answer:
    """List the labels of an issue."""
    call.demand_issues()
    page, headers = numbered(call, call.render.labels(call.repository, call.issue().labels))
    return Answer(200, page, headers)


def added(call: Call) -> Answer:
    """Add labels to an issue."""
    issue, names = _asked(call)
    return _put(call, issue, (*issue.labels, *edits.label_ids(call.repository, names, call.world)))


def replaced(call: Call) -> Answer:
    """Replace the labels of an issue."""
    issue, names = _asked(call)
    return _put(call, issue, edits.label_ids(call.repository, names, call.world))


def removed(call: Call) -> Answer:
    """Take one label off an issue and answer with those that remain."""
    issue, label = _changing(call), call.repository.label(call.part("name"))
    if label is None or label.id not in issue.labels:
        raise Refused(404, "Label does not exist")
    return _put(call, issue, tuple(each for each in issue.labels if each != label.id))


def cleared(call: Call) -> Answer:
    """Take every label off an issue."""
    _put(call, _changing(call), ())
    return Answer(204)


def _changing(call: Call) -> Issue:
    call.demand_issues()
    call.demand("triage")
    return call.issue()


def _asked(call: Call) -> tuple[Issue, list[str]]:
    """Return the issue and the label names of a body that is {"labels": [...]} or the bare array."""
    issue, errors = _changing(call), list[dict[str, Any]]()
    try:
        body = json.loads(call.request.body or b"[]")
    except ValueError as error:
        raise malformed() from error
    names = edits.label_names(body.get("labels", []) if isinstance(body, dict) else body, errors)
    if errors:
        raise invalid(errors)
    return issue, names


def _put(call: Call, issue: Issue, ids: tuple[int, ...]) -> Answer:
    together = tuple(dict.fromkeys(ids))
    if len(together) > edits.MOST_LABELS:
        message = f"may not have more than {edits.MOST_LABELS} labels"
        raise invalid([fault("Issue", "labels", "custom", message=message)])
    issue = edits.settle(call.world, call.repository, issue, labels=together, by=call.actor.id)
    return Answer(200, call.render.labels(call.repository, issue.labels))
