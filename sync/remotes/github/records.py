"""GitHub's JSON as records, and values as GitHub's JSON; it asks nobody anything."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sync.core.errors import Rejected
from sync.core.model import Presence, Put, Reading, Record, Ref, Side, Value
from sync.core.values import members, names, text
from sync.remotes.network import NEVER

Json = Mapping[str, Any]

OPEN, CLOSED = "open", "closed"
MARK, BODY = "mark", "body"

_ISSUE_URL = re.compile(
    r"(https?://)?(?:www\.)?([^/?#\s]+/[^/?#\s]+/[^/?#\s]+)/(?:issues|pull)/(\d+)(?:[/?#].*)?\Z", re.IGNORECASE
)
# The comment stands alone on its line, so that a quoted or inline one is nobody's mark; of several the last one counts.
_MARK = re.compile(r"^<!--[ \t]*tandem:page=([0-9a-fA-F-]{32,36})[ \t]*-->[ \t]*$", re.MULTILINE)


def marked(body: str, page: str) -> str:
    """Return a body that ends with the mark of its page."""
    return f"{body}\n\n<!-- tandem:page={page} -->" if body else f"<!-- tandem:page={page} -->"


def mark(body: str | None) -> str | None:
    """Return the id of the page that a body is marked with, dashed and in lower case.

    HTML comments survive the REST API byte by byte and are not rendered (docs.github.com, "Basic writing and formatting
    syntax": hiding content with comments).
    """
    found = _MARK.findall((body or "").replace("\r\n", "\n"))
    return dashed(found[-1]) if found else None


def dashed(raw: str) -> str | None:
    """Return an id in the dashed lower-case form, None where it is none."""
    try:
        return str(UUID(raw))
    except ValueError:
        return None


def address(written: str) -> str:
    """Return the URL of the issue that a URL leads to, as GitHub shows it; what is no issue's comes back as it is.

    Below an issue's address there are anchors of its comments and views with a query, `/pull/7` leads to issue 7 too,
    and all of it in any case.
    """
    found = _ISSUE_URL.match(written.strip())
    return f"{found[1] or 'https://'}{found[2]}/issues/{found[3]}" if found else written


def is_issue(raw: Json) -> bool:
    """Tell an issue from a pull request, which stands in lists too and has this key (REST "List repository issues")."""
    return "pull_request" not in raw


def record(raw: Json, container: str, *, bodies: bool = False) -> Record:
    """Return an issue object as a record of the repository with that id, with its text where `bodies` asks for it."""
    return Record(
        ref=Ref(Side.GITHUB, str(raw["id"]), container, raw["number"]),
        fields=fields(raw) | ({BODY: raw["body"] or None} if bodies and "body" in raw else {}),
        time=moment(raw["updated_at"]),
        address=raw["html_url"],
        label=f"{repository_name(raw)}#{raw['number']}",
    )


def absent(ref: Ref, presence: Presence) -> Record:
    """Return the record of an issue that no answer showed."""
    return Record(ref, {}, NEVER, address="", label=f"#{ref.number}", presence=presence)


def repository_name(raw: Json) -> str:
    """Return `owner/name` of an issue object, by its repository_url."""
    owner, name = str(raw["repository_url"]).rsplit("/", 2)[-2:]
    return f"{owner}/{name}"


def moment(raw: str) -> datetime:
    """Return a time of GitHub's as an aware one."""
    return datetime.fromisoformat(raw)


def fields(raw: Json) -> dict[str, Reading]:
    """Return the canonical values of an issue object; keys that it lacks are left out, which is unread.

    `type` stands only where the owner has issue types, `reactions` not in every old answer.
    """
    values: dict[str, Reading] = {
        "title": text(raw["title"]),
        "state": state(raw),
        "labels": names(_name(label) for label in raw["labels"]),
        "assignees": names(user["login"] for user in raw.get("assignees") or ()),
        "milestone": text((raw.get("milestone") or {}).get("title")),
        "locked": bool(raw.get("locked")),
        "repository": repository_name(raw),
        "number": raw["number"],
        "url": raw["html_url"],
        "author": (raw.get("user") or {}).get("login"),
        "created_at": raw["created_at"],
        "updated_at": raw["updated_at"],
        "closed_at": raw.get("closed_at"),
        "comment_count": raw["comments"],
    }
    if "type" in raw:
        values["type"] = (raw["type"] or {}).get("name")
    if raw.get("reactions"):
        values["reactions"] = raw["reactions"]["total_count"]
    if "body" in raw:
        values[MARK] = mark(raw["body"])
    return values


def state(raw: Json) -> str:
    """Return the state with its reason; an open issue's is of no interest, one closed long ago has none."""
    if raw["state"] == OPEN:
        return OPEN
    reason = raw.get("state_reason")
    return f"{CLOSED}:{reason}" if reason else CLOSED


def body_of(puts: Sequence[Put]) -> dict[str, Any]:
    """Return the JSON of a create or an update that writes those fields and no others, but the milestone.

    That one is written by its number (REST "Update an issue"), which only the repository knows.
    """
    body: dict[str, Any] = {}
    for put in sorted(puts, key=lambda put: put.facet.name == MARK):
        if put.facet.name == MARK:
            body[BODY] = marked(str(body.get(BODY) or ""), str(put.value))
        else:
            body |= _written(put.facet.name, put.value)
    return body


def _written(name: str, value: Value) -> dict[str, Any]:
    match name:
        case "title" | "type" | "milestone":
            return {name: value}
        case "labels" | "assignees":
            return {name: list(members(value))}
        case "state":
            # The reason is ignored unless the state changes with it (REST "Update an issue"); one alone is never sent.
            word, _, reason = str(value).partition(":")
            return {"state": word, "state_reason": reason} if reason else {"state": word}
        case "body":
            return {"body": value or ""}
        case _:
            raise Rejected(
                f"GitHub has no field {name!r} to write", "take the row out of the mapping, or make it one-way"
            )


def _name(label: str | Json) -> str:
    return label if isinstance(label, str) else str(label["name"])
