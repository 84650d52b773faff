from __future__ import annotations

import json
import re
import uuid

import pytest

from tests.sandbox.notion.desk import text

NOWHERE = "00000000-0000-0000-0000-000000000000"


def test_every_answer_carries_its_request_id_in_body_and_header_and_the_sandbox_time(desk):
    reply = desk.ask("GET", "/v1/users/me")
    assert json.loads(reply.body)["request_id"] == reply.headers["x-notion-request-id"]
    assert reply.headers["date"] == "Wed, 04 Mar 2026 10:20:47 GMT"
    assert not [name for name in reply.headers if "ratelimit" in name]


def test_a_refusal_carries_its_request_id_too(desk):
    reply = desk.ask("GET", "/v1/nonsense")
    assert json.loads(reply.body)["request_id"] == reply.headers["x-notion-request-id"]


def test_a_wrong_token_is_unauthorized(desk):
    error = desk.refused("GET", "/v1/users", token="another")
    assert (error["status"], error["code"], error["message"]) == (401, "unauthorized", "API token is invalid.")


def test_a_missing_version_is_refused_in_the_documented_words(desk):
    error = desk.refused("GET", "/v1/users/me", version=None)
    assert error["code"] == "missing_version"
    assert error["message"] == (
        "Notion-Version header failed validation: Notion-Version header should be defined, instead was `undefined`."
    )


def test_an_unknown_version_is_refused(desk):
    assert desk.refused("GET", "/v1/users/me", version="2026-02-01")["code"] == "missing_version"


def test_an_unknown_address_is_refused(desk):
    error = desk.refused("GET", "/v1/invalid")
    assert (error["status"], error["code"], error["message"]) == (400, "invalid_request_url", "Invalid request URL.")


def test_a_body_that_is_no_json_is_refused(desk):
    assert desk.refused("POST", "/v1/search", b"{")["code"] == "invalid_json"
    assert desk.refused("POST", "/v1/search", b"[]")["code"] == "validation_error"


def test_a_body_beyond_500_kb_is_refused(desk):
    assert "≤ `500000`" in desk.refused("POST", "/v1/search", {"query": "x" * 500_001})["message"]


def test_an_id_with_a_wrong_variant_is_no_uuid(desk):
    error = desk.refused("GET", "/v1/pages/12345678-1234-1234-1234-123456789abc")
    assert error["message"] == (
        "path failed validation: path.page_id should be a valid uuid, "
        'instead was `"12345678-1234-1234-1234-123456789abc"`.'
    )


def test_an_id_may_be_dashed_or_not(desk, page):
    assert desk.get(f"/v1/pages/{page.replace('-', '')}")["id"] == page


def test_what_does_not_exist_is_answered_as_not_shared(desk, notion):
    error = desk.refused("GET", f"/v1/pages/{NOWHERE}")
    assert (error["status"], error["code"]) == (404, "object_not_found")
    assert error["message"] == (
        f"Could not find page with ID: {NOWHERE}. Make sure the relevant pages and databases are shared with your "
        'integration "tandem sandbox".'
    )
    assert error["additional_data"] == {"integration_id": notion.world.bot.id}


def test_unsharing_a_database_hides_it_with_all_that_is_in_it_until_it_is_shared_again(desk, ids, page, person):
    addresses = [f"/v1/databases/{ids.database}", f"/v1/data_sources/{ids.data_source}", f"/v1/pages/{page}"]
    person.unshare(ids.database)
    assert [desk.refused("GET", each)["code"] for each in addresses] == ["object_not_found"] * 3
    assert desk.refused("POST", f"/v1/data_sources/{ids.data_source}/query", {})["status"] == 404
    person.share(ids.database)
    assert [desk.get(each)["object"] for each in addresses] == ["database", "data_source", "page"]


@pytest.mark.parametrize(
    ("capability", "verb", "path"),
    [
        ("read_content", "GET", "/v1/pages/{page}"),
        ("update_content", "PATCH", "/v1/pages/{page}"),
        ("insert_content", "POST", "/v1/pages"),
        ("read_comments", "GET", "/v1/comments?block_id={page}"),
        ("insert_comments", "POST", "/v1/comments"),
        ("read_users", "GET", "/v1/users"),
    ],
)
def test_a_missing_capability_is_restricted(desk, page, capability, verb, path):
    desk.notion.world.capabilities.discard(capability)
    error = desk.refused(verb, path.format(page=page), {} if verb != "GET" else None)
    assert (error["status"], error["code"]) == (403, "restricted_resource")


def test_the_window_is_of_sixty_seconds_and_names_the_wait_twice(desk, notion, clock):
    notion.faults.switch("requests_per_minute", 3)
    clock.set(clock.now().replace(second=0, microsecond=0))
    for _ in range(3):
        desk.get("/v1/users/me")
    clock.advance(18.5)
    reply = desk.ask("GET", "/v1/users/me")
    assert reply.status == 429
    assert reply.headers["retry-after"] == "42"
    assert json.loads(reply.body)["additional_data"] == {
        "rate_limit_reason": "public_api_request_rate_limit",
        "retry_after": "42",
    }
    clock.advance(42)
    desk.get("/v1/users/me")


