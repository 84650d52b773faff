"""The endpoints of milestones; the counts they show are kept where issues are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sync.sandbox.github import edits
from sync.sandbox.github.call import Answer, Call
from sync.sandbox.github.pages import numbered
from sync.sandbox.github.refusals import fault, invalid, missing, not_found, off_schema
from sync.sandbox.github.state import Milestone, stamp
from sync.sandbox.github.world import present

CHANGEABLE = ("title", "description", "due_on", "state")
PACIFIC = ZoneInfo("America/Los_Angeles")


def _named(call: Call) -> Milestone:
    milestone = call.repository.milestones.get(call.number("number"))
    if milestone is None:
        raise not_found()
    return milestone


def _shown(call: Call, milestone: Milestone, status: int = 200) -> Answer:
    value = call.render.milestone(call.repository, milestone)
    return Answer(status, value, {"location": value["url"]} if status == 201 else {})  # noqa: PLR2004 - created


def listed(call: Call) -> Answer:
    """List milestones by due date, those without one last."""
    state = call.choice("state", ("open", "closed", "all"))
    backwards = call.choice("direction", ("asc", "desc")) == "desc"
    call.choice("sort", ("due_on", "completeness"))
    rows = [each for each in call.repository.milestones.values() if state in {"all", each.state}]
    rows.sort(key=lambda each: (each.due_on is None, each.due_on or "", each.number), reverse=backwards)
    page, headers = numbered(call, rows)
    return Answer(200, [call.render.milestone(call.repository, each) for each in page], headers)


def read(call: Call) -> Answer:
    """Answer with one milestone."""
    return _shown(call, _named(call))


def created(call: Call) -> Answer:
    """Make a milestone; titles are unique in a repository."""
    call.demand("push")
    body = call.body()
    if not isinstance(body.get("title"), str):
        raise missing("title")
    _check(call, None, body)
    made = edits.make_milestone(call.repository, body["title"], call.actor, call.world)
    return _shown(call, _store(call, made, body), 201)


def updated(call: Call) -> Answer:
    """Change a milestone; issues show it at once and none of them is bumped."""
    call.demand("push")
    milestone, body = _named(call), call.body()
    _check(call, milestone, body)
    return _shown(call, _store(call, milestone, body))


def _store(call: Call, milestone: Milestone, body: Mapping[str, Any]) -> Milestone:
    fields = {key: body[key] for key in CHANGEABLE if key in body}
    if fields.get("due_on") is not None:
        fields["due_on"] = _due(fields["due_on"])
    if fields.get("state", milestone.state) != milestone.state:
        fields["closed_at"] = call.world.now() if fields["state"] == "closed" else None
    after = replace(milestone, **fields, updated_at=call.world.now())
    call.repository.milestones[milestone.number] = after
    call.repository.epoch += 1
    return after


def _due(raw: object) -> str:
    """Return the midnight at which that day begins in California (recorded by hub4j/github-api: 13:00Z, then 07:00Z).

    Raises 422 for what is no time.
    """
    if not isinstance(raw, str):
        raise off_schema("due_on", raw, "a string")
    try:
        day = datetime.fromisoformat(raw).astimezone(PACIFIC)
    except ValueError as error:
        raise invalid([fault("Milestone", "due_on", value=raw)]) from error
    return stamp(day.replace(hour=0, minute=0, second=0).astimezone(UTC))


def _check(call: Call, own: Milestone | None, body: Mapping[str, Any]) -> None:
    title = body.get("title")
    twins = [each for each in call.repository.milestones.values() if each is not own and each.title == title]
    errors = [fault("Milestone", "title", "already_exists")] if twins else []
    if body.get("state", "open") not in ("open", "closed"):
        errors.append(fault("Milestone", "state", value=body["state"]))
    if errors:
        raise invalid(errors)


def deleted(call: Call) -> Answer:
    """Delete a milestone and take it off its issues."""
    call.demand("push")
    milestone, repository, now = _named(call), call.repository, call.world.clock.now()
    for issue in list(present(repository.issues, None)):
        if issue.milestone == milestone.number:
            repository.put(replace(issue, milestone=None), now)
    del repository.milestones[milestone.number]
    return Answer(204)
