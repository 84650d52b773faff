"""The smallest issues and pages that the remotes can read, in the services' own shapes."""

from __future__ import annotations

SOURCE = "6804d25f-0000-4000-8000-00000000000a"
PAGE = "38c9ce7b-60a4-8186-b51f-ce28be392a4a"


def issue(number=7, repository="acme/api", **more):
    return {
        "id": 4_570_000_000 + number,
        "number": number,
        "title": "Title",
        "state": "open",
        "state_reason": None,
        "labels": [],
        "assignees": [],
        "milestone": None,
        "locked": False,
        "user": {"login": "ada"},
        "created_at": "2026-11-23T09:00:00Z",
        "updated_at": "2026-11-23T10:00:00Z",
        "closed_at": None,
        "comments": 0,
        "body": None,
        "html_url": f"https://github.example/{repository}/issues/{number}",
        "repository_url": f"https://api.github.example/repos/{repository}",
        **more,
    }


def page(id_=PAGE, properties=None, **more):
    return {
        "object": "page",
        "id": id_,
        "created_time": "2026-11-23T09:00:00.000Z",
        "last_edited_time": "2026-11-23T10:00:00.000Z",
        "parent": {"type": "data_source_id", "data_source_id": SOURCE, "database_id": SOURCE},
        "in_trash": False,
        "is_archived": False,
        "properties": {"Name": {"id": "title", "type": "title", "title": [{"plain_text": "Title"}]}}
        | (properties or {}),
        **more,
    }


def rows(*pages, **more):
    return {"object": "list", "results": list(pages), "has_more": False, "next_cursor": None, **more}
