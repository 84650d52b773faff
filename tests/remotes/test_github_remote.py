from __future__ import annotations

import json

import pytest

from sync.core.errors import Denied, Misconfigured, Rejected, TryLater, Unsafe, Vanished
from sync.core.model import Facet, Kind, Presence, Put, Ref, Side
from tests.remotes import truth
from tests.remotes.shapes import issue
from tests.remotes.stand import Said

PAGE = "38c9ce7b-60a4-8186-b51f-ce28be392a4a"
REF = Ref(Side.GITHUB, "4570000007", "1", 7)
MARK = Put(Facet(Side.GITHUB, "mark", "mark", Kind.TEXT, writable=False), PAGE)
GONE = Said(410, {"message": "This issue was deleted", "status": "410"})
DISABLED = Said(410, {"message": "Issues are disabled for this repo"})


def put(name, value, kind=Kind.TEXT):
    return Put(Facet(Side.GITHUB, name, name, kind), value)


def served(stand, routes):
    """Answer by path; what is not named is not found."""
    stand.script = lambda asked: routes.get(asked.path, Said(404, {"message": "Not Found"}))


def repository(id_=1, name="acme/api", **more):
    return {"id": id_, "full_name": name, "has_issues": True, "permissions": {"push": True}, **more}


# -- reading one -------------------------------------------------------------------------------------------------------


def test_an_issue_is_read_by_its_repositorys_id_and_its_number(github, stand):
    served(stand, {"/repositories/1/issues/7": Said(200, issue(7))})
    seen = github.read(REF)
    assert seen.presence is Presence.PRESENT
    assert seen.ref == REF


def test_a_transferred_issue_is_away_and_says_where_to(github, stand):
    there = issue(3, "acme/web", id=999)
    routes = {
        "/repositories/1/issues/7": Said(
            301, {"message": "Moved"}, {"Location": f"{stand.url}/repositories/2/issues/3"}
        ),
        "/repositories/2/issues/3": Said(200, there),
    }
    served(stand, routes)
    seen = github.read(REF)
    assert seen.presence is Presence.AWAY
    assert seen.ref == REF
    assert seen.moved_to
    assert (seen.moved_to.id, seen.moved_to.container, seen.moved_to.number) == ("999", "2", 3)
    assert seen.label == "acme/web#3"


def test_a_transfer_told_by_name_is_resolved_to_the_repositorys_id(github, stand):
    routes = {
        "/repositories/1/issues/7": Said(
            301, {"message": "Moved"}, {"Location": f"{stand.url}/repos/acme/web/issues/3"}
        ),
        "/repos/acme/web/issues/3": Said(200, issue(3, "acme/web", id=999)),
        "/repos/acme/web": Said(200, repository(2, "acme/web")),
    }
    served(stand, routes)
    moved = github.read(REF).moved_to
    assert moved
    assert moved.container == "2"


def test_another_issue_under_that_number_is_not_taken_for_ours(github, stand):
    served(stand, {"/repositories/1/issues/7": Said(200, issue(7, id=5))})
    seen = github.read(REF)
    assert (seen.presence, seen.moved_to) == (Presence.AWAY, None)


def test_an_issue_that_became_a_pull_request_is_away_and_nowhere_else(github, stand):
    served(stand, {"/repositories/1/issues/7": Said(200, issue(7, pull_request={"url": "x"}))})
    seen = github.read(REF)
    assert (seen.presence, seen.moved_to) == (Presence.AWAY, None)


@pytest.mark.parametrize("location", ["", "https://elsewhere.example/x"])
def test_a_redirect_that_leads_nowhere_proves_nothing(github, stand, location):
    served(stand, {"/repositories/1/issues/7": Said(301, {"message": "Moved"}, {"Location": location})})
    assert github.read(REF).presence is Presence.HIDDEN


