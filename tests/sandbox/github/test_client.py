"""PyGithub, as it is, against the simulator over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import github as pygithub
import pytest
import requests

from tests.sandbox.conftest import REPOSITORY


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def client(sandbox):
    client = pygithub.Github(
        auth=pygithub.Auth.Token("sandbox-github"),
        base_url=sandbox.github_url,
        lazy=True,
        retry=None,
        per_page=100,
        timeout=5,
        seconds_between_requests=None,
        seconds_between_writes=None,
        api_version="2022-11-28",
    )
    with client:
        yield client


@pytest.fixture
def place(client):
    return client.get_repo(REPOSITORY)


def test_it_reads_its_user_its_repository_and_its_limits(client, place):
    assert client.get_user().login == "tandem-bot"
    assert place.permissions.push is True
    assert place.owner.login == "acme"
    assert client.get_rate_limit().rate.limit == 5000


def test_it_creates_edits_and_closes(place):
    milestone = place.create_milestone("1.0", due_on=datetime(2026, 12, 1, tzinfo=UTC).date())
    made = place.create_issue("title", "a\r\nb", labels=["bug"], assignees=["ada"], milestone=milestone)
    assert (made.number, made.body, [label.name for label in made.labels]) == (1, "a\r\nb", ["bug"])
    made.edit(state="closed", state_reason="not_planned", labels=[])
    again = place.get_issue(1)
    assert (again.state, again.state_reason, again.closed_by.login) == ("closed", "not_planned", "tandem-bot")
    assert again.milestone.closed_issues == 1
    assert again.updated_at.tzinfo is not None


def test_it_follows_links_through_every_page(sandbox, place):
    ada = sandbox.github.person("ada")
    for number in range(250):
        ada.create(REPOSITORY, f"issue {number}")
    found = [issue.title for issue in place.get_issues(state="all", sort="created", direction="asc")]
    assert found == [f"issue {number}" for number in range(250)]
    sandbox.github.faults.switch("cursor_links", value=True)
    assert [issue.title for issue in place.get_issues(state="all", sort="created", direction="asc")] == found


def test_it_works_with_labels_comments_and_assignees(place):
    issue = place.create_issue("title")
    issue.add_to_labels("ui", "bug")
    issue.remove_from_labels("ui")
    issue.add_to_assignees("ada")
    comment = issue.create_comment("text")
    comment.edit("other text")
    issue.lock("resolved")
    again = place.get_issue(issue.number)
    assert [label.name for label in again.get_labels()] == ["bug"]
    assert [user.login for user in again.assignees] == ["ada"]
    assert [each.body for each in again.get_comments()] == ["other text"]
    assert [each.body for each in place.get_issues_comments(sort="updated", direction="asc")] == ["other text"]
    assert again.locked is True
    assert place.has_in_assignees("ada") is True
    assert place.get_label("BUG").color == "ededed"
    comment.delete()
    issue.unlock()


def test_the_raw_door_carries_tags(client, sandbox, place):
    place.create_issue("title")
    path = f"/repositories/{sandbox.github.world.repository(REPOSITORY).id}/issues"
    status, headers, text = client.requester.requestJson("GET", path, parameters={"state": "all"})
    assert (status, [each["number"] for each in json.loads(text)]) == (200, [1])
    status, _, text = client.requester.requestJson(
        "GET",
        path,
        parameters={"state": "all"},
        headers={"If-None-Match": headers["etag"]},
    )
    assert (status, text) == (304, "")


def test_it_raises_what_it_raises_for_github(client, sandbox, place):
    with pytest.raises(pygithub.UnknownObjectException):
        place.get_issue(99).complete()
    with pytest.raises(pygithub.GithubException) as refused:
        place.create_issue("x" * 300)
    assert refused.value.data["errors"][0]["field"] == "title"
    sandbox.github.faults.switch("points_per_minute", 1)
    with pytest.raises(pygithub.RateLimitExceededException):
        [place.get_issue(1).complete() for _ in range(3)]
    sandbox.github.world.revoke_token("sandbox-github")
    with pytest.raises(pygithub.BadCredentialsException):
        client.get_user().complete()


def test_a_write_to_a_renamed_repository_is_lost_in_silence(client, sandbox, place):
    sandbox.github.person("ada").rename_repository(REPOSITORY, "renamed")
    status, headers, _ = client.requester.requestJson("POST", f"/repos/{REPOSITORY}/issues", input={"title": "lost"})
    assert (status, "/repositories/" in headers["location"]) == (307, True)
    assert sandbox.github.issues("acme/renamed") == []
    assert place.create_issue("lost").number is None


def test_a_transferred_issue_is_followed_in_silence(sandbox, place):
    ada = sandbox.github.person("ada")
    sandbox.github.add_repository("acme/web", access={"ada": "push"})
    ada.create("acme/web", "first there")
    ada.create(REPOSITORY, "moves")
    ada.transfer(REPOSITORY, 1, "acme/web")
    assert place.get_issue(1).title == "moves"


def test_a_lost_answer_leaves_the_issue_behind(sandbox, place):
    sandbox.fronts["github"].faults.arm("drop_after", method="POST")
    with pytest.raises(requests.exceptions.ConnectionError):
        place.create_issue("once")
    assert [issue["title"] for issue in sandbox.github.issues(REPOSITORY)] == ["once"]
