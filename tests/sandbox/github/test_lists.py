from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox.conftest import REPOSITORY

ISSUES = f"/repos/{REPOSITORY}/issues"


def links(said):
    """Return the addresses of a Link header by rel, in their order."""
    found = re.findall(r'<([^>]+)>; rel="(\w+)"', said.headers.get("link", ""))
    return {rel: address for address, rel in found}


def follow(ask, address):
    parts = urlsplit(address)
    return ask.get(
        parts.path.removeprefix("/github"), **{key: value[0] for key, value in parse_qs(parts.query).items()}
    )


def titles(said):
    return [issue["title"] for issue in said.json]


@pytest.fixture
def thirteen(ada, clock):
    for number in range(1, 14):
        ada.create(REPOSITORY, f"issue {number}")
        clock.advance(60)


def test_links_go_by_the_repository_id_and_stand_in_the_recorded_order(ask, thirteen, repository):
    first = ask.get(ISSUES, per_page=3)
    base = f"http://127.0.0.1:1/github/repositories/{repository.id}/issues?per_page=3&page="
    assert links(first) == {"next": f"{base}2", "last": f"{base}5"}
    second = follow(ask, links(first)["next"])
    assert list(links(second).items()) == [
        ("prev", f"{base}1"),
        ("next", f"{base}3"),
        ("last", f"{base}5"),
        ("first", f"{base}1"),
    ]
    assert list(links(follow(ask, links(second)["last"]))) == ["prev", "first"]


def test_a_single_page_has_no_link(ask, thirteen):
    assert "link" not in ask.get(ISSUES).headers


def test_a_link_keeps_the_rest_of_the_query(ask, thirteen):
    said = ask.get(ISSUES, state="all", since="2026-11-23T12:00:00Z", per_page=2)
    assert "state=all&since=2026-11-23T12%3A00%3A00Z&per_page=2&page=2" in links(said)["next"]


def test_a_page_holds_thirty_and_never_more_than_a_hundred(ask, ada):
    for number in range(120):
        ada.create(REPOSITORY, f"issue {number}")
    assert [len(ask.get(ISSUES, **asked).json) for asked in ({}, {"per_page": 100}, {"per_page": 500})] == [
        30,
        100,
        100,
    ]


def test_newest_first_unless_asked_otherwise(ask, thirteen, ada):
    assert titles(ask.get(ISSUES, per_page=2)) == ["issue 13", "issue 12"]
    assert titles(ask.get(ISSUES, per_page=2, direction="asc")) == ["issue 1", "issue 2"]
    ada.edit(REPOSITORY, 5, title="edited")
    ada.comment(REPOSITORY, 4, "text")
    assert titles(ask.get(ISSUES, per_page=1, sort="updated")) in (["edited"], ["issue 4"])
    assert titles(ask.get(ISSUES, per_page=1, sort="comments")) == ["issue 4"]


def test_since_is_inclusive(ask, thirteen):
    assert titles(ask.get(ISSUES, since="2026-11-23T12:12:00Z")) == ["issue 13"]
    assert titles(ask.get(ISSUES, since="2026-11-23T12:12:01Z")) == []
    assert titles(ask.get(ISSUES, since="2026-11-23T14:12:00+02:00")) == ["issue 13"]


def test_since_the_epoch_finds_nothing_but_the_comments(ask, ada):
    ada.create(REPOSITORY, "one")
    ada.comment(REPOSITORY, 1, "text")
    assert ask.get(ISSUES, since="1970-01-01T00:00:00Z").json == []
    assert len(ask.get(ISSUES, since="1970-01-01T00:00:01Z").json) == 1
    assert len(ask.get(f"{ISSUES}/comments", since="1970-01-01T00:00:00Z").json) == 1


def test_filters_narrow_the_list(ask, ada):
    milestone = ada.create_milestone(REPOSITORY, "1.0")["number"]
    ada.create(REPOSITORY, "a", labels=["Bug", "ui"], assignees=["ada"], milestone=milestone)
    ada.create(REPOSITORY, "b", "for @Octocat", labels=["bug"])
    ada.create(REPOSITORY, "c")
    ada.close(REPOSITORY, 3)
    ask.post(ISSUES, title="d")

    def found(**asked):
        return "".join(sorted(titles(ask.get(ISSUES, **asked))))

    assert found() == "abd"
    assert found(state="closed") == "c"
    assert found(state="all") == "abcd"
    assert found(labels="BUG") == "ab"
    assert found(labels="bug,UI") == "a"
    assert found(labels="nobody has it") == ""
    assert found(creator="tandem-bot") == "d"
    assert found(creator="nobody") == ""
    assert (found(assignee="ada"), found(assignee="*"), found(assignee="none")) == ("a", "a", "bd")
    assert (found(milestone=milestone), found(milestone="*"), found(milestone="none")) == ("a", "a", "bd")
    assert found(mentioned="octocat") == "b"


