from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import httpx
import pytest

from sync.sandbox.clock import Clock
from sync.sandbox.counters import Counters, masked
from sync.sandbox.exchange import CUT, Reply, Request
from sync.sandbox.faults import Faults
from sync.sandbox.front import Front


class Bell:
    """An Api that counts how often it was rung."""

    def __init__(self):
        self.rung = 0

    def handle(self, _):
        self.rung += 1
        return Reply(200, b"ding")

    def person(self, *_):
        raise NotImplementedError


@pytest.fixture
def bell():
    return Bell()


@pytest.fixture
def front(bell):
    return Front(bell, Faults())


RING = Request("POST", "/bell/7")


@pytest.mark.parametrize(
    ("fault", "status", "rung"),
    [
        ({"name": "drop_before"}, 0, 0),
        ({"name": "drop_after"}, 0, 1),
        ({"name": "error_before"}, 502, 0),
        ({"name": "error_after", "status": 504, "body": {"message": "late"}}, 504, 1),
        ({"name": "status", "status": 429, "body": {}}, 429, 0),
    ],
)
def test_a_fault_strikes_once_before_or_after_the_effect(front, bell, fault, status, rung):
    front.faults.arm(**fault)
    assert (front.handle(RING).status, bell.rung) == (status, rung)
    assert front.handle(RING).status == 200
    assert [each.fault for each in front.counters.exchanges] == [fault["name"], None]


def test_an_error_is_html_or_json_as_its_body_is(front):
    front.faults.arm("error_before")
    front.faults.arm("status", status=429, body={"message": "slow down"}, headers={"retry-after": "7"})
    first, second = front.handle(RING), front.handle(RING)
    assert (first.headers["content-type"][:9], first.body[:6]) == ("text/html", b"<html>")
    assert (second.headers["retry-after"], second.body) == ("7", b'{"message": "slow down"}')


def test_a_fault_chooses_its_requests(front):
    front.faults.arm("drop_before", method="POST", path=r"/bell/\d+$", after=1)
    asked = [Request("GET", "/bell/7"), Request("POST", "/bell"), RING, RING, RING]
    assert [front.handle(each).status for each in asked] == [200, 200, 200, 0, 200]


def test_a_fault_strikes_as_often_as_it_was_armed_for(front):
    front.faults.arm("drop_before", times=2)
    assert [front.handle(RING).status for _ in range(3)] == [0, 0, 200]
    front.faults.arm("drop_before", times=None)
    assert {front.handle(RING).status for _ in range(5)} == {0}
    front.faults.disarm("drop_before")
    assert front.handle(RING).status == 200


def test_nobody_can_arm_or_switch_what_nobody_declared(front):
    with pytest.raises(KeyError, match="drop_before"):
        front.faults.arm("explode")
    front.faults.declare({"explode": "boom"}, {"lag": 0})
    front.faults.arm("explode")
    front.faults.switch("lag", 5)
    with pytest.raises(KeyError, match="lag"):
        front.faults.switch("leg", 5)


def test_a_switch_that_was_set_before_its_declaration_stays():
    faults = Faults()
    faults.switches["lag"] = 9
    faults.declare({}, {"lag": 0, "other": True})
    assert faults.switches == {"lag": 9, "other": True}


def test_counters_count_by_template_status_and_kind():
    counters = Counters(reads=lambda request: request.path.endswith("/query"), kept=2)
    counters.record(Request("POST", "/v1/pages"), Reply(200))
    counters.record(Request("POST", "/v1/data_sources/0123456789abcdef0123456789abcdef/query"), Reply(429))
    counters.record(Request("GET", "/v1/pages/01234567-89ab-cdef-0123-456789abcdef"), CUT, "drop_after")
    assert counters.snapshot() == {
        "total": 3,
        "writes": 1,
        "not_modified": 0,
        "limited": 1,
        "calls": {"POST /v1/pages": 1, "POST /v1/data_sources/{id}/query": 1, "GET /v1/pages/{id}": 1},
        "statuses": {"0": 1, "200": 1, "429": 1},
    }
    assert len(counters.exchanges) == 2
    assert masked(Request("GET", "/issues/12/labels")) == "/issues/{id}/labels"


def test_a_clock_stands_still_jumps_and_hurries():
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    still = Clock(noon, scale=0)
    assert still.now() == still.now() == noon
    assert still.advance(90).minute == 1
    assert still.set(noon) == still.now() == noon
    fast = Clock(noon, scale=1000)
    time.sleep(0.01)
    assert (fast.now() - noon).total_seconds() >= 10
    assert fast.real_seconds(60) == 0.06
    assert abs((Clock().now() - datetime.now(UTC)).total_seconds()) < 1


# --- over a socket


def get(sandbox, **more):
    headers = {"authorization": "Bearer sandbox-github"}
    return httpx.get(f"{sandbox.github_url}/user", headers=headers, trust_env=False, **more)


@pytest.mark.parametrize("name", ["drop_before", "drop_after"])
def test_a_cut_connection_has_no_answer_and_harms_nobody_else(sandbox, caplog, name):
    sandbox.fronts["github"].faults.arm(name)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        get(sandbox)
    assert get(sandbox).status_code == 200
    assert not caplog.records


def test_a_connection_is_also_cut_after_a_large_body(sandbox):
    sandbox.fronts["github"].faults.arm("drop_after", method="POST")
    with pytest.raises(httpx.TransportError):
        httpx.post(
            f"{sandbox.github_url}/repos/acme/api/issues",
            headers={"authorization": "Bearer sandbox-github"},
            json={"title": "large", "body": "x" * 60_000},
            trust_env=False,
        )
    assert len(sandbox.github.issues("acme/api")) == 1


def test_a_slow_answer_holds_nobody_else_up(sandbox):
    sandbox.fronts["github"].faults.arm("slow", seconds=0.5)
    took = {}

    def timed(name):
        started = time.perf_counter()
        assert get(sandbox).status_code == 200
        took[name] = time.perf_counter() - started

    slow = threading.Thread(target=timed, args=["slow"])
    slow.start()
    while sandbox.fronts["github"].faults.armed:
        time.sleep(0.005)
    timed("other")
    slow.join()
    assert took["slow"] >= 0.5 > took["other"]


def test_a_client_that_waits_too_short_gives_up_while_the_effect_takes_place(sandbox):
    sandbox.fronts["github"].faults.arm("slow", seconds=0.3)
    with pytest.raises(httpx.ReadTimeout):
        get(sandbox, timeout=0.1)
    for _ in range(100):
        if sandbox.fronts["github"].counters.exchanges:
            break
        time.sleep(0.02)
    assert len(sandbox.fronts["github"].counters.exchanges) == 1
