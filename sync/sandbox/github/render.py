"""The state as GitHub's REST objects of API version 2022-11-28; it decides nothing and changes nothing.

Keys and their order are those of recorded answers (PyGithub ReplayData 2024-2026, @octokit/fixtures).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from sync.sandbox.github.addresses import REPOSITORY_URLS
from sync.sandbox.github.state import ROLES, Comment, Issue, IssueType, Label, Milestone, Repository, User
from sync.sandbox.github.world import World

Json = dict[str, Any]

REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


class Render:
    """Writes objects with the addresses of one API base and one web base; issues are kept once written."""

    def __init__(self, world: World, api: str, web: str) -> None:
        self.world, self.api, self.web = world, api, web
        self._issues: dict[int, tuple[tuple[object, ...], bytes]] = {}
        self._users: dict[User, Json] = {}

    def page(self, repository: Repository) -> str:
        """Return the repository's API address."""
        return f"{self.api}/repos/{repository.full_name}"

    def user(self, user: User | None) -> Json | None:
        """Write a user as it stands inside other objects."""
        if user is None:
            return None
        if user not in self._users:
            self._users[user] = self._user(user)
        return self._users[user]

    def _user(self, user: User) -> Json:
        base = f"{self.api}/users/{quote(user.login)}"
        bot = user.login.endswith("[bot]")
        return {
            "login": user.login,
            "id": user.id,
            "node_id": user.node_id,
            "avatar_url": user.avatar_url or f"https://avatars.githubusercontent.com/u/{user.id}?v=4",
            "gravatar_id": "",
            "url": base,
            "html_url": f"{self.web}/apps/{user.login[:-5]}" if bot else f"{self.web}/{user.login}",
            "followers_url": f"{base}/followers",
            "following_url": f"{base}/following{{/other_user}}",
            "gists_url": f"{base}/gists{{/gist_id}}",
            "starred_url": f"{base}/starred{{/owner}}{{/repo}}",
            "subscriptions_url": f"{base}/subscriptions",
            "organizations_url": f"{base}/orgs",
            "repos_url": f"{base}/repos",
            "events_url": f"{base}/events{{/privacy}}",
            "received_events_url": f"{base}/received_events",
            "type": user.kind,
            **({"user_view_type": user.view} if user.view else {}),
            "site_admin": user.site_admin,
        }

    def account(self, user: User) -> Json:
        """Write a user as the user's own page shows it."""
        empty = dict.fromkeys(("company", "location", "email", "hireable", "bio", "twitter_username"))
        counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
        times = {"created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z"}
        return {**self._user(user), "name": user.name, "blog": "", **empty, **counts, **times}

    def label(self, repository: Repository, label: Label) -> Json:
        """Write a label."""
        return {
            "id": label.id,
            "node_id": label.node_id,
            "url": f"{self.page(repository)}/labels/{quote(label.name, safe='')}",
            "name": label.name,
            "color": label.color,
            "default": label.default,
            "description": label.description,
        }

    def labels(self, repository: Repository, ids: Iterable[int]) -> list[Json]:
        """Write the labels of those ids."""
        return [self.label(repository, repository.labels[each]) for each in ids]

    def milestone(self, repository: Repository, milestone: Milestone) -> Json:
        """Write a milestone with the count of its issues."""
        url = f"{self.page(repository)}/milestones/{milestone.number}"
        return {
            "url": url,
            "html_url": f"{self.web}/{repository.full_name}/milestone/{milestone.number}",
            "labels_url": f"{url}/labels",
            "id": milestone.id,
            "node_id": milestone.node_id,
            "number": milestone.number,
            "title": milestone.title,
            "description": milestone.description,
            "creator": self.user(self.world.users.get(milestone.creator)),
            "open_issues": repository.tally[milestone.number, "open"],
            "closed_issues": repository.tally[milestone.number, "closed"],
            "state": milestone.state,
            "created_at": milestone.created_at,
            "updated_at": milestone.updated_at,
            "due_on": milestone.due_on,
            "closed_at": milestone.closed_at,
        }

    def issue_type(self, kind: IssueType) -> Json:
        """Write an issue type."""
        return {
            "id": kind.id,
            "node_id": kind.node_id,
            "name": kind.name,
            "description": kind.description,
            "color": kind.color,
            "created_at": "2025-01-01T00:00:00Z",
            "updated_at": "2025-01-01T00:00:00Z",
            "is_enabled": True,
        }

    def reactions(self, url: str, counts: dict[str, int]) -> Json:
        """Write the count of reactions."""
        each = {name: counts.get(name, 0) for name in REACTIONS}
        return {"url": f"{url}/reactions", "total_count": sum(each.values()), **each}

    def issue_bytes(self, repository: Repository, issue: Issue) -> bytes:
        """Return the issue's JSON, written anew only if it or what it shows has changed."""
        counts = (repository.tally[issue.milestone, "open"], repository.tally[issue.milestone, "closed"])
        proof = (id(issue), issue.updated_at, repository.epoch, *(counts if issue.milestone is not None else ()))
        kept = self._issues.get(issue.id)
        if kept and kept[0] == proof:
            return kept[1]
        written = encode(self.issue(repository, issue))
        self._issues[issue.id] = (proof, written)
        return written

    def issue(self, repository: Repository, issue: Issue) -> Json:
        """Write an issue, the same in a list and alone; an ordinary issue has no pull_request and no draft key."""
        url = f"{self.page(repository)}/issues/{issue.number}"
        people = [self.user(self.world.users[each]) for each in issue.assignees]
        milestone = repository.milestones.get(issue.milestone or 0)
        return {
            "url": url,
            "repository_url": self.page(repository),
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "html_url": self.issue_page(repository, issue),
            "id": issue.id,
            "node_id": issue.node_id,
            "number": issue.number,
            "title": issue.title,
            "user": self.user(self.world.users.get(issue.user)),
            "labels": self.labels(repository, issue.labels),
            "state": issue.state,
            "locked": issue.locked,
            "assignee": people[0] if people else None,
            "assignees": people,
            "milestone": self.milestone(repository, milestone) if milestone else None,
            "comments": issue.comments,
            "created_at": issue.created_at,
            "updated_at": issue.updated_at,
            "closed_at": issue.closed_at,
            "author_association": issue.association,
            **(self._kind(repository, issue)),
            "active_lock_reason": issue.lock_reason,
            **(self._pull(repository, issue) if issue.pull is not None else self._summaries()),
            "body": issue.body,
            "closed_by": self.user(self.world.users.get(issue.closed_by or 0)),
            "reactions": self.reactions(url, dict(issue.reactions)),
            "timeline_url": f"{url}/timeline",
            "performed_via_github_app": None,
            "state_reason": issue.state_reason,
        }

    def issue_page(self, repository: Repository, issue: Issue) -> str:
        """Return the address a person opens."""
        kind = "pull" if issue.pull is not None else "issues"
        return f"{self.web}/{repository.full_name}/{kind}/{issue.number}"

    def _kind(self, repository: Repository, issue: Issue) -> Json:
        """Write the type, a key that only issues of organisations have."""
        if repository.owner.kind != "Organization" or issue.pull is not None:
            return {}
        kind = repository.issue_type(issue.type) if issue.type else None
        return {"type": self.issue_type(kind) if kind else None}

    def _pull(self, repository: Repository, issue: Issue) -> Json:
        page, pull = self.issue_page(repository, issue), issue.pull or {}
        urls = {"html_url": page, "diff_url": f"{page}.diff", "patch_url": f"{page}.patch"}
        url = f"{self.page(repository)}/pulls/{issue.number}"
        return {
            "draft": bool(pull.get("draft", False)),
            "pull_request": {"url": url, **urls, "merged_at": pull.get("merged_at")},
        }

    def _summaries(self) -> Json:
        counts = ("blocked_by", "total_blocked_by", "blocking", "total_blocking")
        return {
            "sub_issues_summary": {"total": 0, "completed": 0, "percent_completed": 0},
            "issue_dependencies_summary": dict.fromkeys(counts, 0),
        }

    def comment(self, repository: Repository, comment: Comment) -> Json:
        """Write a comment."""
        url = f"{self.page(repository)}/issues/comments/{comment.id}"
        issue = repository.issues[comment.number].latest
        page = self.issue_page(repository, issue) if issue else f"{self.web}/{repository.full_name}"
        return {
            "url": url,
            "html_url": f"{page}#issuecomment-{comment.id}",
            "issue_url": f"{self.page(repository)}/issues/{comment.number}",
            "id": comment.id,
            "node_id": comment.node_id,
            "user": self.user(self.world.users.get(comment.user)),
            "created_at": comment.created_at,
            "updated_at": comment.updated_at,
            "author_association": comment.association,
            "body": comment.body,
            "reactions": self.reactions(url, {}),
            "performed_via_github_app": None,
        }

    def repository(self, repository: Repository, viewer: User | None) -> Json:
        """Write a repository as the viewer sees it."""
        page, web = self.page(repository), f"{self.web}/{repository.full_name}"
        host = self.web.partition("://")[2]
        count = repository.tally_open
        return {
            "id": repository.id,
            "node_id": repository.node_id,
            "name": repository.name,
            "full_name": repository.full_name,
            "private": repository.private,
            "owner": self.user(repository.owner),
            "html_url": web,
            "description": None,
            "fork": False,
            "url": page,
            **{key: page + tail for key, tail in REPOSITORY_URLS.items()},
            "created_at": repository.created_at,
            "updated_at": repository.updated_at,
            "pushed_at": repository.updated_at,
            "git_url": f"git://{host}/{repository.full_name}.git",
            "ssh_url": f"git@{host}:{repository.full_name}.git",
            "clone_url": f"{web}.git",
            "svn_url": web,
            **dict.fromkeys(("homepage", "language", "mirror_url", "license")),
            **dict.fromkeys(("size", "stargazers_count", "watchers_count", "forks_count", "forks", "watchers"), 0),
            **dict.fromkeys(("network_count", "subscribers_count"), 0),
            "has_issues": repository.has_issues,
            **dict.fromkeys(("has_projects", "has_downloads", "has_wiki", "allow_forking"), True),
            **dict.fromkeys(("has_pages", "has_discussions", "disabled", "is_template"), False),
            "archived": repository.archived,
            "open_issues_count": count,
            "open_issues": count,
            "web_commit_signoff_required": False,
            "topics": [],
            "visibility": "private" if repository.private else "public",
            "default_branch": "main",
            **({"permissions": {role: repository.may(viewer, role) for role in reversed(ROLES)}} if viewer else {}),
        }


def encode(value: object) -> bytes:
    """Write JSON as compactly as GitHub does."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
