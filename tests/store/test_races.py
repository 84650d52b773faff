from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync.core.errors import Overtaken
from sync.core.model import Side
from sync.core.state import Decision, Known, Outgoing
from sync.store import SqlStore
from tests.store.making import M, at, confirmation, issue, known, observe, op, page, queued, seen, tied

WORKERS = 4


def together(*acts: Callable[[], object]) -> list[object]:
    """Run them in threads that set off at the same moment; whatever one raises is raised."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait(timeout=20)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, act) for act in acts]]


def test_no_write_is_leased_twice_and_none_is_left_over(store):
    for number in range(1, 25):
        queued(store, tied(store, number).id)

    def work() -> list[int]:
        taken = []
        while (found := store.lease("any", at(0), at(60))) is not None:
            taken.append(found.link.id)
        return taken

    # A worker that finds every row just being taken may leave early; the next round finds what is left.
    taken = [link for links in together(*[work] * WORKERS) for link in links] + work()
    assert Counter(Counter(taken).values()) == {1: 24}


def test_a_record_that_several_want_is_given_to_one(store):
    for number in range(1, 9):
        observe(store, issue(number), page(number), page(100 + number), page(200 + number))
        ties = [partial(store.tie, M, issue(number), page(partner + number), store.tick()) for partner in (0, 100, 200)]
        *tied, _ = together(*ties, partial(store.claim, M, issue(number), store.tick()))
        (link,) = [link for link in tied if link is not None]
        assert store.link_of(M, issue(number)).id == link.id
    assert store.links_count(M) == 8


def test_a_name_that_several_want_to_hold_is_held_by_one(store):
    for number in range(8):
        taken = together(*[lambda number=number: store.take_lease(f"n{number}", "any", at(60), at(0))] * WORKERS)
        assert sorted(taken, key=str) == [1, *[None] * (WORKERS - 1)]


def test_ticks_are_drawn_once_each(store):
    drawn = together(*[lambda: [store.tick() for _ in range(15)]] * WORKERS)
    ticks = sorted(tick for each in drawn for tick in each)
    assert ticks == list(range(1, 15 * WORKERS + 1))


def test_whoever_keeps_last_the_newest_read_stays(store):
    refs = [issue(number) for number in range(1, 6)]

    def keep(first: int) -> None:
        for seq in range(first, 41, WORKERS):
            order = refs if seq % 2 else refs[::-1]
            store.observe(M, [seen(ref, seq, title=f"read {seq}") for ref in order], refs, seq)

    together(*[lambda first=first: keep(first) for first in range(1, WORKERS + 1)])
    assert {each.record.read("title") for each in store.observations(M, refs).values()} == {"read 40"}


def test_no_edit_that_comes_while_links_are_decided_is_lost(store):
    """Whatever interleaves, the last thing seen is the last thing decided."""
    links = [tied(store, number) for number in range(1, 6)]
    done = threading.Event()

    def edit() -> None:
        for number in range(1, 16):
            observe(store, *(issue(each) for each in range(1, 6)), title=f"edit {number}")
        done.set()

    def reconcile() -> None:
        while True:
            last = done.is_set()
            upto = store.tick()
            found = store.touched(M, upto)
            made = [Decision(each.link, each.link.state, {}, op=op(title_of(each))) for each in found]
            store.decide(M, made, at(0))
            store.release(M, upto, {}, [])
            if last and not found:
                return

    together(edit, reconcile)
    assert {known(store, link.id).outgoing.op for link in links} == {op("edit 15")}
    assert store.waiting(M) == 5


def title_of(each: Known) -> str:
    assert each.github is not None
    return str(each.github.record.read("title"))


@dataclass
class Ledger:
    """What the workers saw: who held which epoch, and which writes were said to be done."""

    held: list[tuple[int, int]] = field(default_factory=list)
    done: list[int] = field(default_factory=list)


def play(store: SqlStore, owner: str, script: Sequence[tuple[str, int]], ledger: Ledger) -> None:
    """Play one worker: its clock runs as the script says, behind or ahead of everybody else's."""
    mine: Outgoing | None = None
    time = 0
    for word, seconds in script:
        time += seconds
        try:
            if word == "lease":
                mine = store.lease(owner, at(time), at(time + 5))
                if mine is not None:
                    ledger.held.append((mine.link.id, mine.epoch))
            elif mine is not None:
                mine = step(store, mine, word, time, ledger)
        except Overtaken:
            mine = None


def step(store: SqlStore, mine: Outgoing, word: str, time: int, ledger: Ledger) -> Outgoing | None:
    if word == "send":
        return store.in_flight(mine, at(time), at(time + 5))
    if word == "confirm":
        store.confirm(confirmation(store, mine), store.tick(), at(time))
        ledger.done.append(mine.link.id)
    elif word == "drop":
        store.drop(mine, store.tick(), "moved")
        ledger.done.append(mine.link.id)
    elif word == "requeue":
        store.requeue(mine, at(time + 1), "busy")
    else:
        store.unsettled(mine, at(time + 1), "no answer")
    return None


scripts = st.lists(
    st.tuples(
        st.sampled_from(["lease", "lease", "send", "confirm", "drop", "requeue", "unsettled"]), st.integers(0, 7)
    ),
    min_size=2,
    max_size=8,
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(scripts, min_size=2, max_size=3))
def test_whatever_workers_do_an_epoch_has_one_holder_and_a_write_one_end(store, plays):
    first = len(store.lines(0)) + store.links_count(M) + 1
    links = [tied(store, first + number).id for number in range(3)]
    for link in links:
        queued(store, link)
    ledger = Ledger()
    together(*[lambda n=n, script=script: play(store, f"w{n}", script, ledger) for n, script in enumerate(plays)])
    assert len(set(ledger.held)) == len(ledger.held)
    assert len(set(ledger.done)) == len(ledger.done)
    left = {link for link in links if known(store, link).outgoing is not None}
    assert left == set(links) - set(ledger.done)
    # Nothing is stuck: once every lease ran out, what is left can be leased and ended.
    while (found := store.lease("last", at(1000), at(2000))) is not None:
        store.drop(found, store.tick(), "the end")
    assert store.waiting(None, Side.NOTION) == 0
