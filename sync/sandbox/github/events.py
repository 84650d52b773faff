"""What happened to issues and comments since somebody last looked, as the payloads of webhooks; nothing is sent here.

Shapes and actions: docs.github.com, "Webhook events and payloads". One change of several values is several events.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

from sync.sandbox.github.render import Json, Render
from sync.sandbox.github.state import Comment, History, Issue, Moved, Repository
from sync.sandbox.github.world import World
from sync.sandbox.webhooks import Event

T = TypeVar("T")

Told = tuple[str, Json]
"""An action and what its payload holds beyond the issue, the repository and the sender."""


class Events:
    """A look-out over one GitHub; what was there when it was made is no news."""

    signature = "x-hub-signature-256"
    attempts = 1
    """No delivery is repeated by itself (docs.github.com, "Handling failed webhook deliveries")."""

    def __init__(self, world: World, render: Render) -> None:
        self._world, self._render = world, render
        self._issues: dict[tuple[int, int], int] = {}
        self._comments: dict[tuple[int, int], int] = {}
        self.look()

    def hello(self, _: str) -> Event:
        """Return what a new webhook is sent first."""
        payload = {"zen": "Keep it logically awesome.", "hook_id": 1, "hook": {"type": "Repository", "id": 1}}
        return Event("ping", payload)

    def headers(self, event: Event) -> Mapping[str, str]:
        """Return what a delivery carries beside its signature."""
        return {
            "user-agent": "GitHub-Hookshot/sandbox",
            "x-github-event": event.name,
            "x-github-delivery": str(uuid.uuid4()),
            "x-github-hook-id": "1",
        }

    def body(self, event: Event, _: int) -> Mapping[str, object]:
        """Return what is sent."""
        return event.payload

    def look(self) -> list[Event]:
        """Return what has happened since the last look, the oldest first."""
        with self._world.lock:
            return [event for each in list(self._world.repositories.values()) for event in self._of(each)]

    def _of(self, place: Repository) -> Iterator[Event]:
        for number, before, after in _news(place.id, place.issues, self._issues):
            shown = after or before
            if shown is not None and shown.pull is None:
                for action, more in self._issue(place, number, before=before, after=after):
                    yield self._event(place, shown, ("issues", action, more), by=shown.by)
        for _, written, now in _news(place.id, place.comments, self._comments):
            yield from self._comment(place, written, now)

    def _issue(self, place: Repository, number: int, *, before: Issue | None, after: Issue | None) -> Iterator[Told]:
        if after is None:
            yield self._gone(place, number)
        elif before is None:
            yield "opened", {}
        else:
            yield from self._edited(before, after)
            yield from self._sets(place, before, after)

    def _gone(self, place: Repository, number: int) -> Told:
        trace = place.gone.get(number)
        if not isinstance(trace, Moved):
            return "deleted", {}
        target = self._world.repositories[trace.repository]
        arrived = target.issues[trace.number].latest
        moved = {"new_repository": self._render.repository(target, None)}
        return "transferred", {
            "changes": {**moved, "new_issue": self._render.issue(target, arrived) if arrived else None}
        }

    def _edited(self, before: Issue, after: Issue) -> Iterator[Told]:
        texts = {
            name: getattr(before, name) for name in ("title", "body") if getattr(before, name) != getattr(after, name)
        }
        if texts:
            yield "edited", {"changes": {name: {"from": text or ""} for name, text in texts.items()}}
        if before.state != after.state:
            yield "closed" if after.state == "closed" else "reopened", {}
        if before.locked != after.locked:
            yield "locked" if after.locked else "unlocked", {}

    def _sets(self, place: Repository, before: Issue, after: Issue) -> Iterator[Told]:
        for added, ids in (
            ("labeled", _minus(after.labels, before.labels)),
            ("unlabeled", _minus(before.labels, after.labels)),
        ):
            for each in ids:
                label = place.labels.get(each)
                yield added, {"label": self._render.label(place, label)} if label else {}
        for added, ids in (
            ("assigned", _minus(after.assignees, before.assignees)),
            ("unassigned", _minus(before.assignees, after.assignees)),
        ):
            for each in ids:
                yield added, {"assignee": self._render.user(self._world.users[each])}
        for added, number in (("demilestoned", before.milestone), ("milestoned", after.milestone)):
            if before.milestone != after.milestone and number is not None:
                yield added, {"milestone": self._render.milestone(place, place.milestones[number])}
        for added, name in (("untyped", before.type), ("typed", after.type)):
            kind = place.issue_type(name) if name and before.type != after.type else None
            if kind is not None:
                yield added, {"type": self._render.issue_type(kind)}

    def _comment(self, place: Repository, before: Comment | None, after: Comment | None) -> Iterator[Event]:
        shown = after or before
        history = place.issues.get(shown.number) if shown else None
        if shown is None or history is None or history.latest is None:
            return
        action = "created" if before is None else "edited" if after is not None else "deleted"
        changes = {"changes": {"body": {"from": before.body}}} if before and after else {}
        more = {"comment": self._render.comment(place, shown), **changes}
        yield self._event(place, history.latest, ("issue_comment", action, more), by=shown.user)

    def _event(self, place: Repository, issue: Issue, told: tuple[str, str, Json], *, by: int | None) -> Event:
        name, action, more = told
        # A label that was deleted meanwhile cannot be shown any more.
        shown = replace(issue, labels=tuple(each for each in issue.labels if each in place.labels))
        sender = self._world.users.get(by or issue.user)
        payload = {
            "action": action,
            "issue": self._render.issue(place, shown),
            **more,
            "repository": self._render.repository(place, None),
            "sender": self._render.user(sender),
        }
        return Event(name, payload)


def _news(
    place: int, histories: Mapping[int, History[T]], seen: dict[tuple[int, int], int]
) -> Iterator[tuple[int, T | None, T | None]]:
    """Yield every change since the last time: the number, the version before and the version after."""
    for number, history in list(histories.items()):
        known = seen.get((place, number), 0)
        if len(history) == known:
            continue
        seen[place, number] = len(history)
        versions = [None, *history.after(0)][known:]
        yield from ((number, before, after) for before, after in pairwise(versions))


def _minus(one: tuple[int, ...], other: tuple[int, ...]) -> list[int]:
    return [each for each in one if each not in other]
