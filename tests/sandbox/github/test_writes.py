from __future__ import annotations

import pytest

from tests.sandbox.conftest import REPOSITORY

HERE = f"/repos/{REPOSITORY}"
ISSUES = f"{HERE}/issues"
ONE = f"{ISSUES}/1"


@pytest.fixture(autouse=True)
def one(ada, clock):
    ada.create(REPOSITORY, "one")
    clock.advance(10)


def names(said):
    return [label["name"] for label in said["labels"]]


# --- texts


def test_a_title_is_not_trimmed(ask):
    assert ask.post(ISSUES, title="  this is a test\n")["title"] == "  this is a test\n"


def test_a_title_may_be_a_number(ask):
    assert ask.patch(ONE, title=7)["title"] == "7"


@pytest.mark.parametrize("body", ["a\r\nb", "a\nb", "a\rb", "tab\tand 🌙 and \u202eright to left", ""])
def test_a_body_is_kept_to_the_byte(ask, body):
    assert ask.patch(ONE, body=body)["body"] == body
    assert ask.get(ONE)["body"] == body


def test_the_web_editor_writes_crlf_and_that_is_an_edit(ask, ada, clock):
    before = ask.patch(ONE, body="a\nb")["updated_at"]
    clock.advance(5)
    after = ada.edit(REPOSITORY, 1, body="a\nb")
    assert after["body"] == "a\r\nb"
    assert after["updated_at"] > before


def test_the_web_editor_can_be_told_to_leave_line_ends_alone(ada, github):
    github.faults.switch("web_editor_crlf", False)
    assert ada.edit(REPOSITORY, 1, body="a\nb")["body"] == "a\nb"


def test_titles_bodies_and_labels_have_limits(ask):
    assert ask.patch(ONE, title="x" * 256, body="y" * 65_536).status == 200
    long_title = ask.patch(ONE, title="x" * 257)
    assert long_title["errors"] == [
        {
            "resource": "Issue",
            "field": "title",
            "code": "custom",
            "message": "title is too long (maximum is 256 characters)",
        },
    ]
    long_body = ask.patch(ONE, body="y" * 65_537)
    assert long_body["errors"][0]["message"] == "body is too long (maximum is 65536 characters)"
    assert ask.get(ONE)["title"] == "x" * 256
    long_label = ask.patch(ONE, labels=["z" * 51])
    assert long_label["errors"] == [{"value": "z" * 51, "resource": "Label", "field": "name", "code": "invalid"}]
    assert (long_title.status, long_body.status, long_label.status) == (422, 422, 422)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 422),
        ({"title": ""}, 422),
        ({"title": ["a"]}, 422),
        ({"title": "a", "milestone": {"number": 1}}, 422),
        ({"title": "a", "labels": "bug"}, 422),
        ({"title": "a", "assignees": "ada"}, 422),
        ({"title": "a", "body": 5}, 422),
        (b"{", 400),
        (b"[]", 400),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_and_nothing_is_made(ask, sent, status):
    assert ask("POST", ISSUES, sent).status == status
    assert len(ask.get(ISSUES).json) == 1


# --- labels


def test_unknown_labels_are_made_grey(ask):
    made = ask.post(ISSUES, title="two", labels=["Foo", "bAr", {"name": "baZ"}])
    assert [(label["name"], label["color"]) for label in made["labels"]] == [
        ("Foo", "ededed"),
        ("bAr", "ededed"),
        ("baZ", "ededed"),
    ]


def test_labels_match_in_any_case_and_keep_the_first_spelling(ask):
    ask.patch(ONE, labels=["Bug"])
    assert names(ask.patch(ONE, labels=["bUG", "BUG"])) == ["Bug"]
    again = ask.post(f"{HERE}/labels", name="BUG", color="ffffff")
    assert (again.status, again["errors"][0]["code"]) == (422, "already_exists")
    assert ask.get(f"{HERE}/labels/bug")["name"] == "Bug"


def test_a_refused_write_makes_no_label(ask):
    assert ask.patch(ONE, labels=["new"], milestone=99).status == 422
    assert ask.get(f"{HERE}/labels").json == []


