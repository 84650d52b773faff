"""What GitHub tells us: what becomes a hint, and what is dropped unread."""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from sync.core.model import Ref, Side
from sync.remotes.github import records as github
from tests.remotes.truth import FOLDER, needed
from tests.web.deliveries import issue, named, observed, told
from tests.web.desk import API, SOURCE, environment, running


def test_an_issue_that_was_edited_becomes_a_hint_and_a_nudge(desk):
    answer = desk.github("issues", told())
    assert (answer.status_code, answer.json()) == (202, {"hinted": ["roadmap"]})
    assert named(desk.hints()) == [(Side.GITHUB, "1007", API, 7, "hint")]
    assert desk.waiting() == ["person:heed:roadmap"]


def test_a_ping_answers_200_and_another_repository_nothing_at_all(desk):
    assert desk.github("ping", {"zen": "Keep it simple", "repository": {"id": int(API)}}).status_code == 200
    assert desk.github("issues", told(repository="999")).json() == {"hinted": []}
    assert desk.hints() == []


def test_a_delivery_may_come_as_a_form(desk):
    body = urlencode({"payload": json.dumps(told())}).encode()
    answer = desk.github("issues", body, **{"content-type": "application/x-www-form-urlencoded"})
    assert (answer.status_code, len(desk.hints())) == (202, 1)


def test_a_burst_for_one_issue_is_one_hint(desk):
    for action in ("edited", "labeled", "labeled", "assigned", "milestoned"):
        assert desk.github("issues", told(action)).status_code == 202
    desk.github("issues", told(number=8))
    assert [hint.ref.number for hint in desk.hints()] == [7, 8]


def test_every_mapping_of_the_repository_hears_of_it(folder, redis):
    (folder / "mappings" / "other.yaml").write_text(
        (folder / "mappings" / "roadmap.yaml").read_text().replace("db0", "db1")
    )
    with running(environment(folder, redis)) as desk:
        desk.remember()
        desk.remember("other", repositories=(("5", "acme/web"), (API, "acme/api")), sources=((SOURCE[:-1] + "2", "x"),))
        assert desk.github("issues", told()).json() == {"hinted": ["other", "roadmap"]}


def test_a_repository_that_a_mapping_learns_of_later_is_heard_at_once(desk):
    assert desk.github("issues", told(repository="5")).json() == {"hinted": []}
    desk.remember(repositories=((API, "acme/api"), ("5", "acme/web")))
    assert desk.github("issues", told(repository="5")).json() == {"hinted": ["roadmap"]}


def test_a_transfer_names_the_old_place_and_the_new_one(desk):
    desk.remember(repositories=((API, "acme/api"), ("5", "acme/web")))
    changes = {"new_issue": issue(70), "new_repository": {"id": 5}}
    desk.github("issues", told("transferred", changes=changes))
    assert [(hint.ref.container, hint.ref.number) for hint in desk.hints()] == [(API, 7), ("5", 70)]


@pytest.mark.parametrize(
    ("event", "payload", "modes"),
    [
        ("repository", {"action": "renamed"}, ["full"]),
        ("repository", {"action": "deleted"}, ["full"]),
        ("repository", {"action": "edited", "changes": {"description": {"from": "x"}}}, []),
        ("label", {"action": "edited", "changes": {"name": {"from": "x"}}}, ["full"]),
        ("label", {"action": "edited", "changes": {"color": {"from": "x"}}}, []),
        ("label", {"action": "created"}, []),
        ("milestone", {"action": "edited", "changes": {"title": {"from": "x"}}}, ["full"]),
        ("milestone", {"action": "closed"}, []),
        ("member", {"action": "added"}, []),
        ("star", {"action": "created"}, []),
    ],
)
def test_what_changes_many_issues_without_a_date_on_them_asks_for_everything(desk, event, payload, modes):
    assert desk.github(event, {**payload, "repository": {"id": int(API)}}).status_code == 202
    assert [(hint.ref, hint.mode) for hint in desk.hints()] == [(None, mode) for mode in modes]


def test_a_comment_on_a_pull_request_is_ignored(desk):
    payload = told("created", comment={"id": 1})
    payload["issue"]["pull_request"] = {"url": "x"}
    assert desk.github("issue_comment", payload).json() == {"hinted": []}


def test_what_shows_exactly_what_is_known_is_dropped_unread(desk):
    observed(desk, github.record(issue(), API), ack=True)
    for action in ("opened", "labeled"):
        assert desk.github("issues", told(action)).json() == {"hinted": []}
    changed = told("edited")
    changed["issue"]["title"] = "Another title in the same second"
    assert desk.github("issues", changed).json() == {"hinted": ["roadmap"]}


def test_what_is_older_than_what_is_known_is_dropped_unread_and_what_is_later_is_not(desk):
    observed(desk, github.record(issue(updated_at="2026-03-01T13:00:00Z", title="Newer"), API))
    assert desk.github("issues", told()).json() == {"hinted": []}
    payload = told()
    payload["issue"]["updated_at"] = "2026-03-01T13:00:01Z"
    assert desk.github("issues", payload).json() == {"hinted": ["roadmap"]}


@pytest.mark.parametrize("action", ["deleted", "transferred"])
def test_an_issue_that_went_is_looked_for_whatever_is_known_of_it(desk, action):
    observed(desk, github.record(issue(), API))
    assert desk.github("issues", told(action)).json() == {"hinted": ["roadmap"]}


def test_a_comment_is_news_though_the_issue_shows_nothing_new(desk):
    observed(desk, github.record(issue(), API))
    assert desk.github("issue_comment", told("edited", comment={"id": 1})).json() == {"hinted": ["roadmap"]}
    comment = Ref.comment(Side.GITHUB, "1")
    assert [(hint.ref, hint.ref.number) for hint in desk.hints() if hint.ref.kind == "comment"] == [(comment, 7)]


@needed
def test_any_real_delivery_of_github_is_taken_and_only_what_concerns_the_mapping_becomes_a_hint(desk):
    taken = {}
    files = json.loads((FOLDER / "github-webhooks" / "index.json").read_text())["files"]
    for each in files:
        path = FOLDER / "github-webhooks" / Path(each["file"]).name
        if not path.exists():
            continue
        body = path.read_bytes()
        payload = json.loads(body)
        repository = (payload.get("repository") or {}).get("id")
        for known in (API, repository):
            desk.remember(repositories=((str(known), "acme/api"),))
            answer = desk.github(each["event"], body)
            hinted = bool(desk.hints())
            assert answer.status_code == (200 if each["event"] == "ping" else 202), path.name
            assert not hinted or known == repository
        taken[path.name] = hinted
    assert len(taken) == 78
    heard = {name.split(".")[0] for name, hinted in taken.items() if hinted}
    assert heard == {"issues", "issue_comment", "label", "milestone", "repository"}
    deaf = {name.split(".")[1] for name, hinted in taken.items() if not hinted and name.startswith("issues.")}
    assert deaf == {"milestoned", "demilestoned"}  # which are of a pull request
