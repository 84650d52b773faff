from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from sync.core.errors import Busy, Denied, TryLater, Unsafe, Vanished
from sync.core.limits import GITHUB_CREATE, GITHUB_READ, GITHUB_REQUESTS, GITHUB_WRITE, Lane
from sync.core.ports import Gate
from sync.remotes.github.client import Door
from sync.remotes.github.credential import Installations, PersonalToken
from tests.remotes.shapes import issue
from tests.remotes.stand import Said


def test_a_call_carries_the_token_and_the_pinned_version(github_door, stand):
    stand.says(Said(200, []))
    github_door.read("/repositories/1/issues", parameters={"state": "all"})
    asked = stand.asked[0]
    assert asked.headers["authorization"] == "token sandbox-github"
    assert asked.headers["x-github-api-version"] == "2022-11-28"
    assert (asked.path, asked.query) == ("/repositories/1/issues", {"state": ["all"]})


def test_every_call_is_charged_by_what_it_is_and_in_its_lane(github_door, stand, gate):
    stand.says(Said(200, issue()))
    github_door.on(Lane.PERSON).read("/x")
    github_door.update("/x", {})
    github_door.on(Lane.IMPORT).create("/x", {})
    assert gate.entered == [
        (GITHUB_READ, Lane.PERSON),
        (GITHUB_WRITE, Lane.POLL),
        (GITHUB_CREATE, Lane.IMPORT),
    ]


def test_a_closed_gate_lets_nothing_out(github_door, stand, gate):
    gate.closed = Busy(9, "spent")
    for call in (lambda: github_door.read("/x"), lambda: github_door.create("/x", {})):
        with pytest.raises(Busy):
            call()
    assert stand.asked == []


def test_a_redirect_is_followed_with_its_query_and_charged(github_door, stand, gate):
    def script(asked):
        if asked.path == "/repos/acme/old/issues":
            return Said(
                301,
                {"message": "Moved Permanently"},
                {"Location": f"{stand.url}/repositories/9/issues?state=all&page=2"},
            )
        return Said(200, [])

    stand.script = script
    answer = github_door.read("/repos/acme/old/issues", parameters={"state": "all", "page": "1"})
    assert (stand.asked[1].path, stand.asked[1].query) == (
        "/repositories/9/issues",
        {"state": ["all"], "page": ["2"]},
    )
    assert answer.moved
    assert len(gate.entered) == 2


@pytest.mark.parametrize("location", ["", "https://elsewhere.example/repositories/9"])
def test_a_redirect_to_nowhere_or_to_another_host_is_not_followed(github_door, stand, location):
    stand.says(Said(301, {"message": "Moved Permanently"}, {"Location": location}))
    assert github_door.read("/x").status == 301
    assert len(stand.asked) == 1


def test_redirects_in_a_circle_come_to_an_end(github_door, stand):
    stand.says(Said(301, {"message": "Moved Permanently"}, {"Location": "/x"}))
    assert github_door.read("/x").status == 301
    assert len(stand.asked) == 3


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_write_that_is_redirected_did_nothing(github_door, stand, status):
    stand.says(Said(status, {"message": "Moved"}, {"Location": "/repositories/9/issues"}))
    with pytest.raises(Vanished):
        github_door.create("/repositories/1/issues", {})
    assert len(stand.asked) == 1


@pytest.mark.parametrize("said", [Said(0), Said(500, text="<html>"), Said(502), Said(201, text="<html>"), Said(204)])
def test_a_write_whose_answer_is_lost_is_sent_once_and_nobody_knows(github_door, stand, said):
    stand.says(said)
    with pytest.raises(Unsafe):
        github_door.create("/repositories/1/issues", {})
    assert len(stand.asked) == 1


@pytest.mark.parametrize("said", [Said(0), Said(500, text="<html>"), Said(503), Said(200, text="<html>")])
def test_a_read_that_is_lost_is_tried_later(github_door, stand, said):
    stand.says(said)
    with pytest.raises(TryLater):
        github_door.read("/repositories/1/issues")
    assert len(stand.asked) == 1