def test_labels_are_added_replaced_and_removed(ask):
    assert [label["name"] for label in ask.post(f"{ONE}/labels", labels=["a", "b"]).json] == ["a", "b"]
    assert [label["name"] for label in ask("POST", f"{ONE}/labels", ["c"]).json] == ["a", "b", "c"]
    assert [label["name"] for label in ask.delete(f"{ONE}/labels/B").json] == ["a", "c"]
    missing = ask.delete(f"{ONE}/labels/b")
    assert (missing.status, missing["message"]) == (404, "Label does not exist")
    assert [label["name"] for label in ask.put(f"{ONE}/labels", labels=["d"]).json] == ["d"]
    assert ask.delete(f"{ONE}/labels").status == 204
    assert names(ask.get(ONE)) == []


def test_a_label_with_a_slash_is_found_by_its_escaped_name(ask):
    ask.post(f"{ONE}/labels", labels=["a/b ü"])
    assert ask.delete(f"{ONE}/labels/a%2Fb%20%C3%BC").json == []


def test_an_issue_has_at_most_a_hundred_labels(ask):
    assert ask.patch(ONE, labels=[str(number) for number in range(100)]).status == 200
    assert ask.post(f"{ONE}/labels", labels=["one more"]).status == 422
    assert ask.patch(ONE, labels=[str(number) for number in range(101)]).status == 422


def test_renaming_or_deleting_a_label_shows_at_once_and_bumps_nothing(ask, ada, clock):
    before = ask.patch(ONE, labels=["old", "other"])["updated_at"]
    clock.advance(5)
    assert ask.patch(f"{HERE}/labels/OLD", new_name="new", color="BADA55")["color"] == "BADA55"
    assert names(ask.get(ONE)) == ["new", "other"]
    ada.delete_label(REPOSITORY, "other")
    assert names(ask.get(ONE)) == ["new"]
    assert ask.get(ONE)["updated_at"] == before


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"name": "x", "color": "invalid"}, "invalid"),
        ({"name": "x" * 51}, "custom"),
        ({"name": "x", "description": "y" * 101}, "custom"),
    ],
)
def test_a_label_that_breaks_a_rule_is_refused(ask, sent, code):
    said = ask.post(f"{HERE}/labels", **sent)
    assert (said.status, said["errors"][0]["code"]) == (422, code)


# --- assignees and milestones


def test_a_login_that_cannot_be_assigned_refuses_the_whole_write(ask):
    said = ask.patch(ONE, title="changed", assignees=["ada", "MridulS"])
    assert said.status == 422
    assert said["errors"] == [{"value": "MridulS", "resource": "Issue", "field": "assignees", "code": "invalid"}]
    assert ask.get(ONE)["title"] == "one"
    assert ask.get(f"{HERE}/assignees/mriduls").status == 404
    assert ask.get(f"{HERE}/assignees/ADA").status == 204


def test_assignees_are_replaced_added_and_removed(ask):
    assert [user["login"] for user in ask.patch(ONE, assignees=["Ada"])["assignees"]] == ["ada"]
    added = ask.post(f"{ONE}/assignees", assignees=["grace", "ada"])
    assert [user["login"] for user in added["assignees"]] == ["ada", "grace"]
    assert added["assignee"]["login"] == "ada"
    assert [user["login"] for user in ask.delete(f"{ONE}/assignees", assignees=["ada"])["assignees"]] == ["grace"]
    assert ask.patch(ONE, assignees=[])["assignee"] is None


@pytest.mark.parametrize("refused", [True, False])
def test_more_than_ten_assignees_are_refused_or_cut(ask, github, ada, refused):
    github.faults.switch("assignees_over_limit_refused", refused)
    crowd = [f"user-{number}" for number in range(11)]
    for login in crowd:
        ada.allow(REPOSITORY, login, "triage")
    assert ask.patch(ONE, assignees=crowd).status == (422 if refused else 200)
    assert len(ask.get(ONE)["assignees"]) == (0 if refused else 10)


def test_a_milestone_is_named_by_number_and_counts_its_issues(ask, ada):
    number = ada.create_milestone(REPOSITORY, "1.0")["number"]
    assert ask.patch(ONE, milestone=number)["milestone"]["open_issues"] == 1
    closed = ask.patch(ONE, state="closed")["milestone"]
    assert (closed["open_issues"], closed["closed_issues"]) == (0, 1)
    unknown = ask.patch(ONE, milestone="1.0")
    assert unknown["errors"] == [{"value": "1.0", "resource": "Issue", "field": "milestone", "code": "invalid"}]
    assert ask.patch(ONE, milestone=None)["milestone"] is None
    assert ask.get(f"{HERE}/milestones/{number}")["closed_issues"] == 0


