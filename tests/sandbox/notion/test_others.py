from __future__ import annotations

import pytest

from tests.sandbox.notion.desk import text

NOBODY = "00000000-0000-4000-8000-000000000001"


# Users


def test_the_bot_knows_itself_even_without_capabilities(desk, notion):
    notion.world.capabilities.clear()
    me = desk.get("/v1/users/me")
    assert (me["id"], me["type"]) == (notion.world.bot.id, "bot")
    assert me["bot"]["owner"] == {"type": "workspace", "workspace": True}
    assert me["bot"]["workspace_limits"]["max_file_upload_size_in_bytes"] == 5_242_880


def test_guests_are_not_listed_but_found_by_id(desk, notion):
    notion.add_user("Ada", "ada@example.com")
    guest = notion.add_user("Guest", "guest@example.com", kind="guest")
    assert [each["name"] for each in desk.get("/v1/users")["results"]] == ["Sandbox Owner", "Ada", "tandem sandbox"]
    assert desk.get(f"/v1/users/{guest}")["name"] == "Guest"


def test_without_the_capability_for_mail_there_is_none(desk, notion):
    ada = notion.add_user("Ada", "ada@example.com")
    assert desk.get(f"/v1/users/{ada}")["person"] == {"email": "ada@example.com", "email_verified": True}
    notion.world.capabilities.discard("read_emails")
    assert desk.get(f"/v1/users/{ada}")["person"] == {}


def test_without_the_capability_for_users_people_are_bare_ids(desk, notion, source):
    notion.world.capabilities.discard("read_users")
    owner = notion.world.owner.id
    shown = desk.row(source, {"People": {"people": [{"id": owner}]}})
    assert shown["properties"]["People"]["people"] == [{"object": "user", "id": owner}]


def test_an_unknown_user_is_not_found_in_the_recorded_words(desk):
    assert desk.refused("GET", f"/v1/users/{NOBODY}")["message"] == (
        f"Could not find user with ID: {NOBODY}. Make sure your integration has capabilities to read user information. "
        "With those capabilities, only members and guests in the integration's workspace are visible."
    )


def test_users_come_in_pages(desk, notion):
    for n in range(5):
        notion.add_user(f"U{n}")
    first = desk.get("/v1/users?page_size=4")
    second = desk.get(f"/v1/users?page_size=4&start_cursor={first['next_cursor']}")
    assert (len(first["results"]), len(second["results"]), second["has_more"]) == (4, 3, False)
    assert desk.refused("GET", "/v1/users?start_cursor=nowhere")["code"] == "validation_error"
    assert "query.page_size" in desk.refused("GET", "/v1/users?page_size=500")["message"]


def test_a_personal_token_lists_nobody_and_belongs_to_somebody(desk, notion, faults):
    faults.switch("personal_token", value=True)
    assert desk.refused("GET", "/v1/users")["code"] == "restricted_resource"
    assert desk.get("/v1/users/me")["bot"]["owner"]["user"]["id"] == notion.world.owner.id


# Comments


@pytest.fixture
def comment(desk, page):
    return desk.post("/v1/comments", {"parent": {"page_id": page}, "rich_text": text("Mine")})


def listed(desk, page):
    return [each["rich_text"][0]["plain_text"] for each in desk.get(f"/v1/comments?block_id={page}")["results"]]


def test_a_comment_has_no_type_and_a_time_by_the_minute(comment, page, notion):
    assert "type" not in comment
    assert comment["created_time"] == "2026-03-04T10:20:00.000Z"
    assert comment["parent"] == {"type": "page_id", "page_id": page}
    assert comment["display_name"] == {"type": "integration", "resolved_name": "tandem sandbox"}
    assert comment["created_by"]["id"] == notion.world.bot.id


def test_a_comment_may_stand_under_another_name(desk, page):
    body = {"parent": {"page_id": page}, "rich_text": text("x")}
    custom = desk.post("/v1/comments", {**body, "display_name": {"type": "custom", "custom": {"name": "octocat"}}})
    assert custom["display_name"] == {"type": "custom", "resolved_name": "octocat"}
    assert desk.refused("POST", "/v1/comments", {**body, "display_name": {"type": "custom"}})["status"] == 400


def test_all_discussions_of_a_page_are_listed_oldest_first(desk, page, person, comment, clock):
    clock.advance(60)
    person.comment(page, "Theirs")
    clock.advance(60)
    desk.post("/v1/comments", {"discussion_id": comment["discussion_id"], "rich_text": text("Reply")})
    assert listed(desk, page) == ["Mine", "Theirs", "Reply"]
    first = desk.get(f"/v1/comments?block_id={page}&page_size=2")
    assert (len(first["results"]), first["has_more"]) == (2, True)


