"""What the buttons do, for whom, and what a program is answered."""

import json
from datetime import UTC, datetime

import pytest
from starlette.requests import Request
from starlette.responses import Response

from sync.core.events import Mode
from sync.core.limits import Lane
from sync.core.model import Action, Change, Conflict, LinkState, Op, Ref, Shadow, Side
from sync.core.state import Decision, Failure, Observation
from sync.flow.beat import due
from sync.flow.turn import heed
from sync.web.access import SESSION, Access
from tests.store.making import record
from tests.web.desk import API, BEARER, FORM, SOURCE, TOKEN, environment, nobodys_port, running

ISSUE, PAGE = Ref(Side.GITHUB, "1007", API, 7), Ref(Side.NOTION, "aa000000-0000-4000-8000-000000000001", SOURCE)
BUTTONS = [
    "/api/mappings/roadmap/resync",
    "/api/mappings/roadmap/pause",
    "/api/mappings/roadmap/resume",
    "/api/mappings/roadmap/approve",
    "/api/links/1/resync",
    "/api/conflicts/1/resolve",
    "/api/conflicts/resolve",
    "/api/failures/1/retry",
    "/api/failures/retry",
    "/api/notion-token/show",
    "/api/notion-token/forget",
    "/deliveries/token",
]
PAGES = [
    *("/", "/mappings/roadmap", "/links", "/links/1", "/conflicts", "/failures", "/passes", "/passes/p1"),
    *("/limits", "/deliveries", "/metrics"),
]


@pytest.fixture
def tied(desk):
    """Return a link of two records that were seen."""
    store = desk.store
    tick = store.tick()
    seen = [Observation(record(ref), tick, desk.sync.clock.now()) for ref in (ISSUE, PAGE)]
    store.observe("roadmap", seen, [], tick)
    return store.tie("roadmap", ISSUE, PAGE, store.tick())


def decided(desk, link, *, refused=None, **said):
    """Have a round decide the link."""
    store, upto = desk.store, desk.store.tick()
    now = store.known(link.id).link
    decision = Decision(link=now, state=LinkState.LINKED, shadows={}, **said)
    store.decide("roadmap", [decision], desk.sync.clock.now())
    store.release("roadmap", upto, refused or {}, ())


def held(desk, link, github="of GitHub", notion="of Notion", field="title~title"):
    decided(desk, link, conflicts=(Conflict(field, github, notion, Shadow("was", "was")),))
    return desk.store.conflicts()[-1]


def failed(desk, link):
    change = Change("title~title", "One", "Two", Shadow("Two", "Two"))
    decided(desk, link, op=Op(Side.NOTION, Action.UPDATE, (change,), "changed"))
    now = desk.sync.clock.now()
    outgoing = desk.store.lease("somebody", now, now)
    failure = Failure(link.id, Side.NOTION, "update", "d", "refused <b>for good</b>", "ask nicely", now)
    desk.store.fail(outgoing, failure, desk.store.tick())
    return desk.store.failures()[0].failure


# -- who may press them ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", BUTTONS)
def test_no_button_works_without_the_token(locked, path):
    for headers in (
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": TOKEN},
    ):
        assert locked.client.post(path, headers=headers).status_code == 401
    assert locked.client.post(path, headers={"cookie": "tandem_session=9999999999.0"}).status_code == 401
    assert locked.client.post(path, headers=BEARER).status_code != 401


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_shown_without_the_token(locked, path):
    answer = locked.client.get(path, headers=FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}")
    assert locked.client.get(path).status_code == 401
    assert locked.client.get(path, headers={**FORM, **BEARER}).status_code in (200, 404)


def test_health_the_looks_and_the_login_need_no_token(locked):
    for path in ("/healthz", "/login", "/static/tandem.css", "/static/live.js", "/static/icon.svg"):
        assert locked.client.get(path).status_code == 200
    assert locked.client.get("/readyz").status_code == 503
    assert locked.client.get("/static/../app.py").status_code in (401, 404)


