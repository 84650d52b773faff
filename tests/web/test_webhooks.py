"""What the services tell us: who is believed, what becomes a hint, and what is dropped unread."""

import json
import socket
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from sync.core.limits import Lane
from sync.core.model import Presence, Record, Ref, Side
from sync.core.state import Ack, Observation
from sync.remotes.github import records as github
from sync.remotes.github import webhook
from sync.remotes.notion.records import page_id
from tests.queue.conftest import eventually
from tests.remotes.truth import FOLDER, needed
from tests.web.desk import API, DATABASE, SECRET, SOURCE, environment, nobodys_port, running, sign

PAGE = "aa000000-0000-4000-8000-000000000001"
TOKEN = "secret_of_a_handshake"


def issue(number=7, **more):
    return {
        "id": 1000 + number,
        "number": number,
        "title": "The title",
        "state": "open",
        "labels": [{"name": "bug"}],
        "assignees": [],
        "html_url": f"https://github.example/acme/api/issues/{number}",
        "repository_url": "https://api.github.example/repos/acme/api",
        "user": {"login": "octocat"},
        "comments": 0,
        "created_at": "2026-03-01T12:00:00Z",
        "updated_at": "2026-03-01T12:00:00Z",
        **more,
    }


def told(action="edited", number=7, repository=API, **more):
    return {"action": action, "issue": issue(number), "repository": {"id": int(repository)}, **more}


def page_event(type_="page.properties_updated", page=PAGE, parent=None, **more):
    parent = parent or {"id": DATABASE, "type": "database", "data_source_id": SOURCE}
    return {
        "id": "e",
        "timestamp": "2026-03-01T12:00:30.500Z",
        "type": type_,
        "entity": {"id": page, "type": "page"},
        "data": {"parent": parent},
        **more,
    }


def observed(desk, record, *, ack=False, read_at=None, mapping="roadmap"):
    """Have the mapping know a record as of now or then."""
    tick = desk.store.tick()
    read_at = read_at or desk.sync.clock.now()
    acked = Ack(tick, read_at, record.time, {}) if ack else None
    desk.store.observe(mapping, [Observation(record, tick, read_at, ack=acked)], [], tick)


def named(hints):
    return [(hint.ref.side, hint.ref.id, hint.ref.container, hint.ref.number, hint.mode) for hint in hints]


# -- who is believed ------------------------------------------------------------------------------------------------


@needed
def test_githubs_own_known_answer_is_verified():
    known = json.loads((FOLDER / "github-webhooks" / "index.json").read_text())["signature_known_answer"]
    headers = {"x-hub-signature-256": known["value"]}
    assert webhook.verified(headers, known["payload"].encode(), (known["secret"],))
    assert webhook.verified(headers, known["payload"].encode(), ("another", known["secret"]))
    assert not webhook.verified(headers, known["payload"].encode() + b" ", (known["secret"],))
    assert not webhook.verified({}, known["payload"].encode(), (known["secret"],))


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + 64 * "0", "sha1=00", "ä"])
def test_a_delivery_with_a_wrong_signature_is_refused_whatever_it_holds(desk, signature):
    answer = desk.client.post(
        "/webhooks/github",
        content=b"{not even JSON",
        headers=[("x-github-event", "issues"), ("x-hub-signature-256", signature.encode())],
    )
    assert (answer.status_code, desk.hints()) == (401, [])


def test_without_a_secret_nobody_is_believed(folder, redis):
    with running(environment(folder, redis, GITHUB_WEBHOOK_SECRET=None)) as desk:
        desk.remember()
        assert desk.github("issues", told(), "").status_code == 401


def test_two_secrets_hold_while_they_are_being_rotated(folder, redis):
    with running(environment(folder, redis, GITHUB_WEBHOOK_SECRET=f"{SECRET}, the new one")) as desk:
        desk.remember()
        for secret in (SECRET, "the new one"):
            assert desk.github("issues", told(), secret).status_code == 202
        assert desk.github("issues", told(), f"{SECRET}, the new one").status_code == 401