def test_gone_after_a_redirect_proves_nothing(github, stand):
    routes = {
        "/repositories/1/issues/7": Said(
            301, {"message": "Moved"}, {"Location": f"{stand.url}/repositories/2/issues/3"}
        ),
        "/repositories/2/issues/3": GONE,
        "/repositories/1": Said(200, repository()),
    }
    served(stand, routes)
    assert github.read(REF).presence is Presence.HIDDEN


@pytest.mark.parametrize(
    ("written", "own"),
    [
        ("https://github.com/acme/api/issues/7", "https://github.com/acme/api/issues/7"),
        (" https://www.GitHub.com/Acme/api/issues/7/ ", "https://GitHub.com/Acme/api/issues/7"),
        ("https://github.com/acme/api/issues/7#issuecomment-12", "https://github.com/acme/api/issues/7"),
        ("https://github.com/acme/api/issues/7?notification=1", "https://github.com/acme/api/issues/7"),
        ("https://github.com/acme/api/pull/7/files", "https://github.com/acme/api/issues/7"),
        ("github.com/acme/api/issues/7", "https://github.com/acme/api/issues/7"),
        ("http://127.0.0.1:8080/acme/api/issues/7", "http://127.0.0.1:8080/acme/api/issues/7"),
        ("https://github.com/acme/api/issues", "https://github.com/acme/api/issues"),
        ("https://github.com/acme/api/issues/7x", "https://github.com/acme/api/issues/7x"),
        ("acme/api#7", "acme/api#7"),
    ],
)
def test_any_url_that_leads_to_an_issue_is_spelled_as_its_own(github, written, own):
    assert github.address(written) == own


def test_not_found_proves_nothing(github, stand):
    served(stand, {"/repositories/1": Said(200, repository())})
    assert github.read(REF).presence is Presence.HIDDEN


def test_gone_is_deleted_while_the_repository_lives(github, stand):
    served(stand, {"/repositories/1/issues/7": GONE, "/repositories/1": Said(200, repository())})
    assert github.read(REF).presence is Presence.DELETED


@pytest.mark.parametrize("repo", [Said(200, repository(has_issues=False)), Said(404, {"message": "Not Found"})])
def test_gone_is_hidden_where_issues_are_disabled_or_the_repository_is_out_of_sight(github, stand, repo):
    served(stand, {"/repositories/1/issues/7": DISABLED, "/repositories/1": repo})
    assert github.read(REF).presence is Presence.HIDDEN


# -- lists -------------------------------------------------------------------------------------------------------------


def listing(stand, issues, *, per_page=100, etag='W/"1"'):
    """Serve a list as GitHub does: by time, from `since` on, with pages by offset and an ETag."""

    def script(asked):
        if asked.headers.get("if-none-match") == etag:
            return Said(304)
        since = asked.query.get("since", [""])[0]
        found = sorted((each for each in issues if each["updated_at"] >= since), key=lambda each: each["updated_at"])
        page = int(asked.query.get("page", ["1"])[0])
        shown, rest = found[(page - 1) * per_page : page * per_page], found[page * per_page :]
        link = f'<{stand.url}{asked.path}?since={since}&page={page + 1}>; rel="next"'
        return Said(200, shown, {"ETag": etag} | ({"Link": link} if rest else {}))

    stand.script = script


def at(number, minute, second=0, **more):
    return issue(number, updated_at=f"2026-11-23T10:{minute:02}:{second:02}Z", **more)


def numbers(batches):
    return [record.ref.number for batch in batches for record in batch.records]


def test_the_first_list_asks_for_everything_by_time(github, stand):
    listing(stand, [at(1, 0), at(2, 1)])
    batches = list(github.changes("1", None))
    assert numbers(batches) == [1, 2]
    asked = stand.asked[0]
    assert asked.path == "/repositories/1/issues"
    assert asked.query == {"state": ["all"], "sort": ["updated"], "direction": ["asc"], "per_page": ["100"]}
    assert "if-none-match" not in asked.headers


