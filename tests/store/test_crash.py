from __future__ import annotations

import itertools
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event

from sync.core.model import Conflict, LinkState, Shadow, Side, Unmapped
from sync.store import SqlStore
from tests.store.making import (
    START,
    M,
    at,
    confirmation,
    decide,
    decision,
    failure,
    issue,
    leased,
    observe,
    op,
    page,
    queued,
    seen,
    tied,
)
from tests.store.test_copy import rows

ROOT = Path(__file__).parents[2]


class Died(BaseException):
    """The process is no more; nothing may catch this."""


def confirms(store: SqlStore) -> Callable[[], object]:
    observe(store, issue(1))
    link = store.claim(M, issue(1), store.tick())
    assert link is not None
    queued(store, link.id)
    outgoing = store.in_flight(leased(store), at(1), at(60))
    done = confirmation(store, outgoing, page(1))
    return lambda: store.confirm(done, done.observation.seq, at(2))


def decides(store: SqlStore) -> Callable[[], object]:
    one, two = tied(store, 1), tied(store, 2)
    conflict, unsaid = Conflict("title", "A", "B", None), Unmapped(Side.NOTION, "state", "x")
    shadows = {"title": Shadow("a", "b")}
    said = decision(store, one.id, op=op(), shadows=shadows, conflicts=(conflict,), unmapped=(unsaid,))
    buried = decision(store, two.id, state=LinkState.TOMBSTONED)
    return lambda: store.decide(M, [said, buried], START)


def releases(store: SqlStore) -> Callable[[], object]:
    link, upto = tied(store, 1), store.tick()
    store.decide(M, [decision(store, link.id, op=op())], START)
    return lambda: store.release(M, upto, {"guard": "detail"}, [])


def fails(store: SqlStore) -> Callable[[], object]:
    link = tied(store)
    queued(store, link.id)
    outgoing = leased(store)
    return lambda: store.fail(outgoing, failure(link.id), 99)


def ties(store: SqlStore) -> Callable[[], object]:
    observe(store, issue(1), page(1))
    return lambda: store.tie(M, issue(1), page(1), 99)


def leases(store: SqlStore) -> Callable[[], object]:
    queued(store, tied(store).id)
    return lambda: store.lease("one", at(0), at(60))


def observes(store: SqlStore) -> Callable[[], object]:
    tied(store)
    return lambda: store.observe(M, [seen(issue(1), 90), seen(page(1), 90)], [issue(1)], 90)


def rekeys(store: SqlStore) -> Callable[[], object]:
    link = tied(store)
    decide(store, decision(store, link.id, shadows={"title": Shadow("a", "b")}))
    return lambda: store.rekey(link, LinkState.LINKED, issue(9), 99)


@pytest.mark.parametrize("scene", [confirms, decides, releases, fails, ties, leases, observes, rekeys])
def test_a_transaction_that_dies_at_any_statement_leaves_nothing_of_itself(store, scene):
    act, last = scene(store), 0
    before = rows(store)
    for last in range(1, 100):
        if not dies_at(store, last, act):
            break
        assert rows(store) == before
    assert last > 2
    assert rows(store) != before


def dies_at(store: SqlStore, step: int, act: Callable[[], object]) -> bool:
    """Let it die after so many statements; tell whether it got that far."""
    left = itertools.count(step, -1)

    def die(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN") and next(left) == 1:
            raise Died

    event.listen(store.database.engine, "after_cursor_execute", die)
    try:
        act()
    except Died:
        return True
    finally:
        event.remove(store.database.engine, "after_cursor_execute", die)
    return False


KILLED = """
import os, signal, sys
from sync.store import open_store
store = open_store(sys.argv[1])
with store.database.writing("roadmap") as connection:
    connection.exec_driver_sql("UPDATE links SET state = 'parked', version = version + 1")
    connection.exec_driver_sql("DELETE FROM observations")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_killed_in_the_middle_of_a_transaction_leaves_it_undone_and_the_next_may_write(store, url):
    tied(store)
    before = rows(store)
    killed = subprocess.run([sys.executable, "-c", KILLED, url], cwd=ROOT, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert rows(store) == before
    observe(store, issue(1), title="afterwards")
