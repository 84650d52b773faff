"""What is written of comments: a copy under the other side's issue or page; when and why is decided elsewhere."""

from __future__ import annotations

from sync.core.comments import AUTHOR, TEXT, URL, Speech
from sync.core.errors import Vanished
from sync.core.model import Action, Put, Record, Ref
from sync.core.state import Known, Outgoing
from sync.flow.world import World


def write_comment(world: World, outgoing: Outgoing) -> Record:
    """Make the one call that an op on a comment intends, and return what the reply showed."""
    op, talk = outgoing.op, world.discussion(outgoing.op.side)
    known = _known(world, outgoing)
    if op.action is Action.COMMENT:
        under = home(world, outgoing)
        assert under is not None
        return talk.say(under, _speech(world, known, outgoing))
    copy = known.on(op.side)
    assert copy is not None
    if op.action is Action.TRASH:
        return talk.take_back(copy.record.ref)
    return talk.reword(copy.record.ref, _speech(world, known, outgoing))


def find_copy(world: World, outgoing: Outgoing, mark: Put) -> Record | None:
    """Look for the copy with that mark, whose reply was lost; what it would stand under may be gone by now."""
    under = home(world, outgoing)
    if under is None:
        return None
    try:
        return world.discussion(outgoing.op.side).find(under, str(mark.value))
    except Vanished:
        return None


def home(world: World, outgoing: Outgoing) -> Ref | None:
    """Return the issue or page that a comment's copy stands under, None where the write is of none."""
    parent = _known(world, outgoing).parent
    return parent.ref(outgoing.op.side) if parent else None


def _known(world: World, outgoing: Outgoing) -> Known:
    known = world.store.known(outgoing.link.id)
    assert known is not None
    return known


def _speech(world: World, known: Known, outgoing: Outgoing) -> Speech:
    """Return what is to be said: the words that were decided, of whoever wrote the original."""
    source = outgoing.op.side.other
    original = known.on(source)
    assert original is not None
    text = next(str(each.after) for each in outgoing.op.changes if each.field.startswith(TEXT))
    return Speech(
        author=str(original.record.read(AUTHOR)),
        url=str(original.record.read(URL)),
        words=world.discussion(source).words(text),
        mark=original.record.ref.id,
    )