def test_a_service_that_is_not_there_did_nothing(github_door, stand):
    stand.stop()
    for call in (lambda: github_door.read("/x"), lambda: github_door.create("/x", {})):
        with pytest.raises(TryLater):
            call()


def test_the_headers_teach_the_gate(github_door, stand, gate):
    headers = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4884", "X-RateLimit-Reset": "1795435200"}
    stand.says(Said(200, [], headers))
    github_door.read("/x")
    assert gate.observed == [(GITHUB_REQUESTS, 5000, 4884)]


def test_a_limit_stops_everybody_and_did_nothing(github_door, stand, gate):
    stand.says(Said(403, {"message": "You have exceeded a secondary rate limit."}, {"Retry-After": "7"}))
    with pytest.raises(Busy) as busy:
        github_door.create("/x", {})
    assert busy.value.wait == 7
    assert [(budget, seconds) for budget, seconds, _ in gate.paused] == [(GITHUB_REQUESTS, 7)]


def test_the_environments_proxy_does_not_stand_before_this_machine(monkeypatch, github_door, stand):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    stand.says(Said(200, []))
    assert github_door.read("/x").status == 200


def test_threads_never_get_each_others_answers(github_door, stand):
    stand.script = lambda asked: Said(200, {"path": asked.path})
    wrong = []

    def work(start):
        for number in range(start, start + 40):
            answer = github_door.read(f"/issues/{number}")
            if answer.body["path"] != f"/issues/{number}":
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(100 * each,)) for each in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(stand.asked) == 240


def app_answers(asked):
    if asked.path == "/repos/acme/api/installation":
        return Said(200, {"id": 42})
    if asked.path == "/app/installations/42/access_tokens":
        return Said(201, {"token": f"sandbox-installation-{asked.verb}", "expires_at": "2099-01-01T00:00:00Z"})
    if asked.path == "/app":
        return Said(200, {"slug": "tandem"})
    return Said(200, [])


def test_an_app_finds_its_installation_and_gets_one_token_for_many_calls(stand, gate: Gate, app_key):
    stand.script = app_answers
    door = Door(Installations("12", app_key, repositories=["acme/api"]), gate, base_url=stand.url)
    door.read("/repositories/1/issues")
    door.read("/repositories/1/issues")
    assert [asked.path for asked in stand.asked] == [
        "/repos/acme/api/installation",
        "/app/installations/42/access_tokens",
        "/repositories/1/issues",
        "/repositories/1/issues",
    ]
    assert stand.asked[0].headers["authorization"].startswith("Bearer ")
    assert stand.asked[2].headers["authorization"] == "token sandbox-installation-POST"
    assert [charges for charges, _ in gate.entered] == [GITHUB_READ, GITHUB_WRITE, GITHUB_READ, GITHUB_READ]
    assert door.login() == "tandem[bot]"


def several_answers(asked):
    """Two repositories of one account and one of another, and an App that is installed on both accounts."""
    homes = {"acme/api": (1, 42), "acme/web": (2, 42), "other/app": (3, 43)}
    for name, (id_, installation) in homes.items():
        if asked.path == f"/repos/{name}/installation":
            return Said(200, {"id": installation})
        if asked.path == f"/repos/{name}":
            return Said(200, {"id": id_, "full_name": name})
    if asked.path.endswith("/access_tokens"):
        return Said(201, {"token": f"of {asked.path.split('/')[3]}", "expires_at": "2099-01-01T00:00:00Z"})
    return Said(200, [])