def test_a_body_that_is_no_delivery_answers_400_and_one_that_is_too_large_413(desk):
    deep = b"[" * 100_000
    for body in (b"", b"{", b"[]", b"null", b"\xff", deep):
        assert desk.github("issues", body).status_code == 400
    assert desk.github("", told()).status_code == 400
    large = b" " * (25 * 1024 * 1024 + 1)
    headers = {"x-github-event": "issues", "x-hub-signature-256": sign(large, SECRET)}
    assert desk.client.post("/webhooks/github", content=large, headers=headers).status_code == 413
    chunks = (large[: 1024 * 1024] for _ in range(26))
    assert desk.client.post("/webhooks/github", content=chunks, headers=headers).status_code == 413
    assert desk.client.get("/webhooks/github").status_code == 405


def test_signed_nonsense_of_any_shape_is_taken_and_ignored(desk):
    shapes = (None, 7, "text", [], {}, {"id": None}, {"id": "x"}, {"id": 1}, {"id": int(API)})
    for event in ("issues", "issue_comment", "label", "repository", "milestone"):
        for one in shapes:
            for action in ("transferred", "edited", None, 7):
                payload = {"action": action, "repository": one, "issue": one, "changes": one}
                assert desk.github(event, payload).status_code == 202
    assert [hint for hint in desk.hints() if hint.ref] == []


# -- GitHub ---------------------------------------------------------------------------------------------------------


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


# -- Notion ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def subscribed(desk):
    assert desk.notion({"verification_token": TOKEN}, None).status_code == 200
    return desk


def test_a_handshake_is_kept_and_a_second_one_never_replaces_it(subscribed):
    assert subscribed.notion({"verification_token": "another"}, None).status_code == 401
    assert subscribed.notion({"verification_token": "another"}, "another").status_code == 401
    assert subscribed.notion({"verification_token": TOKEN}, None).status_code == 200
    assert subscribed.notion(page_event(), "another").status_code == 401
    assert subscribed.notion(page_event(), TOKEN).status_code == 202


def test_a_signed_handshake_is_kept_and_one_that_another_token_signed_is_not(desk):
    assert desk.notion({"verification_token": TOKEN}, "another").status_code == 401
    assert desk.notion(page_event(), TOKEN).status_code == 401
    assert desk.notion({"verification_token": TOKEN}, TOKEN).status_code == 200
    assert desk.notion(page_event(), TOKEN).status_code == 202


def test_before_a_handshake_nobody_is_believed(desk):
    assert desk.notion(page_event(), None).status_code == 401
    assert desk.notion(page_event(), "").status_code == 401
    assert desk.notion({"verification_token": ""}, None).status_code == 401
    assert desk.notion({"verification_token": 7}, None).status_code == 401
    assert desk.notion([], None).status_code == 401


def test_a_token_of_the_settings_goes_before_any_handshake(folder, redis):
    with running(environment(folder, redis, NOTION_WEBHOOK_TOKEN="set by hand")) as desk:
        desk.remember()
        assert desk.notion({"verification_token": TOKEN}, None).status_code == 401
        assert desk.notion(page_event(), TOKEN).status_code == 401
        assert desk.notion(page_event(), "set by hand").status_code == 202


def test_the_token_is_shown_once_and_forgotten_only_when_asked(subscribed):
    shown = subscribed.client.post("/api/notion-token/show")
    assert (shown.status_code, shown.json()) == (200, {"verification_token": TOKEN})
    assert subscribed.client.post("/api/notion-token/show").status_code == 410
    assert TOKEN not in subscribed.client.get("/deliveries").text
    assert subscribed.client.post("/api/notion-token/forget").status_code == 200
    assert subscribed.notion(page_event(), TOKEN).status_code == 401
    assert subscribed.notion({"verification_token": "the next"}, None).status_code == 200
    assert subscribed.client.post("/api/notion-token/show").json() == {"verification_token": "the next"}


