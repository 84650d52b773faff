"""What Notion's refusals mean: which of our errors a status, its code and its words come to; it makes no call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from sync.core.errors import Denied, Forbidden, Outdated, Rejected, TandemError, TryLater, Unsafe, Vanished
from sync.remotes.network import retry_after
from sync.remotes.notion.records import dashed

OVERLOADED = 529
"""`service_overload`, to be taken like a rate limit for every method (reference, "Request limits")."""
LIMITS = frozenset({int(HTTPStatus.TOO_MANY_REQUESTS), OVERLOADED})
BLOCKED = "public_api_request_blocked"
LIMIT_WAIT = 30.0
OUTAGE_WAIT = 10.0
CONFLICT_WAIT = 1.0
EDGE_WAIT = 60.0


@dataclass(frozen=True)
class Answer:
    """A refusal; `body` is empty where there was no JSON, as from a proxy in front of the service."""

    status: int
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @staticmethod
    def of(status: int, headers: Mapping[str, str], text: str) -> Answer:
        """Return a refusal, whatever its body is."""
        try:
            body = json.loads(text)
        except ValueError:
            body = None
        return Answer(status, headers, body if isinstance(body, dict) else {})

    @property
    def code(self) -> str:
        """Return the service's own word for what is wrong."""
        return str(self.body.get("code") or "")

    @property
    def message(self) -> str:
        """Return the service's own words, or the status where there are none."""
        return str(self.body.get("message") or f"status {self.status}")

    @property
    def details(self) -> Mapping[str, Any]:
        """Return what stands beside the message."""
        found = self.body.get("additional_data")
        return found if isinstance(found, dict) else {}


def limited(answer: Answer) -> float | None:
    """Return for how many seconds a limit asks to be left alone, None where the answer is about something else."""
    if answer.status not in LIMITS:
        return None
    wait = retry_after(answer.headers)
    told = str(answer.details.get("retry_after") or "")
    if wait is None and told.isdigit():
        wait = float(told)
    return LIMIT_WAIT if wait is None else max(wait, 1.0)


def unreadable(answer: Answer) -> TandemError:
    """Return the error of a read that was not answered."""
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status < HTTPStatus.BAD_REQUEST:
        return TryLater(OUTAGE_WAIT, f"Notion answered {answer.status} {answer.message}")
    if answer.status == HTTPStatus.NOT_FOUND:
        return Vanished(answer.message)
    return _refusal(answer)


def unwritten(answer: Answer) -> TandemError:
    """Return the error of a write that was not answered as one that happened.

    A 503 may come after the write was saved; a create then names what it made (reference, "Request limits").
    """
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status < HTTPStatus.BAD_REQUEST:
        made = answer.details.get("committed_resource_id")
        return Unsafe(f"Notion answered {answer.status} {answer.message}", dashed(str(made)) if made else None)
    if answer.status == HTTPStatus.NOT_FOUND or (answer.status == HTTPStatus.BAD_REQUEST and _in_trash(answer)):
        return Vanished(answer.message)
    return _refusal(answer)


def _in_trash(answer: Answer) -> bool:
    """Tell whether an edit was refused because the page is in the trash ("Can't edit block that is archived")."""
    return "archived" in answer.message and "edit" in answer.message


def _refusal(answer: Answer) -> TandemError:
    match answer.status:
        case HTTPStatus.CONFLICT if answer.code != "row_limit_exceeded":
            return TryLater(CONFLICT_WAIT, f"Notion: {answer.message}")
        case HTTPStatus.UNAUTHORIZED:
            return Denied(f"Notion refused the credential: {answer.message}", "renew NOTION_TOKEN; it may have expired")
        case HTTPStatus.FORBIDDEN if not answer.body:
            return TryLater(EDGE_WAIT, "the network in front of Notion refused the call")
        case HTTPStatus.FORBIDDEN if "block_limit" in answer.details:
            return Rejected(
                f"Notion: {answer.message}",
                "this free workspace has used up its blocks: move to a paid plan; pages that exist go on being synced",
            )
        case HTTPStatus.FORBIDDEN:
            return Forbidden(
                f"Notion: {answer.message}",
                "give the connection the capabilities to read, update and insert content in Notion's developer portal",
            )
        case _:
            kind = Outdated if _outdated(answer) else Rejected
            return kind(f"Notion: {answer.message}", _cure(answer))


def _outdated(answer: Answer) -> bool:
    """Tell whether the words are those for a property or an option that is not there, or not by that name."""
    return any(
        words in answer.message.casefold() for words in ("is not a property", "option", "could not find property")
    )


CURES = (
    ("length", "shorten the value: Notion takes 2,000 characters in a piece of text and in a URL"),
    ("comma", "take the comma out of the option's name"),
    ("is not a property", "run `tandem check`: the property was renamed, retyped or deleted"),
    ("option", "add the option in Notion, or run `tandem check --fix`"),
    ("user", "the person may have left the workspace: correct the mapping's `users`"),
    ("row_limit", "delete rows, or split the database"),
)
"""What stands in a refusal, and what makes the write pass."""


def _cure(answer: Answer) -> str:
    said = f"{answer.code} {answer.message}".casefold()
    found = (cure for word, cure in CURES if word in said)
    return next(found, "change the value on the other side, then `tandem failures retry`")