def test_an_app_on_several_accounts_calls_as_the_one_whose_repository_it_is_and_spends_that_ones_budget(
    stand, gate, app_key
):
    stand.script, tokens = several_answers, {}
    repositories = ["acme/api", "acme/web", "other/app"]
    door = Door(Installations("12", app_key, repositories=repositories, tokens=tokens), gate, base_url=stand.url)
    for url in (
        "/repositories/3/issues",
        "/repositories/1/issues",
        f"{stand.url}/repositories/2/issues?page=2",
        "/user",
    ):
        gate.accounts.clear()
        door.read(url)
        expected = "43" if "/3/" in url else "42"
        assert (stand.asked[-1].headers["authorization"], gate.accounts) == (f"token of {expected}", [expected])
    assert sum(asked.path.endswith("/access_tokens") for asked in stand.asked) == 2
    before = len(stand.asked)
    again = Door(Installations("12", app_key, repositories=["other/app"], tokens=tokens), gate, base_url=stand.url)
    again.read("/repositories/3/issues")
    assert [asked.path for asked in stand.asked[before:]] == ["/repos/other/app/installation", "/repositories/3/issues"]


def test_an_installations_token_is_renewed_before_it_ends(stand, gate, app_key):
    ends = datetime.now(UTC) + timedelta(minutes=1)
    stand.script = lambda asked: (
        Said(201, {"token": "short-lived", "expires_at": ends.isoformat()})
        if asked.path.endswith("/access_tokens")
        else app_answers(asked)
    )
    door = Door(Installations("12", app_key, installation=42), gate, base_url=stand.url)
    for _ in range(2):
        door.read("/repositories/1/issues")
    assert [asked.path.rpartition("/")[2] for asked in stand.asked] == ["access_tokens", "issues"] * 2
    assert gate.accounts == []


def test_a_repository_that_the_app_is_not_installed_on_is_named_with_its_cure(stand, gate, app_key):
    stand.script = lambda asked: Said(404, {"message": "Not Found"}) if "web" in asked.path else several_answers(asked)
    door = Door(Installations("12", app_key, repositories=["acme/api", "acme/web"]), gate, base_url=stand.url)
    with pytest.raises(Denied, match="not installed on acme/web") as denied:
        door.read("/repositories/2/issues")
    assert "install the App" in denied.value.cure


def test_an_app_that_is_not_installed_is_denied(stand, gate, app_key):
    stand.says(Said(401, {"message": "A JSON web token could not be decoded"}))
    door = Door(Installations("12", app_key, repositories=["acme/api"]), gate, base_url=stand.url)
    with pytest.raises(Denied):
        door.read("/repositories/1/issues")


def installed_as(installation):
    """Return what an App is answered that has that installation alone; its tokens are about to end."""
    ends = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()

    def answers(asked):
        if asked.path.endswith("/installation"):
            return Said(200, {"id": 43})
        if asked.path == f"/app/installations/{installation}/access_tokens":
            return Said(201, {"token": f"of {installation}", "expires_at": ends})
        return Said(404, {"message": "Not Found"}) if asked.path.endswith("/access_tokens") else Said(200, [])

    return answers


def test_an_app_that_was_installed_anew_is_found_again(stand, gate, app_key):
    stand.script = app_answers
    tokens = {}
    door = Door(Installations("12", app_key, repositories=["acme/api"], tokens=tokens), gate, base_url=stand.url)
    door.read("/repositories/1/issues")
    tokens.clear()
    stand.script = installed_as(43)
    door.read("/repositories/1/issues")
    assert stand.asked[-1].headers["authorization"] == "token of 43"
    assert gate.accounts[-1] == "43"


@pytest.mark.parametrize("given", [{"installation": 42}, {"repositories": ["acme/api"]}])
def test_an_installation_that_gives_no_token_is_denied_with_its_cure(stand, gate, app_key, given):
    stand.script = installed_as(44)
    door = Door(Installations("12", app_key, **given), gate, base_url=stand.url)
    with pytest.raises(Denied, match=r"installation 4[23] of the GitHub App") as denied:
        door.read("/repositories/1/issues")
    assert "install the App" in denied.value.cure


def test_a_token_is_told_from_another_by_a_fingerprint_that_gives_nothing_away(stand, gate):
    prints = {
        Door(PersonalToken(name), gate, base_url=stand.url).fingerprint("/user") for name in ("one-token", "two-token")
    }
    assert len(prints) == 2
    assert not any("token" in each for each in prints)
    assert stand.asked == []