def test_an_empty_milestone_clears_it_or_is_refused(ask, github, ada):
    ada.edit(REPOSITORY, 1, milestone=ada.create_milestone(REPOSITORY, "1.0")["number"])
    github.faults.switch("empty_milestone_clears", value=False)
    assert ask.patch(ONE, milestone="").status == 422
    github.faults.switch("empty_milestone_clears", value=True)
    assert ask.patch(ONE, milestone="")["milestone"] is None


def test_titles_of_milestones_are_unique(ask):
    assert ask.post(f"{HERE}/milestones", title="1.0").status == 201
    assert ask.post(f"{HERE}/milestones", title="1.0")["errors"][0]["code"] == "already_exists"


def test_a_type_is_set_by_name_on_issues_of_organisations_only(ask, github, ada):
    github.add_repository("acme-org/web", types=["Bug"], access={"ada": "push"})
    ada.create("acme-org/web", "a")
    issue = "/repos/acme-org/web/issues/1"
    assert ask.patch(issue, type="bug")["type"]["name"] == "Bug"
    assert ask.patch(issue, type="Story").status == 422
    assert ask.patch(issue, type=None)["type"] is None
    assert "type" not in ask.get(ONE).json


# --- state


@pytest.mark.parametrize("reason", ["completed", "not_planned", "duplicate"])
def test_closing_takes_a_reason_and_reopening_has_its_own(ask, reason):
    closed = ask.patch(ONE, state="closed", state_reason=reason)
    assert (closed["state"], closed["state_reason"]) == ("closed", reason)
    assert closed["closed_at"] == closed["updated_at"] == "2026-11-23T12:00:10Z"
    assert closed["closed_by"]["login"] == "tandem-bot"
    opened = ask.patch(ONE, state="open")
    assert (opened["state"], opened["state_reason"], opened["closed_at"]) == ("open", "reopened", None)


def test_closing_without_a_reason_is_completed(ask):
    assert ask.patch(ONE, state="closed")["state_reason"] == "completed"


def test_a_reason_is_ignored_unless_the_state_changes(ask, clock):
    before = ask.patch(ONE, state="closed", state_reason="completed")
    clock.advance(5)
    for sent in ({"state_reason": "not_planned"}, {"state": "closed", "state_reason": "not_planned"}):
        after = ask.patch(ONE, **sent)
        assert (after.status, after.json) == (200, before.json)


def test_a_switch_lets_the_reason_of_a_closed_issue_change(ask, github):
    ask.patch(ONE, state="closed")
    github.faults.switch("reason_of_closed_changes", value=True)
    assert ask.patch(ONE, state_reason="not_planned")["state_reason"] == "completed"
    assert ask.patch(ONE, state="closed", state_reason="not_planned")["state_reason"] == "not_planned"


@pytest.mark.parametrize("sent", [{"state": "shut"}, {"state": "closed", "state_reason": "bored"}])
def test_a_state_or_reason_that_does_not_exist_is_refused(ask, sent):
    assert ask.patch(ONE, **sent).status == 422


def test_a_pull_request_closes_without_a_reason(ask, ada):
    ada.create_pull(REPOSITORY, "pull")
    assert ask.patch(f"{ISSUES}/2", state="closed", state_reason="completed")["state_reason"] is None


# --- what bumps updated_at


def bumped(ask, clock, write):
    before = ask.get(ONE)["updated_at"]
    clock.advance(5)
    said = write()
    assert said is None or getattr(said, "status", 200) < 300
    return ask.get(ONE)["updated_at"] != before


@pytest.mark.parametrize(
    "sent",
    [
        {"title": "t"},
        {"body": "b"},
        {"state": "closed"},
        {"labels": ["l"]},
        {"assignees": ["ada"]},
        {"milestone": 1},
    ],
)
def test_an_edit_bumps_the_time_in_whole_seconds(ask, ada, clock, sent):
    ada.create_milestone(REPOSITORY, "1.0")
    assert bumped(ask, clock, lambda: ask.patch(ONE, **sent))
    assert ask.get(ONE)["updated_at"] == "2026-11-23T12:00:15Z"


