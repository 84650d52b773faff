"""(what both sides have) -> a draft of a mapping, by types and names; nobody is asked anything here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import chain, count

from sync.core.draft import LINK, Draft, Line, Survey, Table
from sync.core.families import POINTS, PRIORITY, kin, prefix_of
from sync.core.mapping import Values
from sync.core.model import Property
from sync.core.partners import partners
from sync.core.renames import OWN
from sync.core.stages import states
from sync.core.transforms import ALIKE
from sync.core.values import key

LINKS = ("github", "github issue", "github link", "github url", "issue", "issue link", "issue url")
"""What the property that carries the issue's address may be called where it is found."""


class Only(Enum):
    """What becomes of the one property of a rule's first type whose name says nothing: certain, a guess, or nothing."""

    CERTAIN = "certain"
    GUESS = "guess"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Rule:
    """Which property suits an issue's field: one of these types and names, or else the `only` one of the first type."""

    github: str
    types: tuple[str, ...]
    names: tuple[str, ...]
    why: str
    only: Only = Only.NOTHING


RULES = (
    Rule(
        "title",
        ("title",),
        (),
        "The title goes both ways. A page without a title is not born as an issue.",
        only=Only.CERTAIN,
    ),
    Rule(
        "state",
        ("status", "select"),
        ("status", "state", "stage", "progress"),
        "Whether an issue is open. Of several options the first is written, and all of them are read.",
        only=Only.CERTAIN,
    ),
    Rule(
        "labels",
        ("multi_select",),
        ("labels", "label", "tags", "tag"),
        "All labels. What is added or taken away on either side is merged.",
        only=Only.GUESS,
    ),
    Rule(
        "assignees",
        ("people", "multi_select"),
        ("assignee", "assignees", "assigned to", "assigned", "assign", "owner", "owners", "responsible", "person"),
        "Who works on it: people are found through `users` above.",
        only=Only.GUESS,
    ),
    Rule(
        "milestone",
        ("select", "rich_text"),
        ("milestone", "milestones"),
        "The milestone; one that GitHub does not have yet is made there.",
    ),
    Rule("type", ("select",), ("type", "issue type", "kind"), "The issue type of the organisation."),
    Rule(
        "repository",
        ("select",),
        ("repository", "repo"),
        "Where a page's issue is born; afterwards it follows the issue.",
    ),
    Rule("number", ("number",), ("no.", "no", "number", "issue number", "issue no.", "nr", "#"), "The issue's number."),
    Rule("author", ("rich_text", "select"), ("author", "reporter", "opened by"), "Who opened the issue."),
    Rule("created_at", ("date",), ("created at", "opened", "opened at"), "When the issue was opened."),
    Rule("updated_at", ("date",), ("updated", "updated at"), "When the issue was changed last."),
    Rule("closed_at", ("date",), ("closed", "closed at"), "When the issue was closed."),
    Rule("comment_count", ("number",), ("comments", "comment count"), "How many comments it has."),
    Rule("reactions", ("number",), ("reactions", "votes"), "How many reactions it has."),
    Rule("locked", ("checkbox",), ("locked",), "Whether its conversation is locked."),
)
"""Of every field of an issue that a property can hold, in the order of the file."""

FAMILIES = (
    Rule(
        PRIORITY,
        ("select",),
        ("priority",),
        "Of a family of labels one is shown; the row of all labels leaves it alone.",
    ),
    Rule(
        POINTS,
        ("number", "select"),
        ("estimate", "points", "story points", "size"),
        "A label such as points/5 is the number 5.",
    ),
)
"""Label families by the word that they begin with."""

GUESSED = "A guess by the type alone: take the # away if that is what the property holds."
NEW_FAMILY = "GitHub has no such labels yet: take the # away, and pages give them to their issues."


