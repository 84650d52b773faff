from __future__ import annotations

import pytest

from sync.core.errors import Busy, Denied, Forbidden, Rejected, TryLater, Unsafe, Vanished
from sync.core.limits import NOTION_CALL, NOTION_REQUESTS, Lane
from sync.remotes.notion.client import Door
from tests.remotes import truth
from tests.remotes.stand import Said

MADE = "38c9ce7b-60a4-8186-b51f-ce28be392a4a"


def error(status, code, message="Refused.", headers=None, **details):
    body = {"object": "error", "status": status, "code": code, "message": message}
    return Said(status, body | ({"additional_data": details} if details else {}), headers or {})


def reading(door):
    return door.read("pages/1")


def writing(door):
    return door.write("POST", "pages", {})


def test_a_call_carries_the_token_and_the_pinned_version(notion_door, stand):
    stand.says(Said(200, {"object": "list"}))
    notion_door.read("users", query={"page_size": 100})
    asked = stand.asked[0]
    assert asked.headers["authorization"] == "Bearer sandbox-notion"
    assert asked.headers["notion-version"] == "2026-03-11"
    assert (asked.path, asked.query) == ("/v1/users", {"page_size": ["100"]})


def test_every_call_is_charged_in_its_lane(notion_door, stand, gate):
    stand.says(Said(200, {}))
    reading(notion_door.on(Lane.PERSON))
    writing(notion_door.on(Lane.IMPORT))
    reading(notion_door)
    assert gate.entered == [(NOTION_CALL, lane) for lane in (Lane.PERSON, Lane.IMPORT, Lane.POLL)]


@pytest.mark.parametrize("call", [reading, writing])
def test_a_closed_gate_lets_nothing_out(notion_door, stand, gate, call):
    gate.closed = Busy(9, "spent")
    with pytest.raises(Busy):
        call(notion_door)
    assert stand.asked == []


def test_half_a_character_is_refused_before_anything_is_sent(notion_door, stand):
    with pytest.raises(Rejected, match="half a character") as refused:
        notion_door.write("PATCH", "pages/1", {"title": "half a pair \ud83d"})
    assert "anew" in refused.value.cure
    assert stand.asked == []


@pytest.mark.parametrize("call", [reading, writing])
@pytest.mark.parametrize(
    "limit",
    [
        (error(429, "rate_limited", headers={"Retry-After": "7"}), 7),
        (error(429, "rate_limited", rate_limit_reason="public_api_request_rate_limit", retry_after="9"), 9),
        (error(429, "rate_limited"), 30),
        (error(529, "service_overload", headers={"Retry-After": "90"}), 90),
        (Said(429, text="<html>"), 30),
    ],
)
def test_a_limit_stops_everybody_and_did_nothing(notion_door, stand, gate, call, limit):
    said, wait = limit
    stand.says(said)
    with pytest.raises(Busy) as busy:
        call(notion_door)
    assert busy.value.wait == wait
    assert [(budget, seconds) for budget, seconds, _ in gate.paused] == [(NOTION_REQUESTS, wait)]
    assert len(stand.asked) == 1


def test_a_blocked_connection_is_denied(notion_door, stand):
    stand.says(error(429, "rate_limited", rate_limit_reason="public_api_request_blocked"))
    with pytest.raises(Denied):
        reading(notion_door)


@pytest.mark.parametrize(
    ("said", "read", "write"),
    [
        (error(400, "validation_error"), Rejected, Rejected),
        (error(400, "missing_version"), Rejected, Rejected),
        (error(400, "validation_error", "Can't edit block that is archived. You must unarchive."), Rejected, Vanished),
        (error(401, "unauthorized", "API token is invalid."), Denied, Denied),
        (error(403, "restricted_resource"), Forbidden, Forbidden),
        (error(403, "restricted_resource", block_limit="block_creation"), Rejected, Rejected),
        (Said(403, text="<html>edge</html>"), TryLater, TryLater),
        (error(404, "object_not_found"), Vanished, Vanished),
        (error(409, "conflict_error"), TryLater, TryLater),
        (error(409, "row_limit_exceeded"), Rejected, Rejected),
        (Said(413, text="too large"), Rejected, Rejected),
        (error(500, "internal_server_error"), TryLater, Unsafe),
        (Said(502, text="<html>"), TryLater, Unsafe),
        (error(503, "service_unavailable"), TryLater, Unsafe),
        (error(503, "database_connection_unavailable"), TryLater, Unsafe),
        (error(504, "gateway_timeout"), TryLater, Unsafe),
        (Said(200, text=""), TryLater, Unsafe),
        (Said(302, text="", headers={"Location": "/elsewhere"}), TryLater, Unsafe),
        (Said(0), TryLater, Unsafe),
    ],
)
def test_a_refusal_says_what_to_do_next_and_is_asked_once(notion_door, stand, said, read, write):
    stand.says(said)
    for call, expected in ((reading, read), (writing, write)):
        stand.asked.clear()
        with pytest.raises((TryLater, Unsafe, Rejected, Denied, Vanished)) as raised:
            call(notion_door)
        assert raised.type is expected
        assert raised.value.__cause__ is not None
        assert len(stand.asked) == 1


def test_a_503_after_the_change_was_saved_names_what_was_saved(notion_door, stand):
    stand.says(error(503, "service_unavailable", committed_resource_id=MADE.replace("-", "")))
    with pytest.raises(Unsafe) as unsafe:
        writing(notion_door)
    assert unsafe.value.committed == MADE
    with pytest.raises(TryLater):
        reading(notion_door)


def test_a_service_that_is_not_there_did_nothing(notion_door, stand):
    stand.stop()
    for call in (reading, writing):
        with pytest.raises(TryLater):
            call(notion_door)


def test_a_path_that_leads_elsewhere_is_refused_before_it_is_sent(notion_door, stand):
    with pytest.raises(Rejected):
        notion_door.read("pages/../users")
    assert stand.asked == []


def test_the_environments_proxy_does_not_stand_before_this_machine(monkeypatch, stand, gate):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    stand.says(Said(200, {}))
    door = Door("sandbox-notion", gate, base_url=f"{stand.url}/")
    assert reading(door).body == {}
    assert stand.asked[0].path == "/v1/pages/1"
    door.close()


def test_nothing_of_a_call_is_logged_twice_or_at_all(notion_door, stand, caplog, capsys):
    stand.says(error(400, "validation_error"))
    with pytest.raises(Rejected):
        reading(notion_door)
    assert caplog.records == []
    assert capsys.readouterr() == ("", "")


@truth.needed
def test_every_recorded_and_quoted_refusal_is_understood(notion_door, stand):
    expected = {400: Rejected, 401: Denied, 404: Vanished, 409: TryLater, 429: Busy, 503: Unsafe}
    refusals = [exchange["response"] for exchange in truth.stories()] + list(truth.quoted("notion").values())
    seen = 0
    for reply in refusals:
        if reply["status"] >= 400 and "object" in reply["body"]:
            stand.says(Said(reply["status"], reply["body"]))
            with pytest.raises(expected[reply["status"]]):
                writing(notion_door)
            seen += 1
    assert seen >= 14
