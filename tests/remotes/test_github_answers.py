from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sync.core.errors import Denied, Forbidden, Rejected, TryLater, Unsafe, Vanished
from sync.remotes.github import answers
from sync.remotes.github.answers import Answer
from tests.remotes import truth

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PRIMARY = {
    "x-ratelimit-limit": "5000",
    "x-ratelimit-remaining": "0",
    "x-ratelimit-reset": str(int(NOW.timestamp()) + 90),
}


def said(status, message="", headers=None, **more):
    return Answer(status, headers or {}, {"message": message, **more})


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (said(403, "API rate limit exceeded for user ID 1.", PRIMARY), 90),
        (said(429, "API rate limit exceeded for user ID 1.", PRIMARY), 90),
        (said(403, "You have exceeded a secondary rate limit."), 60),
        (said(403, "You have exceeded a secondary rate limit.", PRIMARY), 60),
        (said(403, "You have exceeded a secondary rate limit.", {"retry-after": "7"}), 7),
        (said(403, "You have triggered an abuse detection mechanism."), 60),
        (said(429, "Too many"), 60),
        (
            said(
                429,
                "Too many",
                {"retry-after": "Mon, 23 Nov 2026 12:02:00 GMT", "date": "Mon, 23 Nov 2026 12:00:00 GMT"},
            ),
            120,
        ),
        (said(403, "Resource not accessible by integration"), None),
        (said(403, "Must have admin rights", {"x-ratelimit-limit": "x"}), None),
        (said(404, "Not Found", PRIMARY), None),
    ],
)
def test_a_limit_says_how_long_to_wait_and_a_permission_does_not(answer, wait):
    assert answers.limited(answer, NOW) == wait


@pytest.mark.parametrize(
    ("answer", "read", "write"),
    [
        (said(401, "Bad credentials"), Denied, Denied),
        (said(403, "Resource not accessible by personal access token"), Forbidden, Forbidden),
        (said(403, "Repository was archived so is read-only."), Forbidden, Forbidden),
        (said(403, "Unable to create comment because issue is locked."), Rejected, Rejected),
        (said(403, "Repository access blocked"), Forbidden, Forbidden),
        (said(404, "Not Found"), Rejected, Vanished),
        (said(410, "This issue was deleted"), Rejected, Vanished),
        (said(301), TryLater, Vanished),
        (said(307), TryLater, Vanished),
        (said(422, "Validation Failed"), Rejected, Rejected),
        (said(400, "Problems parsing JSON"), Rejected, Rejected),
        (said(409, "Conflict"), Rejected, TryLater),
        (said(500), TryLater, Unsafe),
        (Answer(502, {}, None, "<html>"), TryLater, Unsafe),
        (Answer(200, {}, None, "<html>"), TryLater, Unsafe),
    ],
)
def test_a_refusal_says_what_to_do_next(answer, read, write):
    assert type(answers.unreadable(answer)) is read
    assert type(answers.unwritten(answer)) is write


# The bodies are quoted in public threads: upptime 125, opensearch-migrations 2361, github/docs 32156.
@pytest.mark.parametrize(
    ("body", "reason", "cure"),
    [
        (
            {"errors": [{"value": "ghost", "resource": "Issue", "field": "assignees", "code": "invalid"}]},
            "assignees 'ghost' is invalid",
            "add the person to the repository",
        ),
        (
            {
                "errors": [
                    {
                        "field": "assignees",
                        "code": "invalid",
                        "message": "assignees a, b cannot be assigned to this issue",
                    }
                ]
            },
            "assignees a, b cannot be assigned to this issue",
            "add the person to the repository",
        ),
        (
            {"errors": [{"resource": "Label", "code": "custom", "field": "name", "message": "name is too long"}]},
            "name is too long",
            "shorten or rename the label",
        ),
        (
            {"errors": [{"resource": "Issue", "code": "custom", "field": "title", "message": "title is too long"}]},
            "title is too long",
            "shorten the title",
        ),
        ({"errors": ["Something else"]}, "Something else", "change the value"),
        ({}, "Validation Failed", "change the value"),
    ],
)
def test_a_rejected_value_is_named_with_its_cure(body, reason, cure):
    refused = answers.unwritten(said(422, "Validation Failed", **body))
    assert isinstance(refused, Rejected)
    assert reason in refused.reason
    assert refused.cure.startswith(cure)


def test_the_window_is_read_for_the_core_resource_alone():
    found = answers.window(PRIMARY)
    assert found
    assert (found.limit, found.remaining) == (5000, 0)
    assert answers.window(PRIMARY | {"x-ratelimit-resource": "search"}) is None
    assert answers.window({}) is None


@truth.needed
def test_every_recorded_refusal_is_understood():
    expected = {
        "auth-401": Denied,
        "auth-app-jwt-401": Denied,
        "error-403-permission": Forbidden,
        "error-503-html": Unsafe,
        "labels-create-422-colour": Rejected,
        "labels-remove-404": Vanished,
        "error-404": Vanished,
        "repo-renamed-301": Vanished,
        "limit-secondary-403": 60,
        "limit-secondary-403-abuse": 60,
    }
    seen = {}
    for name, exchange in truth.all_recorded("github"):
        reply = exchange["response"]
        if reply["status"] >= 300 and reply["status"] != 304:
            body = reply["body"] if isinstance(reply["body"], dict) else None
            answer = Answer(reply["status"], reply["headers"], body, str(reply["body"]))
            seen[name] = answers.limited(answer, NOW) or type(answers.unwritten(answer))
    assert seen == expected


@truth.needed
def test_every_quoted_refusal_is_understood():
    for name, entry in truth.quoted("github").items():
        answer = Answer(entry["status"], {}, entry["body"] if isinstance(entry["body"], dict) else None)
        assert isinstance(answers.unwritten(answer), Vanished), name
