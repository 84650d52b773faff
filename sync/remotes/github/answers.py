"""What GitHub's answers mean: which of our errors a status, its headers and its words come to; it makes no call."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from sync.core.errors import Denied, Forbidden, Rejected, TandemError, TryLater, Unsafe, Vanished
from sync.remotes.network import retry_after, served_at

SECONDARY_WAIT = 60.0
"""Seconds to wait where a secondary limit names none (docs.github.com, "Rate limits for the REST API")."""
OUTAGE_WAIT = 10.0
RATE_STATUSES = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})
MOVED = frozenset({301, 302, 307, 308})
"""A renamed repository and a transferred issue answer a GET with 301 and a write with 307, which does nothing."""
NOT_THERE = MOVED | {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


@dataclass(frozen=True)
class Answer:
    """One answer, its header names in lower case; `body` is None where there was no JSON.

    `url` is what was asked last, `moved` tells that a redirect led there.
    """

    status: int
    headers: Mapping[str, str]
    body: Any = None
    text: str = ""
    url: str = ""
    moved: bool = False

    @property
    def message(self) -> str:
        """Return the service's own words, or the status where there are none."""
        said = self.body.get("message") if isinstance(self.body, dict) else None
        return str(said or f"status {self.status}")

    @property
    def served_at(self) -> datetime | None:
        """Return the service's own time."""
        return served_at(self.headers)

    @property
    def location(self) -> str:
        """Return where a redirect points to."""
        return self.headers.get("x-location", "")


def parsed(text: str) -> object:
    """Return a body's JSON, None where it is none: an outage answers with HTML."""
    try:
        return json.loads(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Window:
    """The primary limit's window, as the headers of an answer tell it."""

    limit: int
    remaining: int
    reset_at: datetime


def window(headers: Mapping[str, str]) -> Window | None:
    """Return the primary limit's window; None where the headers do not tell it (GHES without limits, an outage)."""
    if headers.get("x-ratelimit-resource", "core") != "core":
        return None
    try:
        limit, remaining, reset = (
            int(float(headers[f"x-ratelimit-{name}"])) for name in ("limit", "remaining", "reset")
        )
    except (KeyError, ValueError):
        return None
    return Window(limit, remaining, datetime.fromtimestamp(reset, UTC))


def limited(answer: Answer, now: datetime) -> float | None:
    """Return for how many seconds a rate limit asks to be left alone, None where the answer is about something else.

    Both limits answer 403 or 429; the primary one has nothing remaining, the secondary one only its words and maybe a
    Retry-After (docs.github.com, "Rate limits for the REST API").
    """
    if answer.status not in RATE_STATUSES:
        return None
    told = window(answer.headers)
    words = answer.message.casefold()
    if "api rate limit exceeded" in words or (told and told.remaining == 0 and "secondary" not in words):
        left = (told.reset_at - (answer.served_at or now)).total_seconds() if told else SECONDARY_WAIT
        return max(left, 1.0)
    wait = retry_after(answer.headers)
    if wait is not None or "secondary rate limit" in words or "abuse" in words:
        return SECONDARY_WAIT if wait is None else max(wait, 1.0)
    return SECONDARY_WAIT if answer.status == HTTPStatus.TOO_MANY_REQUESTS else None


def unreadable(answer: Answer) -> TandemError:
    """Return the error of a read that did not show what it was asked for."""
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status < HTTPStatus.BAD_REQUEST:
        return TryLater(OUTAGE_WAIT, f"GitHub answered {answer.status} {_shortened(answer)}")
    return _refusal(answer)


def unwritten(answer: Answer) -> TandemError:
    """Return the error of a write that was not answered as one that happened."""
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unsafe(f"GitHub answered {answer.status} {_shortened(answer)}")
    if answer.status in NOT_THERE:
        return Vanished(f"GitHub answered {answer.status} {answer.message}")
    if answer.status < HTTPStatus.BAD_REQUEST:
        return Unsafe(f"GitHub answered {answer.status} without saying what it wrote")
    if answer.status == HTTPStatus.CONFLICT:
        return TryLater(OUTAGE_WAIT, f"GitHub answered: {answer.message}")
    return _refusal(answer)


def _refusal(answer: Answer) -> TandemError:
    words = answer.message.casefold()
    if answer.status == HTTPStatus.UNAUTHORIZED:
        return Denied(f"GitHub refused the credential: {answer.message}", "renew GITHUB_TOKEN; it may have expired")
    if answer.status == HTTPStatus.FORBIDDEN and not _says(words, "locked"):
        return Forbidden(f"GitHub: {answer.message}", _permission_cure(words))
    return Rejected(f"GitHub: {_reason(answer)}", _cure(answer, words))


def _permission_cure(words: str) -> str:
    if "archived" in words:
        return "unarchive the repository, or take it out of the mapping"
    if "saml" in words or "sso" in words:
        return "authorise the token for the organisation's single sign-on"
    if "blocked" in words:
        return "ask the repository's owner or GitHub's support why it is blocked, or take it out of the mapping"
    return "give the token the permission 'Issues: read and write' on this repository"


def _reason(answer: Answer) -> str:
    errors = answer.body.get("errors") if isinstance(answer.body, dict) else None
    told = "; ".join(_fault(each) for each in errors) if isinstance(errors, list) else ""
    return f"{answer.message}: {told}" if told else answer.message


def _fault(error: object) -> str:
    """Return one entry of `errors` as words; its shape differs from endpoint to endpoint."""
    if not isinstance(error, dict):
        return str(error)
    if error.get("message"):
        return str(error["message"])
    value = error.get("value")
    return (
        f"{error.get('field', 'value')} {value!r} is {error.get('code', 'refused')}"
        if value
        else str(error.get("code"))
    )


# What stands in a refusal, and what makes the write pass; the words are those quoted in public issue threads.
CURES = (
    (
        "assignee",
        "add the person to the repository, or take them out of the mapping's `users`, then `tandem failures retry`",
    ),
    ("milestone", "create the milestone in the repository, or choose one that exists"),
    ("label", "shorten or rename the label: GitHub takes 1 to 50 characters"),
    ("title", "shorten the title: GitHub takes 1 to 256 characters"),
    ("body", "shorten the text: GitHub takes 65,536 characters"),
    ("type", "create the issue type in the organisation, or choose one that exists"),
    ("locked", "unlock the issue"),
)


def _cure(answer: Answer, words: str) -> str:
    said = f"{words} {json.dumps(answer.body).casefold()}"
    found = (cure for word, cure in CURES if _says(said, word))
    return next(found, "change the value on the other side, then `tandem failures retry`")


def _says(words: str, word: str) -> bool:
    """Tell whether a word begins there: what is blocked is not locked."""
    return re.search(rf"(?<![a-z]){word}", words) is not None


def _shortened(answer: Answer) -> str:
    return answer.message if answer.body else answer.text[:80]
