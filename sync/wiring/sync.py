"""The Sync that every door is given, whatever kind of process it is in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from sync.config.logs import watch
from sync.config.mappings import Loaded
from sync.config.settings import Settings
from sync.core.errors import Misconfigured, Problem, TryLater
from sync.core.limits import Lane, rates
from sync.core.mapping import Mapping
from sync.core.model import Side
from sync.core.pace import Pace
from sync.core.ports import Designer, Surveyor
from sync.flow.world import Patience, World
from sync.limiter.gate import FOREGROUND_PATIENCE, WORKER_PATIENCE, Gate
from sync.limiter.redis import RedisLimiter
from sync.queue.send import Nudges
from sync.remotes.network import fingerprint
from sync.remotes.notion.files import Signer
from sync.store import SqlStore
from sync.wiring.budgets import at_a_shell, budgets, of_a_worker
from sync.wiring.calls import Calls, CountedGate
from sync.wiring.keys import file_key, keep_file_key
from sync.wiring.runs import Runs
from sync.wiring.services import Both, Services

if TYPE_CHECKING:
    from sync.remotes.notion.client import Door as NotionDoor

ENDS = "github token ends"
"""The note that holds a token's fingerprint and when it ends."""
GUARD_WINDOW = timedelta(minutes=60)
"""How far back the guards count in workers (contract section 4)."""
PACE_KEPT = timedelta(minutes=1)
"""For how long a pace is kept that was worked out: mappings grow slowly."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class Sync:
    """Everything that a door needs, ready to use.

    `made` keeps worlds, for their connections are worth keeping, `paces` the last pace with when it was worked out;
    `closing` lets the connections go.
    """

    settings: Settings
    loaded: Loaded
    store: SqlStore
    limiter: RedisLimiter
    queue: Nudges
    clock: SystemClock = field(default_factory=SystemClock)
    calls: Calls = field(default_factory=Calls)
    made: dict[tuple[str, float], World] = field(default_factory=dict)
    closing: ExitStack = field(default_factory=ExitStack)
    runs: Runs = field(default_factory=Runs)
    paces: list[tuple[datetime, Pace]] = field(default_factory=list)

    @cached_property
    def services(self) -> Services:
        """Return the two services, to make what stands on them."""
        return Services(self.settings, self.closing)

    @property
    def mappings(self) -> tuple[Mapping, ...]:
        """Return the sound mappings."""
        return self.loaded.mappings

    @property
    def pace(self) -> Pace:
        """Return how long after another polls and full passes come, stretched to their shares of the budgets."""
        now = self.clock.now()
        if not self.paces or abs(now - self.paces[-1][0]) > PACE_KEPT:
            self.paces[:] = [(now, self._pace())]
        return self.paces[-1][1]

    def _pace(self) -> Pace:
        settings = self.settings
        wanted = Pace(timedelta(seconds=settings.poll_interval), timedelta(seconds=settings.full_sync_interval))
        return wanted.stretched(self.store.load({each.name for each in self.mappings}), rates(budgets(settings)))

    def mapping(self, name: str) -> Mapping:
        """Return the mapping of that name; raises Misconfigured where none is sound under it."""
        for mapping in self.mappings:
            if mapping.name == name:
                return mapping
        raise Misconfigured([Problem(f"no mapping is named {name!r}", cure="see MAPPINGS_DIR, and `tandem check`")])

    def foreground(self, mapping: Mapping) -> World:
        """Return the world of a pass at a shell: it waits for its budgets as long as it must."""
        return self._world(mapping, FOREGROUND_PATIENCE)

    def onlooker(self, mapping: Mapping) -> World:
        """Return a world to look at, with the sides whose credentials are set and no others."""
        asked = {Side.GITHUB: self.settings.require_github, Side.NOTION: self.settings.require_notion}
        return self._made(mapping, FOREGROUND_PATIENCE, [side for side, require in asked.items() if _given(require)])

    def world(self, name: str, *, patience: float = WORKER_PATIENCE) -> World:
        """Return the world of a worker's task, which waits no longer than its patience for a call."""
        world = self._world(self.mapping(name), patience)
        working = replace(world, quiet=True, window=GUARD_WINDOW, rotation=of_a_worker(self.settings))
        return replace(working, owner=self.runs.owner, fellow=self.fellow, log=watch)

    def fellow(self, name: str) -> World | None:
        """Return the world of another mapping, None where none is sound under that name."""
        return self.world(name) if any(each.name == name for each in self.mappings) else None

    @property
    def _seed(self) -> str:
        return self.settings.require_notion().get_secret_value()

    def make_ready(self) -> None:
        """Make ready to write: take over from the dead, and keep the key of what will stand in issues."""
        self.take_over()
        if self.settings.public_url and self.settings.notion_token:
            keep_file_key(self.store, self._seed)

    def take_over(self) -> None:
        """Take over from those who are no more.

        What tasks and processes of this machine held is ours at once, where else their leases would run out. Should
        one of them live all the same, in a container of its own for example, its epoch is over and it writes nothing
        more, as when a lease runs out.
        """
        now = self.clock.now()
        dead = [owner for owner in self.store.owners(now) if self.runs.over(owner)]
        if dead:
            self.store.release_held_by(dead, now)

    def tally(self) -> None:
        """Add what this process has counted to the counters of all."""
        counts = self.calls.told()
        try:
            if counts:
                self.store.count(counts)
            if self.services.ends and self.services.ends[0] != self.token_ends:
                self.store.note(ENDS, json.dumps([self._token_mark(), self.services.ends[0].isoformat()]))
        except TryLater:
            self.calls.again(counts)

    def forget(self) -> None:
        """Keep nothing of what this process has counted and learned: a plan leaves no trace."""
        self.calls.told()
        self.services.ends.clear()

    @property
    def token_ends(self) -> datetime | None:
        """Return when GitHub's personal token ends, None where that is not known or never."""
        mark, moment = json.loads(self.store.noted(ENDS) or "[null, null]")
        return datetime.fromisoformat(moment) if moment and mark == self._token_mark() else None

    def _token_mark(self) -> str:
        token = self.settings.github_token
        return fingerprint(token.get_secret_value()) if token and not self.settings.github_app_id else ""

    def designer(self) -> Designer:
        """Return what databases are looked at and added to with, apart from any mapping."""
        return self.services.designer(self._gate(FOREGROUND_PATIENCE))

    def surveyor(self, repository: str) -> Surveyor:
        """Return what repositories are looked at with, apart from any mapping; an App is found by the one given."""
        return self.services.surveyor(repository, self._gate(FOREGROUND_PATIENCE))

    def redeliver(self, repository: str | None, now: datetime) -> int:
        """Have GitHub's deliveries about a repository, or an App's own, made again that failed; return how many."""
        return self.services.redeliver(repository, now, self._gate(WORKER_PATIENCE))

    @cached_property
    def signer(self) -> Signer | None:
        """Return what signs addresses of files, None where nobody reaches the web process from elsewhere."""
        base = self.settings.public_url
        return Signer(base, file_key(self.store, self._seed)) if base else None

    @cached_property
    def file_door(self) -> NotionDoor:
        """Return the door through which the web process looks for files: somebody waits for them."""
        return self.services.notion_door(self._gate(WORKER_PATIENCE)).on(Lane.PERSON)

    def _gate(self, patience: float, mapping: str = "") -> CountedGate:
        return CountedGate(Gate(self.limiter, patience=patience), self.calls, mapping)

    def _world(self, mapping: Mapping, patience: float) -> World:
        known = self.made.get((mapping.name, patience))
        return known or self.made.setdefault((mapping.name, patience), self._made(mapping, patience))

    def _made(self, mapping: Mapping, patience: float, sides: Sequence[Side] = tuple(Side)) -> World:
        settings = self.settings
        gate = self._gate(patience, mapping.name)
        made = {side: self._side(side, mapping, gate) for side in sides}
        return World(
            mapping=mapping,
            remotes={side: remote for side, (remote, _) in made.items()},
            discussions={side: comments for side, (_, comments) in made.items()},
            rotation=at_a_shell(settings),
            store=self.store,
            clock=self.clock,
            owner=self.runs.owner,
            patience=Patience(
                stale=timedelta(seconds=settings.stale_seconds),
                settle=timedelta(seconds=settings.create_settle_seconds),
            ),
        )

    def _side(self, side: Side, mapping: Mapping, gate: CountedGate) -> Both:
        if side is Side.GITHUB:
            return self.services.github(mapping, gate, tuple(self._sharing(mapping)))
        return self.services.notion(mapping, gate, self.signer)

    def _sharing(self, mapping: Mapping) -> Iterator[Mapping]:
        """Yield the mapping and those with a repository of its own: they are shown what any of them reads."""
        own = {name.casefold() for name in mapping.github.repositories}
        for each in (mapping, *self.mappings):
            if own & {name.casefold() for name in each.github.repositories}:
                yield each


def _given(require: Callable[[], object]) -> bool:
    try:
        require()
    except Misconfigured:
        return False
    return True