@pytest.mark.parametrize("asked", [{"state": "shut"}, {"sort": "size"}, {"milestone": "9"}, {"since": "yesterday"}])
def test_a_filter_that_makes_no_sense_is_refused(ask, asked):
    assert ask.get(ISSUES, **asked).status == 422


def test_types_filter_issues_of_organisations(ask, github, ada):
    github.add_repository("acme-org/web", types=["Bug"], access={"ada": "push"})
    ada.create("acme-org/web", "a", type="bug")
    ada.create("acme-org/web", "b")
    said = ask.get("/repos/acme-org/web/issues", type="BUG")
    assert [(issue["title"], issue["type"]["name"]) for issue in said.json] == [("a", "Bug")]
    assert titles(ask.get("/repos/acme-org/web/issues", type="none")) == ["b"]


def test_lists_contain_pull_requests_and_only_these_have_their_keys(ask, ada):
    ada.create(REPOSITORY, "issue")
    ada.create_pull(REPOSITORY, "pull", draft=True)
    pull, issue = ask.get(ISSUES).json
    assert pull["draft"] is True
    assert pull["pull_request"]["html_url"].endswith("/pull/2")
    assert not {"draft", "pull_request"} & issue.keys()


def test_the_wall_of_offset_paging(ask):
    said = ask.get(ISSUES, page=100, per_page=100)
    assert said.status == 422
    assert said["message"].startswith("Pagination with the page parameter is not supported for large datasets")
    assert ask.get(ISSUES, page=99, per_page=100).json == []


@pytest.mark.parametrize("sort", ["created", "updated", "comments"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_cursor_links_walk_through_everything_once_and_back(ask, github, thirteen, sort, direction):
    github.faults.switch("cursor_links", value=True)
    said = ask.get(ISSUES, per_page=4, sort=sort, direction=direction)
    pages = [titles(said)]
    assert list(links(said)) == ["next"]
    while "next" in links(said):
        said = follow(ask, links(said)["next"])
        pages.append(titles(said))
        assert not {"last", "first"} & links(said).keys()
    assert sorted(title for page in pages for title in page) == sorted(f"issue {number}" for number in range(1, 14))
    assert titles(follow(ask, links(said)["prev"])) == pages[-2]


def test_a_cursor_skips_nothing_when_what_it_stood_on_is_edited(ask, github, thirteen, ada):
    github.faults.switch("cursor_links", value=True)
    said = ask.get(ISSUES, per_page=4, sort="updated", direction="asc")
    ada.edit(REPOSITORY, 4, title="moved to the end")
    assert titles(follow(ask, links(said)["next"]))[0] == "issue 5"


def test_a_list_can_be_late_while_a_read_is_not(ask, github, ada, clock):
    github.faults.switch("list_lag_seconds", 60)
    ada.create(REPOSITORY, "one")
    assert ask.get(ISSUES).json == []
    assert ask.get(f"{ISSUES}/1")["title"] == "one"
    clock.advance(61)
    ada.edit(REPOSITORY, 1, title="two")
    assert titles(ask.get(ISSUES)) == ["one"]
    ada.delete(REPOSITORY, 1)
    assert titles(ask.get(ISSUES)) == ["one"]
    clock.advance(61)
    assert ask.get(ISSUES).json == []


def test_a_read_can_be_late_too_but_a_write_never_is(ask, github, ada, clock):
    github.faults.switch("read_lag_seconds", 5)
    ada.create(REPOSITORY, "one")
    assert ask.get(f"{ISSUES}/1").status == 404
    assert ask.patch(f"{ISSUES}/1", title="two").status == 200
    clock.advance(6)
    assert ask.get(f"{ISSUES}/1")["title"] == "two"


def test_one_read_can_be_made_stale(ask, github, ada, clock):
    ada.create(REPOSITORY, "one")
    clock.advance(30)
    ada.edit(REPOSITORY, 1, title="two")
    clock.advance(5)
    github.faults.arm("stale", path="/issues/1$", seconds=10)
    assert [ask.get(f"{ISSUES}/1")["title"] for _ in range(2)] == ["one", "two"]


def test_a_list_can_come_back_empty(ask, github, ada):
    ada.create(REPOSITORY, "one")
    github.faults.arm("empty_list", times=1)
    assert [titles(ask.get(ISSUES)) for _ in range(2)] == [[], ["one"]]


def test_milestones_and_labels_are_listed_in_their_order(ask, ada):
    for title, due in (("late", "2027-01-01T00:00:00Z"), ("soon", "2026-12-01T00:00:00Z"), ("some day", None)):
        ask.post(f"/repos/{REPOSITORY}/milestones", title=title, due_on=due)
    assert titles(ask.get(f"/repos/{REPOSITORY}/milestones")) == ["soon", "late", "some day"]
    for name in ("b", "A", "c"):
        ada.create_label(REPOSITORY, name)
    assert [label["name"] for label in ask.get(f"/repos/{REPOSITORY}/labels").json] == ["A", "b", "c"]
