"""What was said, read and kept: GitHub's one list of comments, and the discussions of pages that are worth a call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sync.core.bound import MARK, Bound
from sync.core.comments import OLD, before
from sync.core.errors import Vanished
from sync.core.events import Hint, Mode
from sync.core.model import ISSUE, Link, LinkState, Record, Ref, Side
from sync.core.observe import Moment
from sync.core.unread import untouched
from sync.flow.depths import deepen
from sync.flow.fetch import look
from sync.flow.keep import keep
from sync.flow.world import World

ACTIVE = 100
"""Of so many pages that just changed, or were just tied, the discussion is read at once; of others in rotation."""


def read_comments(world: World, bound: Bound, began: Moment) -> None:
    """Read the comments that changed on GitHub, and those of pages that were seen to change since the pass began."""
    if bound.discussion is None:
        return
    for place in bound.places:
        _list(world, bound, place, began)
    for link in world.store.stirred(world.name, began.seq, began.at, ACTIVE):
        if not _only_us(world, bound, link.ref(Side.NOTION)):
            read_discussion(world, bound, link, Side.NOTION, began)


def read_hinted(world: World, bound: Bound, hints: Iterable[Hint], began: Moment) -> None:
    """Read the discussions of pages that a hint names, and all that no list shows where a person looks again."""
    looked: set[int] = set()
    for hint in hints:
        link = world.store.link_of(world.name, hint.ref) if hint.ref is not None and hint.ref.kind == ISSUE else None
        if link is None or link.id in looked:
            continue
        if hint.mode == Mode.DEEP:
            looked.add(link.id)
            _look_below(world, bound, link, began)
        elif hint.ref is not None and hint.ref.side is Side.NOTION and not _only_us(world, bound, hint.ref):
            looked.add(link.id)
            read_discussion(world, bound, link, Side.NOTION, began)


def _only_us(world: World, bound: Bound, page: Ref | None) -> bool:
    """Tell whether a page stirred because of our own writing: comments have events of their own."""
    seen = world.store.observations(world.name, [page]).get(page) if page else None
    return bound.discussion is None or (seen is not None and untouched(bound, seen.record, seen))


def _look_below(world: World, bound: Bound, link: Link, began: Moment) -> None:
    """Read a link's bodies and both its discussions, whatever the lists would tell of them later."""
    if link.state is not LinkState.LINKED:
        return
    deepen(world, bound, link)
    for side in Side if bound.discussion is not None else ():
        read_discussion(world, bound, link, side, began)


def read_discussion(world: World, bound: Bound, link: Link, side: Side, began: Moment) -> None:
    """Read all comments under one record; what it does not show of those that were known is read by its identity."""
    ref, moment = link.ref(side), Moment(world.store.tick(), world.now())
    if ref is None:
        return
    try:
        shown = world.discussion(side).of(ref)
    except Vanished:
        world.store.look_later(world.name, [ref], world.now())
        return
    _keep(world, bound, shown, (moment, began))
    there = {record.ref for record in shown}
    known = [seen.record for each in world.store.children(link.id) if (seen := each.on(side)) is not None]
    look(world, bound, [each.ref for each in known if each.presence.in_sight and each.ref not in there])
    world.store.save_cursor(world.name, side, read_mark(ref), "", moment.at)


def read_mark(ref: Ref) -> str:
    """Return the name under which is kept that a record's comments were read; its cursor is empty, it is no list."""
    return f"comments:{ref.id}"


def reread(world: World, bound: Bound, link: Link, began: Moment) -> None:
    """Read a link's comments anew: the page's, and the issue's where some are known, of which one may be deleted."""
    if bound.discussion is None or link.state is not LinkState.LINKED:
        return
    read_discussion(world, bound, link, Side.NOTION, began)
    if world.store.children(link.id):
        read_discussion(world, bound, link, Side.GITHUB, began)


def list_cursor(container: str) -> str:
    """Return the name under which the cursor of a container's comments is kept."""
    return f"comments:{container}"


def _list(world: World, bound: Bound, place: tuple[Side, str], began: Moment) -> None:
    """Read one container's list of comments to its end; only there its cursor moves."""
    store, at, (side, container) = world.store, world.now(), place
    cursor = store.cursor(world.name, side, list_cursor(container))
    batches, following = world.discussion(side).changes(container, cursor), cursor
    while True:
        moment = Moment(store.tick(), world.now())
        batch = next(batches, None)
        if batch is None:
            break
        _keep(world, bound, batch.records, (moment, began))
        following = batch.cursor
        world.progress("reading comments", len(batch.records))
    if following is not None:
        store.save_cursor(world.name, side, list_cursor(container), following, at)


def _keep(world: World, bound: Bound, records: Sequence[Record], moments: tuple[Moment, Moment]) -> None:
    """Keep what one answer showed, but for what can never matter: comments from before the tie, and those of strangers.

    `moments` are when the answer was asked for, and when the pass began.
    """
    moment, began = moments
    refs = [record.ref for record in records]
    links = world.store.parents(world.name, refs)
    known = world.store.observations(world.name, refs)
    kept = [
        record if record.ref in known else fresh
        for record in records
        if (fresh := _wanted(bound, record, links.get(record.ref), began)) is not None or record.ref in known
    ]
    keep(world, bound, [each for each in kept if each is not None], moment)
    _follow(world, [each for each in records if each.ref in known and known[each.ref].link], moment)


def _follow(world: World, records: Sequence[Record], moment: Moment) -> None:
    """Give the links of comments that went along with a transferred issue the place where they are now."""
    for record in records:
        link = world.store.link_of(world.name, record.ref)
        held = link.ref(record.ref.side) if link else None
        if link and held and (held.container, held.number) != (record.ref.container, record.ref.number):
            world.store.rekey(link, link.state, record.ref, moment.seq)


def _wanted(bound: Bound, record: Record, link: Link | None, began: Moment) -> Record | None:
    """Return a comment that is seen for the first time, None where it is of no interest.

    What is seen in the pass that tied its issue was there before, whatever the clocks say.
    """
    assert bound.discussion is not None
    if record.read(MARK) is not None or bound.discussion.history:
        return record
    if link is None or before(record, link):
        return None
    young = link.tied_at is not None and link.tied_at >= began.at
    return replace(record, fields={**record.fields, OLD: True}) if young else record
