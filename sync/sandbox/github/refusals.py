"""The answers that say no, in the words GitHub uses; when to say them is decided elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

DOCS = "https://docs.github.com/rest"
ABOUT_LIMITS = f"{DOCS}/overview/rate-limits-for-the-rest-api"

Errors = Sequence[Mapping[str, Any]]


class Refused(Exception):
    """An answer other than a success: status, message, the list of errors, further headers and keys."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: Errors = (),
        headers: Mapping[str, str] | None = None,
        docs: str | None = None,
        **more: object,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.errors = status, message, errors
        self.headers, self.docs, self.more = dict(headers or {}), docs, more

    def body(self, docs: str) -> dict[str, Any]:
        """Return the JSON body; `docs` is the page of the route, used where the refusal has none of its own."""
        body: dict[str, Any] = {"message": self.message, **self.more}
        if self.errors:
            body["errors"] = list(self.errors)
        return {**body, "documentation_url": self.docs or docs, "status": str(self.status)}


def not_found() -> Refused:
    """Say 404, which also hides what the caller may not see."""
    return Refused(404, "Not Found")


def bad_credentials() -> Refused:
    """Say 401."""
    return Refused(401, "Bad credentials", docs=DOCS)


def forbidden(message: str) -> Refused:
    """Say 403 for want of a right."""
    return Refused(403, message)


def moved(location: str, *, write: bool) -> Refused:
    """Say 301 to a read and 307 to a write (recorded: @octokit/fixtures rename-repository)."""
    return _redirect(307 if write else 301, location)


def _redirect(status: int, location: str) -> Refused:
    docs = "https://docs.github.com/v3/#http-redirects"
    return Refused(status, "Moved Permanently", headers={"location": location}, docs=docs, url=location)


def issues_disabled() -> Refused:
    """Say 410 for a repository without issues."""
    return Refused(410, "Issues are disabled for this repo", docs="https://docs.github.com/v3/issues/")


def issue_deleted() -> Refused:
    """Say 410 for an issue that was there (quoted in cncf/devstatscode#10, opencloudtouch#264, kenn-io/forge#898)."""
    return Refused(410, "This issue was deleted")


def malformed() -> Refused:
    """Say 400 for a body that is not JSON."""
    return Refused(400, "Problems parsing JSON")


def off_schema(where: str, value: object, expected: str) -> Refused:
    """Say 422 without an errors list, as for a value of a wrong type (quoted in openshift/release#4020)."""
    return Refused(422, f"Invalid request.\n\nFor 'properties/{where}', {value!r} is not {expected}.")


def missing(key: str) -> Refused:
    """Say 422 for a key that must be given."""
    return Refused(422, f'Invalid request.\n\n"{key}" wasn\'t supplied.')


def invalid(errors: Errors) -> Refused:
    """Say 422 with the list of what is wrong."""
    return Refused(422, "Validation Failed", errors=errors)


def fault(resource: str, field: str, code: str = "invalid", **more: object) -> dict[str, Any]:
    """Build one member of an errors list."""
    return {**more, "resource": resource, "field": field, "code": code}


def too_long(resource: str, field: str, limit: int) -> dict[str, Any]:
    """Build the error of a text above its limit (quoted in github/docs#32156, create-issue-from-file#1705)."""
    return fault(resource, field, "custom", message=f"{field} is too long (maximum is {limit} characters)")


def comment_too_long(limit: int) -> dict[str, Any]:
    """Build the error of a comment above its limit, which has a shape of its own (jmikedupont2/ai-ticket#51)."""
    return fault("IssueComment", "data", "unprocessable", message=f"Body is too long (maximum is {limit} characters)")


def large_page() -> Refused:
    """Say 422 at the wall of offset paging (google/go-github#3565, josegonzalez/python-github-backup#429)."""
    return Refused(
        422,
        "Pagination with the page parameter is not supported for large datasets, "
        "please use cursor based pagination (after/before)",
    )
