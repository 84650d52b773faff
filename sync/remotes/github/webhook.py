"""GitHub's deliveries as events: who sent them, and which issue or repository they mean; it asks nobody anything."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from sync.core.events import BadDelivery, Event, Mode
from sync.core.model import Record, Ref, Side
from sync.remotes.github import comments, records
from sync.remotes.network import signed

Json = Mapping[str, Any]

MOST_BYTES = 25 * 1024 * 1024
"""Larger payloads are not delivered (docs.github.com, "Webhook events and payloads": payload cap)."""
PING = "ping"

_WITHOUT_TIME = {
    ("label", "deleted"),
    ("milestone", "deleted"),
    ("repository", "renamed"),
    ("repository", "transferred"),
    ("repository", "deleted"),
    ("repository", "archived"),
    ("repository", "unarchived"),
}
"""What changes any number of issues, or how they are reached, without a later `updated_at` on any of them."""
_RENAMED = {("label", "name"), ("milestone", "title")}
"""The changes of an `edited` label or milestone that show on its issues."""
_AWAY = {"deleted", "transferred"}


def verified(headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> bool:
    """Tell whether a delivery is signed with one of the secrets (docs.github.com, "Validating webhook deliveries")."""
    return signed(headers.get("x-hub-signature-256", ""), body, secrets)


def delivery(headers: Mapping[str, str], body: bytes) -> tuple[str, Json]:
    """Return the event's name and its payload, which a webhook may also send as a form; raises BadDelivery."""
    kind = headers.get("x-github-event", "")
    try:
        text = body.decode()
        if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            text = parse_qs(text)["payload"][0]
        payload = json.loads(text)
    except (ValueError, KeyError, RecursionError):
        raise BadDelivery("the body is neither JSON nor a form with a payload") from None
    if not isinstance(payload, dict) or not kind:
        raise BadDelivery("a delivery is a JSON object with the header X-GitHub-Event")
    return kind, payload


def events(kind: str, payload: Json) -> tuple[Event, ...]:
    """Return what a delivery says that may concern a mapping; nothing where it is about anything else."""
    repository, action = _id(payload.get("repository")), payload.get("action")
    if repository is None or not isinstance(action, str):
        return ()
    if kind in ("issues", "issue_comment"):
        return _of_issue(kind, action, payload, repository)
    if (kind, action) in _WITHOUT_TIME or (action == "edited" and _renamed(kind, payload)):
        return (Event(Side.GITHUB, (repository,), mode=Mode.FULL),)
    return ()


def _of_issue(kind: str, action: str, payload: Json, repository: str) -> tuple[Event, ...]:
    raw = payload.get("issue")
    ref = _ref(raw, repository)
    if ref is None or not isinstance(raw, dict) or not records.is_issue(raw):
        return ()
    # A comment may change what an issue's own values do not show.
    shown = _shown(raw, repository, records.record) if kind == "issues" and action not in _AWAY else None
    moved = _moved(payload) if action == "transferred" else ()
    said = _said(payload, ref, action) if kind == "issue_comment" else ()
    return (Event(Side.GITHUB, (repository,), ref, shown=shown), *said, *moved)


def _said(payload: Json, issue: Ref, action: str) -> tuple[Event, ...]:
    """Return the event of a comment, which shows itself unless it is gone."""
    raw = payload.get("comment")
    id_ = _id(raw)
    if id_ is None:
        return ()
    ref = Ref.comment(Side.GITHUB, id_, issue.container, issue.number)
    shown = None if action in _AWAY else _shown(raw, issue.container, comments.record)
    return (Event(Side.GITHUB, (issue.container,), ref, shown=shown),)


def _moved(payload: Json) -> tuple[Event, ...]:
    """Return the event of the issue's new place, whose repository may be a mapping's too."""
    changes = payload.get("changes")
    changes = changes if isinstance(changes, dict) else {}
    repository = _id(changes.get("new_repository"))
    ref = _ref(changes.get("new_issue"), repository) if repository else None
    return (Event(Side.GITHUB, (ref.container,), ref),) if ref else ()


def _renamed(kind: str, payload: Json) -> bool:
    changes = payload.get("changes")
    return isinstance(changes, dict) and any((kind, name) in _RENAMED for name in changes)


def _ref(raw: Any, repository: str) -> Ref | None:  # noqa: ANN401 - JSON is any shape until it is looked at
    id_ = _id(raw)
    number = raw.get("number") if id_ else None
    return Ref(Side.GITHUB, id_, repository, number) if id_ and isinstance(number, int) else None


def _id(raw: Any) -> str | None:  # noqa: ANN401 - JSON is any shape until it is looked at
    found = raw.get("id") if isinstance(raw, dict) else None
    return str(found) if isinstance(found, int) else None


def _shown(raw: Any, repository: str, read: Callable[[Json, str], Record]) -> Record | None:  # noqa: ANN401 - any JSON
    """Return a record as the payload shows it; None where that is not whole."""
    try:
        return read(raw, repository)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return None
