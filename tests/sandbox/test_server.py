from __future__ import annotations

import re
import signal
import subprocess
import sys
import time

import httpx
import pytest

from sync.sandbox.seed import database, populate
from sync.sandbox.server import Sandbox, listen
from tests.sandbox.conftest import REPOSITORY

TOKEN = {"authorization": "Bearer sandbox-github"}
NOTION = {"authorization": "Bearer sandbox-notion", "notion-version": "2025-09-03"}
ISSUES = f"/repos/{REPOSITORY}/issues"


@pytest.fixture
def web(sandbox):
    with httpx.Client(trust_env=False, base_url=sandbox.url, timeout=10) as web:
        yield web


@pytest.fixture
def hub(sandbox):
    with httpx.Client(trust_env=False, base_url=sandbox.github_url, headers=TOKEN, timeout=10) as hub:
        yield hub


def test_both_services_answer_on_one_port(sandbox, hub):
    assert hub.get("/user").json()["login"] == "tandem-bot"
    answer = httpx.get(f"{sandbox.notion_url}/v1/users/me", headers=NOTION, trust_env=False)
    assert (answer.status_code, answer.json()["object"]) == (200, "user")


@pytest.mark.parametrize(("private", "status"), [(True, 404), (False, 200)])
def test_a_file_in_an_issue_is_given_to_whoever_may_read_the_repository(sandbox, web, private, status):
    sandbox.github.add_repository("acme/images", private=private)
    address = sandbox.github.person("ada").attach("acme/images", "plan.png", b"\x89PNG")
    assert address.startswith(sandbox.url)
    assert web.get(address).status_code == status
    assert web.get(address, headers={"authorization": "Bearer nobody's"}).status_code == status
    answer = web.get(address, headers=TOKEN)
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"\x89PNG", "image/png")
    assert web.get(f"{address}0", headers=TOKEN).status_code == 404


def test_a_page_that_is_rendered_for_a_reader_shows_files_of_a_private_repository_for_five_minutes(sandbox, web, hub):
    sandbox.github.add_repository("acme/images", private=True)
    address = sandbox.github.person("ada").attach("acme/images", "plan.png", b"\x89PNG")
    asked = {"text": f"![a plan]({address})", "mode": "gfm", "context": "acme/images"}
    page = hub.post("/markdown", json=asked)
    assert page.headers["content-type"] == "text/html;charset=utf-8"
    (source,) = re.findall(r'<img src="([^"]+)" alt="a plan"', page.text)
    assert web.get(source).content == b"\x89PNG"
    assert web.get(source.partition("?")[0]).status_code == 404
    assert web.get(f"{source}0").status_code == 404
    for other in ({"context": REPOSITORY}, {"context": None}, {"mode": "markdown"}):
        assert "jwt" not in hub.post("/markdown", json=asked | other).text
    assert "jwt" not in web.post("/github/markdown", json=asked).text
    sandbox.clock.advance(301)
    assert web.get(source).status_code == 404


@pytest.mark.parametrize(("asked", "status"), [({}, 422), ({"text": 1}, 422), ({"text": "x", "mode": "html"}, 400)])
def test_what_cannot_be_rendered_is_refused(hub, asked, status):
    assert hub.post("/markdown", json=asked).status_code == status


def test_a_fine_grained_token_is_not_given_files_of_a_private_repository(sandbox, web):
    sandbox.github.add_repository("acme/images", private=True)
    address = sandbox.github.person("ada").attach("acme/images", "plan.png")
    sandbox.github.faults.switch("files_for_tokens", False)
    assert web.get(address, headers=TOKEN).status_code == 404


def test_a_file_that_notion_holds_is_fetched_without_a_token(sandbox, web):
    ids = sandbox.notion.create_database("Roadmap", {"Name": {"title": {}}})
    person = sandbox.notion.person("Ada")
    page = person.create(ids.data_source, {"Name": "One"})
    block = person.add_image(page, "plan.png", b"\x89PNG")
    headers = {**NOTION, "notion-version": "2026-03-11"}
    image = web.get(f"{sandbox.notion_url}/v1/blocks/{block}", headers=headers).json()["image"]
    assert web.get(image["file"]["url"]).content == b"\x89PNG"


def test_headers_are_the_services_own(hub):
    headers = hub.get("/user").headers
    assert headers["server"] == "github.com"
    assert headers.get_list("date") == [headers["date"]]


