"""(Mapping, live schemas) -> Bound, or every problem at once, each keyed by its YAML path; it asks nobody anything."""

from __future__ import annotations

from collections import abc
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from types import MappingProxyType

from sync.core import constants
from sync.core.bound import Bound, Discussion, Field, Scope
from sync.core.documents import Body, Documents
from sync.core.errors import Misconfigured, Problem
from sync.core.fieldkey import field_key
from sync.core.issue import (
    BODY,
    COMMENTS,
    COMPUTED,
    CONTENT,
    FAMILY,
    ISSUE,
    KINDS,
    LABELS,
    REPOSITORY,
    TITLE,
    content,
    facet_of,
    fitting,
)
from sync.core.mapping import Direction, Mapping, Row
from sync.core.model import Facet, Kind, Property, Put, Schema, Side
from sync.core.repairs import OPTIONED, conditions
from sync.core.translate import JOIN, PREFIX, translation
from sync.core.values import SETS

NO_BODIES: abc.Mapping[Side, Body] = MappingProxyType({})


def bind(mapping: Mapping, github: Schema, notion: Schema, bodies: abc.Mapping[Side, Body] = NO_BODIES) -> Bound:
    """Tie a mapping to both schemas; raises Misconfigured with every problem at once.

    `bodies` are how the sides spell the text of an issue and what a page holds.
    """
    binding = Binding(mapping, github, notion, bodies)
    fields = tuple(bound for row in mapping.rows if row.github not in ("", COMMENTS) and (bound := binding.field(row)))
    link = binding.property(mapping.notion.link_property, "notion.link_property", ("url",))
    puts = tuple(put for row in mapping.rows if row.constant is not None if (put := binding.constant(row)))
    binding.problems += conditions(mapping, notion)
    title = next((each for each in notion.properties if each.type == "title"), None)
    binding.refuse(title is None, Problem("the data source has no title property"))
    if any(problem.level == "fault" for problem in binding.problems):
        raise Misconfigured(binding.problems)
    assert link is not None
    assert title is not None
    return Bound(
        name=mapping.name,
        digest=mapping.digest,
        fields=fields,
        marks={
            Side.GITHUB: Facet(Side.GITHUB, "mark", "mark", Kind.TEXT, writable=False),
            Side.NOTION: facet(link),
        },
        titles={Side.GITHUB: ISSUE[TITLE], Side.NOTION: facet(title)},
        containers={side: tuple(id_ for id_, _ in schema.containers) for side, schema in binding.schemas.items()},
        scope=Scope(ISSUE[LABELS], mapping.github.labels, mapping.github.exclude_labels),
        births=mapping.create,
        deletions=mapping.deletions,
        guards=mapping.guards,
        match=tuple(mapping.match),
        constants=puts,
        repositories=github.containers,
        own={side: schema.own_id for side, schema in binding.schemas.items()},
        discussion=_discussion([row for row in mapping.rows if row.github == COMMENTS]),
    )


def _discussion(rows: list[Row]) -> Discussion | None:
    flows = frozenset(side for row in rows for side in _asked(row.direction))
    return Discussion(flows, any(row.history for row in rows)) if rows else None


def warnings(mapping: Mapping, notion: Schema) -> tuple[Problem, ...]:
    """Return what does not keep the mapping from running: people in `users` who cannot be found in Notion."""
    return tuple(_unknown(notion, login, who) for login, who in mapping.users if person_id(notion, who) is None)


def _unknown(notion: Schema, login: str, who: str) -> Problem:
    where = f"users.{login}"
    if notion.people is None:
        return Problem(
            f"{who!r} cannot be looked up, for this credential may not list Notion's users",
            where=where,
            level="warning",
            cure="write the person's Notion user id instead, or use a connection that may read user information "
            "(a personal token never may)",
        )
    return Problem(
        f"Notion shows no user {who!r} for {login}",
        where=where,
        level="warning",
        cure="people leave: remove the line, or correct the e-mail, name or user id; a guest is in no list and is "
        "found by the user id alone",
    )


def person_id(schema: Schema, who: str) -> str | None:
    """Return the id of the user with that id, e-mail or unambiguous name."""
    people = schema.people or ()
    sought = who.replace("-", "").casefold()
    for person in people:
        if sought in (person.id.replace("-", "").casefold(), (person.email or "").replace("-", "").casefold()):
            return person.id
    named = [person.id for person in people if person.name == who]
    if len(named) == 1:
        return named[0]
    looks_like_id = len(sought) == ID_LENGTH and all(each in "0123456789abcdef" for each in sought)
    return who if looks_like_id else None


ID_LENGTH = 32
"""Hexadecimal digits of a Notion id without its dashes."""


def facet(found: Property) -> Facet:
    """Return the Notion facet of a property."""
    return Facet(
        Side.NOTION,
        found.id,
        found.name,
        KINDS[found.type],
        type=found.type,
        writable=found.type not in COMPUTED,
        required=found.type == "status",
        forbids=found.forbids,
    )