def proposed(survey: Survey, table: Table, database: str) -> Draft:
    """Return the draft for a database as it is; what has no fitting property is left out."""
    chosen = Choosing(survey, table)
    lines = [line for rule in RULES[:3] if (line := chosen.line(rule)) is not None]
    lines += [line for family in FAMILIES if (line := chosen.family(family)) is not None]
    lines += [line for rule in RULES[3:] if (line := chosen.line(rule)) is not None]
    users, strangers = partners(survey.people, table.schema.people or ())
    return Draft(
        repositories=survey.repositories,
        database=database,
        link_property=chosen.link(),
        lines=(*lines, *_content()),
        users=tuple(sorted(users)),
        strangers=tuple(sorted(strangers)),
        missing=tuple(rule.github for rule in RULES[:3] if rule.github not in {line.github for line in lines}),
    )


class Choosing:
    """One choice of properties: each is taken once, the better name first."""

    def __init__(self, survey: Survey, table: Table) -> None:
        self._survey, self._table = survey, table
        self._free = {each.id: each for each in table.schema.properties if each.name not in OWN}

    def line(self, rule: Rule) -> Line | None:
        """Return the row that a rule comes to, None where no property suits."""
        named = self._named(rule)
        found = named or self._alone(rule)
        if found is None:
            return None
        known = {"type": self._survey.types, "milestone": self._survey.milestones}.get(rule.github, ())
        values = states(found, self._table) if rule.github == "state" else _respelled(known, found)
        if rule.github == "state" and not values:
            return None
        if named is None and rule.only is Only.GUESS:
            return Line(rule.github, found.name, f"{rule.why} {GUESSED}", values, active=False)
        del self._free[found.id]
        return Line(rule.github, found.name, rule.why, values)

    def family(self, rule: Rule) -> Line | None:
        """Return the row of a label family; one that GitHub does not have yet is offered for a priority only."""
        prefix, found = prefix_of(rule.github, self._survey.labels), self._named(rule)
        if found is None or not (prefix or rule.github == PRIORITY):
            return None
        if not prefix:
            return Line(f"labels:{rule.github}/*", found.name, NEW_FAMILY, active=False)
        del self._free[found.id]
        values = _respelled(kin(prefix, self._survey.labels), found)
        return Line(f"labels:{prefix}*", found.name, rule.why, values)

    def link(self) -> str:
        """Return the name of the property that carries the issue's address, whether it exists or is to be made."""
        urls = [each.name for each in self._table.schema.properties if each.type == "url"]
        named = [each for wanted in LINKS for each in urls if key(each) == wanted]
        if named:
            return named[0]
        there = {key(each.name) for each in self._table.schema.properties}
        names = chain((LINK, "GitHub issue", "GitHub link"), (f"GitHub {number}" for number in count(2)))
        return next(name for name in names if key(name) not in there)

    def _named(self, rule: Rule) -> Property | None:
        """Return the free property of the first type that has one of the names, the better name first."""
        free = [each for each in self._free.values() if each.type in rule.types]
        ranked = ((kind, name) for kind in rule.types for name in rule.names)
        found = (each for kind, name in ranked for each in free if each.type == kind and key(each.name.strip()) == name)
        return next(found, None)

    def _alone(self, rule: Rule) -> Property | None:
        """Return the one free property of the rule's first type, where its being alone says something."""
        alone = [each for each in self._free.values() if each.type == rule.types[0]]
        return alone[0] if len(alone) == 1 and rule.only is not Only.NOTHING else None


def _content() -> tuple[Line, ...]:
    return (
        Line(
            "body",
            "content",
            "The issue's text is the page's content. Take the # away to keep them in step.",
            active=False,
        ),
        Line(
            "comments",
            "comments",
            "The comments are the page's discussion. Take the # away for them, too.",
            active=False,
        ),
    )


def _respelled(names: Iterable[str], found: Property) -> Values | None:
    """Return GitHub's names with the options that are spelled otherwise, None where every name is spelled alike.

    All other names stay what they are.
    """
    options = {key(name): name for _, name in found.options}
    pairs = {name: options[key(name)] for name in names if key(name) in options}
    if all(one == two for one, two in pairs.items()):
        return None
    return (*((one, (two,)) for one, two in pairs.items() if one != two), (ALIKE, (ALIKE,)))
