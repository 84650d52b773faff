"""The only file that knows everyone: settings in, a ready Sync out; it holds no rule of its own."""

from __future__ import annotations

import atexit
import json
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from sync.calls import Calls, CountedGate
from sync.config.logs import configure, watch
from sync.config.mappings import Loaded, load_mappings, locate
from sync.config.settings import App, Settings, load_settings
from sync.core.errors import Misconfigured, Problem, TryLater
from sync.core.limits import MINUTE, Budget, github_budgets, notion_budgets, rates
from sync.core.mapping import Mapping
from sync.core.model import Side
from sync.core.pace import Pace
from sync.core.ports import Designer, Discussions, Remote, Surveyor
from sync.core.ports import Gate as GatePort
from sync.flow.world import Patience, Rotation, World
from sync.limiter.gate import FOREGROUND_PATIENCE, WORKER_PATIENCE, Gate
from sync.limiter.redis import RedisLimiter
from sync.queue.app import App as CeleryApp
from sync.queue.app import make_app
from sync.queue.embedded import reach
from sync.queue.send import Nudges
from sync.remotes.network import fingerprint
from sync.runs import Runs
from sync.store import SqlStore, check_schema, migrate, open_store

if TYPE_CHECKING:
    from sync.remotes.github.client import Door as GitHubDoor
    from sync.remotes.notion.client import Door as NotionDoor

TURN_PATIENCE = 60.0
"""Seconds that a turn may wait for one call: a long list must end some time, and a thread is all it holds."""
SCHEMA_WAIT = 60.0
"""Seconds that a worker waits for the release process to migrate the database."""
ENDS = "github token ends"
"""The note that holds a token's fingerprint and when it ends."""
GUARD_WINDOW = timedelta(minutes=60)
"""How far back the guards count in workers (contract section 4)."""

