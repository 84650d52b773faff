from __future__ import annotations

import pytest

from tests.sandbox.conftest import REPOSITORY, Client

HERE = f"/repos/{REPOSITORY}"
ISSUES = f"{HERE}/issues"
ONE = f"{ISSUES}/1"


@pytest.fixture(autouse=True)
def one(ada):
    ada.create(REPOSITORY, "one", labels=["bug"])


# --- who asks


def test_a_wrong_token_is_told_so(github):
    said = Client(github, "nothing").get("/user")
    assert (said.status, said["message"]) == (401, "Bad credentials")


@pytest.mark.parametrize("kind", ["token", "Bearer", "bearer"])
def test_a_token_comes_in_two_spellings(github, kind):
    asked = Client(github, None)("GET", "/user", headers={"authorization": f"{kind} sandbox-github"})
    assert asked["login"] == "tandem-bot"


def test_without_a_token_what_is_public_can_be_read(github):
    anybody = Client(github, None)
    assert anybody.get(ONE).status == 200
    assert anybody.post(ISSUES, title="two").status == 401
    assert anybody.get("/user").status == 401
    assert anybody.get("/rate_limit")["rate"]["limit"] == 60


def test_a_private_repository_hides_from_strangers(ask, github, ada):
    ada.set_repository(REPOSITORY, private=True)
    github.grant("of-a-stranger", "stranger")
    assert Client(github, "of-a-stranger").get(HERE).status == 404
    assert Client(github, None).get(ONE).status == 404
    assert ask.get(HERE)["visibility"] == "private"


def test_a_token_can_reach_less_than_its_user(github):
    for reach, read, write in (("read", 200, 403), ("none", 403, 403)):
        github.grant("narrow", "ada", issues=reach)
        narrow = Client(github, "narrow")
        assert (narrow.get(ONE).status, narrow.patch(ONE, title="x").status) == (read, write)
        assert narrow.patch(ONE, title="x")["message"] == "Resource not accessible by personal access token"


def test_a_revoked_token_is_worthless(ask, github):
    github.world.revoke_token("sandbox-github")
    assert ask.get(ONE).status == 401


# --- without push


def test_without_push_what_is_privileged_is_dropped_without_a_word(reader):
    made = reader.post(ISSUES, title="two", body="b", labels=["bug"], assignees=["ada"], milestone=99, type="Bug")
    assert (made.status, made["labels"], made["assignees"], made["milestone"]) == (201, [], [], None)
    after = reader.patch(f"{ISSUES}/2", title="mine", labels=["bug"], assignees=["nobody"])
    assert (after.status, after["title"], after["labels"], after["assignees"]) == (200, "mine", [], [])


def test_without_push_others_issues_are_not_ones_own(reader):
    assert reader.patch(ONE, title="x").status == 403
    assert reader.post(f"{ONE}/labels", labels=["x"]).status == 403
    assert reader.post(f"{HERE}/labels", name="x").status == 403
    assert reader.put(f"{ONE}/lock").status == 403
    assert reader.post(f"{ONE}/assignees", assignees=["ada"])["assignees"] == []


def test_permission_can_be_revoked_and_given_back(ask, ada):
    ada.allow(REPOSITORY, "tandem-bot", "none")
    assert ask.patch(ONE, labels=["x"]).status == 403
    assert ask.get(HERE)["permissions"]["push"] is False
    ada.allow(REPOSITORY, "tandem-bot", "triage")
    assert ask.patch(ONE, labels=["x"]).status == 200
    assert ask.post(f"{HERE}/labels", name="y").status == 403


def test_comments_are_their_authors(reader, ada):
    comment = ada.comment(REPOSITORY, 1, "text")["id"]
    assert reader.patch(f"{ISSUES}/comments/{comment}", body="x").status == 403
    own = reader.post(f"{ONE}/comments", body="mine")["id"]
    assert reader.patch(f"{ISSUES}/comments/{own}", body="still mine").status == 200


def test_a_locked_issue_takes_comments_from_those_who_push(ask, reader):
    assert ask.put(f"{ONE}/lock", lock_reason="too heated").status == 204
    assert (ask.get(ONE)["locked"], ask.get(ONE)["active_lock_reason"]) == (True, "too heated")
    said = reader.post(f"{ONE}/comments", body="x")
    assert (said.status, said["message"]) == (403, "Unable to create comment because issue is locked.")
    assert ask.post(f"{ONE}/comments", body="x").status == 201
    assert ask.put(f"{ONE}/lock", lock_reason="bored").status == 422
    assert ask.delete(f"{ONE}/lock").status == 204
    assert reader.post(f"{ONE}/comments", body="x").status == 201


# --- what was moved, closed or taken away


