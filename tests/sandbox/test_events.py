"""What the sandbox tells of: the right events, each of the shape that the services describe."""

from __future__ import annotations

import json
import warnings
from datetime import datetime
from functools import cache

import pytest
from openapi_schema_validator import OAS31Validator

from sync.core.events import Mode
from sync.remotes.github import webhook as github_webhook
from sync.remotes.notion import webhook as notion_webhook
from sync.sandbox.clock import Clock
from sync.sandbox.faults import Faults
from sync.sandbox.github import GitHub
from sync.sandbox.github.events import Events as GitHubEvents
from sync.sandbox.notion import Notion
from sync.sandbox.notion.events import Events as NotionEvents
from sync.sandbox.seed import database, populate
from tests.remotes.truth import FOLDER, needed
from tests.sandbox.conftest import REPOSITORY, Client


@cache
def description():
    return json.loads((FOLDER / "github-openapi-webhooks.json").read_text(encoding="utf-8"))


def faults(event):
    """Return what GitHub's own description finds wrong with a payload; nothing where it is not at hand."""
    if not FOLDER.is_dir():
        return []
    name = f"webhook-{event.name.replace('_', '-')}-{event.payload['action']}"
    described = {"$ref": f"#/components/schemas/{name}", "components": description()["components"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [error.message for error in OAS31Validator(described).iter_errors(json.loads(json.dumps(event.payload)))]


class Scene:
    """A GitHub with issues, looked at."""

    def __init__(self):
        self.github = GitHub(Clock(), Faults())
        populate(self.github, REPOSITORY, 3)
        self.octocat, self.events = self.github.person("octocat"), GitHubEvents(self.github.world, self.github.render)

    def told(self):
        """Return the news as pairs of event and action; every payload is of its shape and ours to read."""
        found = self.events.look()
        for event in found:
            assert faults(event) == [], event.payload["action"]
            assert github_webhook.events(event.name, event.payload)
        self.last = found
        return [(event.name, event.payload["action"]) for event in found]


@pytest.fixture
def scene():
    return Scene()


def test_what_was_there_before_is_no_news(scene):
    assert scene.told() == []


def test_an_edit_of_several_values_is_one_event_for_each(scene):
    before = next(each for each in scene.github.issues(REPOSITORY) if each["number"] == 1)
    scene.octocat.edit(REPOSITORY, 1, title="New", labels=["fresh"], assignees=["ada"], milestone=1)
    told = scene.told()
    taken = [("issues", "unlabeled")] * len(before["labels"])
    assert told[0] == ("issues", "edited")
    assert {("issues", "labeled"), ("issues", "assigned"), *taken} <= set(told)
    assert scene.last[0].payload["changes"] == {"title": {"from": before["title"]}}
    assert {event.payload["sender"]["login"] for event in scene.last} == {"octocat"}
    assert scene.told() == []


def test_births_and_deaths_and_all_between_are_told(scene):
    number = scene.octocat.create(REPOSITORY, "Born")["number"]
    assert scene.told() == [("issues", "opened")]
    scene.octocat.close(REPOSITORY, number)
    scene.octocat.reopen(REPOSITORY, number)
    scene.octocat.lock(REPOSITORY, number)
    scene.octocat.unlock(REPOSITORY, number)
    assert scene.told() == [("issues", action) for action in ("closed", "reopened", "locked", "unlocked")]
    scene.octocat.delete(REPOSITORY, number)
    assert scene.told() == [("issues", "deleted")]


def test_a_transfer_is_told_by_the_old_place_and_the_new(scene):
    scene.github.add_repository("acme/web", access={"octocat": "push"})
    scene.octocat.transfer(REPOSITORY, 1, "acme/web")
    assert sorted(scene.told()) == [("issues", "opened"), ("issues", "transferred")]
    moved = next(event for event in scene.last if event.payload["action"] == "transferred")
    assert moved.payload["changes"]["new_repository"]["full_name"] == "acme/web"


def test_comments_are_told_with_their_issue_and_a_pull_request_only_by_its_comments(scene):
    made = scene.octocat.comment(REPOSITORY, 1, "First")
    scene.told()
    assert [(event.name, event.payload["action"]) for event in scene.last] == [("issue_comment", "created")]
    scene.octocat.edit_comment(REPOSITORY, made["id"], "Second")
    assert scene.told() == [("issue_comment", "edited")]
    assert scene.last[0].payload["changes"] == {"body": {"from": "First"}}
    scene.octocat.delete_comment(REPOSITORY, made["id"])
    assert scene.told() == [("issue_comment", "deleted")]
    scene.octocat.create_pull(REPOSITORY, "A branch")
    assert [event.payload["action"] for event in scene.events.look()] == ["opened"]


def test_what_clients_write_is_told_as_the_bots(scene):
    ask = Client(scene.github)
    ask.post(f"/repos/{REPOSITORY}/issues", title="By the bot")
    ask.post(f"/repos/{REPOSITORY}/issues/1/labels", labels=["fresh"])
    assert scene.told() == [("issues", "labeled"), ("issues", "opened")]
    assert {event.payload["sender"]["login"] for event in scene.last} == {"tandem-bot"}


class Workspace:
    """A Notion with a database, looked at."""

    def __init__(self):
        self.notion = Notion(Clock(), Faults())
        self.ids = database(self.notion)
        self.ada, self.grace = self.notion.person("Ada Byron"), self.notion.person("Grace Murray")
        self.page = self.ada.create(self.ids.data_source, {"Name": "First", "Status": "To do"})
        self.events = NotionEvents(self.notion.world)

    def told(self):
        """Return the types of the news; every payload is ours to read."""
        self.last = [event.payload for event in self.events.look()]
        return [payload["type"] for payload in self.last]


@pytest.fixture
def workspace():
    return Workspace()


def test_edits_of_one_page_between_two_looks_are_told_together_with_all_their_authors(workspace):
    assert workspace.told() == []
    workspace.ada.edit(workspace.page, {"Name": "Second"})
    workspace.grace.edit(workspace.page, {"Status": "Done"})
    assert workspace.told() == ["page.properties_updated"]
    (payload,) = workspace.last
    assert {each["id"] for each in payload["authors"]} == {workspace.ada.id, workspace.grace.id}
    assert "title" in payload["data"]["updated_properties"]
    (event,) = notion_webhook.events(payload)
    assert workspace.ids.data_source in event.containers
    assert event.ref.id == workspace.page


def test_a_delivery_tells_when_it_happened_and_not_when_it_was_told(workspace):
    clock = workspace.notion.world.clock
    workspace.ada.edit(workspace.page, {"Name": "Second"})
    said = workspace.ada.comment(workspace.page, "First")
    workspace.ada.rename_property(workspace.ids.data_source, "Labels", "Tags")
    then = clock.now()
    clock.advance(60)
    assert len(workspace.told()) == 3
    assert all(datetime.fromisoformat(each["timestamp"]) <= then for each in workspace.last)
    workspace.ada.delete_comment(said)
    workspace.told()
    assert datetime.fromisoformat(workspace.last[0]["timestamp"]) > then


def test_the_life_of_a_page_is_told(workspace):
    born = workspace.ada.create(workspace.ids.data_source, {"Name": "Born"})
    assert workspace.told() == ["page.created"]
    workspace.ada.trash(born)
    assert workspace.told() == ["page.deleted"]
    workspace.ada.restore(born)
    assert workspace.told() == ["page.undeleted"]
    workspace.ada.archive(born)
    assert workspace.told() == []
    workspace.ada.move_out(born)
    assert workspace.told() == ["page.content_updated", "page.moved"]
    assert workspace.last[0]["entity"]["id"] != born, "the page into which it was moved"
    workspace.ada.take_away(born)
    assert workspace.told() == ["page.content_updated"]


def test_comments_and_schemas_are_told(workspace):
    said = workspace.ada.comment(workspace.page, "First")
    assert workspace.told() == ["comment.created"]
    assert workspace.last[0]["data"]["page_id"] == workspace.page
    workspace.ada.edit_comment(said, "Second")
    assert workspace.told() == ["comment.updated"]
    workspace.ada.delete_comment(said)
    assert workspace.told() == ["comment.deleted"]
    workspace.ada.rename_property(workspace.ids.data_source, "Labels", "Tags")
    assert workspace.told() == ["data_source.schema_updated"]
    assert [(each["name"], each["action"]) for each in workspace.last[0]["data"]["updated_properties"]] == [
        ("Tags", "updated")
    ]
    (event,) = notion_webhook.events(workspace.last[0])
    assert event.mode is Mode.BIND


@needed
def test_what_notion_says_has_the_keys_that_were_recorded(workspace):
    workspace.ada.edit(workspace.page, {"Name": "Second"})
    (event,) = workspace.events.look()
    recorded = json.loads((FOLDER / "notion-webhooks" / "page.properties_updated.live-2025.json").read_text())
    sent = workspace.events.body(event, 1)
    assert set(sent) - {"workspace_name"} == set(recorded) - {"workspace_name"}
    assert set(sent["data"]["parent"]) == set(recorded["data"]["parent"])