def test_the_token_begins_a_session_that_the_browser_keeps_to_itself(locked):
    wrong = locked.client.post("/login", data={"token": "wrong"}, headers=FORM)
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
    right = locked.client.post("/login", data={"token": TOKEN, "next": "/conflicts"}, headers=FORM)
    assert (right.status_code, right.headers["location"]) == (303, "/conflicts")
    kept = right.headers["set-cookie"].lower()
    assert "httponly" in kept
    assert "samesite=strict" in kept
    assert TOKEN not in kept
    assert locked.client.get("/conflicts", headers=FORM).status_code == 200
    assert locked.client.post("/api/mappings/roadmap/resync").status_code == 202
    locked.client.post("/logout", headers=FORM)
    assert locked.client.get("/conflicts", headers=FORM).status_code == 303


def test_a_session_that_was_lengthened_by_hand_is_none(locked):
    locked.client.post("/login", data={"token": TOKEN})
    ends, _, signature = locked.client.cookies["tandem_session"].partition(".")
    locked.client.cookies.clear()
    for cookie in (f"{int(ends) + 1}.{signature}", f"{ends}.", f"{ends}", f"1.{signature}", "ä.b", "9" * 40 + ".x"):
        assert locked.client.get("/", headers={"cookie": f"tandem_session={cookie}".encode()}).status_code == 401
    assert locked.client.get("/", headers={"cookie": f"tandem_session={ends}.{signature}"}).status_code == 200


@pytest.mark.parametrize(
    "onward", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\tx"]
)
def test_a_login_leads_nowhere_else(locked, onward):
    answer = locked.client.post("/login", data={"token": TOKEN, "next": onward})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_what_another_site_has_a_browser_send_is_refused(desk, locked, headers):
    for path in (*BUTTONS, "/login", "/logout"):
        assert desk.client.post(path, headers=headers).status_code == 403
        assert locked.client.post(path, headers={**BEARER, **headers}).status_code == 403
    assert desk.hints() == []


def test_our_own_pages_and_programs_may_send(desk):
    for headers in (
        {"sec-fetch-site": "same-origin", "origin": str(desk.client.base_url)},
        {"origin": str(desk.client.base_url)},
        {},
    ):
        assert desk.client.post("/api/mappings/roadmap/resync", headers=headers).status_code == 202


def test_a_webhook_may_come_from_anywhere(desk):
    answer = desk.github("star", {"action": "x"}, **{"sec-fetch-site": "cross-site", "origin": "https://x.example"})
    assert answer.status_code == 202


@pytest.mark.parametrize(
    "headers", [{"host": "evil.example"}, {"host": "tandem.example:80"}, {"x-forwarded-for": "9.9.9.9"}, {"host": ""}]
)
def test_without_a_token_only_this_machine_comes_in_under_its_own_name(desk, headers):
    assert desk.client.get("/", headers={**FORM, **headers}).status_code == 403
    assert desk.client.post("/api/mappings/roadmap/resync", headers=headers).status_code == 403
    assert desk.client.get("/healthz", headers=headers).status_code == 200


def test_every_answer_says_that_nothing_comes_from_elsewhere(desk):
    for path in ("/", "/healthz", "/nowhere", "/static/tandem.css"):
        headers = desk.client.get(path, headers=FORM).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert desk.client.get("/").headers["cache-control"] == "no-store"


# -- what they do ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "mode"),
    [
        ({}, "hint"),
        ({"json": {"full": True}}, "full"),
        ({"data": {"full": "true"}}, "full"),
        ({"json": {"full": False}}, "hint"),
    ],
)
def test_a_resync_is_a_row_first_and_a_message_second(desk, given, mode):
    answer = desk.client.post("/api/mappings/roadmap/resync", **given)
    assert (answer.status_code, answer.json()) == (202, {"asked": "roadmap", "full": mode == "full"})
    assert [(hint.ref, hint.mode, hint.lane) for hint in desk.hints()] == [(None, mode, Lane.PERSON)]
    assert desk.waiting() == ["person:heed:roadmap"]