AT_A_SHELL = 10 * MINUTE
"""Seconds of whose budget a full pass at a shell takes its share for reading anew: nobody waits for an hour's."""
UNLIMITED = 180
"""How many calls a minute are shared out where Notion's limit is switched off: what its small plans allow."""

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

    `made` keeps worlds, for their connections are worth keeping, `paces` the last pace with when it was worked out, and
    `tokens` those of an App's installations, `ends` when the personal token ends; `closing` lets the connections go.
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
    tokens: dict[int, tuple[str, datetime]] = field(default_factory=dict)
    ends: deque[datetime] = field(default_factory=lambda: deque(maxlen=1))

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
        working = replace(world, quiet=True, window=GUARD_WINDOW, rotation=_rotation(self.settings))
        return replace(working, owner=self.runs.owner, fellow=self.fellow, watch=watch)

    def fellow(self, name: str) -> World | None:
        """Return the world of another mapping, None where none is sound under that name."""
        return self.world(name) if any(each.name == name for each in self.mappings) else None

    def inherit(self) -> None:
        """Take over at once what tasks and processes of this machine held that are no more; else their leases run out.

        Should one of them live all the same, in a container of its own for example, its epoch is over and it writes
        nothing more, as when a lease runs out.
        """
        now = self.clock.now()
        dead = [owner for owner in self.store.owners(now) if self.runs.over(owner)]
        if dead:
            self.store.bequeath(dead, now)

    def tally(self) -> None:
        """Add what this process has counted to the counters of all."""
        counts = self.calls.told()
        try:
            if counts:
                self.store.count(counts)
            if self.ends and self.ends[0] != self.token_ends:
                self.store.note(ENDS, json.dumps([self._token_mark(), self.ends[0].isoformat()]))
        except TryLater:
            self.calls.again(counts)

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
        from sync.remotes.notion.design import Designer as NotionDesigner

        door = _notion_door(self.settings, self._gate(FOREGROUND_PATIENCE))
        self.closing.callback(door.close)
        return NotionDesigner(door)

    def surveyor(self, repository: str) -> Surveyor:
        """Return what repositories are looked at with, apart from any mapping; an App is found by the one given."""
        from sync.remotes.github.survey import Surveyor as GitHubSurveyor

        door = self._github_door(self._gate(FOREGROUND_PATIENCE), [repository])
        self.closing.callback(door.close)
        return GitHubSurveyor(door)

    def ask_again(self, repository: str, now: datetime) -> int:
        """Have GitHub's deliveries about a repository made again that failed, and return how many those were."""
        from sync.remotes.github.deliveries import ROUTE, Deliveries

        door = self._github_door(self._gate(WORKER_PATIENCE), [repository])
        ours = f"{self.settings.public_url}{ROUTE}" if self.settings.public_url else ""
        try:
            return Deliveries(door, ours).ask_again(repository, now)
        finally:
            door.close()

    def _gate(self, patience: float, mapping: str = "") -> CountedGate:
        return CountedGate(Gate(self.limiter, patience=patience), self.calls, mapping)

    def _world(self, mapping: Mapping, patience: float) -> World:
        known = self.made.get((mapping.name, patience))
        return known or self.made.setdefault((mapping.name, patience), self._made(mapping, patience))

    def _made(self, mapping: Mapping, patience: float, sides: Sequence[Side] = tuple(Side)) -> World:
        settings = self.settings
        gate = self._gate(patience, mapping.name)
        making = {Side.GITHUB: self._github, Side.NOTION: self._notion}
        made = {side: making[side](mapping, gate) for side in sides}
        return World(
            mapping=mapping,
            remotes={side: remote for side, (remote, _) in made.items()},
            discussions={side: comments for side, (_, comments) in made.items()},
            rotation=Rotation(full=_share_of(settings, AT_A_SHELL), lively=_share_of(settings, MINUTE)),
            store=self.store,
            clock=self.clock,
            owner=self.runs.owner,
            patience=Patience(
                stale=timedelta(seconds=settings.stale_seconds),
                settle=timedelta(seconds=settings.create_settle_seconds),
            ),
        )

    def _github(self, mapping: Mapping, gate: GatePort) -> tuple[Remote, Discussions]:
        from sync.remotes.github.comments import GitHubComments
        from sync.remotes.github.remote import GitHubRemote

        door = self._github_door(gate, mapping.github.repositories)
        self.closing.callback(door.close)
        types = any(row.github == "type" for row in mapping.rows)
        bodies = any(row.github.startswith("body") for each in self._sharing(mapping) for row in each.rows)
        remote = GitHubRemote(door, mapping.github.repositories, types=types, bodies=bodies)
        return remote, GitHubComments(door)

    def _sharing(self, mapping: Mapping) -> Iterator[Mapping]:
        """Yield the mapping and those with a repository of its own: they are shown what any of them reads."""
        own = {name.casefold() for name in mapping.github.repositories}
        for each in (mapping, *self.mappings):
            if own & {name.casefold() for name in each.github.repositories}:
                yield each

    def _github_door(self, gate: GatePort, repositories: Sequence[str]) -> GitHubDoor:
        from sync.remotes.github.client import Door
        from sync.remotes.github.credential import Credential, Installations, PersonalToken

        secret = self.settings.require_github()
        credential: Credential
        if isinstance(secret, App):
            key, given = secret.private_key.get_secret_value(), secret.installation_id
            credential = Installations(
                secret.id, key, installation=given, repositories=repositories, tokens=self.tokens
            )
        else:
            credential = PersonalToken(secret.get_secret_value())
        door = Door(credential, gate, base_url=self.settings.github_api_url)
        door.expires = self.ends.append
        return door

    def _notion(self, mapping: Mapping, gate: GatePort) -> tuple[Remote, Discussions]:
        from sync.remotes.notion.comments import NotionComments
        from sync.remotes.notion.remote import NotionRemote
        from sync.remotes.notion.schema import Asked

        notion = mapping.notion
        bodies = any(row.github == "body" for row in mapping.rows)
        asked = Asked(people=bool(mapping.users), content=self.settings.notion_body if bodies else "")
        door = _notion_door(self.settings, gate)
        self.closing.callback(door.close)
        remote = NotionRemote(door, database=notion.database, data_source=notion.data_source, asked=asked)
        return remote, NotionComments(door)


@contextmanager
def opened(
    names: Sequence[str] = (), *, env: Settings | None = None, prepare: Callable[[str], None] = migrate
) -> Iterator[Sync]:
    """Give a Sync for a program at a shell: the database is migrated, Redis is reached or started.

    Raises Misconfigured with what is wrong of the settings; faulty mappings stand in `loaded.problems`.
    """
    settings = env or load_settings()
    configure(settings, quiet=env is None)
    loaded = load_mappings(settings.mappings_dir, names)
    url = settings.database_url.get_secret_value()
    prepare(url)
    with redis(settings) as redis_url, open_store(url) as store:
        limiter, app = _limiter(settings, redis_url), make_app(redis_url)
        sync = Sync(settings, loaded, store, limiter, Nudges(app))
        sync.closing.callback(limiter.close)
        sync.closing.callback(app.markers.close)
        sync.closing.callback(app.close)
        sync.closing.callback(sync.tally)
        with sync.closing:
            yield sync


