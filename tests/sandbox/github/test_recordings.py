"""The recorded exchanges told again to the sandbox: every one is answered alike, or its difference is known."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from sync.sandbox.exchange import Request
from tests.remotes import truth
from tests.sandbox.conftest import REPOSITORY
from tests.sandbox.github.differing import DIFFERING
from tests.sandbox.github.scene import WHO, Scene

pytestmark = truth.needed
HERE = f"/repos/{REPOSITORY}"

ALIKE = 31
"""Of 49 exchanges: another figure is to be written here on purpose."""


def asked(scene, verb, body=None):
    raw = json.dumps(body).encode() if body else b""
    return scene.github.handle(Request(verb, scene.path, {}, {"authorization": f"token {WHO}"}, raw))


def known(scene):
    return {"headers": {"if-none-match": asked(scene, "GET").headers["etag"]}}


def unknown_token(scene):
    return {"token": "nobody's"}


def spent(scene):
    scene.github.faults.switch("points_per_minute", 1)
    asked(scene, "GET")


def renamed(scene):
    scene.github.person("somebody").rename_repository(scene.place.full_name, "renamed")


def assignable(scene):
    scene.place.access[scene.github.add_user("farrd").id] = "pull"


def labelled(scene):
    names = (f"removeLabels_label_name_{number}" for number in (1, 2, 3))
    scene.github.person("writer").label(scene.place.full_name, 3, *names)


def first_milestone(scene):
    asked(scene, "POST", {"title": "The first"})


def old_name(scene):
    (label,) = scene.place.labels.values()
    scene.place.labels[label.id] = replace(label, name="test-label", color="663399")


BEFORE = {
    "assignee-check-204": assignable,
    "auth-401": unknown_token,
    "etag-304": known,
    "etag-environment-304-2022": known,
    "labels-remove-one": labelled,
    "labels-update-rename": old_name,
    "limit-secondary-403": spent,
    "milestones-create": first_milestone,
    "repo-renamed-301": renamed,
}
"""What happened before, where the exchange itself does not show it; what is returned goes into the request."""


def told(name, exchange):
    scene = Scene(exchange)
    return scene.tell(**(BEFORE.get(name, lambda _: None)(scene) or {}))


def test_every_exchange_is_answered_as_recorded_or_its_difference_is_known():
    differing = {name: told(name, exchange) for name, exchange in truth.all_recorded("github")}
    unexplained = [
        (name, [each for each in found if not re.search(DIFFERING.get(name, ("", r"^\b$"))[1], each)])
        for name, found in differing.items()
    ]
    assert [each for each in unexplained if each[1]] == []
    assert {name for name, found in differing.items() if found} == set(DIFFERING)
    assert (len(differing), sum(not found for found in differing.values())) == (49, ALIKE)


@pytest.mark.parametrize("name", ["issue-deleted-410", "issues-disabled-410"])
def test_quoted_errors_are_said_in_their_words(ask, ada, name):
    quoted = truth.quoted("github")[name]
    ada.create(REPOSITORY, "one")
    if "disabled" in name:
        ada.set_repository(REPOSITORY, has_issues=False)
    else:
        ada.delete(REPOSITORY, 1)
    answer = ask.get(f"{HERE}/issues/1")
    assert (answer.status, answer["message"]) == (quoted["status"], quoted["body"]["message"])


def test_a_transferred_issue_redirects_and_what_is_below_it_does_not(ask, ada, github):
    github.add_repository("acme/web", access={"ada": "push"})
    ada.create(REPOSITORY, "one")
    ada.transfer(REPOSITORY, 1, "acme/web")
    answer = ask.get(f"{HERE}/issues/1")
    assert answer.status == truth.quoted("github")["issue-transferred"]["status"]
    assert re.search(r"/repositories/\d+/issues/1$", answer.headers["location"])
    assert ask.get(f"{HERE}/issues/1/comments").status == 404