def test_a_form_is_led_back_to_the_page_it_stood_on_and_nowhere_else(desk):
    for given, location in (
        ("/mappings/roadmap", "/mappings/roadmap?said=resync"),
        ("//evil.example", "/?said=resync"),
        ("/links?said=<script>", "/links?said=resync"),
    ):
        answer = desk.client.post("/api/mappings/roadmap/resync", data={"back": given}, headers=FORM)
        assert (answer.status_code, answer.headers["location"]) == (303, location)


def test_what_is_not_there_answers_404_and_what_is_no_choice_422(desk):
    for path in ("/api/mappings/nobody/resync", "/api/links/9/resync", "/api/failures/9/retry", "/api/links/x/resync"):
        answer = desk.client.post(path)
        assert answer.status_code == 404
        assert answer.json()["error"]["message"]
    assert desk.client.post("/api/conflicts/9/resolve", json={"use": "github"}).status_code == 404
    assert desk.client.post("/api/conflicts/9/resolve", json={"use": "both"}).status_code == 422
    assert desk.client.post(f"/api/links/{10**30}/resync").status_code == 404
    assert desk.client.get("/api/mappings/roadmap/resync").status_code == 405


@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b"\xff", b"[" * 60_000])
def test_a_body_that_is_no_object_answers_400(desk, body):
    assert desk.client.post("/api/mappings/roadmap/resync", content=body).status_code == 400


def test_a_body_that_is_too_large_answers_413(desk):
    assert desk.client.post("/api/mappings/roadmap/resync", content=b" " * 70_000).status_code == 413


class Asked:
    """A queue that remembers what was asked of it."""

    def __init__(self):
        self.messages = []

    def send(self, task, key, lane):
        self.messages.append((task, key))


def test_a_mapping_that_a_person_paused_is_neither_read_nor_written_until_it_goes_on(desk, tied):
    change = Change("title~title", "One", "Two", Shadow("Two", "Two"))
    decided(desk, tied, op=Op(Side.NOTION, Action.UPDATE, (change,), "changed"))
    assert desk.client.post("/api/mappings/roadmap/pause").json() == {"paused": "roadmap"}
    store, now, queue = desk.store, desk.sync.clock.now(), Asked()
    assert store.status("roadmap").paused == "stopped by a person on the dashboard"
    assert store.statuses(["roadmap"])["roadmap"].paused == "stopped by a person on the dashboard"
    world = desk.sync.world("roadmap")
    store.hint("roadmap", None, Lane.PERSON, now)
    due(store, [world.mapping], desk.sync.pace, queue, world.now())
    heed(world, queue)
    assert [task for task, _ in queue.messages if task != "drain"] == []
    assert list(store.hinted()) == ["roadmap"]
    assert store.lease("somebody", now, now) is None
    assert store.next_due("roadmap") is None
    # Whoever works the mapping writes its state back whole, and the pause stays.
    desk.remember()
    assert store.status("roadmap").paused
    assert desk.client.post("/api/mappings/roadmap/resume").json() == {"resumed": "roadmap"}
    assert store.status("roadmap").paused is None
    assert store.lease("somebody", now, now) is not None
    assert Mode.BIND in {hint.mode for hint in desk.hints()}


def test_what_a_guard_holds_back_is_let_through_only_where_something_is(desk, tied):
    assert desk.client.post("/api/mappings/roadmap/approve").status_code == 409
    decided(desk, tied, refused={"max_destructive": "9 writes where max_destructive allows 2"})
    answer = desk.client.post("/api/mappings/roadmap/approve")
    assert answer.json()["refusals"] == {"max_destructive": "9 writes where max_destructive allows 2"}
    assert [hint.mode for hint in desk.hints()] == ["approve"]


def test_a_link_is_looked_at_on_both_sides(desk, tied):
    assert desk.client.post(f"/api/links/{tied.id}/resync").status_code == 202
    found = [(hint.ref, hint.ref.container, hint.mode) for hint in desk.hints()]
    assert found == [(ISSUE, API, Mode.DEEP), (PAGE, SOURCE, Mode.DEEP)]


