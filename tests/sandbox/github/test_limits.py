from __future__ import annotations

import pytest

from tests.sandbox.conftest import REPOSITORY, Client

HERE = f"/repos/{REPOSITORY}"
ISSUES = f"{HERE}/issues"
ONE = f"{ISSUES}/1"


@pytest.fixture(autouse=True)
def one(ada):
    ada.create(REPOSITORY, "one")


def again(ask, said, path, **query):
    return ask("GET", path, headers={"if-none-match": said.headers["etag"]}, **query)


def remaining(said):
    return int(said.headers["x-ratelimit-remaining"])


# --- conditional requests


@pytest.mark.parametrize("path", [HERE, ISSUES, ONE, f"{ONE}/comments", f"{HERE}/labels", "/user"])
def test_what_has_not_changed_is_a_304_and_free(ask, path):
    first = ask.get(path)
    assert first.headers["etag"].startswith('W/"')
    second = again(ask, first, path)
    assert (second.status, second.json) == (304, None)
    assert remaining(second) == remaining(first)


def test_a_change_makes_a_new_tag(ask, ada, clock):
    first = ask.get(ISSUES)
    ada.edit(REPOSITORY, 1, title="two")
    assert again(ask, first, ISSUES).status == 200


def test_a_tag_belongs_to_one_token_and_one_address(ask, reader):
    first = ask.get(ISSUES)
    assert again(reader, first, ISSUES).status == 200
    assert again(ask, first, ISSUES, per_page=30).status == 200


def test_a_304_without_a_token_is_not_free(github):
    anybody = Client(github, None)
    first = anybody.get(ONE)
    second = again(anybody, first, ONE)
    assert second.status == 304
    assert remaining(second) == remaining(first) - 1


def test_only_single_things_have_a_last_modified(ask):
    assert ask.get(ONE).headers["last-modified"] == "Mon, 23 Nov 2026 12:00:00 GMT"
    assert "last-modified" not in ask.get(ISSUES).headers


# --- the hourly limit


@pytest.mark.parametrize("status", [403, 429])
def test_the_hour_ends_with_a_refusal_and_begins_anew(ask, github, clock, status):
    github.faults.switch("requests_per_hour", 3)
    github.faults.switch("limit_status", status)
    said = [ask.get(ONE) for _ in range(4)]
    assert [each.status for each in said] == [200, 200, 200, status]
    assert [remaining(each) for each in said] == [2, 1, 0, 0]
    assert said[-1]["message"].startswith("API rate limit exceeded for user ID")
    reset = int(said[-1].headers["x-ratelimit-reset"])
    assert 3600 <= reset - clock.now().timestamp() <= 3601
    clock.advance(3601)
    assert ask.get(ONE).status == 200


def test_asking_for_the_limit_costs_nothing(ask, github):
    github.faults.switch("requests_per_hour", 1)
    ask.get(ONE)
    assert [ask.get("/rate_limit")["resources"]["core"]["used"] for _ in range(3)] == [1, 1, 1]


def test_all_tokens_of_a_user_share_one_limit(ask, github):
    github.grant("another", "tandem-bot")
    assert remaining(Client(github, "another").get(ONE)) == remaining(ask.get(ONE)) + 1


def test_without_a_limit_there_are_no_headers(ask, github):
    for name in ("requests_per_hour", "points_per_minute", "creates_per_minute", "creates_per_hour"):
        github.faults.switch(name, 0)
    assert not [name for name in ask.get(ONE).headers if name.startswith("x-ratelimit")]
    assert {ask.post(ISSUES, title="x").status for _ in range(600)} == {201}


# --- the secondary limits


def test_points_run_out_within_a_minute_five_for_a_write(ask, github, clock):
    github.faults.switch("points_per_minute", 12)
    assert [ask.patch(ONE, title=title).status for title in "ab"] == [200, 200]
    assert [ask.get(ONE).status for _ in range(3)] == [200, 200, 403]
    refused = ask.patch(ONE, title="c")
    assert refused["message"].startswith("You have exceeded a secondary rate limit. Please wait")
    assert int(refused.headers["retry-after"]) == 60
    assert remaining(refused) > 0
    clock.advance(61)
    assert ask.get(ONE).status == 200


def test_a_refusal_may_come_without_retry_after(ask, github):
    github.faults.switch("points_per_minute", 1)
    github.faults.switch("retry_after", value=False)
    refused = [ask.get(ONE) for _ in range(2)][-1]
    assert refused.status == 403
    assert "retry-after" not in refused.headers


@pytest.mark.parametrize(("switch", "seconds"), [("creates_per_minute", 60), ("creates_per_hour", 3600)])
def test_content_is_created_only_so_fast(ask, github, clock, switch, seconds):
    github.faults.switch(switch, 2)
    assert [ask.post(ISSUES, title=title).status for title in "ab"] == [201, 201]
    refused = ask.post(f"{ONE}/comments", body="c")
    assert refused.status == 403
    assert "temporarily blocked from content creation" in refused["message"]
    assert ask.patch(ONE, title="still allowed").status == 200
    clock.advance(seconds + 1)
    assert ask.post(f"{ONE}/comments", body="c").status == 201
