"""`tandem explain`: the life of one record, and why nothing is done about it; neither service is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from sync.cli import conflicts, life, render
from sync.cli.documents import value
from sync.cli.frame import Result
from sync.cli.naming import Issue, named
from sync.cli.session import state
from sync.config.mappings import load_mappings
from sync.config.settings import load_settings
from sync.core import guard, why
from sync.core.bound import Bound
from sync.core.errors import Misconfigured, Problem
from sync.core.fieldkey import field_name
from sync.core.mapping import Mapping
from sync.core.merge import Case
from sync.core.model import LinkState, Ref, Side
from sync.core.plan import decide
from sync.core.sides import Compared, Naming, compared
from sync.core.sides import named as names_of
from sync.core.state import Observation
from sync.flow.bind import remembered, repositories_called
from sync.flow.fetch import listed
from sync.flow.reconcile import digest
from sync.remotes.bodies import BODIES
from sync.store import SqlStore

if TYPE_CHECKING:
    from rich.console import Console

    from sync.store.overview import Status
    from sync.store.story import Story

LINES = 1000
"""Lines of a journal that are told."""


@dataclass(frozen=True)
class Account:
    """What is known of a record in one mapping: `story` is that of its link, None where it never had one."""

    mapping: str
    seen: Observation
    names: Naming
    story: Story | None
    quarantined: str | None
    why: tuple[str, ...] = ()

    @property
    def linked(self) -> bool:
        """Tell whether a living link holds the record."""
        return self.story is not None and self.story.known.link.state is not LinkState.TOMBSTONED

    @property
    def sides(self) -> dict[Side, Observation]:
        """Return what is known of both records, or of the one that there is."""
        if self.story is None or not self.linked:
            return {self.seen.record.ref.side: self.seen}
        return {side: observed for side in Side if (observed := self.story.known.on(side))}

    @property
    def rows(self) -> list[Compared]:
        """Return the fields of the link, side by side."""
        return compared(self.story.known, self.names) if self.story and self.linked else []


def explain(text: str) -> Result:
    """Tell what was seen, decided and written of a record, and why; raises Misconfigured where no mapping knows it."""
    sought = named(text)
    files = load_mappings(load_settings().mappings_dir).mappings
    with state() as store:
        accounts = sorted(_accounts(store, files, sought), key=lambda each: not each.linked)
    if not accounts:
        raise Misconfigured([_unseen(sought, files)])
    documents = [_document(each) for each in accounts]

    def show(out: Console) -> None:
        for account, document in zip(accounts, documents, strict=True):
            life.show(out, document, account.names)

    return Result({**documents[0], "elsewhere": documents[1:]}, show)


def _accounts(store: SqlStore, files: Sequence[Mapping], sought: Issue | str) -> Iterator[Account]:
    by_name = {file.name: file for file in files}
    for name in sorted({*by_name, *store.schema_times()}):
        names = names_of(by_name.get(name), remembered(store.mapping(name)), BODIES)
        seen = _seen(store, (name, by_name.get(name)), sought)
        if seen is None:
            continue
        link = seen.link or store.last_link(name, seen.record.ref)
        story = store.story(link, LINES) if link else None
        kept_out = {each.ref: each.reason for each in store.quarantined(name)}.get(seen.record.ref)
        account = Account(name, seen, names, story, kept_out)
        yield replace(account, why=tuple(_why(store, account)))


def _seen(store: SqlStore, where: tuple[str, Mapping | None], sought: Issue | str) -> Observation | None:
    """Return what was seen of a record in a mapping, which is given by its name and, where there is one, its file."""
    mapping, file = where
    if not isinstance(sought, Issue):
        return store.seen_by([mapping], Ref(Side.NOTION, sought)).get(mapping)
    ids = repositories_called(sought.repository, file, store.mapping(mapping))
    found = (store.numbered(mapping, id_, sought.number) for id_ in ids)
    return next((each for each in found if each is not None), None)


def _why(store: SqlStore, account: Account) -> Iterator[str]:
    """Yield why nothing is being done, what holds up the whole mapping first; there is always a reason."""
    status = store.status(account.mapping)
    story = account.story if account.linked else None
    told = []
    if status.paused:
        told.append(f"the mapping rests: {status.paused}")
    if story and story.withheld:
        told.append(f"a guard holds it back: {_guards(status, story.withheld)}")
    if story:
        told += _of_link(story, account.names)
        told += _of_comments(store, story.known.link.id, status)
    else:
        told += _of_record(store, account)
    unheard = why.IN_STEP if story else "it was seen after the last decision: the next pass finds it a partner"
    yield from told or [unheard]


def _guards(status: Status, withheld: str) -> str:
    """Return what the guards that keep something back say, and what lets it through."""
    kinds = _kinds(withheld)
    details = "; ".join(detail for kind, detail in status.refusals.items() if kind in kinds)
    return f"{details or withheld}; `tandem sync {status.name} --yes` lets it through"


def _kinds(withheld: str) -> tuple[str, ...]:
    return tuple(withheld.split(", ")) if withheld else ()


def _of_comments(store: SqlStore, link: int, status: Status) -> Iterator[str]:
    """Yield what is not done for the comments under an issue and its page, and why."""
    for guards, count in store.withheld_below(link).items():
        yield f"a guard holds back what is to be written of {render.many(count, 'comment')}: {_guards(status, guards)}"
    for child in store.children(link):
        if child.failure:
            yield f"the copy of a comment was refused: {child.failure.error}; {child.failure.cure}"


def _of_link(story: Story, names: Naming) -> Iterator[str]:
    known, bound = story.known, names.bound
    if story.known.outgoing and story.delay:
        yield f"its write waits until {story.due:%H:%M:%S} UTC: {story.delay}"
    for conflict in story.conflicts:
        name = field_name(conflict.field)
        won = conflict.resolved
        cure = why.of_choice(known, bound, conflict.field, won) if won else why.asked(conflict.id)
        yield f"both sides changed {name} and disagree, so that it is held: {cure}"
    told = _told_elsewhere(story, bound)
    rows = [row for row in compared(known, names) if row.key not in told]
    # A decision that was withheld names all guards of its round, and not only those that it met itself.
    guards = sorted({kind.partition(":")[0] for kind in _kinds(story.withheld)})
    yield from why.of_link(known, bound, rows, f"withheld by {', '.join(guards)}" if guards else story.because)
    for each in story.unmapped:
        name = field_name(each.field)
        yield f"{each.side} shows {each.value!r} in {name}, which no row can say on the other side"


def _told_elsewhere(story: Story, bound: Bound | None) -> set[str]:
    """Return the fields of which it is told by what holds them up: a conflict, a write, a refusal, a guard, a value."""
    known = story.known
    found = {conflict.field for conflict in story.conflicts}
    found |= set(known.outgoing.op.fields) if known.outgoing else set()
    met = why.met_by(known, bound)
    found |= {each.field for each in story.unmapped if each.field in met and met[each.field].case is Case.UNSAID}
    for op in decide(known, bound).ops if met and bound else ():
        left = guard.without(op, _kinds(story.withheld))
        refused = known.failure is not None and known.failure.digest == digest(op)
        found |= set(op.fields) if refused else set(op.fields) - set(left.fields if left else ())
    return found


def _of_record(store: SqlStore, account: Account) -> Iterator[str]:
    if account.quarantined:
        yield f"it is kept out until a person acts: {account.quarantined}"
        return
    bound = account.names.bound
    told = list(why.of_record(account.seen.record, bound, datetime.now(UTC)))
    yield from told
    yield from _moved(store, account)
    if bound and not told and not listed(store, account.mapping, bound):
        yield "nothing is tied or born before both sides were read to their end: run `tandem sync`"


def _moved(store: SqlStore, account: Account) -> Iterator[str]:
    """Yield what is known of a record under the identity that it was given when it was moved."""
    there = account.seen.record.moved_to
    link = store.link_of(account.mapping, there) if there else None
    partner = link.ref(there.side.other) if link and there else None
    page = store.observations(account.mapping, [partner]).get(partner) if partner else None
    if page is not None:
        cure = f"`tandem explain {account.seen.record.label}` tells the rest"
        yield f"its page is “{page.record.label}” ({page.record.ref.id}): {cure}"


def _unseen(sought: Issue | str, files: Sequence[Mapping]) -> Problem:
    """Return that nobody knows the record, and what to do."""
    if not files:
        return Problem(f"{sought} is unknown: there is no sound mapping", cure="see `tandem check`")
    if isinstance(sought, Issue):
        ours = {name.casefold(): name for file in files for name in file.github.repositories}
        if sought.repository.casefold() not in ours:
            near = get_close_matches(sought.repository.casefold(), ours, n=1)
            return Problem(
                f"{sought.repository} is a repository of no mapping",
                nearest=ours[near[0]] if near else None,
                cure="name it under `github.repositories` of a mapping, or correct the name",
            )
        cure = "run `tandem sync` if it is younger than the last pass; pull requests are never copied"
    else:
        cure = "run `tandem sync` if it is younger than the last pass; it must stand in a mapping's database"
    return Problem(f"no mapping has seen {sought} yet", cure=cure)


def _document(account: Account) -> dict[str, Any]:
    story, sides = account.story, account.sides
    known = story.known if story else None
    issue = sides.get(Side.GITHUB)
    page = sides.get(Side.NOTION)
    write = known.outgoing if known else None
    return {
        "mapping": account.mapping,
        "issue": issue.record.label if issue else None,
        "page": page.record.ref.id if page else None,
        "link": life.link(story) if story else None,
        "why": list(account.why),
        **{side.value: life.record(observed) if (observed := sides.get(side)) else None for side in Side},
        "fields": [life.field(row) for row in account.rows],
        "write": life.write(story, write) if story and write else None,
        "conflicts": [conflicts.document(row) for row in story.conflicts] if story else [],
        "failure": life.failure(known.failure) if known and known.failure else None,
        "withheld": (story.withheld if story else "") or None,
        "quarantined": account.quarantined,
        "unmapped": [
            {"side": each.side.value, "field": field_name(each.field), "value": value(each.value)}
            for each in (story.unmapped if story else ())
        ],
        "life": life.events(story.lines if story else (), sides, account.names),
    }