def test_resolved_discussions_are_hidden_everywhere_until_they_are_opened_again(desk, page, person, comment):
    person.resolve(comment["id"])
    assert listed(desk, page) == []
    assert desk.refused("GET", f"/v1/comments/{comment['id']}")["code"] == "object_not_found"
    answer = {"discussion_id": comment["discussion_id"], "rich_text": text("x")}
    assert desk.refused("POST", "/v1/comments", answer)["code"] == "object_not_found"
    person.reopen(comment["id"])
    assert listed(desk, page) == ["Mine"]


def test_only_our_own_comments_are_changed_and_deleted(desk, page, person, comment):
    theirs = person.comment(page, "Theirs")
    assert desk.refused("PATCH", f"/v1/comments/{theirs}", {"rich_text": text("x")})["status"] == 403
    assert desk.refused("DELETE", f"/v1/comments/{theirs}")["status"] == 403
    mine = f"/v1/comments/{comment['id']}"
    assert desk.patch(mine, {"rich_text": text("Changed")})["rich_text"][0]["plain_text"] == "Changed"
    assert desk.delete(mine)["rich_text"][0]["plain_text"] == "Changed"
    assert desk.refused("GET", mine)["code"] == "object_not_found"
    assert listed(desk, page) == ["Theirs"]


def test_a_persons_comment_shows_the_persons_name(desk, page, person):
    theirs = person.comment(page, "Theirs")
    person.edit_comment(theirs, "Changed")
    shown = desk.get(f"/v1/comments/{theirs}")
    assert shown["display_name"] == {"type": "user", "resolved_name": "Ada"}
    assert shown["rich_text"][0]["plain_text"] == "Changed"
    person.delete_comment(theirs)
    assert listed(desk, page) == []


def test_a_comment_does_not_touch_its_page(desk, page, person, clock):
    before = desk.get(f"/v1/pages/{page}")["last_edited_time"]
    clock.advance(120)
    person.comment(page, "Theirs")
    assert desk.get(f"/v1/pages/{page}")["last_edited_time"] == before


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"rich_text": text("x")},
        {"parent": {"page_id": NOBODY}, "discussion_id": NOBODY, "rich_text": text("x")},
        {"parent": {}, "rich_text": text("x")},
        {"parent": {"page_id": "x"}, "rich_text": text("x")},
    ],
)
def test_a_comment_needs_one_place(desk, body):
    assert desk.refused("POST", "/v1/comments", body)["code"] == "validation_error"


def test_a_comment_needs_one_kind_of_words(desk, page):
    place = {"parent": {"page_id": page}}
    both = {**place, "rich_text": text("x"), "markdown": "x"}
    versioned = {**place, "rich_text": text("x"), "markdown_version": "v2"}
    for body in (place, both, versioned, {**place, "markdown": 1}):
        assert desk.refused("POST", "/v1/comments", body)["code"] == "validation_error"
    made = desk.post("/v1/comments", {**place, "markdown": "**bold**", "markdown_version": "v2"})
    assert made["rich_text"][0]["plain_text"] == "**bold**"


def test_who_may_insert_but_not_read_gets_a_bare_id(desk, notion, page):
    notion.world.capabilities.discard("read_comments")
    made = desk.post("/v1/comments", {"parent": {"page_id": page}, "rich_text": text("x")})
    assert set(made) == {"object", "id", "request_id"}


# Search


def found(desk, **body):
    return [each["id"] for each in desk.post("/v1/search", body)["results"]]


def test_search_finds_pages_and_data_sources_by_words_of_their_title(desk, ids, page):
    assert found(desk, query="roadm") == [ids.data_source]
    assert found(desk, query="FIRST") == [page]
    assert found(desk, query="First", filter={"property": "object", "value": "data_source"}) == []
    assert found(desk, query="x y z") == []


def test_search_finds_the_trash_on_request_alone(desk, page, person):
    person.trash(page)
    assert found(desk, query="First") == []
    assert found(desk, query="First", filter={"property": "object", "value": "page", "in_trash": True}) == [page]


def test_search_sorts_by_the_last_edit(desk, notion, source, person, clock):
    made = []
    for name in ("Same one", "Same two"):
        clock.advance(60)
        made += notion.load(source, [{"Name": name}])
    assert found(desk, query="same") == made[::-1]
    sort = {"timestamp": "last_edited_time", "direction": "ascending"}
    assert found(desk, query="same", sort=sort) == made


def test_the_index_may_be_late(desk, faults, clock, page):
    faults.switch("search_lag_seconds", 5)
    assert found(desk, query="First") == []
    clock.advance(5)
    assert found(desk, query="First") == [page]


def test_search_does_not_find_what_is_not_shared(desk, ids, page, person):
    person.unshare(ids.database)
    assert found(desk, query="First") == found(desk, query="Roadmap") == []


def test_search_refuses_filters_that_it_does_not_know(desk):
    assert desk.refused("POST", "/v1/search", {"filter": {"status": "x"}})["code"] == "validation_error"
