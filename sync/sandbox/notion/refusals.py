"""What Notion says when it refuses: status, code and words as values to raise; it decides nothing.

Words marked (recorded) or (quoted) are the service's own; the others follow its pattern.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

MISSING = object()
"""Stands for a key that is not there: Notion calls it `undefined`."""


class Refused(Exception):
    """An answer that is an error object."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        message: str,
        details: Mapping[str, str | list[str]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.details, self.retry_after = details, retry_after

    def body(self) -> dict[str, object]:
        """Return the error object; the request's id is added by whoever sends it."""
        shown: dict[str, object] = {"object": "error", "status": self.status, "code": self.code}
        shown["message"] = self.message
        if self.details is not None:
            shown["additional_data"] = dict(self.details)
        return shown


def invalid(message: str) -> Refused:
    """Return a 400 `validation_error`."""
    return Refused(400, "validation_error", message=message)


def wrong(at: str, should: str, was: object = MISSING) -> Refused:
    """Return a 400 about one place of a request: where, what it should be, what it was (recorded pattern)."""
    shown = "undefined" if was is MISSING else json.dumps(was, ensure_ascii=False)
    return invalid(f"{at.split('.', 1)[0]} failed validation: {at} should {should}, instead was `{shown[:200]}`.")


def too_long(at: str, limit: int, was: int) -> Refused:
    """Return the 400 for a length beyond its limit (quoted, 2025-05)."""
    return wrong(f"{at}.length", f"be ≤ `{limit}`", was)


def unknown_property(name: str) -> Refused:
    """Return the 400 for a property that the data source does not have (quoted)."""
    return invalid(f"{name} is not a property that exists.")


def not_found(kind: str, id_: str, *, integration: str, integration_id: str) -> Refused:
    """Return the 404 for what does not exist or is not shared; nobody can tell which (recorded)."""
    message = (
        f"Could not find {kind} with ID: {id_}. Make sure the relevant pages and databases are shared with your "
        f'integration "{integration}".'
    )
    return Refused(404, "object_not_found", message=message, details={"integration_id": integration_id})


def user_not_found(id_: str) -> Refused:
    """Return the 404 of an unknown user (recorded)."""
    message = (
        f"Could not find user with ID: {id_}. Make sure your integration has capabilities to read user information. "
        "With those capabilities, only members and guests in the integration's workspace are visible."
    )
    return Refused(404, "object_not_found", message=message)


def restricted(message: str = "Insufficient permissions for this endpoint.", **details: str) -> Refused:
    """Return a 403 `restricted_resource`."""
    return Refused(403, "restricted_resource", message=message, details=details or None)


def trashed() -> Refused:
    """Return the 400 for an edit of something in the trash (quoted, 2024)."""
    return invalid("Can't edit block that is archived. You must unarchive the block before editing.")


def under_trash() -> Refused:
    """Return the 400 for an edit of something whose container is in the trash."""
    return invalid(
        "Can't edit page on block with an archived ancestor. You must unarchive the ancestor before editing page."
    )


def limited(wait: int, reason: str) -> Refused:
    """Return the 429 of a used-up window; the body repeats the header as text (reference, "Request limits")."""
    return Refused(
        429,
        "rate_limited",
        message="You have been rate limited. Please try again in a few minutes.",
        details={"rate_limit_reason": reason, "retry_after": str(wait)},
        retry_after=wait,
    )


def overloaded(wait: int) -> Refused:
    """Return the 529, to be taken like a 429 (reference, "Request limits")."""
    message = "Notion is overloaded. Please try again later."
    return Refused(529, "service_overload", message=message, retry_after=wait)


def conflict() -> Refused:
    """Return the 409 of two writes to one page at a time (quoted, 2023-01)."""
    return Refused(409, "conflict_error", message="Conflict occurred while saving. Please try again.")


def unavailable() -> Refused:
    """Return a 503 that tells nothing (quoted, 2025-08)."""
    message = "Public API service is temporarily unavailable, please try again later."
    return Refused(503, "service_unavailable", message=message)


def committed(resource: str | None = None, children: list[str] | None = None) -> Refused:
    """Return the 503 of a write that was saved (reference, "Request limits").

    A create tells what it made; an append tells into what, and which blocks it made there.
    """
    details: dict[str, str | list[str]] = {
        "from": "sandbox",
        "elapsed_ms": "55012",
        "deadline_ms": "55000",
        "retry_guidance": ["Read the object again to confirm the saved change.", "Do not repeat the write."],
    }
    if resource is not None:
        details["committed_resource_id"] = resource
    if children is not None:
        details["committed_child_ids"] = children
    message = (
        "The change was saved, but the response could not be built in time. "
        "Read the object again instead of repeating the write."
    )
    return Refused(503, "service_unavailable", message=message, details=details)
