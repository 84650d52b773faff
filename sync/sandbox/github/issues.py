"""The endpoints of issues themselves: list, read, create, change, lock; the rules of a change are in edits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sync.sandbox.github import edits
from sync.sandbox.github.call import Answer, Call
from sync.sandbox.github.pages import by_cursor, numbered, wall
from sync.sandbox.github.refusals import Refused, fault, forbidden, invalid, off_schema
from sync.sandbox.github.state import Issue
from sync.sandbox.github.world import present

EPOCH = "1970-01-01T00:00:00Z"
LOCK_REASONS = ("off-topic", "too heated", "resolved", "spam")

Keep = Callable[[Issue], bool]

SORTS: dict[str, Callable[[Issue], str | int]] = {
    "created": lambda issue: issue.created_at,
    "updated": lambda issue: issue.updated_at,
    "comments": lambda issue: issue.comments,
}


def listed(call: Call) -> Answer:
    """List issues and pull requests alike."""
    call.demand_issues()
    wall(call)
    repository = call.repository
    rows = _rows(call)
    page, headers = by_cursor(call, rows, _cursor_key(call)) if call.world.on("cursor_links") else numbered(call, rows)
    written = b",".join(call.render.issue_bytes(repository, issue) for issue in page)
    return Answer(200, b"[" + written + b"]", headers)


def _rows(call: Call) -> list[Issue]:
    # An empty list is the answer to this one time (airbytehq/airbyte#85376, 2026-09-09).
    down = call.world.faults.take("empty_list", call.request) is not None
    if down or call.since() == EPOCH:
        return []
    keeps = list(_filters(call))
    sort = SORTS[call.choice("sort", tuple(SORTS))]
    every = present(call.repository.issues, call.lag("list_lag_seconds"))
    rows = [issue for issue in every if all(keep(issue) for keep in keeps)]
    backwards = call.choice("direction", ("desc", "asc")) == "desc"
    return sorted(rows, key=lambda issue: (sort(issue), issue.id), reverse=backwards)


def _filters(call: Call) -> Iterable[Keep]:
    state, since = call.choice("state", ("open", "closed", "all")), call.since()
    if state != "all":
        yield lambda issue: issue.state == state
    if since:  # inclusive: the older documentation says "at or after", recorded on comments
        yield lambda issue: issue.updated_at >= since
    names = [name for name in call.request.first("labels").split(",") if name]
    if names:
        wanted = {label.id if label else 0 for label in map(call.repository.label, names)}
        yield lambda issue: wanted <= set(issue.labels)
    yield from _people(call)
    if milestone := call.request.first("milestone"):
        yield _milestone(call, milestone)
    if kind := call.request.first("type"):
        yield _one("type", kind, lambda issue: issue.type and issue.type.casefold(), kind.casefold())


def _people(call: Call) -> Iterable[Keep]:
    creator, assignee, mentioned = (call.request.first(name) for name in ("creator", "assignee", "mentioned"))
    if creator:
        user = call.world.user(creator)
        yield lambda issue: bool(user) and issue.user == user.id  # type: ignore[union-attr]
    if assignee:
        found = call.world.user(assignee)
        yield _one("assignee", assignee, lambda issue: issue.assignees, found.id if found else 0)
    if mentioned:
        yield lambda issue: f"@{mentioned}".casefold() in (issue.body or "").casefold()


def _one(name: str, asked: str, get: Callable[[Issue], Any], value: object) -> Keep:
    """Build a filter with its two special words: `none` and `*`."""
    if asked == "none":
        return lambda issue: not get(issue)
    if asked == "*":
        return lambda issue: bool(get(issue))
    if name == "assignee":
        return lambda issue: value in get(issue)
    return lambda issue: bool(get(issue) == value)


def _milestone(call: Call, asked: str) -> Keep:
    known = asked in {"none", "*"} or (asked.isdigit() and int(asked) in call.repository.milestones)
    if not known:
        raise invalid([fault("Issue", "milestone", value=asked)])
    return _one("milestone", asked, lambda issue: issue.milestone, int(asked) if asked.isdigit() else 0)


def _cursor_key(call: Call) -> Callable[[Issue], tuple[int, int]]:
    sort = SORTS[call.choice("sort", tuple(SORTS))]

    def key(issue: Issue) -> tuple[int, int]:
        value = sort(issue)
        return value if isinstance(value, int) else int(datetime.fromisoformat(value).timestamp() * 1000), issue.id

    return key


def shown(call: Call, issue: Issue, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with one issue."""
    return Answer(status, call.render.issue_bytes(call.repository, issue), headers or {})


