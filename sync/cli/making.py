"""One mapping while it is made: what is there, what is asked, and the file that is written last; it shows no result."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sync import wiring
from sync.cli.ask import Asks, Nobody
from sync.cli.frame import console
from sync.config.draft import text
from sync.config.scalars import NAME, database_id
from sync.core.columns import columns
from sync.core.draft import Column, Draft, Survey, Table
from sync.core.errors import Misconfigured, Problem
from sync.core.ports import Designer
from sync.core.propose import proposed

GRAMMAR = "mapping.schema.json"
"""The grammar for editors, which stands at the root of a clone."""
REPOSITORY = re.compile(r"(?:https?://[^/]+/|git@[^:]+:)?([\w-]+/[\w.-]+?)(?:\.git)?/?", re.ASCII)
PLACES = {"github.repositories": "--repo", "notion.database": "--database", "notion.data_source": "--data-source"}
"""What the parts of a file are called that is not written yet."""
NEW = "new"
"""The answer that asks for a new database."""
LONGEST_NAME = 60


@dataclass(frozen=True)
class Wishes:
    """What was given with the command; `None` and nothing are asked for, or have a default."""

    repositories: Sequence[str] = ()
    database: str | None = None
    data_source: str | None = None
    create_under: str | None = None
    title: str | None = None
    name: str | None = None
    yes: bool = False


@dataclass(frozen=True)
class Home:
    """The data source of the new mapping; `address` is what the file calls its database, `made` that it is new."""

    table: Table
    address: str
    data_source: str | None = None
    made: bool = False

    @property
    def title(self) -> str:
        """Return what Notion calls it."""
        return self.table.schema.containers[0][1]


@dataclass
class Written:
    """What came of it: the file and the draft in it, and which properties were added for it."""

    path: Path
    draft: Draft
    home: Home
    added: list[str] = field(default_factory=list)


class Making:
    """One mapping while it is made."""

    def __init__(self, sync: wiring.Sync, wishes: Wishes, asks: Asks) -> None:
        self._sync, self._wishes, self._asks = sync, wishes, asks
        self._folder = sync.settings.mappings_dir

    def done(self) -> Written:
        """Look at both sides, ask what is open, and write the file last, when nothing can be in its way."""
        designer = self._sync.designer()
        survey = self._survey()
        home, path = self._home(designer, survey)
        draft = self._decided(replace(proposed(survey, home.table, home.address), data_source=home.data_source), home)
        written = Written(path, draft, home)
        self._link(designer, written)
        _write(path, text(draft, schema=_grammar(path)), home)
        return written

    # -- what there is ---------------------------------------------------------------------------------------------

    def _survey(self) -> Survey:
        given = ",".join(self._wishes.repositories)
        if given:
            return self._surveyed(given)
        return self._asks.until(self._surveyed, "Which repository? OWNER/NAME; several with commas between")

    def _surveyed(self, said: str) -> Survey:
        names = _repositories(said)
        try:
            return self._sync.surveyor(names[0]).survey(names)
        except Misconfigured as error:
            raise _flagged(error) from error

    def _home(self, designer: Designer, survey: Survey) -> tuple[Home, Path]:
        """Return the data source and where the file goes, which is settled before anything is made in Notion."""
        if self._wishes.create_under:
            return self._made(designer, survey, self._wishes.create_under)
        given = self._wishes.database
        home = self._table(designer, given) if given else self._offered(designer)
        if home is None:
            page = self._asks.text("Under which page of Notion shall it be? The page's link")
            return self._made(designer, survey, page)
        return home, self._path(home.title, survey)

    def _offered(self, designer: Designer) -> Home | None:
        """Ask which database; None is: a new one."""
        found = designer.databases()
        for number, (_, title) in enumerate(found, 1):
            console().print(f"  {number}  {title}", markup=False)
        numbers = "A number above, its link, or" if found else "Its link, or"

        def take(said: str) -> Home | None:
            chosen = found[int(said) - 1][0] if said.isdecimal() and 0 < int(said) <= len(found) else said
            return None if said.casefold() == NEW else self._table(designer, chosen)

        return self._asks.until(take, f"Which database? {numbers} {NEW!r} for a new one", "1" if found else NEW)

    def _table(self, designer: Designer, said: str) -> Home:
        """Return the database that is meant; where it has several data sources, a person is asked for one."""
        known_id(said)
        wanted = self._wishes.data_source
        try:
            return Home(designer.table(said, wanted), said.strip(), wanted)
        except Misconfigured as error:
            shown = _flagged(error)
            several = any(each.where == PLACES["notion.data_source"] for each in shown.problems)
            if not several or wanted is not None or isinstance(self._asks, Nobody):
                raise shown from error
            names = str(shown.problems[0])

        def take(name: str) -> Home:
            try:
                return Home(designer.table(said, name), said.strip(), name)
            except Misconfigured as error:
                raise _flagged(error) from error

        return self._asks.until(take, f"Which data source? For {names}")

    def _made(self, designer: Designer, survey: Survey, page: str) -> tuple[Home, Path]:
        short = survey.repositories[0].rpartition("/")[2]
        title = self._wishes.title or self._asks.text("What is the new database called?", f"{short} issues")
        path = self._path(title, survey)
        database = designer.create(page, title, columns(survey))
        return Home(designer.table(database), database, made=True), path

    # -- what is decided -------------------------------------------------------------------------------------------

    def _path(self, title: str, survey: Survey) -> Path:
        """Return the file to write, which does not exist yet."""
        if self._wishes.name is not None:
            return self._free(self._wishes.name)
        name = _slug(title) or _slug(survey.repositories[0].rpartition("/")[2]) or "mapping"
        return self._asks.until(self._free, "What is the mapping called?", name)

    def _free(self, name: str) -> Path:
        path = self._folder / f"{name}.yaml"
        if not NAME.fullmatch(name) or name.startswith("_") or name.endswith(".example"):
            cure = "use letters, digits, blanks and . _ - only; names that begin with _ or end in .example are not read"
            raise Misconfigured([Problem(f"{name!r} cannot be a mapping's name", where="--name", cure=cure)])
        taken = {each.name: each.path for each in (*self._sync.mappings, *self._sync.loaded.doubtful)}
        there = next((each for each in (path, path.with_suffix(".yml")) if os.path.lexists(each)), taken.get(name))
        if there is not None:
            cure = "nothing is ever overwritten: choose another name with --name, or move the file away"
            raise Misconfigured([Problem("there is a mapping already", file=str(there), where="--name", cure=cure)])
        return path

    def _decided(self, draft: Draft, home: Home) -> Draft:
        """Ask who may be born where; of several mappings on one data source one alone may create issues."""
        taken = self._siblings(home)
        pages = self._asks.agreed("Shall an issue that has no page get one?")
        issues = not taken and self._asks.agreed("Shall a page that has no issue get one?")
        return replace(draft, pages=pages, issues=issues, sibling=taken)

    def _siblings(self, home: Home) -> str | None:
        """Return the file of another mapping that may create issues from the same data source."""
        source = home.table.schema.containers[0]
        for each in (*self._sync.mappings, *self._sync.loaded.doubtful):
            same = each.notion.database == known_id(home.address)
            if (
                same
                and each.create.issues is not False
                and each.notion.data_source in (None, home.data_source, *source)
            ):
                return each.path
        return None

    def _link(self, designer: Designer, written: Written) -> None:
        """Have a property for the issue's address, without which nothing can be tied."""
        name, schema = written.draft.link_property, written.home.table.schema
        if any(each.name == name for each in schema.properties):
            return
        question = f"The database has no property for an issue's address. Add one of type URL, called {name!r}?"
        if not self._wishes.yes and (isinstance(self._asks, Nobody) or not self._asks.agreed(question)):
            cure = f"add --yes, and a property called {name!r} is made; or make one of type URL in Notion"
            raise Misconfigured([Problem("the database has no property for an issue's address", cure=cure)])
        designer.add(schema.containers[0][0], Column(name, "url"))
        written.added.append(name)


