"""Who belongs together: ties what exists before anything is born, then claims what may give birth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sync.core.births import barrier, idle, quiet_until, there
from sync.core.bound import Bound
from sync.core.model import Link, LinkState, Ref, Side
from sync.core.state import Observation, Quarantine
from sync.core.values import alike
from sync.flow.fetch import listed, look
from sync.flow.follow import suspects
from sync.flow.world import World


def match(world: World, bound: Bound) -> int:
    """Tie and claim what no link holds; return how many links were made.

    A barrier: nothing is born before both sides' lists were complete once.
    """
    store = world.store
    if not listed(store, world.name, bound):
        return 0
    first = store.mapping(world.name).first_pass
    rules = "" if first else bound.digest
    unheld = _unheld(world, rules)
    moved = [] if first else suspects(world, bound, unheld)
    if moved:
        look(world, bound, moved)
        unheld = _unheld(world, rules)
    tying = Tying(world, bound, unheld)
    tying.by_mark()
    if "title" in bound.match:
        tying.by_title(None if first else {each.ref for each in store.quarantined(world.name)})
    tying.claim()
    store.quarantine(world.name, tying.quarantined)
    if not first:
        # A repository may hold a hundred thousand issues out of scope. What is ambiguous waits for others to change.
        ambiguous = {each.ref for each in tying.quarantined}
        left = [each for each in unheld if each.record.ref not in ambiguous and idle(bound, each.record)]
        store.pass_over(world.name, rules, left)
    return tying.made


def _unheld(world: World, rules: str) -> list[Observation]:
    return [each for side in Side for each in world.store.unlinked(world.name, side, rules=rules)]


class Tying:
    """One attempt to tie all free records; what is ambiguous is quarantined and named, and everything else goes on."""

    def __init__(self, world: World, bound: Bound, unheld: Iterable[Observation]) -> None:
        self.world, self.bound = world, bound
        self.free: dict[Side, dict[Ref, Observation]] = {side: {} for side in Side}
        for each in unheld:
            if there(bound, each.record):
                self.free[each.record.ref.side][each.record.ref] = each
        self.settled: set[Ref] = set()
        self.quarantined: list[Quarantine] = []
        self.made = 0
        self.tick = world.store.tick()

    def by_mark(self) -> None:
        """Tie what names its partner, the page's link property first: it is the tie that a person sees and can edit."""
        for side in (Side.NOTION, Side.GITHUB):
            spelled = self.world.remote(side.other).address
            marked = {ref: spelled(mark) for ref, each in self.free[side].items() if (mark := self._mark(each))}
            partners = self.world.store.by_address(self.world.name, side.other, marked.values())
            named = {partner.record.ref: partner for partner in partners.values()}
            wanted: dict[Ref, list[Observation]] = defaultdict(list)
            for ref, mark in marked.items():
                partner = partners.get(mark)
                # One that was transferred out of the mapping is another mapping's to tie.
                if partner is not None and partner.record.moved_to is None:
                    wanted[partner.record.ref].append(self.free[side][ref])
            for ref, rivals in wanted.items():
                self._tie_to(named[ref], rivals)

    def by_title(self, among: Collection[Ref] | None) -> None:
        """Tie records whose title is the same and stands once on each side.

        After the first pass `among` are those that were ambiguous in it: they stay out until they are so no more.
        """
        groups = {side: self._titles(side, among) for side in Side}
        for title, issues in groups[Side.GITHUB].items():
            pages = groups[Side.NOTION].get(title, [])
            if not pages:
                continue
            if len(issues) == len(pages) == 1:
                self._tie(issues[0], pages[0])
            else:
                reason = f"the title {title!r} stands on {len(issues)} issues and {len(pages)} pages"
                self._quarantine([*issues, *pages], f"{reason}: tie them by the link property")

    def claim(self) -> None:
        """Claim every record that is left and may give birth."""
        store, now = self.world.store, self.world.now()
        for observations in self.free.values():
            for ref, observation in observations.items():
                if barrier(self.bound, observation.record):
                    continue
                if self.world.quiet and ref.side is Side.NOTION and quiet_until(self.bound, observation.record) > now:
                    continue
                self._count(store.claim(self.world.name, ref, self.tick))

    def _mark(self, observation: Observation) -> str | None:
        reading = observation.record.read(self.bound.marks[observation.record.ref.side].name)
        return reading if isinstance(reading, str) else None

    def _titles(self, side: Side, among: Collection[Ref] | None) -> dict[str, list[Observation]]:
        groups: dict[str, list[Observation]] = defaultdict(list)
        for ref, observation in self.free[side].items():
            title = self.bound.title(observation.record)
            if among is not None and ref not in among:
                continue
            if isinstance(title, str) and not self._mark(observation) and self.bound.scope.holds(observation.record):
                groups[alike(title)].append(observation)
        return groups

    def _tie_to(self, partner: Observation, rivals: Sequence[Observation]) -> None:
        """Tie the one record that names a partner to it; several, or a partner that is taken, wait for a person."""
        if len(rivals) == 1 and self._merely_claimed(partner) and self._tie(rivals[0], partner):
            return
        if partner.link is not None:
            self._quarantine(rivals, f"names {partner.record.label}, which is tied to another record: a copy?")
        elif partner.record.ref in self.settled or not there(self.bound, partner.record):
            self._quarantine(rivals, f"names {partner.record.label}, which is not to be seen")
        elif len(rivals) > 1:
            self._quarantine(rivals, f"{len(rivals)} records name {partner.record.label}: clear all but one")
        else:
            self._tie(rivals[0], partner)

    def _merely_claimed(self, partner: Observation) -> bool:
        """Tell whether what a person tied now was still waiting for a partner to be born."""
        link = self.world.store.link_of(self.world.name, partner.record.ref) if partner.link is not None else None
        return link is not None and link.state is LinkState.CLAIMED

    def _tie(self, one: Observation, two: Observation) -> Link | None:
        refs = {each.record.ref.side: each.record.ref for each in (one, two)}
        link = self.world.store.tie(self.world.name, refs[Side.GITHUB], refs[Side.NOTION], self.tick)
        self._count(link)
        self._settle(refs.values())
        return link

    def _quarantine(self, observations: Iterable[Observation], reason: str) -> None:
        refs = [each.record.ref for each in observations]
        self.quarantined += [Quarantine(ref, reason, self.world.now()) for ref in refs]
        self._settle(refs)

    def _settle(self, refs: Iterable[Ref]) -> None:
        for ref in refs:
            self.free[ref.side].pop(ref, None)
            self.settled.add(ref)

    def _count(self, link: Link | None) -> None:
        self.made += link is not None