def read(call: Call) -> Answer:
    """Answer with the issue; it has a Last-Modified, which lists have not."""
    call.demand_issues()
    issue = call.issue()
    return shown(call, issue, 200, {"last-modified": http_time(issue.updated_at)})


def created(call: Call) -> Answer:
    """Create an issue: anybody who may read here may, but only some things are taken from them."""
    call.demand_issues()
    body, actor = call.body(), call.actor
    issue = edits.create(call.world, call.repository, actor, permitted(call, body))
    return shown(call, issue, 201, {"location": f"{call.render.page(call.repository)}/issues/{issue.number}"})


def updated(call: Call) -> Answer:
    """Change an issue: its author may, and whoever has triage or push."""
    call.demand_issues()
    issue, body, actor = call.issue(), call.body(), call.actor
    if not call.pushes and issue.user != actor.id:
        raise forbidden("Must have admin rights to Repository.")
    return shown(call, edits.update(call.world, call.repository, issue, actor, permitted(call, body)))


def permitted(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """Drop without a word what the caller may not set."""
    return body if call.pushes else {key: value for key, value in body.items() if key not in edits.PRIVILEGED}


def locked(call: Call) -> Answer:
    """Lock the conversation of an issue."""
    call.demand_issues()
    call.demand("triage")
    reason = call.body().get("lock_reason")
    if not isinstance(reason, str | None):
        raise off_schema("lock_reason", reason, "a string")
    if reason is not None and reason not in LOCK_REASONS:
        raise Refused(422, "Validation Failed", errors=[fault("Issue", "lock_reason", value=reason)])
    edits.settle(call.world, call.repository, call.issue(), locked=True, lock_reason=reason)
    return Answer(204)


def unlocked(call: Call) -> Answer:
    """Unlock the conversation of an issue."""
    call.demand_issues()
    call.demand("triage")
    edits.settle(call.world, call.repository, call.issue(), locked=False, lock_reason=None)
    return Answer(204)


def assignees_added(call: Call) -> Answer:
    """Add assignees; without push nothing happens and nothing is said."""
    call.demand_issues()
    issue, errors = call.issue(), list[dict[str, Any]]()
    if call.pushes:
        ids = edits.assignable(call.world, call.repository, call.body().get("assignees", []), errors)
        together = edits.fitting(call.world, (*issue.assignees, *ids), errors)
        if errors:
            raise invalid(errors)
        issue = edits.settle(call.world, call.repository, issue, assignees=together, by=call.actor.id)
    return shown(call, issue, 201)


def assignees_removed(call: Call) -> Answer:
    """Take assignees off; without push nothing happens and nothing is said."""
    call.demand_issues()
    issue, logins = call.issue(), call.body().get("assignees")
    if not isinstance(logins, list) or not all(isinstance(each, str) for each in logins):
        raise off_schema("assignees", logins, "an array of strings")
    if call.pushes:
        gone = {user.id for user in map(call.world.user, logins) if user}
        left = tuple(each for each in issue.assignees if each not in gone)
        issue = edits.settle(call.world, call.repository, issue, assignees=left, by=call.actor.id)
    return shown(call, issue)


def http_time(text: str) -> str:
    """Write a stored time as HTTP headers do."""
    return datetime.fromisoformat(text).strftime("%a, %d %b %Y %H:%M:%S GMT")