def test_a_cursor_moves_to_the_services_own_time_minus_a_quarter_of_an_hour(github, stand):
    listing(stand, [at(1, 0)])
    *_, last = github.changes("1", None)
    assert json.loads(last.cursor) == {"since": "2026-11-23T11:45:00Z"}


def test_a_cursor_stays_while_its_answer_fits_one_page_and_the_next_answer_is_free(github, stand):
    listing(stand, [at(1, 0)])
    *_, first = github.changes("1", '{"since": "2026-11-23T09:00:00Z"}')
    assert json.loads(first.cursor)["since"] == "2026-11-23T09:00:00Z"
    (second,) = github.changes("1", first.cursor)
    assert second.records == ()
    assert second.cursor == first.cursor
    assert stand.asked[1].query == stand.asked[0].query


def test_a_cursor_of_another_token_asks_without_its_etag(github, stand):
    listing(stand, [at(1, 0)])
    cursor = '{"since": "2026-11-23T09:00:00Z", "etag": "W/\\"1\\"", "token": "another"}'
    assert numbers(github.changes("1", cursor)) == [1]
    assert "if-none-match" not in stand.asked[0].headers


def test_a_cursor_moves_on_once_its_answer_takes_two_pages(github, stand):
    listing(stand, [at(number, number) for number in range(5)], per_page=2)
    batches = list(github.changes("1", '{"since": "2026-11-23T09:00:00Z"}'))
    assert set(numbers(batches)) == set(range(5))
    assert [batch.cursor for batch in batches[:-1]] == [None] * (len(batches) - 1)
    assert json.loads(batches[-1].cursor) == {"since": "2026-11-23T11:45:00Z"}


def test_an_edit_while_a_list_is_read_pushes_nothing_over_the_edge_of_a_page(github, stand):
    issues = [at(number, number) for number in range(8)]
    listing(stand, issues, per_page=3)
    seen = []
    for batch in github.changes("1", None):
        seen += numbers([batch])
        issues[0]["updated_at"] = "2026-11-23T10:59:00Z"
    assert set(seen) == set(range(8))


def test_a_page_that_shares_one_time_is_followed_by_its_link(github, stand):
    listing(stand, [at(number, 5) for number in range(7)], per_page=3)
    assert set(numbers(github.changes("1", None))) == set(range(7))
    assert len(stand.asked) <= 5


def test_pull_requests_are_left_out(github, stand):
    listing(stand, [at(1, 0), at(2, 1, pull_request={"url": "x"})])
    assert numbers(github.changes("1", None)) == [1]


@pytest.mark.parametrize("said", [Said(404, {"message": "Not Found"}), DISABLED])
def test_a_list_that_is_not_there_concludes_nothing(github, stand, said):
    stand.says(said)
    with pytest.raises(Denied):
        list(github.changes("1", None))


def test_a_list_of_another_repository_is_not_taken(github, stand):
    moved = Said(301, {"message": "Moved"}, {"Location": f"{stand.url}/repositories/2/issues"})
    served(stand, {"/repositories/1/issues": moved, "/repositories/2/issues": Said(200, [issue(1)])})
    with pytest.raises(Denied):
        list(github.changes("1", None))


# -- writing -----------------------------------------------------------------------------------------------------------


def test_a_birth_is_one_post_that_carries_the_mark(github, stand):
    stand.script = lambda asked: Said(201, issue(8, title=asked.body["title"], body=asked.body["body"]))
    seen = github.create("1", [put("title", "New"), put("labels", ("bug",), Kind.CHOICES), MARK])
    assert (seen.read("mark"), seen.ref.number) == (PAGE, 8)
    (asked,) = stand.asked
    assert (asked.verb, asked.path) == ("POST", "/repositories/1/issues")
    assert asked.body == {"title": "New", "labels": ["bug"], "body": f"<!-- tandem:page={PAGE} -->"}


