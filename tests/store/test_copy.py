from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from sync.core.limits import Lane
from sync.core.model import Conflict, Shadow, Side, Unmapped
from sync.core.state import Quarantine
from sync.store.tables import metadata
from tests.store.making import (
    START,
    M,
    at,
    decide,
    decision,
    failure,
    issue,
    known,
    leased,
    observe,
    op,
    page,
    queued,
    tied,
)


def rows(store):
    with store.database.reading() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in metadata.sorted_tables
        }


def furnished(store):
    """Leave something in every table."""
    link, other = tied(store, 1), tied(store, 2)
    held, unsaid = Conflict("title", ("a",), None, None), Unmapped(Side.NOTION, "state", "Blocked")
    store.begin_pass(M, "full", START)
    queued(store, link.id)
    store.fail(leased(store), failure(link.id), store.tick())
    decide(
        store,
        decision(store, other.id, op=op(), shadows={"t": Shadow(1.5, True)}, conflicts=(held,), unmapped=(unsaid,)),
    )
    store.release(M, store.tick(), {"max_new_issues": "101"}, [])
    store.change_mapping(M, schema_at=at(1))
    store.save_cursor(M, Side.GITHUB, "1", "c", START)
    store.look_later(M, [page(1)], START)
    store.hint(M, None, Lane.POLL, START)
    store.quarantine(M, [Quarantine(issue(5), "why", START)])
    store.take_lease("beat", "one", at(60), START)
    store.beat("worker", START)
    store.note("name", "text")
    return link


def test_a_copy_holds_all_rows_of_all_tables(store):
    furnished(store)
    there = rows(store)
    assert all(there.values()), [name for name, found in there.items() if not found]
    with store.copy() as copy:
        assert rows(copy) == there


def test_what_is_done_to_a_copy_is_not_done_to_the_store(store):
    link = furnished(store)
    before = rows(store)
    with store.copy() as copy:
        observe(copy, issue(1), issue(77), title="elsewhere")
        assert copy.claim(M, issue(77), copy.tick()) is not None
        queued(copy, link.id, "Three")
        assert known(copy, link.id).outgoing.op == op("Three")
        assert copy.tick() > store.tick()
    after = rows(store)
    assert {**after, "ticks": None} == {**before, "ticks": None}


def test_more_rows_than_one_chunk_are_copied(store):
    observe(store, *(issue(number) for number in range(1, 2502)))
    with store.copy() as copy:
        assert rows(copy) == rows(store)


def test_a_closed_copy_leaves_nothing_behind(store):
    copy = store.copy()
    folder = Path(copy.database.engine.url.database).parent
    assert folder.exists()
    copy.close()
    assert not folder.exists()
    store.tick()


def test_reading_cannot_write(store):
    if store.database.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no such transaction: its reads are told apart by their BEGIN alone")
    with pytest.raises(DatabaseError), store.database.reading() as connection:
        connection.execute(metadata.tables["beats"].insert().values(name="x", at=START))