def test_a_conflict_is_resolved_once_and_never_after_a_value_moved(desk, tied):
    first = held(desk, tied)
    moved = held(desk, tied, notion="moved")
    assert desk.client.post(f"/api/conflicts/{first.id}/resolve", json={"use": "github"}).status_code == 404
    answer = desk.client.post(f"/api/conflicts/{moved.id}/resolve", json={"use": "notion"})
    assert answer.json() == {"resolved": [moved.id], "use": "notion"}
    assert desk.store.conflicts()[-1].resolved is Side.NOTION
    assert desk.waiting() == ["person:decide:roadmap"]


def test_conflicts_are_resolved_together_up_to_the_last_one_that_was_shown(desk, tied):
    row = held(desk, tied)
    path = "/api/conflicts/resolve"
    said = {"mapping": "roadmap", "use": "github"}
    assert desk.client.post(path, json={**said, "upto": row.id - 1}).json()["resolved"] == []
    assert desk.client.post(path, json={**said, "field": "labels"}).json()["resolved"] == []
    assert desk.client.post(path, json={**said, "field": "title", "upto": row.id}).json()["resolved"] == [row.id]
    assert desk.client.post(path, json=said).json()["resolved"] == []


def test_conflicts_of_a_field_are_resolved_by_either_sides_name_of_it_and_of_no_other(desk, tied):
    desk.remember()
    row = held(desk, tied)
    path, said = "/api/conflicts/resolve", {"mapping": "roadmap", "use": "github"}
    answer = desk.client.post(path, json={**said, "field": "titel"})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "the mapping has no field 'titel' (did you mean 'title'?)"
    assert desk.client.post(path, json={**said, "field": "Name"}).json()["resolved"] == [row.id]


def test_a_failure_is_tried_again_one_or_all(desk, tied):
    failure = failed(desk, tied)
    assert desk.client.post(f"/api/failures/{failure.id}/retry").json() == {"retried": 1}
    assert desk.client.post(f"/api/failures/{failure.id}/retry").status_code == 404
    failed(desk, tied)
    assert desk.client.post("/api/failures/retry", json={"mapping": "other"}).json() == {"retried": 0}
    assert desk.client.post("/api/failures/retry").json() == {"retried": 1}
    assert desk.waiting() == ["person:decide:roadmap"]


def test_without_redis_a_button_works_all_the_same(folder):
    with running(environment(folder, f"redis://127.0.0.1:{nobodys_port()}")) as desk:
        desk.remember()
        assert desk.client.post("/api/mappings/roadmap/resync").status_code == 202
        assert list(desk.store.hinted()) == ["roadmap"]
        assert "Redis does not answer" in desk.client.get("/limits").text
        ready = desk.client.get("/readyz").json()
        assert "Redis" in ready["checks"]["redis"]
        assert "tandem_redis_up 0" in desk.client.get("/metrics").text


def test_an_answer_is_json_for_a_program_also_where_it_is_an_error(desk):
    answer = desk.client.post("/api/mappings/nobody/pause", content=json.dumps({"x": 1}))
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"error": {"message": "no mapping that runs is named 'nobody'", "problems": []}}


class Standing:
    """A clock that stands where it is put."""

    def __init__(self, moment):
        self.moment = moment

    def now(self):
        return self.moment


def test_a_session_ends_after_a_month(folder, redis):
    clock = Standing(datetime(2026, 3, 1, tzinfo=UTC))
    access = Access(environment(folder, redis, WEB_TOKEN=TOKEN), clock)
    response = Response()
    access.enter(response)
    cookie = response.headers["set-cookie"].partition(";")[0].encode()
    asked = Request(
        {"type": "http", "method": "GET", "path": "/", "headers": [(b"cookie", cookie)], "query_string": b""}
    )
    assert access.refusal(asked) is None
    clock.moment += SESSION
    assert access.refusal(asked).status_code == 401


def test_over_https_the_session_never_leaves_it(folder, redis):
    settings = environment(folder, redis, WEB_TOKEN=TOKEN, PUBLIC_URL="https://tandem.example")
    response = Response()
    Access(settings, Standing(datetime(2026, 3, 1, tzinfo=UTC))).enter(response)
    assert "; secure" in response.headers["set-cookie"].lower()
