"""Every route with requests that are not as they should be: each is refused in the official shape, none is a crash."""

from __future__ import annotations

import re
from copy import deepcopy

import pytest

from sync.sandbox.notion.api import ROUTES
from tests.mutations import mutated
from tests.sandbox.notion.desk import TRUTH, Desk, oracle
from tests.sandbox.notion.test_oracle import tour

pytestmark = pytest.mark.skipif(oracle() is None, reason=f"no schemas in {TRUTH}")

NOBODY = "00000000-0000-0000-0000-000000000000"
LENIENT = re.compile(
    # The service lets some keys pass that its description does not have; which is not known.
    r".* has a key too many"
    # Recorded: the array of a title is taken without the object around it.
    r"|properties\.(Name|Notes) is \[\]"
    # What is not there and what says nothing changes nothing; nobody has recorded a refusal.
    r"|parent\.type is missing|icon is None|initial_data_source\.properties is None"
    r"|properties\.(Rel|One|Where|Roll)\.\w+ is missing"
)


class Critic(Desk):
    """Sends, before each request, all that is wrong with it in one place, to a copy of the workspace."""

    def __init__(self, notion):
        super().__init__(notion)
        self.tried, self.undescribed, self.accepted = 0, [], []

    def _good(self, verb, path, body=None, **kw):
        if body:
            self.undescribed += described(verb, path, body)
            twin = Desk(deepcopy(self.notion))
            for where, wrong in mutated(body):
                if LENIENT.fullmatch(where) or not described(verb, path, wrong):
                    continue
                self.tried += 1
                if twin.ask(verb, path, wrong).status < 400:
                    self.accepted.append((verb, path, where))
        return super()._good(verb, path, body, **kw)


def described(verb, path, body):
    """Return what the official description finds wrong with a request."""
    return [each for each in oracle().errors(verb, path, "request", body) if not each.startswith("no schema")]


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_whatever_the_official_description_forbids_is_refused(notion, ids, page, person):
    critic = Critic(notion)
    tour(critic, notion, ids, page, person)
    assert critic.undescribed == []
    assert critic.tried > 300
    assert critic.accepted == []


def named(route):
    return f"{route.verb} {route.template}"


def filled(template, id_):
    return re.sub(r"{\w+}", id_, template)


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_a_wrong_token_is_refused_everywhere(desk, route):
    error = desk.refused(route.verb, filled(route.template, NOBODY), token="another")
    assert (error["status"], error["code"]) == (401, "unauthorized")


@pytest.mark.parametrize("route", [each for each in ROUTES if "_id}" in each.template], ids=named)
def test_an_id_that_is_none_and_an_id_that_nobody_has_are_refused_everywhere(desk, route):
    broken = desk.refused(route.verb, filled(route.template, "nonsense"))
    assert (broken["status"], broken["code"]) == (400, "validation_error")
    assert "should be a valid uuid" in broken["message"]
    unknown = desk.refused(route.verb, filled(route.template, NOBODY), {} if route.verb in {"POST", "PATCH"} else None)
    assert unknown["status"] in {400, 404}


@pytest.mark.parametrize(
    "route", [each for each in ROUTES if each.verb in {"POST", "PATCH"} and not each.raw], ids=named
)
@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"7"])
def test_a_body_that_is_no_object_is_refused_everywhere(desk, route, body):
    error = desk.refused(route.verb, filled(route.template, NOBODY), body)
    assert (error["status"], error["code"]) == (400, "invalid_json" if body == b"{" else "validation_error")


@pytest.mark.parametrize("asked", ["page_size=0", "page_size=101", "page_size=many", "start_cursor=nowhere"])
@pytest.mark.parametrize("path", ["/v1/users", "/v1/comments?block_id={page}", "/v1/pages/{page}/properties/title"])
def test_a_list_refuses_sizes_and_cursors_that_it_does_not_know(desk, page, path, asked):
    address = path.format(page=page)
    error = desk.refused("GET", f"{address}{'&' if '?' in address else '?'}{asked}")
    assert (error["status"], error["code"]) == (400, "validation_error")