@pytest.mark.parametrize(
    "parent",
    [
        {"id": DATABASE, "type": "database", "data_source_id": SOURCE},
        {"id": DATABASE, "data_source_id": SOURCE.replace("-", "")},
        {"id": SOURCE, "type": "data_source"},
        {"id": DATABASE, "type": "database"},
    ],
)
def test_a_page_is_looked_for_in_the_mappings_own_data_source_however_its_parent_is_told(subscribed, parent):
    assert subscribed.notion(page_event(parent=parent), TOKEN).json() == {"hinted": ["roadmap"]}
    assert named(subscribed.hints()) == [(Side.NOTION, PAGE, SOURCE, None, "hint")]


def test_a_page_that_a_mapping_knows_is_heard_of_wherever_it_is_now(subscribed):
    elsewhere = {"id": "ee000000-0000-4000-8000-000000000001", "type": "page"}
    moved = page_event("page.moved", parent=elsewhere)
    assert subscribed.notion(moved, TOKEN).json() == {"hinted": []}
    observed(subscribed, a_page())
    assert subscribed.notion(moved, TOKEN).json() == {"hinted": ["roadmap"]}
    assert named(subscribed.hints()) == [(Side.NOTION, PAGE, SOURCE, None, "hint")]


def a_page(presence=Presence.PRESENT):
    time = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    return Record(Ref(Side.NOTION, PAGE, SOURCE), {"title": "One"}, time, PAGE, "One", presence, grain=60)


EVENT = datetime(2026, 3, 1, 12, 0, 30, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("read", "ack", "news"),
    [
        (EVENT + timedelta(seconds=6), False, False),
        (EVENT + timedelta(seconds=4), False, True),
        (EVENT - timedelta(seconds=1), False, True),
        (EVENT + timedelta(milliseconds=300), True, False),
        (EVENT - timedelta(milliseconds=1), True, True),
    ],
)
def test_an_event_from_before_our_own_look_or_write_is_dropped_unread(subscribed, read, ack, news):
    observed(subscribed, a_page(), ack=ack, read_at=read)
    assert subscribed.notion(page_event(), TOKEN).json() == {"hinted": ["roadmap"] if news else []}


@pytest.mark.parametrize("type_", ["page.deleted", "page.undeleted", "page.moved"])
def test_a_page_that_came_or_went_is_looked_at_whenever_it_was_read(subscribed, type_):
    observed(subscribed, a_page())
    assert subscribed.notion(page_event(type_), TOKEN).json() == {"hinted": ["roadmap"]}


def test_a_page_that_was_out_of_sight_is_looked_at_whenever_it_was_read(subscribed):
    observed(subscribed, a_page(Presence.TRASHED))
    assert subscribed.notion(page_event(), TOKEN).json() == {"hinted": ["roadmap"]}


@pytest.mark.parametrize("kind", ["data_source", "database"])
@pytest.mark.parametrize("happened", ["schema_updated", "deleted", "undeleted", "moved"])
def test_a_schema_that_changed_has_the_names_bound_anew(subscribed, kind, happened):
    entity = {"id": SOURCE if kind == "data_source" else DATABASE, "type": kind}
    subscribed.notion(page_event(f"{kind}.{happened}", entity=entity), TOKEN)
    assert [(hint.ref, hint.mode) for hint in subscribed.hints()] == [(None, "bind")]


@pytest.mark.parametrize(
    "type_", ["page.locked", "view.updated", "file_upload.created", "data_source.content_updated", "x"]
)
def test_what_changes_no_value_is_ignored(subscribed, type_):
    assert subscribed.notion(page_event(type_), TOKEN).json() == {"hinted": []}


