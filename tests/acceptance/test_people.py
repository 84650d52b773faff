"""Who is who: people by e-mail, name or user id, what a guest and a personal token cannot show, and scope labels."""

from __future__ import annotations

import pytest

from sync.core.model import Side
from tests.acceptance.place import USERS


def known_as(place, who):
    """Say in the mapping what ada is called in Notion."""
    place.file.write_text(place.file.read_text().replace(USERS, f"{{ada: {who}}}"))


def assigned(place):
    """Have both sides assign ada, each on another pair, and tell what the other side then shows."""
    place.opened("By GitHub", assignees=["ada"])
    place.opened("By Notion")
    place.synced()
    pages = {page["properties"]["Name"]: page for page in place.pages()}
    place.ada.edit(pages["By Notion"]["id"], {"Owner": [place.who]})
    place.synced()
    return pages["By GitHub"]["properties"]["Owner"], [each["login"] for each in place.issue(2)["assignees"]]


@pytest.mark.parametrize("by", ["e-mail", "name", "id", "bare id"])
def test_a_person_is_found_by_email_name_or_user_id(place, by):
    place.who = place.ada.id
    said = {"e-mail": "ADA@example.com", "name": "Ada Byron", "id": place.who, "bare id": place.who.replace("-", "")}
    known_as(place, said[by])
    assert place.run("check").document["findings"] == []
    assert assigned(place) == ([place.who], ["ada"])


def test_a_guest_stands_in_no_list_and_is_found_by_the_user_id_alone(place):
    place.who = place.running.notion.add_user("Guest", "guest@example.com", kind="guest")
    known_as(place, "guest@example.com")
    (warning,) = place.run("check").document["findings"]
    assert warning["level"] == "warning"
    assert "guest" in warning["cure"]
    known_as_again(place)
    assert place.run("check").document["findings"] == []
    assert assigned(place) == ([place.who], ["ada"])


def known_as_again(place):
    place.map()
    known_as(place, place.who)


def test_a_personal_token_that_may_list_nobody_is_explained_and_works_by_user_ids(place):
    place.faults(Side.NOTION).switch("personal_token", True)
    place.who = place.ada.id
    known_as(place, "ada@example.com")
    ran = place.run("check")
    assert ran.code == 0
    assert {each["level"] for each in ran.document["findings"]} == {"warning"}
    assert any("personal token" in each["message"] + each["cure"] for each in ran.document["findings"])
    known_as_again(place)
    assert assigned(place) == ([place.who], ["ada"])


def test_of_two_people_of_one_name_neither_is_guessed(place):
    place.running.notion.add_user("Ada Byron", "other@example.com")
    known_as(place, "Ada Byron")
    (warning,) = place.run("check").document["findings"]
    assert warning["level"] == "warning"
    place.opened("First", assignees=["ada"])
    done = place.synced()
    assert done["unmapped"] == 1
    assert place.page()["properties"]["Owner"] == []


def test_what_is_born_carries_all_labels_of_the_scope_and_only_issues_with_them_take_part(place):
    place.file.write_text(
        place.file.read_text().replace("repositories: [acme/api]", "repositories: [acme/api], labels: [sync, team]")
    )
    place.opened("In", labels=["sync", "Team", "bug"])
    place.opened("Half in", labels=["sync"])
    place.added("Born", Status="To do", Labels=["ui"])
    place.synced()
    assert {page["properties"]["Name"] for page in place.pages()} == {"In", "Born"}
    born = place.issue(3)
    assert {each["name"].casefold() for each in born["labels"]} == {"sync", "team", "ui"}
    before = place.count("writes")
    place.synced("--full")
    assert place.count("writes") == before