def test_180_requests_a_minute_is_the_default(desk, clock, faults):
    faults.switches.pop("requests_per_minute")
    faults.declare({}, {"requests_per_minute": 180})
    assert [desk.ask("GET", "/v1/users/me").status for _ in range(181)].count(200) == 180


def test_the_workspace_has_a_window_of_its_own(desk, faults):
    faults.switch("workspace_requests_per_minute", 1)
    desk.get("/v1/users/me")
    error = desk.refused("GET", "/v1/users/me")
    assert error["additional_data"]["rate_limit_reason"] == "public_api_space_request_rate_limit"


def test_a_limit_can_be_made_to_strike_once(desk, faults):
    faults.arm("rate_limited", seconds=12, reason="public_api_request_blocked")
    reply = desk.ask("GET", "/v1/users/me")
    assert (reply.status, reply.headers["retry-after"]) == (429, "12")
    assert json.loads(reply.body)["additional_data"]["rate_limit_reason"] == "public_api_request_blocked"
    desk.get("/v1/users/me")


def test_an_overload_is_a_529_with_a_wait(desk, faults):
    faults.arm("overloaded", seconds=9)
    reply = desk.ask("GET", "/v1/users/me")
    assert (reply.status, reply.headers["retry-after"]) == (529, "9")
    assert json.loads(reply.body)["code"] == "service_overload"


def test_an_outage_tells_nothing_and_nothing_happens(desk, faults, notion, source):
    faults.arm("unavailable", method="POST")
    error = desk.refused("POST", "/v1/pages", {"parent": {"data_source_id": source}, "properties": {}})
    assert (error["status"], error["code"]) == (503, "service_unavailable")
    assert "additional_data" not in error
    assert notion.pages(source) == []


def test_a_conflict_leaves_the_page_as_it_was(desk, faults, notion, page):
    faults.arm("conflict")
    error = desk.refused("PATCH", f"/v1/pages/{page}", {"properties": {"Name": {"title": text("Other")}}})
    assert (error["status"], error["code"]) == (409, "conflict_error")
    assert notion.page(page)["properties"]["Name"] == "First"


def test_a_read_meets_no_conflict(desk, faults, source, page):
    faults.arm("conflict")
    desk.query(source)
    desk.get(f"/v1/pages/{page}")
    assert faults.armed


def test_a_create_that_was_saved_may_answer_503_with_what_it_made(desk, faults, notion, source):
    faults.arm("committed_503")
    body = {"parent": {"data_source_id": source}, "properties": {"Name": {"title": text("Saved")}}}
    error = desk.refused("POST", "/v1/pages", body)
    assert error["status"] == 503
    made = error["additional_data"]["committed_resource_id"]
    assert notion.page(made)["properties"]["Name"] == "Saved"
    assert "Do not repeat the write." in error["additional_data"]["retry_guidance"]


def test_an_update_that_was_saved_may_answer_503_without_an_id(desk, faults, notion, page):
    faults.arm("committed_503")
    error = desk.refused("PATCH", f"/v1/pages/{page}", {"in_trash": True})
    assert "committed_resource_id" not in error["additional_data"]
    assert notion.page(page)["in_trash"] is True


def test_a_full_free_workspace_refuses_new_pages_alone(desk, faults, source, page):
    faults.switch("block_limit", value=True)
    error = desk.refused("POST", "/v1/pages", {"parent": {"data_source_id": source}, "properties": {}})
    assert (error["status"], error["code"]) == (403, "restricted_resource")
    assert error["additional_data"] == {"block_limit": "block_creation"}
    desk.patch(f"/v1/pages/{page}", {"properties": {"Name": {"title": text("Still works")}}})
    faults.switch("personal_token", value=True)
    desk.row(source, {})


def test_unknown_fields_turn_up_at_random(desk, faults, source, page):
    faults.switch("unknown_fields", value=True)
    seen = ["sandbox_surprise" in desk.get(f"/v1/pages/{page}") for _ in range(40)]
    assert {True, False} == set(seen)


def test_archived_is_shown_by_the_older_version_alone(desk, page):
    assert desk.get(f"/v1/pages/{page}", version="2025-09-03")["archived"] is False
    assert "archived" not in desk.get(f"/v1/pages/{page}")


def test_ids_are_version_8_and_the_same_seed_gives_the_same(page, notion):
    assert uuid.UUID(page).version == 8
    assert re.fullmatch(r"[0-9a-f-]{36}", notion.world.bot.id)


@pytest.mark.parametrize("verb", ["PATCH", "POST"])
def test_a_key_that_an_endpoint_does_not_know_is_refused(desk, page, source, verb):
    path = f"/v1/pages/{page}" if verb == "PATCH" else "/v1/pages"
    body = {"archived": True} if verb == "PATCH" else {"parent": {"data_source_id": source}, "archived": True}
    assert desk.refused(verb, path, body)["message"] == (
        "body failed validation: body.archived should be not present, instead was `true`."
    )