@pytest.mark.parametrize("parent", ["page", "block"])
def test_a_comment_is_looked_at_by_its_identity_also_where_it_stands_on_a_block(subscribed, parent):
    about = {"page_id": PAGE, "parent": {"id": PAGE, "type": parent}}
    payload = page_event("comment.created", entity={"id": SOURCE, "type": "comment"}, data=about)
    assert subscribed.notion(payload, TOKEN).json() == {"hinted": []}
    observed(subscribed, a_page())
    assert subscribed.notion(payload, TOKEN).json() == {"hinted": ["roadmap"]}
    (hint,) = subscribed.hints()
    assert (hint.ref, hint.ref.container) == (Ref.comment(Side.NOTION, SOURCE), PAGE)


def test_signed_nonsense_of_notions_is_taken_and_ignored(subscribed):
    for one in (None, 7, "text", [], {}, {"id": None}, {"id": "x"}):
        for type_ in ("page.created", "comment.created", "data_source.schema_updated", None, 7):
            payload = {"type": type_, "timestamp": one, "entity": one, "data": one}
            assert subscribed.notion(payload, TOKEN).status_code == 202
    assert subscribed.hints() == []
    assert subscribed.client.post("/webhooks/notion", content=b" " * (1024 * 1024 + 1)).status_code == 413


@needed
def test_any_real_delivery_of_notion_is_taken_and_only_what_concerns_the_mapping_becomes_a_hint(subscribed):
    heard = set()
    paths = sorted(path for path in (FOLDER / "notion-webhooks").glob("*.json") if path.stem != "index")
    for path in paths:
        payload = json.loads(path.read_text())
        assert subscribed.notion(payload, TOKEN).json() == {"hinted": []}, path.name
        parent = payload["data"]["parent"]
        named = parent.get("data_source_id") or (
            payload["entity"]["id"] if payload["entity"]["type"] != "page" else parent["id"]
        )
        subscribed.remember(sources=((page_id(named), "x"),))
        if subscribed.notion(payload, TOKEN).json()["hinted"]:
            heard.add(path.stem)
        subscribed.hints()
        subscribed.remember()
    assert len(paths) == 15
    assert heard == {
        "data_source.schema_updated",
        "data_source.undeleted",
        "database.schema_updated",
        "page.content_updated",
        "page.created",
        "page.deleted",
        "page.properties_updated",
        "page.properties_updated.live-2025",
    }


# -- without Redis --------------------------------------------------------------------------------------------------


def test_without_redis_the_row_is_there_and_the_answer_comes_before_anybody_waits_for_it(folder):
    with running(environment(folder, f"redis://127.0.0.1:{nobodys_port()}")) as desk:
        desk.remember()
        assert desk.github("issues", told()).status_code == 202
        assert list(desk.store.hinted()) == ["roadmap"]


def test_a_redis_that_takes_calls_and_never_answers_holds_up_no_delivery(folder):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        with running(environment(folder, f"redis://127.0.0.1:{deaf.getsockname()[1]}")) as desk:
            desk.remember()
            answers = [desk.github("issues", told(number=number)) for number in range(1, 60)]
            # One at a time tries to reach it, and gives up only after seconds: nobody else did, or waited for that.
            tries = calls_of(deaf)
            assert {answer.status_code for answer in answers} == {202}
            assert len(desk.hints()) == 59
            assert 0 < tries < 59


def calls_of(listener):
    """Return how many have called a socket that never took a call."""
    listener.setblocking(False)
    count = 0
    with suppress(BlockingIOError):
        while True:
            listener.accept()[0].close()
            count += 1
    return count


def test_that_deliveries_arrive_is_noted(desk):
    assert desk.store.last_beat("heard from github") is None
    desk.github("star", {"action": "created"})
    assert eventually(lambda: desk.store.last_beat("heard from github"))


def test_a_hint_is_in_a_persons_lane(desk):
    desk.github("issues", told())
    assert [hint.lane for hint in desk.hints()] == [Lane.PERSON]