def redis(settings: Settings) -> AbstractContextManager[str]:
    """Return the way to the Redis that is set, or to the machine's own, which runs while anybody is within."""
    return reach(settings.redis_url.get_secret_value() if settings.redis_url else None, settings.state_dir)


def awaiting(url: str) -> None:
    """Wait for the release process to bring the database to this program's schema."""
    check_schema(url, wait=SCHEMA_WAIT)


def tell() -> None:
    """Have this process's log kept as the settings say."""
    configure(load_settings())


def celery_app() -> CeleryApp:
    """Return the worker's app on the Redis that is set, or on the embedded one for as long as this process lives."""
    return make_app(_worker_redis())


def current() -> Sync:
    """Return this worker process's Sync; waits for a schema that is still to be migrated."""
    with _making:  # the first messages come to several threads at once
        return _current()


@cache
def _current() -> Sync:
    settings = load_settings()
    url = settings.database_url.get_secret_value()
    awaiting(url)
    loaded = load_mappings(settings.mappings_dir)
    redis_url = _worker_redis()
    sync = Sync(settings, loaded, open_store(url), _limiter(settings, redis_url), Nudges(make_app(redis_url)))
    sync.inherit()
    return sync


def anyone(sync: Sync) -> World | None:
    """Return any mapping's world, whose store and clock are everybody's; None where no mapping is sound."""
    return next((sync.world(mapping.name) for mapping in sync.mappings), None)


def placed(mapping: Mapping, error: Misconfigured) -> Misconfigured:
    """Return a bind's problems with the file and line of each YAML path."""
    return Misconfigured([_placed(mapping, problem) for problem in error.problems])


def sleeper() -> Callable[[float], None]:
    """Return how a program at a shell waits: in slices, so that Ctrl-C is heard."""

    def wait(seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.5))

    return wait


def _rotation(settings: Settings) -> Rotation:
    """Return how many links' depths a worker's pass reads: the share of the budget between two polls, but some."""
    count = _share_of(settings, settings.poll_interval)
    return Rotation(poll=(count + 1) // 2, full=(count + 1) // 2, lively=count // 2)


def _share_of(settings: Settings, seconds: float) -> int:
    """Return how many calls of Notion's budget in that time are for reading anew, at least one."""
    limit = settings.notion_requests_per_minute or UNLIMITED
    return max(1, int(limit / MINUTE * seconds * settings.deep_share)) if settings.deep_share else 0


def _given(require: Callable[[], object]) -> bool:
    try:
        require()
    except Misconfigured:
        return False
    return True


def _placed(mapping: Mapping, problem: Problem) -> Problem:
    if not problem.where or problem.file:
        return problem
    file, line = locate(mapping, problem.where)
    return replace(problem, file=file, line=line)


_making = Lock()


@cache
def _worker_redis() -> str:
    settings = load_settings()
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(redis(settings))


def _limiter(settings: Settings, redis_url: str) -> RedisLimiter:
    return RedisLimiter(redis_url, budgets(settings))


def budgets(settings: Settings) -> tuple[Budget, ...]:
    """Return the budgets of the credentials that are set, kept apart by the credential's fingerprint."""
    github = settings.github_token or settings.github_app_private_key
    notion = settings.notion_token
    return (
        *github_budgets(
            settings.github_requests_per_hour,
            settings.github_points_per_minute,
            creates_per_minute=settings.github_creates_per_minute,
            creates_per_hour=settings.github_creates_per_hour,
            credential=fingerprint(github.get_secret_value()) if github else "",
        ),
        *notion_budgets(
            settings.notion_requests_per_minute,
            credential=fingerprint(notion.get_secret_value()) if notion else "",
        ),
    )


def _notion_door(settings: Settings, gate: GatePort) -> NotionDoor:
    from sync.remotes.notion.client import Door

    return Door(settings.require_notion().get_secret_value(), gate, base_url=settings.notion_api_url)
