"""(Mapping, live schemas) -> Bound, or every problem at once, each keyed by its YAML path; it asks nobody anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from sync.core.bound import Bound, Field, Scope
from sync.core.errors import Misconfigured, Problem
from sync.core.mapping import Direction, Mapping, Row
from sync.core.model import Facet, Kind, Property, Put, Schema, Side
from sync.core.transforms import Choice, Lexicon, Names, Plain, Spelled, Table, Transform
from sync.core.values import key

TITLE, STATE, LABELS, ASSIGNEES = "title", "state", "labels", "assignees"

ISSUE: dict[str, Facet] = {
    facet.name: facet
    for facet in (
        Facet(Side.GITHUB, TITLE, TITLE, Kind.TEXT, required=True),
        Facet(Side.GITHUB, STATE, STATE, Kind.CHOICE, required=True, creatable=False),
        Facet(Side.GITHUB, LABELS, LABELS, Kind.CHOICES),
        Facet(Side.GITHUB, ASSIGNEES, ASSIGNEES, Kind.PEOPLE),
    )
}
"""An issue's fields, as a mapping names them. GitHub takes no state when an issue is made (REST 'Create an issue')."""

KINDS: dict[str, Kind] = {
    "title": Kind.TEXT,
    "rich_text": Kind.TEXT,
    "select": Kind.CHOICE,
    "status": Kind.CHOICE,
    "multi_select": Kind.CHOICES,
    "people": Kind.PEOPLE,
    "url": Kind.URL,
    "number": Kind.NUMBER,
    "checkbox": Kind.FLAG,
    "date": Kind.DATE,
    "email": Kind.TEXT,
    "phone_number": Kind.TEXT,
}
"""What kind of value each property type holds."""

FITTING: dict[str, tuple[str, ...]] = {
    TITLE: ("title", "rich_text"),
    STATE: ("status", "select"),
    LABELS: ("multi_select",),
    ASSIGNEES: ("people", "multi_select"),
}
"""Which property types can hold an issue's field."""

STATES = ("open", "closed:completed", "closed", "closed:not_planned", "closed:duplicate")
"""Every canonical state of an issue; the reasons are those of REST 'Update an issue', none on old issues."""


def bind(mapping: Mapping, github: Schema, notion: Schema) -> Bound:
    """Tie a mapping to both schemas; raises Misconfigured with every problem at once."""
    binding = Binding(mapping, github, notion)
    fields = tuple(bound for row in mapping.rows if row.github in ISSUE if (bound := binding.field(row)) is not None)
    link = binding.property(mapping.notion.link_property, "notion.link_property", ("url",))
    constants = tuple(put for row in mapping.rows if row.constant is not None if (put := binding.constant(row)))
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
            Side.NOTION: binding.facet(link),
        },
        titles={Side.GITHUB: ISSUE[TITLE], Side.NOTION: binding.facet(title)},
        containers={side: tuple(id_ for id_, _ in schema.containers) for side, schema in binding.schemas.items()},
        scope=Scope(ISSUE[LABELS], mapping.github.labels, mapping.github.exclude_labels),
        births=mapping.create,
        deletions=mapping.deletions,
        guards=mapping.guards,
        match=tuple(mapping.match),
        constants=constants,
    )


