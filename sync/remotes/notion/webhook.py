"""Notion's deliveries as events: who sent them, and which page or data source they are about; it asks nobody anything.

They hold no values, old or new, so that every one of them is at most a reason to look.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sync.core.events import BadDelivery, Event, Mode
from sync.core.model import Ref, Side
from sync.remotes.network import signed
from sync.remotes.notion import records

Json = Mapping[str, Any]

MOST_BYTES = 1024 * 1024
"""Far more than any delivery: they name what changed and hold none of it (reference, "Webhook events & delivery")."""

_EDITED = {"created", "properties_updated", "content_updated"}
_CAME_OR_WENT = {"deleted", "undeleted", "moved"}
_BOUND_ANEW = {"schema_updated", *_CAME_OR_WENT}
"""The events of pages, and of what holds them, by what is to be done; locks, views and uploads change no value."""


def verified(headers: Mapping[str, str], body: bytes, token: str) -> bool:
    """Tell whether a delivery is signed with the verification token (reference, "Webhooks")."""
    return signed(headers.get("x-notion-signature", ""), body, (token,))


def delivery(body: bytes) -> Json:
    """Return the payload; raises BadDelivery."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise BadDelivery("the body is no JSON") from None
    if not isinstance(payload, dict):
        raise BadDelivery("a delivery is a JSON object")
    return payload


def handshake(payload: Json) -> str | None:
    """Return the token that a subscription begins with: the operator pastes it, and it signs all that follows."""
    token = payload.get("verification_token")
    return token if isinstance(token, str) and token and "type" not in payload else None


def events(payload: Json) -> tuple[Event, ...]:
    """Return what a delivery says that may concern a mapping; nothing where it is about anything else."""
    kind, _, happened = str(payload.get("type")).partition(".")
    entity = _object(payload.get("entity"))
    about = _object(payload.get("data"))
    time = _time(payload.get("timestamp"))
    if kind == "page" and happened in _EDITED | _CAME_OR_WENT:
        return _of_page(entity.get("id"), about, None if happened in _CAME_OR_WENT else time)
    if kind == "comment":
        return _of_comment(entity.get("id"), about.get("page_id"), None if happened == "deleted" else time)
    if kind in ("data_source", "database") and happened in _BOUND_ANEW:
        container = _id(entity.get("id"))
        return (Event(Side.NOTION, (container,), mode=Mode.BIND),) if container else ()
    return ()


def _of_page(raw: Any, about: Json, time: datetime | None) -> tuple[Event, ...]:  # noqa: ANN401 - any JSON
    page, parent = _id(raw), _object(about.get("parent"))
    # A row's parent names its database and its data source, with or without a type (both were seen live in 2025).
    named = (_id(parent.get(name)) for name in ("data_source_id", "id"))
    return (Event(Side.NOTION, tuple(filter(None, named)), Ref(Side.NOTION, page), time=time),) if page else ()


def _of_comment(raw: Any, under: Any, time: datetime | None) -> tuple[Event, ...]:  # noqa: ANN401 - any JSON
    """Return the event of a comment, also of one that stands on a block, which no list of the page shows."""
    comment, page = _id(raw), _id(under)
    return (Event(Side.NOTION, (), Ref.comment(Side.NOTION, comment, page), time=time),) if comment and page else ()


def _object(raw: Any) -> Json:  # noqa: ANN401 - JSON is any shape until it is looked at
    return raw if isinstance(raw, dict) else {}


def _id(raw: Any) -> str | None:  # noqa: ANN401 - JSON is any shape until it is looked at
    return records.page_id(raw) if isinstance(raw, str) else None


def _time(raw: Any) -> datetime | None:  # noqa: ANN401 - JSON is any shape until it is looked at
    try:
        found = records.moment(raw)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None
