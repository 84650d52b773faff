"""Issues taken over from REST objects, whole or shortened, with their ids, times and authors; nothing is checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sync.sandbox.github.edits import make_label
from sync.sandbox.github.state import Issue, Label, Milestone, Repository, User, node_id
from sync.sandbox.github.world import World

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""When what is loaded came to be known, so that no late read misses it."""

Row = Mapping[str, Any]

MILESTONE = (
    *("id", "node_id", "number", "title", "description", "state"),
    *("created_at", "updated_at", "closed_at", "due_on"),
)


def load(world: World, repository: Repository, rows: Iterable[Row]) -> int:
    """Put issues and pull requests into a repository and return how many.

    A row has the keys of a REST issue; addresses, `assignee` and what is computed may be missing. Labels, milestones
    and users come along; whoever is assigned may be assigned again.
    """
    count = 0
    with world.lock:
        for row in rows:
            repository.put(_issue(world, repository, row), LONG_AGO)
            count += 1
    return count


def _issue(world: World, repository: Repository, row: Row) -> Issue:
    assignees = tuple(_user(world, each) for each in row.get("assignees") or ())
    for each in assignees:
        repository.access.setdefault(each, "pull")
    identity = row.get("id") or world.new_id()
    kind, closer = row.get("type"), row.get("closed_by")
    return Issue(
        id=identity,
        node_id=row.get("node_id") or node_id("I", repository.id, identity),
        number=row["number"],
        title=row["title"],
        user=_user(world, row["user"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        body=row.get("body"),
        state=row["state"],
        state_reason=row.get("state_reason"),
        labels=tuple(_label(world, repository, each) for each in row.get("labels") or ()),
        assignees=assignees,
        milestone=_milestone(world, repository, row.get("milestone")),
        type=kind["name"] if kind else None,
        comments=row.get("comments", 0),
        closed_at=row.get("closed_at"),
        closed_by=_user(world, closer) if closer else None,
        locked=row.get("locked", False),
        lock_reason=row.get("active_lock_reason"),
        association=row.get("author_association", "NONE"),
        pull=_pull(row),
        reactions={key: n for key, n in (row.get("reactions") or {}).items() if key not in {"url", "total_count"}},
    )


def _pull(row: Row) -> Mapping[str, Any] | None:
    pull = row.get("pull_request")
    return None if pull is None else {"draft": row.get("draft", False), "merged_at": pull.get("merged_at")}


def _user(world: World, row: Row) -> int:
    if row["id"] not in world.users:
        world.keep_user(
            User(
                id=row["id"],
                login=row["login"],
                node_id=row["node_id"],
                kind=row.get("type", "User"),
                avatar_url=row.get("avatar_url"),
                view=row.get("user_view_type", "public"),
                site_admin=row.get("site_admin", False),
            ),
        )
    return int(row["id"])


def _label(world: World, repository: Repository, row: Row | str) -> int:
    name = row if isinstance(row, str) else row["name"]
    found = repository.label(name)
    if found is None and not isinstance(row, str):
        keys = ("id", "node_id", "name", "color", "description", "default")
        found = Label(**{key: row[key] for key in keys if key in row})
        repository.labels[found.id] = found
    return (found or make_label(repository, name, world)).id


def _milestone(world: World, repository: Repository, row: Row | None) -> int | None:
    if row is None:
        return None
    if row["number"] not in repository.milestones:
        creator = _user(world, row["creator"]) if row.get("creator") else 0
        known: dict[str, Any] = {key: row.get(key) for key in MILESTONE}
        repository.milestones[row["number"]] = Milestone(**known, creator=creator)
    return int(row["number"])