def warnings(mapping: Mapping, notion: Schema) -> tuple[Problem, ...]:
    """Return what does not keep the mapping from running: people in `users` whom Notion does not show."""
    if notion.people is None:
        return ()
    return tuple(
        Problem(
            f"Notion shows no user {who!r} for {login}",
            where=f"users.{login}",
            level="warning",
            cure="people leave: remove the line, or correct the e-mail, name or user id",
        )
        for login, who in mapping.users
        if person_id(notion, who) is None
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


@dataclass
class Binding:
    """One attempt to bind, and the problems met on the way."""

    mapping: Mapping
    github: Schema
    notion: Schema
    problems: list[Problem] = field(default_factory=list)

    @property
    def schemas(self) -> dict[Side, Schema]:
        """Return both schemas by side."""
        return {Side.GITHUB: self.github, Side.NOTION: self.notion}

    def refuse(self, when: bool, problem: Problem) -> None:  # noqa: FBT001 - the condition reads as a sentence
        """Keep the problem where the condition holds."""
        if when:
            self.problems.append(problem)

    def property(self, name: str, where: str, types: Iterable[str]) -> Property | None:
        """Return the property of that name and a fitting type; keeps a problem and returns None otherwise."""
        types = tuple(types)
        found = next((each for each in self.notion.properties if each.name == name), None)
        if found is None:
            close = get_close_matches(name, [each.name for each in self.notion.properties], n=1, cutoff=0.5)
            nearest = close[0] if close else None
            cure = f"create a {types[0]} property {name!r} in Notion, or correct the name"
            self.problems.append(Problem(f"no property {name!r} in Notion", where=where, nearest=nearest, cure=cure))
        elif found.type not in types:
            wanted = " or ".join(types)
            message = f"property {name!r} is of type {found.type}, which does not fit: {wanted} is needed"
            self.problems.append(Problem(message, where=where, cure=f"choose a {wanted} property"))
            return None
        return found

    def facet(self, found: Property) -> Facet:
        """Return the Notion facet of a property."""
        return Facet(
            Side.NOTION,
            found.id,
            found.name,
            KINDS[found.type],
            type=found.type,
            forbids=found.forbids,
            required=found.type == "status",
        )

    def field(self, row: Row) -> Field | None:
        """Bind one row."""
        issue = ISSUE[row.github]
        found = self.property(row.notion, f"{row.where}.notion", FITTING[row.github])
        if found is None:
            return None
        page = self.facet(found)
        return Field(
            key=f"{row.github}~{found.id}",
            github=issue,
            notion=page,
            transform=self.transform(row, issue, found),
            policy=row.conflict or self.mapping.conflict,
            flows=_flows(row.direction),
        )

    def transform(self, row: Row, issue: Facet, found: Property) -> Transform:
        """Return the translation that a row's kinds, `values` and the mapping's `users` ask for."""
        page = self.facet(found)
        required = frozenset(facet.side for facet in (issue, page) if facet.required)
        if row.values:
            self._known_options(row, found)
        if row.github == STATE:
            return Choice(Table(_state_pairs(row)), required)
        if row.github == ASSIGNEES and found.type == "people":
            return Names(Table(self._people(), fold=key))
        spelled: Lexicon = Spelled({Side.NOTION: page.forbids})
        if row.values:
            spelled = Table(tuple((github, notion) for github, each in row.values for notion in each), fold=key)
        return Names(spelled) if issue.kind in (Kind.CHOICES, Kind.PEOPLE) else Plain(required)

    def constant(self, row: Row) -> Put | None:
        """Bind a constant."""
        found = self.property(row.notion, f"{row.where}.notion", ("select", "status", "rich_text", "multi_select"))
        if found is None or row.constant is None:
            return None
        return Put(self.facet(found), (row.constant,) if found.type == "multi_select" else row.constant)

    def _people(self) -> tuple[tuple[str, str], ...]:
        tied = ((login, person_id(self.notion, who)) for login, who in self.mapping.users)
        return tuple((login, id_) for login, id_ in tied if id_ is not None)

    def _known_options(self, row: Row, found: Property) -> None:
        """Refuse options that do not exist and that no write would make."""
        there = [name for _, name in found.options]
        for github, options in row.values or ():
            for option in options:
                close = get_close_matches(option, there, n=1, cutoff=0.5)
                self.refuse(
                    option not in there and not found.open,
                    Problem(
                        f"property {found.name!r} has no option {option!r}",
                        where=f"{row.where}.values.{github}",
                        nearest=close[0] if close else None,
                        cure="add the option in Notion, or run `tandem check --fix`",
                    ),
                )


def _flows(direction: Direction) -> frozenset[Side]:
    if direction is Direction.BOTH:
        return frozenset(Side)
    return frozenset({Side.NOTION if direction is Direction.TO_NOTION else Side.GITHUB})


def _state_pairs(row: Row) -> tuple[tuple[str, str], ...]:
    """Return (state, option) pairs in the order in which they are preferred; the more specific key wins.

    The key `closed` stands for every reason that has no key of its own, `completed` first.
    """
    values = dict(row.values or (("open", ("Open",)), ("closed", ("Closed",))))
    pairs = []
    for state in STATES:
        options = values.get(state) or values.get(state.partition(":")[0]) or ()
        pairs += [(state, option) for option in options]
    order = list(values)
    return tuple(sorted(pairs, key=lambda pair: _rank(order, pair[0])))


def _rank(order: list[str], state: str) -> int:
    return order.index(state if state in order else state.partition(":")[0]) if order else 0
