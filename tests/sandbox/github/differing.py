"""Every recorded exchange that the sandbox answers otherwise, with the reason; a table, no code."""

from __future__ import annotations

NOT_HERE = r"^404 Not Found, not \d+$"
APPS = "apps and their tokens are not in this sandbox"
CHILDREN = "sub-issues and dependencies are not in this sandbox"
BESIDE = r"^\.(?!(id|name|full_name|private|has_issues|url|html_url|issues_url|owner\.login|permissions\.(push|pull)) )"
"""What a repository shows beside its name and what is needed to work on its issues."""

DIFFERING = {
    "app-installation": (APPS, NOT_HERE),
    "auth-app-jwt-401": (APPS, NOT_HERE),
    "auth-app-token-201": (APPS, NOT_HERE),
    "comments-get-one": ("reactions to comments are not counted here", r"^\.reactions\."),
    "dependencies-add-blocked-by": (CHILDREN, NOT_HERE),
    "sub-issues-add": (CHILDREN, NOT_HERE),
    "sub-issues-list": (CHILDREN, NOT_HERE),
    "sub-issues-remove": (CHILDREN, NOT_HERE),
    "issues-get-2025": (
        f"{CHILDREN}, neither are the milestone's other issues and the times of types",
        r"^\.(sub_issues|issue_dependencies)_summary\.|^\.milestone\.closed_issues |^\.type\.(created|updated)_at ",
    ),
    "issues-list-type-filter": (
        f"{CHILDREN}, neither are the times of types",
        r"^\[0\]\.(sub_issues_summary\.|parent_issue_url |type\.(created|updated)_at )",
    ),
    "issues-events-rename": ("the events of an issue are not in this sandbox", NOT_HERE),
    "error-403-permission": ("collaborators are not in this sandbox", NOT_HERE),
    "error-503-html": ("a failing front is a fault to be armed, no answer of the service", NOT_HERE),
    "etag-200": ("of a repository only what concerns its issues is true here; this is of 2013", BESIDE),
    "repo-renamed-followed": ("of a repository only what concerns its issues is true here", BESIDE),
    "rate-limit": ("the sandbox counts what is asked here, and has three budgets", r"^\.(rate|resources)\."),
    "limit-secondary-403": (
        "this recording was cut by hand: its sentence lacks the stop that others have",
        r"^\.message is '(.*)\.', not '\1'$|^\.(status|documentation_url) is too much$",
    ),
    "limit-secondary-403-abuse": ("the search is not in this sandbox", NOT_HERE),
}
