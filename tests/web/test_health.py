"""Health and metrics: what is told to those who restart things, and to those who draw curves."""

import re

from sync.core.limits import Lane
from sync.core.model import Side
from sync.store.counters import CALLS, LIMITED, WAITED
from tests.web.desk import BEARER, environment, running


def test_the_process_is_alive_whatever_else_is(desk):
    assert desk.client.get("/healthz").json() == {"status": "ok"}


def test_it_is_ready_once_a_worker_ticked_a_moment_ago(desk):
    before = desk.client.get("/readyz")
    assert (before.status_code, before.json()["ready"]) == (503, False)
    assert before.json()["checks"] == {
        "database": "ok",
        "redis": "ok",
        "worker": "no heartbeat within 30 s: start worker and beat (see Procfile)",
    }
    desk.store.beat("tick", desk.sync.clock.now())
    after = desk.client.get("/readyz")
    assert (after.status_code, after.json()["ready"]) == (200, True)


LINE = re.compile(
    r'(?:# (?:HELP|TYPE) tandem_\w+ .+|tandem_\w+(?:\{\w+="(?:[^"\\]|\\.)*"(?:,\w+="(?:[^"\\]|\\.)*")*\})? [-+.e\d]+)'
)


def test_metrics_are_what_the_database_and_redis_tell_in_prometheus_format(locked):
    assert locked.client.get("/metrics").status_code == 401
    store, now = locked.store, locked.sync.clock.now()
    store.count(
        {(CALLS, "roadmap", Side.GITHUB): 7, (LIMITED, "roadmap", Side.NOTION): 1, (CALLS, 'a"\\\nb', Side.NOTION): 2}
    )
    store.count({(CALLS, "roadmap", Side.GITHUB): 3, (WAITED, "roadmap", Side.NOTION): 1500})
    locked.sync.queue.send("heed", "roadmap", Lane.PERSON)
    store.end_pass(store.begin_pass("roadmap", "full", now), "done", now, {})
    store.beat("tick", now)
    store.hint("roadmap", None, Lane.PERSON, now)
    answer = locked.client.get("/metrics", headers=BEARER)
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    assert 'tandem_calls_total{mapping="roadmap",side="github"} 10' in lines
    assert r'tandem_calls_total{mapping="a\"\\\nb",side="notion"} 2' in lines
    assert 'tandem_limited_total{mapping="roadmap",side="notion"} 1' in lines
    assert 'tandem_limiter_wait_seconds_total{mapping="roadmap",side="notion"} 1.5' in lines
    assert 'tandem_messages{lane="person"} 1' in lines
    assert 'tandem_passes_total{mapping="roadmap",mode="full"} 1' in lines
    assert 'tandem_links{mapping="roadmap"} 0' in lines
    assert 'tandem_budget_limit{budget="notion:requests"} 180' in lines
    assert "tandem_redis_up 1" in lines
    names = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(names) == len(set(names))


def test_a_sample_is_kept_once_a_minute(desk):
    now = desk.sync.clock.now()
    desk.store.sample(now)
    desk.store.sample(now)
    assert len(desk.store.samples()) == 1


def test_a_database_that_fails_is_told_in_words_and_health_says_so(folder, redis):
    with running(environment(folder, redis)) as desk:
        desk.store.database.engine.dispose()
        for file in folder.glob("tandem.db*"):
            file.unlink()
        (folder / "tandem.db").write_bytes(b"no database at all" * 1000)
        for accept in ("text/html", "application/json"):
            answer = desk.client.get("/", headers={"accept": accept})
            assert answer.status_code in (500, 503)
            assert "Traceback" not in answer.text
            assert answer.headers["x-content-type-options"] == "nosniff"
        assert desk.client.get("/readyz").status_code in (500, 503)
        assert desk.client.get("/healthz").status_code == 200
