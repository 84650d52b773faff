"""The rules by which an issue changes: what is refused, what is ignored, what bumps its time; no HTTP, no lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sync.sandbox.github.refusals import fault, invalid, missing, off_schema, too_long
from sync.sandbox.github.state import Issue, Label, Milestone, Repository, User, node_id
from sync.sandbox.github.world import World

LONGEST_TITLE, LONGEST_BODY, LONGEST_LABEL = 256, 65_536, 50
MOST_LABELS, MOST_ASSIGNEES = 100, 10
REASONS = ("completed", "not_planned", "duplicate", "reopened")
PRIVILEGED = ("labels", "assignees", "assignee", "milestone", "type")
"""What a caller without triage or push sets in vain: dropped without a word (OpenAPI issues/create)."""

ALWAYS_BUMP = ("title", "body", "state", "state_reason", "assignees", "milestone", "comments")
SWITCHED_BUMP = {"labels": "labels_bump", "type": "type_bumps", "locked": "lock_bumps", "lock_reason": "lock_bumps"}


@dataclass
class Wanted:
    """A request to change an issue, checked against the repository; labels by name, as some may have to be made."""

    fields: dict[str, Any] = field(default_factory=dict)
    labels: list[str] | None = None
    state: str | None = None
    reason: str | None = None


def checked(world: World, repository: Repository, body: Mapping[str, Any], *, given: Iterable[str]) -> Wanted:
    """Check what is asked for in the keys `given`, all of it before anything is done. Raises 422."""
    keys, wanted, errors = set(given), Wanted(), list[dict[str, Any]]()
    if "title" in keys and body["title"] is not None:
        wanted.fields["title"] = _title(body["title"], errors)
    if "body" in keys:
        wanted.fields["body"] = _text(body["body"], errors)
    if "labels" in keys:
        wanted.labels = label_names(body["labels"], errors)
    if keys & {"assignees", "assignee"}:
        wanted.fields["assignees"] = _assignees(world, repository, body, errors)
    if "milestone" in keys:
        _milestone(world, repository, body["milestone"], wanted, errors)
    if "type" in keys:
        wanted.fields["type"] = _type(repository, body["type"], errors)
    if "state" in keys and body["state"] is not None:
        wanted.state = _one_of("state", body["state"], ("open", "closed"))
    if "state_reason" in keys and body["state_reason"] is not None:
        wanted.reason = _one_of("state_reason", body["state_reason"], REASONS)
    if errors:
        raise invalid(errors)
    return wanted


def _title(value: object, errors: list[dict[str, Any]]) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise off_schema("title", value, "a string or an integer")
    title = str(value)  # as it is: spaces and newlines around it stay (nobe4/gh-not#290, git-bug#427)
    if not title.strip():
        errors.append(fault("Issue", "title", "missing_field"))
    if len(title) > LONGEST_TITLE:
        errors.append(too_long("Issue", "title", LONGEST_TITLE))
    return title


def _text(value: object, errors: list[dict[str, Any]]) -> str | None:
    if value is not None and not isinstance(value, str):
        raise off_schema("body", value, "a string or null")
    if value and len(value) > LONGEST_BODY:
        errors.append(too_long("Issue", "body", LONGEST_BODY))
    return value


def label_names(value: object, errors: list[dict[str, Any]]) -> list[str]:
    """Return the names in a list of strings or objects, each once in any case. Raises 422 for another shape."""
    if not isinstance(value, list):
        raise off_schema("labels", value, "an array")
    names = dict[str, str]()
    for each in value:
        name = each.get("name") if isinstance(each, dict) else each
        if not isinstance(name, str):
            raise off_schema("labels", each, "a string")
        if not name.strip() or len(name) > LONGEST_LABEL:
            errors.append(fault("Label", "name", value=name))
        names.setdefault(name.casefold(), name)
    if len(names) > MOST_LABELS:
        errors.append(fault("Issue", "labels", "custom", message=f"may not have more than {MOST_LABELS} labels"))
    return list(names.values())


def _assignees(
    world: World, repository: Repository, body: Mapping[str, Any], errors: list[dict[str, Any]]
) -> tuple[int, ...]:
    single = body.get("assignee")
    logins = body.get("assignees", [single] if single else [])
    return assignable(world, repository, logins if logins is not None else [], errors)


def assignable(world: World, repository: Repository, logins: object, errors: list[dict[str, Any]]) -> tuple[int, ...]:
    """Return the ids of users who may be assigned, each once; the others are errors."""
    if not isinstance(logins, list):
        raise off_schema("assignees", logins, "an array")
    ids = dict[int, None]()
    for login in logins:
        if not isinstance(login, str):
            raise off_schema("assignees", login, "a string")
        user = world.user(login)
        if user is None or user.id not in repository.access:
            errors.append(fault("Issue", "assignees", value=login))
        else:
            ids[user.id] = None
    return fitting(world, ids, errors)


def fitting(world: World, ids: Iterable[int], errors: list[dict[str, Any]]) -> tuple[int, ...]:
    """Hold a list of assignees to the ten an issue can have."""
    found = tuple(dict.fromkeys(ids))
    if len(found) > MOST_ASSIGNEES and world.on("assignees_over_limit_refused"):
        message = f"may not have more than {MOST_ASSIGNEES} assignees"
        errors.append(fault("Issue", "assignees", "custom", message=message))
    return found[:MOST_ASSIGNEES]


def _milestone(
    world: World, repository: Repository, value: object, wanted: Wanted, errors: list[dict[str, Any]]
) -> None:
    if isinstance(value, bool) or not isinstance(value, int | str | None):
        raise off_schema("milestone", value, "an integer, string, or null")
    if value is None or (value == "" and world.on("empty_milestone_clears")):
        wanted.fields["milestone"] = None
    elif str(value).isdigit() and int(value) in repository.milestones:
        wanted.fields["milestone"] = int(value)
    else:
        errors.append(fault("Issue", "milestone", value=value))


def _type(repository: Repository, value: object, errors: list[dict[str, Any]]) -> str | None:
    name = value.get("name") if isinstance(value, dict) else value
    if name is None:
        return None
    found = repository.issue_type(str(name))
    if found is None:
        errors.append(fault("Issue", "type", value=name))
    return found.name if found else None


def _one_of(name: str, value: object, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise off_schema(name, value, f"one of {', '.join(allowed)}")
    return str(value)


def create(world: World, repository: Repository, actor: User, body: Mapping[str, Any]) -> Issue:
    """Make an issue; `body` has the keys of the REST request that the caller may set. Raises 422."""
    if body.get("title") is None:
        raise missing("title")
    wanted = checked(world, repository, body, given=set(body) - {"state", "state_reason"})
    number, identity, now = repository.last_number + 1, world.new_id(), world.now()
    issue = Issue(
        id=identity,
        node_id=node_id("I", repository.id, identity),
        number=number,
        title=wanted.fields["title"],
        user=actor.id,
        created_at=now,
        updated_at=now,
        association=association(repository, actor),
        by=actor.id,
    )
    issue = replace(issue, **{**wanted.fields, "labels": label_ids(repository, wanted.labels or (), world)})
    return repository.put(issue, world.clock.now())


def update(world: World, repository: Repository, issue: Issue, actor: User, body: Mapping[str, Any]) -> Issue:
    """Change an issue, all of it or nothing. Raises 422."""
    wanted = checked(world, repository, body, given=body)
    fields = dict(wanted.fields)
    if wanted.labels is not None:
        fields["labels"] = label_ids(repository, wanted.labels, world)
    fields |= _state(world, issue, actor, wanted)
    return settle(world, repository, issue, **fields, by=actor.id)


def settle(world: World, repository: Repository, issue: Issue, **fields: Any) -> Issue:  # noqa: ANN401 - an issue's own
    """Store the new values, with the time bumped if one of them does that."""
    after = replace(issue, **{"by": None, **fields})
    changed = {name for name in (*ALWAYS_BUMP, *SWITCHED_BUMP) if getattr(after, name) != getattr(issue, name)}
    bumps = changed & set(ALWAYS_BUMP) or any(world.on(SWITCHED_BUMP[name]) for name in changed)
    if bumps or world.on("empty_patch_bumps"):
        after = replace(after, updated_at=world.now())
    return issue if after == issue else repository.put(after, world.clock.now())


def _state(world: World, issue: Issue, actor: User, wanted: Wanted) -> dict[str, Any]:
    """Return the fields that a wanted state and reason change.

    A reason is ignored unless the state changes (OpenAPI issues/update); a reopened issue keeps who closed it (seen in
    real lists).
    """
    reason = wanted.reason if wanted.reason != "reopened" else None
    if wanted.state in {None, issue.state}:
        again = wanted.state == "closed" and reason and world.on("reason_of_closed_changes")
        return {"state_reason": reason} if again and issue.pull is None else {}
    if wanted.state == "open":
        return {"state": "open", "state_reason": None if issue.pull else "reopened", "closed_at": None}
    why = None if issue.pull is not None else reason or "completed"
    return {"state": "closed", "state_reason": why, "closed_at": world.now(), "closed_by": actor.id}


def label_ids(repository: Repository, names: Iterable[str], world: World) -> tuple[int, ...]:
    """Return the ids of labels by name; one that is missing is made, grey (recorded: add-labels-to-issue)."""
    return tuple(dict.fromkeys((repository.label(name) or make_label(repository, name, world)).id for name in names))


def make_label(repository: Repository, name: str, world: World, **more: Any) -> Label:  # noqa: ANN401 - a label's own
    """Make a label of a repository."""
    identity = world.new_id()
    label = Label(identity, node_id("LA", repository.id, identity), name, **more)
    repository.labels[identity] = label
    return label


def make_milestone(repository: Repository, title: str, actor: User, world: World) -> Milestone:
    """Make an open milestone of a repository."""
    identity, number, now = world.new_id(), max(repository.milestones, default=0) + 1, world.now()
    milestone = Milestone(identity, node_id("MI", repository.id, identity), number, title, actor.id, now, now)
    repository.milestones[number] = milestone
    return milestone


def association(repository: Repository, user: User) -> str:
    """Return what an author is to a repository."""
    if user.id == repository.owner.id:
        return "OWNER"
    if not repository.may(user, "triage"):
        return "NONE"
    return "MEMBER" if repository.owner.kind == "Organization" else "COLLABORATOR"
