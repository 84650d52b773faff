"""Which comments belong together: ties copies to their originals by their marks, then claims what is to be copied."""

from __future__ import annotations

from collections.abc import Mapping

from sync.core.bound import MARK, Bound
from sync.core.comments import copied, silent
from sync.core.model import COMMENT, Link, LinkState, Record, Ref, Side
from sync.core.observe import Moment
from sync.flow.discussions import list_cursor, read_discussion, read_mark
from sync.flow.world import World


def pair(world: World, bound: Bound) -> int:
    """Tie and claim comments that no link holds; return how many links were made.

    A barrier: nothing is copied to where what stands there was not read once, for the copy may be there already.
    """
    if bound.discussion is None:
        return 0
    pairing = Pairing(world, bound)
    made = pairing.by_mark()
    if pairing.read_unheard():
        pairing = Pairing(world, bound)
        made += pairing.by_mark()
    return made + pairing.claim()


class Pairing:
    """One attempt to tie all free comments."""

    def __init__(self, world: World, bound: Bound) -> None:
        self.world, self.bound = world, bound
        self.free = self._free()
        self.parents: Mapping[Ref, Link] = world.store.parents(world.name, self.free)
        self.tick = world.store.tick()

    def _free(self) -> dict[Ref, Record]:
        """Return the comments that no link holds; those with which nothing is done are not asked for again."""
        assert self.bound.discussion is not None
        store, name, rules = self.world.store, self.world.name, self.bound.digest
        unheld = [each for side in Side for each in store.unlinked(name, side, COMMENT, rules=rules)]
        idle = {each.record.ref: each for each in unheld if silent(self.bound.discussion, each.record)}
        store.pass_over(name, rules, idle.values())
        return {each.record.ref: each.record for each in unheld if each.record.ref not in idle}

    def by_mark(self) -> int:
        """Tie what names its original; one that was never seen is looked at by its identity first."""
        made = 0
        for ref, record in list(self.free.items()):
            original = self._original(record)
            if original is None:
                continue
            seen = self.world.store.observations(self.world.name, [original]).get(original)
            if seen is None:
                self.world.store.look_later(self.world.name, [original], self.world.now())
            elif seen.record.presence.in_sight and self._together(ref, seen.record.ref):
                made += self._tie(ref, seen.record.ref)
        return made

    def read_unheard(self) -> int:
        """Read the discussions of pages that are about to get a comment and were never read; return how many."""
        unheard = {
            link.id: link
            for ref, record in self.free.items()
            if ref.side is Side.GITHUB and (link := self._due(record)) is not None and not self._heard(link)
        }
        began = Moment(self.world.store.tick(), self.world.now())
        for link in unheard.values():
            read_discussion(self.world, self.bound, link, Side.NOTION, began)
        return len(unheard)

    def claim(self) -> int:
        """Claim what is to be copied."""
        made = 0
        for ref, record in self.free.items():
            link = self._due(record)
            if link is None or not self._open(ref, link):
                continue
            made += self.world.store.claim(self.world.name, ref, self.tick, parent=link.id) is not None
        return made

    def _original(self, record: Record) -> Ref | None:
        """Return the identity of the comment that this one is a copy of, as it would stand under the same link."""
        mark, link = record.read(MARK), self.parents.get(record.ref)
        above = link.ref(record.ref.side.other) if link else None
        if not isinstance(mark, str) or above is None:
            return None
        container = above.id if above.side is Side.NOTION else above.container
        return Ref(above.side, mark, container, above.number)

    def _together(self, one: Ref, two: Ref) -> bool:
        link = self.world.store.parents(self.world.name, [two]).get(two)
        return link is not None and link.id == self.parents[one].id

    def _tie(self, one: Ref, two: Ref) -> bool:
        refs = {each.side: each for each in (one, two)}
        parent = self.parents[one].id
        link = self.world.store.tie(self.world.name, refs[Side.GITHUB], refs[Side.NOTION], self.tick, parent=parent)
        for ref in (one, two) if link else ():
            self.free.pop(ref, None)
        return link is not None

    def _due(self, record: Record) -> Link | None:
        """Return the link above a comment that is to be copied now."""
        link = self.parents.get(record.ref)
        if link is None or link.state is not LinkState.LINKED:
            return None
        assert self.bound.discussion is not None
        return link if copied(self.bound.discussion, record, link) else None

    def _open(self, ref: Ref, link: Link) -> bool:
        """Tell whether all was read of the place where the copy is to stand."""
        if ref.side is Side.GITHUB:
            return self._heard(link)
        above = link.github
        return above is not None and self._known(Side.GITHUB, list_cursor(above.container))

    def _heard(self, link: Link) -> bool:
        return link.notion is not None and self._known(Side.NOTION, read_mark(link.notion))

    def _known(self, side: Side, name: str) -> bool:
        return self.world.store.cursor(self.world.name, side, name) is not None