def _repositories(said: str) -> list[str]:
    """Return full names, also of addresses that were pasted."""
    names: list[str] = []
    problems: list[Problem] = []
    for each in filter(None, re.split(r"[,\s]+", said)):
        found = REPOSITORY.fullmatch(each)
        if found is None:
            problems.append(Problem(f"{each!r} is not OWNER/NAME", where="--repo"))
        elif found[1].casefold() not in map(str.casefold, names):
            names.append(found[1])
    if not names and not problems:
        problems.append(Problem("a repository is needed, as OWNER/NAME", where="--repo"))
    if problems:
        raise Misconfigured(problems)
    return names


def known_id(said: str) -> str:
    """Return the dashed id in a database's link; raises Misconfigured where there is none."""
    try:
        return database_id(said.strip())
    except ValueError as error:
        cure = "paste the database's link from Notion: ••• > Copy link"
        raise Misconfigured([Problem(f"no database id in {said!r}", where="--database", cure=cure)]) from error


def _flagged(error: Misconfigured) -> Misconfigured:
    """Return an error about a file that is not written yet in the words of this command."""
    return Misconfigured([_renamed(each) for each in error.problems])


def _renamed(problem: Problem) -> Problem:
    where = re.sub(r"\.\d+$", "", problem.where or "")
    flag = PLACES.get(where)
    cure = problem.cure and problem.cure.replace(f"set {where} to", f"set {flag} to")
    return replace(problem, where=flag, cure=cure) if flag else problem


def _slug(title: str) -> str:
    """Return a title as a file's name."""
    return re.sub(r"[^\w-]+", "-", title.casefold()).strip("-_")[:LONGEST_NAME].strip("-_")


def _grammar(path: Path) -> str | None:
    """Return where an editor finds the grammar, seen from the file, where there is one."""
    found = Path(GRAMMAR)
    return os.path.relpath(found.resolve(), path.resolve().parent) if found.is_file() else None


def _write(path: Path, content: str, home: Home) -> None:
    """Write a file that must not be there yet, whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except OSError as fault:
        made = f"; the new database {home.address} is there: use --database with it" if home.made else ""
        cure = f"make it writable, or point MAPPINGS_DIR elsewhere{made}"
        raise Misconfigured([Problem(f"cannot be written: {fault.strerror}", file=str(path), cure=cure)]) from fault