def test_two_edits_within_a_second_share_their_time(ask, clock):
    first = ask.patch(ONE, title="a")["updated_at"]
    clock.advance(0.5)
    assert ask.patch(ONE, title="b")["updated_at"] == first


@pytest.mark.parametrize("sent", [{}, {"title": "one"}, {"state": "open"}, {"labels": []}])
def test_a_patch_that_changes_nothing_bumps_nothing(ask, clock, github, sent):
    assert not bumped(ask, clock, lambda: ask.patch(ONE, **sent))
    github.faults.switch("empty_patch_bumps", value=True)
    assert bumped(ask, clock, lambda: ask.patch(ONE, **sent))


def test_a_comment_bumps_and_deleting_one_does_not(ask, ada, clock):
    assert bumped(ask, clock, lambda: ask.post(f"{ONE}/comments", body="text"))
    comment = ask.get(f"{ONE}/comments").json[0]["id"]
    assert ask.get(ONE)["comments"] == 1
    assert not bumped(ask, clock, lambda: ask.delete(f"{ISSUES}/comments/{comment}"))
    assert ask.get(ONE)["comments"] == 0


@pytest.mark.parametrize("switch", ["comment_edit_bumps", "lock_bumps"])
def test_what_is_not_known_to_bump_is_a_switch(ask, ada, github, clock, switch):
    comment = ada.comment(REPOSITORY, 1, "text")["id"]
    texts = iter("abc")

    def write():
        if switch == "lock_bumps":
            return ask.put(f"{ONE}/lock") if not ask.get(ONE)["locked"] else ask.delete(f"{ONE}/lock")
        return ask.patch(f"{ISSUES}/comments/{comment}", body=next(texts))

    assert not bumped(ask, clock, write)
    github.faults.switch(switch, value=True)
    assert bumped(ask, clock, write)


def test_labels_can_be_switched_not_to_bump(ask, github, clock):
    github.faults.switch("labels_bump", value=False)
    assert not bumped(ask, clock, lambda: ask.patch(ONE, labels=["l"]))


# --- comments


def test_comments_are_listed_oldest_first_and_by_since(ask, clock):
    for text in ("first", "second"):
        ask.post(f"{ONE}/comments", body=text)
        clock.advance(60)
    assert [each["body"] for each in ask.get(f"{ONE}/comments").json] == ["first", "second"]
    assert [each["body"] for each in ask.get(f"{ONE}/comments", since="2026-11-23T12:01:10Z").json] == ["second"]
    backwards = ask.get(f"{ISSUES}/comments", sort="created", direction="desc")
    assert [each["body"] for each in backwards.json] == ["second", "first"]
    ignored = ask.get(f"{ISSUES}/comments", direction="desc")
    assert [each["body"] for each in ignored.json] == ["first", "second"]


def test_editing_a_comment_moves_its_own_time(ask, clock):
    made = ask.post(f"{ONE}/comments", body="text")
    clock.advance(60)
    after = ask.patch(f"{ISSUES}/comments/{made['id']}", body="other\ntext")
    assert (after["body"], after["created_at"], after["updated_at"]) == (
        "other\ntext",
        "2026-11-23T12:00:10Z",
        "2026-11-23T12:01:10Z",
    )


def test_a_comment_has_a_limit_in_a_shape_of_its_own(ask):
    said = ask.post(f"{ONE}/comments", body="x" * 65_537)
    assert said["errors"] == [
        {
            "resource": "IssueComment",
            "code": "unprocessable",
            "field": "data",
            "message": "Body is too long (maximum is 65536 characters)",
        },
    ]
    assert ask.post(f"{ONE}/comments").status == 422
    assert ask.post(f"{ONE}/comments", body=" ").status == 422


def test_a_deleted_comment_is_not_found(ask):
    made = ask.post(f"{ONE}/comments", body="text")["id"]
    assert ask.delete(f"{ISSUES}/comments/{made}").status == 204
    assert ask.get(f"{ISSUES}/comments/{made}").status == 404
    assert ask.delete(f"{ISSUES}/comments/{made}").status == 404
