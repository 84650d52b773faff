"""The endpoints of issue comments, and the rules of making and changing one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sync.sandbox.github import edits
from sync.sandbox.github.call import Answer, Call
from sync.sandbox.github.pages import numbered
from sync.sandbox.github.refusals import comment_too_long, forbidden, invalid, missing, not_found
from sync.sandbox.github.state import Comment, History, Issue, Repository, User, node_id
from sync.sandbox.github.world import World, present


def make(world: World, repository: Repository, issue: Issue, author: User, text: str) -> Comment:
    """Add a comment to an issue, which counts it and is bumped."""
    identity, now = world.new_id(), world.now()
    comment = Comment(
        identity,
        node_id("IC", repository.id, identity),
        issue.number,
        author.id,
        text,
        created_at=now,
        updated_at=now,
        association=edits.association(repository, author),
    )
    put(world, repository, comment)
    edits.settle(world, repository, issue, comments=issue.comments + 1)
    return comment


def put(world: World, repository: Repository, comment: Comment) -> None:
    """Make this the newest version of the comment."""
    repository.comments.setdefault(comment.id, History()).put(comment, world.clock.now())


def change(world: World, repository: Repository, comment: Comment, text: str) -> Comment:
    """Give a comment another text."""
    after = replace(comment, body=text, updated_at=world.now())
    put(world, repository, after)
    issue = repository.issues[comment.number].latest
    if issue is not None and world.on("comment_edit_bumps"):
        repository.put(replace(issue, updated_at=world.now()), world.clock.now())
    return after


def drop(world: World, repository: Repository, comment: Comment) -> None:
    """Delete a comment; its issue counts one less and is not bumped (neomjs/neo#10092, 2026-04)."""
    now = world.clock.now()
    repository.comments[comment.id].put(None, now)
    issue = repository.issues[comment.number].latest
    if issue is not None:
        repository.put(replace(issue, comments=max(0, issue.comments - 1)), now)


def find(call: Call) -> Comment:
    """Return the comment the path names. Raises 404."""
    history = call.repository.comments.get(call.number("id"))
    comment = history.at(call.lag("read_lag_seconds")) if history else None
    if comment is None:
        raise not_found()
    return comment


def listed(call: Call) -> Answer:
    """List the comments of an issue, oldest first."""
    call.demand_issues()
    issue, since = call.issue(), call.since()
    every = present(call.repository.comments, call.lag("list_lag_seconds"))
    return _paged(call, [each for each in every if each.number == issue.number and each.updated_at >= since])


def listed_all(call: Call) -> Answer:
    """List the comments of a repository, by id unless a sort is asked for; without it a direction is ignored."""
    call.demand_issues()
    since, by = call.since(), call.request.first("sort")
    rows = [
        each for each in present(call.repository.comments, call.lag("list_lag_seconds")) if each.updated_at >= since
    ]
    if by in {"created", "updated"}:
        backwards = call.choice("direction", ("desc", "asc")) == "desc"
        rows.sort(key=lambda each: (getattr(each, f"{by}_at"), each.id), reverse=backwards)
    return _paged(call, rows)


def _paged(call: Call, rows: list[Comment]) -> Answer:
    page, headers = numbered(call, rows)
    return Answer(200, [call.render.comment(call.repository, each) for each in page], headers)


def read(call: Call) -> Answer:
    """Answer with one comment."""
    call.demand_issues()
    return Answer(200, call.render.comment(call.repository, find(call)))


def text_of(body: Mapping[str, Any]) -> str:
    """Return the text of a comment's body. Raises 422."""
    text = body.get("body")
    if not isinstance(text, str):
        raise missing("body")
    if not text.strip():
        raise invalid([{"resource": "IssueComment", "code": "missing_field", "field": "body"}])
    if len(text) > edits.LONGEST_BODY:
        raise invalid([comment_too_long(edits.LONGEST_BODY)])
    return text


def created(call: Call) -> Answer:
    """Add a comment; a locked issue takes one only from those who may push (renovatebot/renovate#6215)."""
    call.demand_issues()
    issue, text, author = call.issue(), text_of(call.body()), call.actor
    if issue.locked and not call.repository.may(author, "push"):
        raise forbidden("Unable to create comment because issue is locked.")
    shown = call.render.comment(call.repository, make(call.world, call.repository, issue, author, text))
    return Answer(201, shown, {"location": shown["url"]})


def updated(call: Call) -> Answer:
    """Change a comment: its author may, and whoever has push."""
    comment = _own(call)
    after = change(call.world, call.repository, comment, text_of(call.body()))
    return Answer(200, call.render.comment(call.repository, after))


def deleted(call: Call) -> Answer:
    """Delete a comment: its author may, and whoever has push."""
    drop(call.world, call.repository, _own(call))
    return Answer(204)


def _own(call: Call) -> Comment:
    call.demand_issues()
    comment = find(call)
    if comment.user != call.actor.id:
        call.demand("push")
    return comment