def test_a_renamed_repository_redirects_reads_by_301_and_writes_by_307(ask, ada, repository):
    ada.rename_repository(REPOSITORY, "renamed")
    read = ask.get(ISSUES, state="all", per_page=5)
    base = f"http://127.0.0.1:1/github/repositories/{repository.id}"
    assert (read.status, read.headers["location"]) == (301, f"{base}/issues?state=all&per_page=5")
    assert (read["message"], read["url"]) == ("Moved Permanently", read.headers["location"])
    assert "etag" not in read.headers
    write = ask.post(ISSUES, title="lost")
    assert (write.status, write.headers["location"]) == (307, f"{base}/issues")
    assert len(ask.get(f"/repositories/{repository.id}/issues").json) == 1
    assert ask.get(f"/repositories/{repository.id}")["full_name"] == "acme/renamed"
    assert ask.get("/repos/acme/renamed/issues/1")["url"].endswith("/repos/acme/renamed/issues/1")


def test_a_repository_given_away_redirects_too(ask, ada, repository):
    ada.rename_repository(REPOSITORY, "api", owner="other")
    assert ask.get(HERE).headers["location"].endswith(f"/repositories/{repository.id}")
    assert ask.get("/repos/other/api")["owner"]["login"] == "other"


def test_a_name_given_again_belongs_to_the_new_repository(ask, ada, github):
    ada.rename_repository(REPOSITORY, "renamed")
    github.add_repository(REPOSITORY)
    assert ask.get(ISSUES).json == []


def test_a_transferred_issue_redirects_and_what_lies_below_it_does_not(ask, ada, github):
    target = github.add_repository("acme/web", access={"ada": "push"})
    ada.create_label("acme/web", "BUG")
    ada.label(REPOSITORY, 1, "only here")
    ada.comment(REPOSITORY, 1, "goes along")
    before = ask.get(ONE)
    arrived = ada.transfer(REPOSITORY, 1, "acme/web")
    assert arrived["id"] != before["id"]
    assert [label["name"] for label in arrived["labels"]] == ["BUG"]
    assert [each["body"] for each in ask.get("/repos/acme/web/issues/1/comments").json] == ["goes along"]
    said = ask.get(ONE)
    assert (said.status, said.headers["location"].endswith(f"/repositories/{target.id}/issues/1")) == (301, True)
    assert ask.patch(ONE, title="x").status == 307
    assert ask.get(f"{ONE}/comments").status == 404
    assert ask.get(ISSUES, state="all").json == []


def test_a_transfer_to_where_one_sees_nothing_is_not_found(ask, ada, github):
    hidden = github.add_repository("acme/secret", private=True)
    hidden.access.clear()
    ada.transfer(REPOSITORY, 1, "acme/secret")
    assert ask.get(ONE).status == 404


def test_a_deleted_issue_is_gone_and_its_number_is_never_given_again(ask, ada):
    ada.delete(REPOSITORY, 1)
    for said in (ask.get(ONE), ask.patch(ONE, title="x"), ask.get(f"{ONE}/comments")):
        assert (said.status, said["message"]) == (410, "This issue was deleted")
    assert ask.post(ISSUES, title="next")["number"] == 2
    assert ask.get(f"{ISSUES}/99").status == 404


def test_disabled_issues_are_gone_in_other_words(ask, ada):
    ada.set_repository(REPOSITORY, has_issues=False)
    for said in (ask.get(ISSUES), ask.get(ONE), ask.post(ISSUES, title="x"), ask.get(f"{ISSUES}/comments")):
        assert (said.status, said["message"]) == (410, "Issues are disabled for this repo")
    assert ask.get(HERE)["has_issues"] is False


def test_an_archived_repository_can_only_be_read(ask, ada):
    ada.set_repository(REPOSITORY, archived=True)
    said = ask.patch(ONE, title="x")
    assert (said.status, said["message"]) == (403, "Repository was archived so is read-only.")
    assert ask.get(ONE).status == 200
    assert ask.get(HERE)["archived"] is True


# --- people


def test_people_work_on_issues_as_they_do_in_the_web(ask, ada):
    ada.edit(REPOSITORY, 1, title="two", body="a\nb")
    ada.label(REPOSITORY, 1, "ui")
    ada.unlabel(REPOSITORY, 1, "BUG")
    ada.assign(REPOSITORY, 1, "grace")
    ada.unassign(REPOSITORY, 1, "grace")
    ada.assign(REPOSITORY, 1, "ada")
    ada.close(REPOSITORY, 1, "duplicate")
    ada.lock(REPOSITORY, 1, "spam")
    comment = ada.comment(REPOSITORY, 1, "c\nd")["id"]
    ada.edit_comment(REPOSITORY, comment, "e\nf")
    issue = ask.get(ONE)
    assert (issue["title"], issue["body"], issue["closed_by"]["login"]) == ("two", "a\r\nb", "ada")
    assert [label["name"] for label in issue["labels"]] == ["ui"]
    assert [user["login"] for user in issue["assignees"]] == ["ada"]
    assert (issue["state_reason"], issue["active_lock_reason"]) == ("duplicate", "spam")
    assert ask.get(f"{ISSUES}/comments/{comment}")["body"] == "e\r\nf"
    ada.delete_comment(REPOSITORY, comment)
    ada.unlock(REPOSITORY, 1)
    ada.rename_label(REPOSITORY, "ui", "UX")
    assert ada.reopen(REPOSITORY, 1)["state_reason"] == "reopened"
    assert ask.get(f"{ONE}/labels").json[0]["name"] == "UX"