def test_an_edit_is_one_patch_of_those_fields_alone(github, stand):
    stand.says(Said(200, issue(7, state="closed", state_reason="completed")))
    seen = github.update(REF, [put("state", "closed:completed", Kind.CHOICE)])
    assert seen.read("state") == "closed:completed"
    (asked,) = stand.asked
    assert (asked.verb, asked.path) == ("PATCH", "/repositories/1/issues/7")
    assert asked.body == {"state": "closed", "state_reason": "completed"}


def test_a_mark_is_never_written_over_a_body(github, stand):
    with pytest.raises(Rejected):
        github.update(REF, [MARK])
    assert stand.asked == []


@pytest.mark.parametrize("reply", [issue(8), issue(7, id=5), issue(8, id=4_570_000_007)])
def test_a_reply_of_another_issue_is_refused(github, stand, reply):
    stand.says(Said(200, reply))
    with pytest.raises(Vanished):
        github.update(REF, [put("title", "New")])


def test_a_reply_without_an_issue_leaves_the_write_unknown(github, stand):
    stand.says(Said(200, {}))
    with pytest.raises(Unsafe):
        github.update(REF, [put("title", "New")])


def test_somebody_who_cannot_be_assigned_is_named_with_a_cure(github, stand):
    error = {"value": "ghost", "resource": "Issue", "field": "assignees", "code": "invalid"}
    stand.says(Said(422, {"message": "Validation Failed", "errors": [error]}))
    with pytest.raises(Rejected, match="ghost") as refused:
        github.create("1", [put("title", "New"), put("assignees", ("ghost",), Kind.PEOPLE)])
    assert "repository" in refused.value.cure


def test_a_milestone_is_written_by_its_number(github, stand):
    routes = {
        "/repositories/1/milestones": Said(200, [{"number": 4, "title": "M1"}]),
        "/repositories/1/issues/7": Said(200, issue(7)),
    }
    served(stand, routes)
    github.update(REF, [put("milestone", "M1")])
    assert stand.asked[-1].body == {"milestone": 4}
    github.update(REF, [put("milestone", "M1")])
    assert [asked.verb for asked in stand.asked] == ["GET", "PATCH", "PATCH"]


def test_a_milestone_that_is_not_there_is_made_before_the_issue_is_given_it(github, stand):
    def script(asked):
        if asked.path.endswith("/milestones"):
            return Said(200, []) if asked.verb == "GET" else Said(201, {"number": 9, "title": "M1"})
        return Said(200, issue(7))

    stand.script = script
    github.update(REF, [put("milestone", "M1")])
    assert [(asked.verb, asked.body) for asked in stand.asked] == [
        ("GET", None),
        ("POST", {"title": "M1"}),
        ("PATCH", {"milestone": 9}),
    ]


def test_a_milestone_whose_making_was_not_answered_is_looked_for_again(github, stand):
    def script(asked):
        return Said(200, []) if asked.verb == "GET" else Said(0)

    stand.script = script
    for _ in range(2):
        with pytest.raises(TryLater):
            github.update(REF, [put("milestone", "M1")])
    assert [asked.verb for asked in stand.asked] == ["GET", "POST"] * 2


def test_a_milestone_that_was_deleted_since_is_looked_up_again(github, stand):
    error = {"value": 4, "resource": "Issue", "field": "milestone", "code": "invalid"}

    def script(asked):
        if asked.verb == "GET":
            return Said(200, [{"number": 4, "title": "M1"}])
        return Said(422, {"message": "Validation Failed", "errors": [error]})

    stand.script = script
    for _ in range(2):
        with pytest.raises(TryLater):
            github.update(REF, [put("milestone", "M1")])
    assert [asked.verb for asked in stand.asked] == ["GET", "PATCH"] * 2


def test_an_issue_has_no_trash(github, stand):
    for call in (github.trash, github.restore):
        with pytest.raises(Rejected):
            call(REF)
    assert stand.asked == []


# -- finding -----------------------------------------------------------------------------------------------------------


