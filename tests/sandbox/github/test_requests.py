"""Every route with requests that are not as they should be: each is refused in the official shape, none is a crash."""

from __future__ import annotations

import re
from copy import deepcopy

import pytest

from sync.sandbox.github.routes import ELSEWHERE, OF_A_REPOSITORY
from tests.mutations import mutated
from tests.remotes import truth
from tests.sandbox.conftest import REPOSITORY, Client
from tests.sandbox.github.test_answers import every_route

pytestmark = truth.needed

NOBODY = "999999"
LENIENT = re.compile(
    # Unknown keys are ignored, and a null stands for what was not said, whatever the description says of it.
    r".* (has a key too many|is None)"
    # The description allows the object without labels in two of its variants, and so in none.
    r"|labels is missing"
)


class Critic(Client):
    """Sends, before each request, all that is wrong with it in one place, to a copy of the service."""

    def __init__(self, github):
        super().__init__(github)
        self.tried, self.undescribed, self.accepted = 0, [], []

    def __call__(self, method, path, body=None, **more):
        if isinstance(body, dict):
            self.undescribed += truth.faults("github", method, path, body)
            for where, wrong in mutated(body):
                if LENIENT.fullmatch(where) or not truth.faults("github", method, path, wrong):
                    continue
                self.tried += 1
                if self.twin()(method, path, wrong).status < 400:
                    self.accepted.append((method, path, where))
        return super().__call__(method, path, body, **more)

    def twin(self):
        locks = {id(each): each for each in (self.github.lock, self.github.world.lock)}
        return Client(deepcopy(self.github, locks))


def test_whatever_the_official_description_forbids_is_refused(github, ada):
    critic = Critic(github)
    assert {said.status for said in every_route(critic, ada)} <= {200, 201, 204}
    assert critic.undescribed == []
    assert critic.tried > 80
    assert critic.accepted == []


def named(route):
    return f"{route.method} {route.template}"


@pytest.mark.parametrize("route", [*OF_A_REPOSITORY, *ELSEWHERE], ids=named)
def test_every_route_refuses_a_wrong_token_and_what_is_not_there(ask, github, route):
    repository = "" if route in ELSEWHERE else "/repos/{place}"
    path = repository + re.sub(r"{\w+}", NOBODY, route.template)
    refused = Client(github, "nobody's")(route.method, path.format(place=REPOSITORY))
    assert (refused.status, refused["message"]) == (401, "Bad credentials")
    if "{" in repository + route.template:
        unknown = ask(route.method, path.format(place="acme/nowhere"), {} if route.method != "GET" else None)
        assert (unknown.status, unknown["message"]) == (404, "Not Found")


@pytest.mark.parametrize("route", [each for each in OF_A_REPOSITORY if "{" in each.template], ids=named)
def test_every_route_refuses_a_number_that_nobody_has(ask, route):
    path = re.sub(r"{\w+}", NOBODY, route.template)
    assert ask(route.method, f"/repos/{REPOSITORY}{path}", {} if route.method != "GET" else None).status == 404


@pytest.mark.parametrize("route", [each for each in OF_A_REPOSITORY if each.method in {"POST", "PATCH"}], ids=named)
@pytest.mark.parametrize("body", [b"{", b'"text"', b"7"])
def test_every_route_refuses_a_body_that_is_no_object(ask, ada, route, body):
    ada.create(REPOSITORY, "one")
    ask.post(f"/repos/{REPOSITORY}/labels", name="1")
    ask.post(f"/repos/{REPOSITORY}/milestones", title="1")
    comment = ada.comment(REPOSITORY, 1, "text")["id"]
    path = re.sub(r"{\w+}", "1", route.template.replace("{id}", str(comment)))
    assert ask(route.method, f"/repos/{REPOSITORY}{path}", body).status in {400, 422}
