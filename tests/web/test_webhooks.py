"""The door to the services: who is believed, and that nobody's delivery waits for anything but the database."""

import json
import socket
from contextlib import suppress

import pytest

from sync.core.limits import Lane
from sync.remotes.github import webhook
from tests.queue.conftest import eventually
from tests.remotes.truth import FOLDER, needed
from tests.web.deliveries import told
from tests.web.desk import API, SECRET, environment, nobodys_port, running, sign


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
