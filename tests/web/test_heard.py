"""From a delivery to the other side: what a person did is written after one look, and our own writes cost none."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from sync.cli.sandbox import REPOSITORY
from sync.core.limits import Lane
from sync.core.model import Side
from sync.flow import turn as flow
from sync.flow.drain import drain
from sync.sandbox.notion import showing
from sync.sandbox.server import Sandbox
from sync.store.browse import Wanted
from tests.acceptance.place import FIELDS, Place
from tests.web.desk import SECRET, running
from tests.web.staged import settings

NOTION = "secret_of_the_handshake"
FRESH = timedelta(hours=1)
"""What was read in this test is fresh, however slow the machine is."""


class Nobody:
    """A queue that nobody listens to: the test does what a worker would."""

    def send(self, task, key, lane):
        pass


@pytest.fixture
def place(redis, tmp_path, monkeypatch):
    with Sandbox.start() as sandbox:
        made = Place(sandbox, tmp_path, monkeypatch, redis)
        made.opened("First", labels=["bug"])
        made.added("Second", Status="To do")
        made.synced("--full")
        yield made


@pytest.fixture
def desk(place):
    with running(settings(GITHUB_WEBHOOK_SECRET=SECRET, NOTION_WEBHOOK_TOKEN=NOTION)) as made:
        yield made


def issue_event(place, action, number):
    (repository,) = place.running.github.world.repositories.values()
    return {"action": action, "issue": place.issue(number), "repository": {"id": repository.id}}


def page_event(place, type_, page):
    with place.running.lock:
        moment = place.running.clock.now().isoformat()
    parent = {"id": place.ids.database, "type": "database", "data_source_id": place.ids.data_source}
    return {"type": type_, "timestamp": moment, "entity": {"id": page, "type": "page"}, "data": {"parent": parent}}


def worked(desk):
    """Do what a worker does on being nudged."""
    world = desk.sync.world("roadmap", patience=30)
    world = replace(world, patience=replace(world.patience, fresh=FRESH))
    flow.heed(world.on(Lane.PERSON), Nobody())
    drain(lambda _name: world, world, Nobody(), lambda: False)


def calls(place):
    found = {side.value: sum(place.asked(side).values()) for side in Side}
    for front in place.running.fronts.values():
        front.counters.reset()
    return found


def test_an_edit_on_github_is_written_after_one_look_at_each_side(place, desk):
    place.person().edit(REPOSITORY, 1, title="Renamed")
    calls(place)
    assert desk.github("issues", issue_event(place, "edited", 1)).json() == {"hinted": ["roadmap"]}
    assert desk.github("issues", issue_event(place, "labeled", 1)).json() == {"hinted": ["roadmap"]}
    worked(desk)
    url = place.issue(1)["html_url"]
    assert place.page(url)["properties"]["Name"] == "Renamed"
    assert calls(place) == {"github": 1, "notion": 1}
    assert desk.github("issues", issue_event(place, "edited", 1)).json() == {"hinted": []}


def test_an_edit_in_notion_is_written_after_one_look_at_each_side(place, desk):
    page = place.page(place.issue(1)["html_url"])["id"]
    with place.running.lock:
        place.ada.edit(page, {"Name": "Renamed"})
    calls(place)
    assert desk.notion(page_event(place, "page.properties_updated", page), NOTION).json() == {"hinted": ["roadmap"]}
    worked(desk)
    assert place.issue(1)["title"] == "Renamed"
    assert calls(place) == {"github": 1, "notion": 1}


def test_our_own_births_cost_no_look_when_they_are_told_to_us(place, desk):
    for issue in place.issues().values():
        for action in ("opened", "labeled"):
            assert desk.github("issues", issue_event(place, action, issue["number"])).json() == {"hinted": []}


def test_a_page_that_was_trashed_closes_its_issue_once_it_is_told(place, desk):
    url = place.issue(1)["html_url"]
    page = place.page(url)["id"]
    with place.running.lock:
        place.ada.trash(page)
    assert desk.notion(page_event(place, "page.deleted", page), NOTION).json() == {"hinted": ["roadmap"]}
    worked(desk)
    assert (place.issue(1)["state"], place.issue(1)["state_reason"]) == ("closed", "not_planned")


def test_a_page_that_one_asks_to_look_at_is_looked_for_at_home(place, desk):
    page = place.page(place.issue(1)["html_url"])["id"]
    desk.store.beat("tick", desk.sync.clock.now())
    assert place.run("resync", "roadmap", "--page", page).code == 0
    worked(desk)
    assert [row.link.id for row in desk.store.browse(Wanted(state="parked"))[1]] == []


def test_a_look_at_what_is_no_page_stops_nothing_else(place, desk):
    desk.store.beat("tick", desk.sync.clock.now())
    assert place.run("resync", "roadmap", "--page", place.ids.database).code == 0
    worked(desk)
    place.person().edit(REPOSITORY, 1, title="Renamed")
    assert place.synced("--full")["writes"]["notion"]["update"] == 1
    both = place.run("resync", "roadmap", "--page", place.ids.database, "--issue", f"{REPOSITORY}#1")
    assert (both.code, "two records" in both.document["error"]["message"]) == (1, True)


@pytest.mark.parametrize("side", Side)
def test_who_looks_at_one_record_again_gets_what_was_said_on_both_sides(place, side):
    place.map(fields=(*FIELDS, "{github: comments, notion: comments}"))
    place.synced("--full")
    page = place.page(place.issue(1)["html_url"])["id"]
    place.person().comment(REPOSITORY, 1, "said on GitHub")
    place.ada.comment(page, "said in Notion")
    with running(settings()) as desk:
        desk.store.beat("tick", desk.sync.clock.now())
        named = ("--issue", f"{REPOSITORY}#1") if side is Side.GITHUB else ("--page", page)
        assert place.run("resync", "roadmap", *named).code == 0
        worked(desk)
    (told,) = [each["body"] for each in place.running.github.comments(REPOSITORY, 1) if "Ada" in each["body"]]
    assert "said in Notion" in told
    with place.running.lock:
        shown = [showing.comment(each) for each in place.running.notion.world.comments.values()]
    assert any("said on GitHub" in str(each["rich_text"]) for each in shown)


@pytest.mark.parametrize(
    ("named", "said"),
    [
        (("--issue", f"{REPOSITORY}#999"), f"GitHub shows us no issue {REPOSITORY}#999"),
        (("--page", "0" * 32), f"Notion shows us no page {'0' * 32}"),
    ],
)
def test_who_waits_for_a_look_at_what_is_not_there_is_told(place, desk, named, said):
    desk.store.beat("tick", desk.sync.clock.now())
    asked = []
    thread = threading.Thread(target=lambda: asked.append(place.run("resync", "roadmap", *named, "--wait", "--json")))
    thread.start()
    while not desk.store.hinted():
        time.sleep(0.05)
    worked(desk)
    thread.join()
    assert asked[0].code == 1
    assert asked[0].document["error"]["problems"][0]["message"] == said


def test_who_waits_for_a_look_waits_until_it_has_ended(place, desk):
    page, store = place.page(place.issue(1)["html_url"])["id"], desk.store
    now = desk.sync.clock.now()
    store.beat("tick", now)
    epoch = store.take_lease("turn roadmap", "a worker", now + timedelta(minutes=10), now)

    def taken():
        while not store.take_hints("roadmap"):
            time.sleep(0.05)
        store.looked("roadmap", store.due_looks("roadmap", desk.sync.clock.now()))

    def resync():
        thread = threading.Thread(target=taken)
        thread.start()
        code = place.run("resync", "roadmap", "--page", page, "--wait", "--timeout", "2").code
        thread.join()
        return code

    assert resync() == 1
    store.give_back("turn roadmap", epoch)
    assert resync() == 0