def marked(number):
    return issue(number, body=f"<!-- tandem:page={PAGE} -->")


def finding(stand, listed, by_number):
    routes = {f"/repositories/1/issues/{number}": said for number, said in by_number.items()}
    routes |= {"/user": Said(200, {"login": "tandem-bot"}), "/repositories/1/issues": Said(200, listed)}
    served(stand, routes)


def test_a_lost_birth_is_found_among_our_newest(github, stand):
    finding(stand, [issue(9), marked(8), issue(3)], {})
    found = github.find("1", MARK, 5)
    assert found
    assert found.ref.number == 8
    assert stand.asked[1].query["creator"] == ["tandem-bot"]
    assert stand.asked[1].query["direction"] == ["desc"]
    assert len(stand.asked) == 2


def test_a_lost_birth_that_no_list_shows_yet_is_found_by_its_number_past_gaps(github, stand):
    finding(stand, [], {6: GONE, 7: Said(200, issue(7, pull_request={})), 9: Said(200, marked(9))})
    found = github.find("1", MARK, 5)
    assert found
    assert found.ref.number == 9


def test_a_birth_that_did_not_happen_is_not_found_and_not_looked_for_for_ever(github, stand):
    finding(stand, [issue(5)], {})
    assert github.find("1", MARK, 5) is None
    assert len(stand.asked) == 2 + 20
    stand.asked.clear()
    assert github.find("1", MARK, None) is None
    assert len(stand.asked) == 1


def test_the_search_is_never_asked(github, stand):
    finding(stand, [], {})
    github.find("1", MARK, 5)
    assert not any("search" in asked.path for asked in stand.asked)


# -- the schema --------------------------------------------------------------------------------------------------------


def schema_of(github, stand, said):
    served(
        stand,
        {
            "/user": Said(200, {"login": "tandem-bot"}),
            "/repos/acme/api": said,
            "/repositories/1": Said(200, repository(name="acme/core")),
        },
    )
    return github.schema()


def test_the_schema_gives_repositories_by_id(github, stand):
    seen = schema_of(github, stand, Said(200, repository()))
    assert (seen.containers, seen.own_id, seen.warnings) == ((("1", "acme/api"),), "tandem-bot", ())


def test_a_renamed_repository_is_found_and_reported(github, stand):
    seen = schema_of(github, stand, Said(301, {"message": "Moved"}, {"Location": f"{stand.url}/repositories/1"}))
    assert seen.containers == (("1", "acme/core"),)
    assert "acme/core" in seen.warnings[0]


@pytest.mark.parametrize(
    ("more", "word"),
    [({"permissions": {"push": False, "triage": False}}, "push"), ({"archived": True}, "archived")],
)
def test_what_would_be_dropped_or_refused_later_is_a_warning_now(github, stand, more, word):
    (warning,) = schema_of(github, stand, Said(200, repository(**more))).warnings
    assert word in warning


@pytest.mark.parametrize("said", [Said(404, {"message": "Not Found"}), Said(200, repository(has_issues=False))])
def test_a_repository_without_issues_or_out_of_sight_is_a_fault_with_a_cure(github, stand, said):
    with pytest.raises(Misconfigured) as faults:
        schema_of(github, stand, said)
    (problem,) = faults.value.problems
    assert problem.where == "github.repositories.0"
    assert problem.cure


@truth.needed
def test_the_recorded_rename_is_followed(github, stand):
    first, then = (truth.recorded("github", name)["response"] for name in ("repo-renamed-301", "repo-renamed-followed"))
    location = first["headers"]["location"].replace("https://api.github.com", stand.url)
    routes = {
        "/repos/acme/api": Said(301, first["body"], {"Location": location}),
        location.removeprefix(stand.url): Said(200, then["body"]),
        "/user": Said(200, {"login": "tandem-bot"}),
    }
    served(stand, routes)
    assert github.schema().containers == ((str(then["body"]["id"]), then["body"]["full_name"]),)
