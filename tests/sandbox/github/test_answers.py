from __future__ import annotations

import time

import pytest

from sync.sandbox.exchange import Request
from sync.sandbox.github import TOKEN
from sync.sandbox.github.render import REACTIONS
from sync.sandbox.github.routes import ELSEWHERE, OF_A_REPOSITORY
from tests.remotes import truth
from tests.sandbox.conftest import JUDGED, REPOSITORY, Client

HERE = f"/repos/{REPOSITORY}"


@pytest.fixture(scope="module")
def real():
    tool = truth.tool("issues_real")
    return tool, tool.rows(truth.FOLDER / "github-issues-real.jsonl.gz")


def every_route(ask, ada):
    """Ask each route of the table once, with success."""
    ada.create(REPOSITORY, "first", labels=["bug"])
    comment = ada.comment(REPOSITORY, 1, "hello")["id"]
    milestone = ada.create_milestone(REPOSITORY, "1.0")["number"]
    issue = f"{HERE}/issues/1"
    yield ask.get(HERE)
    yield ask.get(f"{HERE}/issues")
    yield ask.post(f"{HERE}/issues", title="second", body="b", labels=["new"], assignees=["ada"], milestone=milestone)
    yield ask.get(f"{HERE}/issues/comments")
    yield ask.get(f"{HERE}/issues/comments/{comment}")
    yield ask.patch(f"{HERE}/issues/comments/{comment}", body="hello again")
    yield ask.delete(f"{HERE}/issues/comments/{comment}")
    yield ask.get(issue)
    yield ask.patch(issue, state="closed", state_reason="not_planned")
    yield ask.put(f"{issue}/lock", lock_reason="resolved")
    yield ask.delete(f"{issue}/lock")
    yield ask.post(f"{issue}/assignees", assignees=["ada"])
    yield ask.delete(f"{issue}/assignees", assignees=["ada"])
    yield ask.get(f"{issue}/comments")
    yield ask.post(f"{issue}/comments", body="text")
    yield ask.get(f"{issue}/labels")
    yield ask.post(f"{issue}/labels", labels=["x", "y"])
    yield ask.put(f"{issue}/labels", labels=["x", "z"])
    yield ask.delete(f"{issue}/labels/x")
    yield ask.delete(f"{issue}/labels")
    yield ask.get(f"{HERE}/labels")
    yield ask.post(f"{HERE}/labels", name="made", color="BADA55", description="by hand")
    yield ask.get(f"{HERE}/labels/made")
    yield ask.patch(f"{HERE}/labels/made", new_name="named")
    yield ask.delete(f"{HERE}/labels/named")
    yield ask.get(f"{HERE}/milestones")
    yield ask.post(f"{HERE}/milestones", title="2.0", due_on="2026-12-01T00:00:00Z")
    yield ask.get(f"{HERE}/milestones/1")
    yield ask.patch(f"{HERE}/milestones/1", state="closed")
    yield ask.delete(f"{HERE}/milestones/1")
    yield ask.get(f"{HERE}/assignees")
    yield ask.get(f"{HERE}/assignees/ada")
    yield ask.get("/user")
    yield ask.get("/users/ada")
    yield ask.get("/rate_limit")


@truth.needed
def test_every_route_succeeds_and_answers_as_github_describes_it(ask, ada, github):
    JUDGED.clear()
    assert {said.status for said in every_route(ask, ada)} <= {200, 201, 204}
    github.add_repository("acme-org/web", types=["Bug", "Task"])
    assert [kind["name"] for kind in ask.get("/repos/acme-org/web/issue-types").json] == ["Bug", "Task"]
    assert ask.get("/orgs/acme-org/issue-types").status == 200
    # /rate_limit stands outside of the table, /users/{login} outside of the description.
    assert len(JUDGED) == len(OF_A_REPOSITORY) + len(ELSEWHERE)


@truth.needed
def test_real_issues_come_back_as_they_were(real, github, repository):
    tool, rows = real
    assert github.load(REPOSITORY, rows) == len(rows)
    own = {"issue_dependencies_summary", "milestone", "sub_issues_summary"}
    for row, shown in zip(rows, github.issues(REPOSITORY), strict=True):
        expected = tool.expand(row, REPOSITORY, github.render.api, github.render.web)
        # This simulator counts the issues of a milestone and each reaction itself.
        counted = sum(row["reactions"].get(name, 0) for name in REACTIONS)
        expected["reactions"]["total_count"] = counted
        for key in own & expected.keys():
            shown[key] = expected[key]
        shown.pop("issue_dependencies_summary", None)
        assert shown == expected


@truth.needed
def test_pages_of_a_large_repository_are_quick_and_described(real, github):
    github.load(REPOSITORY, real[1])
    first = Client(github).get(f"{HERE}/issues", state="all", per_page=100, page=20)
    assert len(first.json) == 100
    took = []
    for page in [*range(1, 20)] * 2:
        asked = {"state": ["all"], "per_page": ["100"], "page": [str(page)]}
        started = time.process_time()
        github.handle(Request("GET", f"{HERE}/issues", asked, {"authorization": f"Bearer {TOKEN}"}))
        took.append(time.process_time() - started)
    assert min(took) < 0.03  # seconds of this process, for machines that test are busy


def test_ids_are_larger_than_32_bits_and_node_ids_hold_them(ask):
    made = ask.post(f"{HERE}/issues", title="one")
    assert made["id"] > 1 << 32
    assert made["node_id"].startswith("I_kwDO")


def test_every_address_begins_with_the_base_that_was_given(ask, ada):
    ada.create(REPOSITORY, "one", labels=["a label/with a slash"])
    issue = ask.get(f"{HERE}/issues/1")
    assert issue["url"] == "http://127.0.0.1:1/github/repos/acme/api/issues/1"
    assert issue["html_url"] == "http://127.0.0.1:1/acme/api/issues/1"
    assert issue["labels"][0]["url"].endswith("/labels/a%20label%2Fwith%20a%20slash")


def test_every_answer_carries_its_id_its_date_and_the_limits(ask):
    headers = ask.get("/user").headers
    assert headers["date"] == "Mon, 23 Nov 2026 12:00:00 GMT"
    assert headers["x-ratelimit-remaining"] == "4999"
    assert headers["x-github-request-id"] != ask.get("/user").headers["x-github-request-id"]


def test_an_unknown_route_is_not_found(ask):
    for path in ("/nothing", f"{HERE}/nothing", "/repos/acme", f"{HERE}/issues/one", f"{HERE}/issues/1/x/y"):
        said = ask.get(path)
        assert (said.status, said["message"], said["status"]) == (404, "Not Found", "404")


def test_a_repository_answers_under_its_name_in_any_case_and_under_its_number(ask, repository):
    assert ask.get("/repos/ACME/Api")["id"] == repository.id
    assert ask.get(f"/repositories/{repository.id}").json == ask.get(HERE).json
    assert ask.get(HERE)["permissions"] == {
        "admin": False,
        "maintain": False,
        "push": True,
        "triage": True,
        "pull": True,
    }