@dataclass
class Binding:
    """One attempt to bind, and the problems met on the way."""

    mapping: Mapping
    github: Schema
    notion: Schema
    bodies: abc.Mapping[Side, Body]
    problems: list[Problem] = field(default_factory=list)

    @property
    def schemas(self) -> dict[Side, Schema]:
        """Return both schemas by side."""
        return {Side.GITHUB: self.github, Side.NOTION: self.notion}

    @property
    def families(self) -> tuple[str, ...]:
        """Return the prefixes of labels that rows of their own are about."""
        rows = (row.github for row in self.mapping.rows if row.github.startswith(FAMILY))
        return tuple(name.removeprefix(FAMILY).removesuffix("*") for name in rows)

    def refuse(self, when: bool, problem: Problem) -> None:  # noqa: FBT001 - the condition reads as a sentence
        """Keep the problem where the condition holds."""
        if when:
            self.problems.append(problem)

    def property(self, name: str, where: str, types: Iterable[str]) -> Property | None:
        """Return the property of that name and a fitting type; keeps a problem and returns None otherwise."""
        types = tuple(types)
        found = next((each for each in self.notion.properties if each.name == name), None)
        if found is None:
            nearest = _nearest(name, [each.name for each in self.notion.properties])
            cure = f"create a {types[0]} property {name!r} in Notion, or correct the name"
            self.problems.append(Problem(f"no property {name!r} in Notion", where=where, nearest=nearest, cure=cure))
        elif found.type not in types:
            wanted = " or ".join(each for each in types if each not in COMPUTED)
            message = f"property {name!r} is of type {found.type}, which does not fit: {wanted} is needed"
            self.problems.append(Problem(message, where=where, cure=f"choose a {wanted} property"))
            return None
        return found

    def field(self, row: Row) -> Field | None:
        """Bind one row."""
        if row.github == BODY:
            return self.body(row)
        found = self.property(row.notion, f"{row.where}.notion", fitting(row.github))
        if found is None:
            return None
        page = facet(found)
        issue = facet_of(row.github, self.families, many=page.kind in SETS)
        flows = self._flows(row, issue, page)
        self._transform(row, issue, page)
        for key, options in row.values or ():
            self._known_options(found, options, f"{row.where}.values.{key}")
        people = tuple((login, id_) for login, who in self.mapping.users if (id_ := person_id(self.notion, who)))
        return Field(
            key=field_key(row.github, found.id),
            github=issue,
            notion=page,
            transform=translation(self._short(row), issue, page, people),
            policy=row.conflict or self.mapping.conflict,
            flows=flows,
        )

    def body(self, row: Row) -> Field | None:
        """Bind the row of the body, which goes with what the page holds; a side that was not asked for it has none."""
        if not self.notion.content:
            return None
        return Field(
            key=field_key(row.github, CONTENT),
            github=ISSUE[BODY],
            notion=content(self.notion.content),
            transform=Documents(self.bodies),
            policy=row.conflict or self.mapping.conflict,
            flows=_asked(row.direction),
        )

    def constant(self, row: Row) -> Put | None:
        """Bind a constant."""
        found = self.property(row.notion, f"{row.where}.notion", constants.TYPES)
        if found is None or row.constant is None:
            return None
        self._known_options(found, (row.constant,), f"{row.where}.constant")
        try:
            value = constants.value(found.type, row.constant, lambda who: person_id(self.notion, who))
        except ValueError as fault:
            cure = f"write a value that a {found.type} property can hold"
            self.problems.append(Problem(str(fault), where=f"{row.where}.constant", cure=cure))
            return None
        return Put(facet(found), value)

    def _short(self, row: Row) -> Row:
        """Return the row; one for repositories without `values` writes their full names and reads short ones too."""
        if row.github != REPOSITORY or row.values:
            return row
        short = [name.rpartition("/")[2] for _, name in self.github.containers]
        named = ((name, name.rpartition("/")[2]) for _, name in self.github.containers)
        return replace(row, values=tuple((full, (full, *([end] * (short.count(end) == 1)))) for full, end in named))

    def _flows(self, row: Row, issue: Facet, page: Facet) -> frozenset[Side]:
        """Return the sides that the row writes: those that it says and that can be written."""
        asked = _asked(row.direction)
        can = frozenset(each.side for each in (issue, page) if each.writable)
        fixed = page.type in COMPUTED and row.stated and Side.NOTION in asked
        message = f"Notion fills property {page.label!r} of type {page.type} by itself: nothing can be written there"
        cure = "set `direction: to_github`, or choose another property"
        self.refuse(fixed, Problem(message, where=f"{row.where}.direction", cure=cure))
        nothing = not asked & can and row.github != REPOSITORY
        message = f"nothing can flow between {row.github!r} and {page.label!r}, for neither can be written"
        self.refuse(nothing and not fixed, Problem(message, where=row.where, cure="take the row out"))
        return asked & can

    def _transform(self, row: Row, issue: Facet, page: Facet) -> None:
        """Refuse a transform of values that it means nothing for."""
        name, _ = row.transform or ("", "")
        where = f"{row.where}.transform"
        texts = issue.kind is page.kind is Kind.TEXT and not row.values
        cure = "tie it to a title or rich_text property, or take the transform out"
        self.refuse(
            name == PREFIX and not texts, Problem("a prefix stands in front of text only", where=where, cure=cure)
        )
        joins = issue.kind in SETS and page.kind is Kind.TEXT
        cure = "tie it to a rich_text property, or take the transform out"
        self.refuse(name == JOIN and not joins, Problem("only a set is joined to one text", where=where, cure=cure))

    def _known_options(self, found: Property, options: Iterable[str], where: str) -> None:
        """Refuse options that do not exist: a misspelled one would be made by the first write, or never be met."""
        there = [name for _, name in found.options]
        for option in options if found.type in OPTIONED else ():
            self.refuse(
                option not in there and option != "*",
                Problem(
                    f"property {found.name!r} has no option {option!r}",
                    where=where,
                    nearest=_nearest(option, there),
                    cure="add the option in Notion, or run `tandem check --fix`",
                ),
            )


def _asked(direction: Direction) -> frozenset[Side]:
    if direction is Direction.BOTH:
        return frozenset(Side)
    return frozenset({Side.NOTION if direction is Direction.TO_NOTION else Side.GITHUB})


def _nearest(name: str, there: list[str]) -> str | None:
    return next(iter(get_close_matches(name, there, n=1, cutoff=0.5)), None)