def test_an_escaped_slash_stays_escaped(hub):
    assert hub.post(ISSUES, json={"title": "one", "labels": ["a/b"]}).status_code == 201
    assert hub.get(f"/repos/{REPOSITORY}/labels/a%2Fb").json()["name"] == "a/b"


def test_connections_are_kept(hub):
    hub.post(ISSUES, json={"title": "one"})
    answers = [hub.get(f"{ISSUES}/1") for _ in range(20)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({id(answer.extensions["network_stream"]) for answer in answers}) == 1


def test_two_sandboxes_do_not_know_each_other(sandbox):
    with Sandbox.start() as other:
        assert other.url != sandbox.url
        assert other.github.world.repositories == {}


def test_a_port_that_is_taken_is_an_error_at_once(sandbox):
    with pytest.raises(OSError, match="in use"):
        listen(int(sandbox.url.rpartition(":")[2]))


def test_after_it_was_stopped_nobody_answers():
    sandbox = Sandbox.start()
    sandbox.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(sandbox.url, trust_env=False)


# --- the control API


def test_counters_tell_what_was_called_and_can_begin_anew(web, hub):
    hub.post(ISSUES, json={"title": "one"})
    tag = hub.get(f"{ISSUES}/1").headers["etag"]
    hub.get(f"{ISSUES}/1", headers={"if-none-match": tag})
    hub.get("/nothing")
    assert web.get("/_sandbox/github/counters").json() == {
        "total": 4,
        "writes": 1,
        "not_modified": 1,
        "limited": 0,
        "calls": {"GET /repos/{repo}/issues/{number}": 2, "POST /repos/{repo}/issues": 1, "GET /nothing": 1},
        "statuses": {"200": 1, "201": 1, "304": 1, "404": 1},
    }
    web.post("/_sandbox/reset")
    assert web.get("/_sandbox").json()["github"]["counters"]["total"] == 0


def test_a_query_of_notion_is_counted_as_a_read(sandbox, web):
    ids = database(sandbox.notion)
    path = f"{sandbox.notion_url}/v1/data_sources/{ids.data_source}/query"
    assert httpx.post(path, headers=NOTION, json={}, trust_env=False).status_code == 200
    figures = web.get("/_sandbox/notion/counters").json()
    assert (figures["total"], figures["writes"]) == (1, 0)
    assert figures["calls"] == {"POST /v1/data_sources/{id}/query": 1}


def test_the_last_exchanges_can_be_read(web, hub):
    hub.post(ISSUES, json={"title": "one"})
    (last,) = web.get("/_sandbox/github/exchanges", params={"last": 1}).json()
    assert (last["method"], last["path"], last["status"], last["fault"]) == ("POST", ISSUES, 201, None)
    assert '"title"' in last["sent"]


def test_faults_and_switches_are_set_from_outside(web, hub):
    state = web.post(
        "/_sandbox/github/faults", json={"name": "status", "status": 500, "body": {"message": "no"}}
    ).json()
    assert [fault["name"] for fault in state["faults"]] == ["status"]
    assert [hub.get("/user").status_code for _ in range(2)] == [500, 200]
    web.post("/_sandbox/github/faults", json={"name": "drop_before", "times": None})
    assert web.delete("/_sandbox/github/faults").json()["faults"] == []
    state = web.patch("/_sandbox/github/switches", json={"requests_per_hour": 1}).json()
    assert state["switches"]["requests_per_hour"] == 1
    assert hub.get("/user").status_code == 403


def test_people_edit_from_another_process(web, hub):
    made = web.post(
        "/_sandbox/github/people",
        json={"as": "ada", "do": "create", "args": [REPOSITORY, "one"], "fields": {"labels": ["bug"]}},
    ).json()
    assert (made["number"], made["user"]["login"]) == (1, "ada")
    web.post("/_sandbox/github/people", json={"do": "close", "args": [REPOSITORY, 1, "not_planned"]})
    assert hub.get(f"{ISSUES}/1").json()["state_reason"] == "not_planned"


def test_a_place_is_set_up_from_another_process(sandbox, web, hub):
    web.post("/_sandbox/github/place", json={"do": "add_repository", "args": ["acme/web"]})
    assert hub.get("/repos/acme/web").status_code == 200
    made = web.post("/_sandbox/notion/place", json={"do": "create_database", "args": ["Roadmap"]}).json()
    rows = web.post("/_sandbox/notion/place", json={"do": "pages", "args": [made[1]]}).json()
    assert rows == []


def test_the_clock_can_jump(web, hub):
    before = hub.post(ISSUES, json={"title": "one"}).json()["created_at"]
    web.post("/_sandbox/clock", json={"advance": 3600})
    assert hub.patch(f"{ISSUES}/1", json={"title": "two"}).json()["updated_at"][:13] != before[:13]


@pytest.mark.parametrize(
    ("verb", "path", "sent"),
    [
        ("POST", "/_sandbox/github/faults", {"name": "nonsense"}),
        ("PATCH", "/_sandbox/github/switches", {"nonsense": 1}),
        ("POST", "/_sandbox/github/people", {"do": "nonsense"}),
        ("POST", "/_sandbox/github/people", {"do": "_issue", "args": [REPOSITORY, 1]}),
        ("POST", "/_sandbox/github/people", {"do": "close", "args": [REPOSITORY, 99]}),
        ("POST", "/_sandbox/nowhere/people", {"do": "close"}),
    ],
)
def test_a_command_that_makes_no_sense_is_told_why(web, verb, path, sent):
    answer = web.request(verb, path, json=sent)
    assert answer.status_code == 400
    assert answer.json()["error"]


# --- the page and the seed


def test_the_page_shows_both_sides_and_escapes_them(sandbox, web, hub):
    ada = sandbox.github.person("ada")
    ada.create(REPOSITORY, "<script>alert(1)</script>", labels=["bug"], assignees=["ada"])
    ids = database(sandbox.notion)
    sandbox.notion.load(ids.data_source, [{"Name": "A & B", "Status": "Done", "Labels": ["bug"]}])
    hub.get("/nothing")
    page = web.get("/").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    for text in ("A &amp; B", "Labels: bug", "@ada", "api#1", "/nothing", "404"):
        assert text in page
    assert not re.findall(r"(?:https?:)?//[a-z]", page)  # nothing is fetched from elsewhere


def test_an_issue_has_a_page_where_its_address_leads(sandbox, web):
    ada = sandbox.github.person("ada")
    made = ada.create(REPOSITORY, "one & only", "<b>text</b>")
    ada.comment(REPOSITORY, 1, "said <i>so</i>")
    shown = web.get(made["html_url"])
    assert shown.status_code == 200
    for text in ("one &amp; only", "&lt;b&gt;text&lt;/b&gt;", "said &lt;i&gt;so&lt;/i&gt;"):
        assert text in shown.text
    assert web.get("/acme/api/issues/99").status_code == web.get("/acme/other/issues/1").status_code == 404
    assert 'href="/acme/api/issues/1"' in web.get("/").text


def test_it_serves_in_the_foreground_until_it_is_interrupted():
    with listen(0) as free:
        port = free.getsockname()[1]
    command = f"from sync.sandbox.server import serve; serve({port}, lambda s: s.github.add_repository('acme/api'))"
    process = subprocess.Popen([sys.executable, "-c", command])
    try:
        assert eventually(f"http://127.0.0.1:{port}/github/repos/acme/api") == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()


def eventually(url):
    for _ in range(200):
        try:
            return httpx.get(url, headers=TOKEN, trust_env=False).status_code
        except httpx.ConnectError:
            time.sleep(0.05)
    return None


def test_the_same_seed_makes_the_same_issues(sandbox):
    def made(name, seed):
        assert populate(sandbox.github, name, 40, seed) == 40
        own = ("number", "title", "body", "state", "state_reason")
        return [tuple(issue[key] for key in own) for issue in sandbox.github.issues(name)]

    first = made("acme/one", 7)
    assert made("acme/two", 7) == first
    assert made("acme/three", 8) != first


def test_seeded_issues_are_lifelike(sandbox):
    populate(sandbox.github, "acme/demo", 200)
    rows = sandbox.github.issues("acme/demo")
    assert {row["state_reason"] for row in rows} == {None, "completed", "not_planned", "duplicate"}
    assert {bool(row["assignees"]) for row in rows} == {True, False}
    assert any("\r\n" in (row["body"] or "") for row in rows)
    assert any("🌙" in row["title"] for row in rows)
    assert any("\u0590" < row["title"][0] < "\u06ff" for row in rows)
    assert any(label["name"].startswith("priority/") for row in rows for label in row["labels"])
    assert any(row["milestone"] for row in rows)
    assert all(row["created_at"] <= row["updated_at"] for row in rows)
