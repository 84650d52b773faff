from __future__ import annotations

import pytest

from sync.sandbox.github.load import load
from tests.remotes import truth
from tests.sandbox.conftest import REPOSITORY, Client

pytestmark = truth.needed
HERE = f"/repos/{REPOSITORY}"

NEWER = {"user_view_type", "sub_issues_summary", "issue_dependencies_summary", "issue_field_values", "pinned_comment"}
"""Keys that came to GitHub's answers later than some recordings, or have come since."""


def shape(value):
    """Return the keys of an answer at every depth, values left out."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items() if key not in NEWER}
    return [shape(each) for each in value[:1]] if isinstance(value, list) else None


def said(name):
    return truth.recorded("github", name)["response"]


def sent(name):
    return truth.recorded("github", name)["request"]["body"]


@pytest.mark.parametrize("name", ["issues-create-minimal", "issues-close", "issues-set-labels-patch"])
def test_an_issue_is_written_as_recorded(ask, ada, name):
    request = truth.recorded("github", name)["request"]
    ada.create(REPOSITORY, "before")
    path = f"{HERE}/issues" if request["method"] == "POST" else f"{HERE}/issues/1"
    answer, recorded = ask(request["method"], path, request["body"]), said(name)
    assert answer.status == recorded["status"]
    assert shape(answer.json) == shape(recorded["body"]) or shape(answer.json | {"closed_by": None, "labels": []}) == (
        shape(recorded["body"] | {"closed_by": None, "labels": []})
    )
    for key in ("state", "state_reason", "locked"):
        assert answer[key] == recorded["body"][key]
    for key in request["body"].keys() - {"labels", "assignees"}:
        assert answer[key] == recorded["body"][key]


def test_labels_are_made_renamed_and_refused_as_recorded(ask):
    made = ask.post(f"{HERE}/labels", **sent("labels-create"))
    renamed = ask.patch(f"{HERE}/labels/{made['name']}", **sent("labels-update-rename"))
    refused = ask.post(f"{HERE}/labels", **sent("labels-create-422-colour"))
    for answer, name in (
        (made, "labels-create"),
        (renamed, "labels-update-rename"),
        (refused, "labels-create-422-colour"),
    ):
        recorded = said(name)
        assert answer.status == recorded["status"]
        own = {"id", "node_id", "url", "documentation_url", "status"}
        assert {key: value for key, value in answer.json.items() if key not in own} == {
            key: value for key, value in recorded["body"].items() if key not in own
        }
    assert made.headers["location"].endswith("/labels/test-label")


def test_missing_labels_are_made_as_recorded(ask, ada):
    ada.create(REPOSITORY, "one")
    answer = ask.post(f"{HERE}/issues/1/labels", **sent("labels-add-to-issue-creates-missing"))
    recorded = said("labels-add-to-issue-creates-missing")["body"]
    assert [(each["name"], each["color"], each["description"]) for each in answer.json] == [
        (each["name"], each["color"], each["description"]) for each in recorded
    ]
    missing = ask.delete(f"{HERE}/issues/1/labels/nobody")
    assert (missing.status, missing["message"]) == (404, said("labels-remove-404")["body"]["message"])


def test_the_story_of_a_comment_goes_as_recorded(ask, ada, clock):
    ada.create(REPOSITORY, "one")
    made = ask.post(f"{HERE}/issues/1/comments", **sent("comments-story-1-create"))
    recorded = said("comments-story-1-create")
    assert (made.status, made["body"]) == (recorded["status"], recorded["body"]["body"])
    assert shape(made.json) == shape(recorded["body"])
    own = [each["id"] for each in ask.get(f"{HERE}/issues/1/comments", since=made["updated_at"]).json]
    assert len(own) == len(said("comments-story-3-since-equal")["body"])
    later = made["updated_at"].replace("00Z", "01Z")
    assert ask.get(f"{HERE}/issues/1/comments", since=later).json == said("comments-story-4-since-plus-1s")["body"]


def test_the_links_of_a_list_read_as_recorded(ask, ada, repository):
    for number in range(13):
        ada.create(REPOSITORY, f"issue {number}")
    for page, name in ((1, "issues-list-page1-link-to-repositories-id"), (2, "issues-list-page2")):
        request = truth.recorded("github", name)["request"]["url"]
        answer = ask.get(f"{HERE}/issues", per_page=3, **({"page": page} if page > 1 else {}))
        recorded = said(name)["headers"]["link"].replace("https://api.github.com", "http://127.0.0.1:1/github")
        number = recorded.split("/repositories/")[1].split("/")[0]
        assert "per_page=3" in request
        assert answer.headers["link"] == recorded.replace(number, str(repository.id))


def test_a_renamed_repository_redirects_as_recorded(ask, ada):
    ada.rename_repository(REPOSITORY, "renamed")
    answer, recorded = ask.get(HERE), said("repo-renamed-301")
    assert answer.status == recorded["status"]
    for key in ("message", "documentation_url"):
        assert answer[key] == recorded["body"][key]
    assert answer["url"] == answer.headers["location"]


def test_a_repository_is_written_as_recorded(ask):
    recorded = said("repo-renamed-followed")["body"]
    later = {"has_discussions", "organization"}
    owner_only = {key for key in recorded if key.startswith(("allow_", "squash_", "merge_commit", "use_squash"))}
    owner_only |= {"delete_branch_on_merge", "temp_clone_token"}
    assert set(recorded) - set(ask.get(HERE).json) - later - owner_only == set()


def test_recorded_issues_come_back_as_they_were(github, repository):
    for name in ("issues-get-2025", "issues-list-type-filter", "issues-create-full"):
        body = said(name)["body"]
        load(github.world, repository, body if isinstance(body, list) else [body])
    shown = {each["number"]: each for each in github.issues(REPOSITORY)}
    recorded = said("issues-get-2025")["body"]
    same = ("id", "node_id", "title", "body", "created_at", "updated_at", "closed_at", "state", "state_reason")
    assert {key: shown[recorded["number"]][key] for key in same} == {key: recorded[key] for key in same}
    assert Client(github).get(f"{HERE}/issues", state="all").status == 200


@pytest.mark.parametrize("name", ["issue-deleted-410", "issues-disabled-410"])
def test_quoted_errors_are_said_in_their_words(ask, ada, name):
    quoted = truth.quoted("github")[name]
    ada.create(REPOSITORY, "one")
    if "disabled" in name:
        ada.set_repository(REPOSITORY, has_issues=False)
    else:
        ada.delete(REPOSITORY, 1)
    answer = ask.get(f"{HERE}/issues/1")
    assert (answer.status, answer["message"]) == (quoted["status"], quoted["body"]["message"])
