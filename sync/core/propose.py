"""(what both sides have) -> a draft of a mapping, by types and names; nobody is asked anything here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sync.core.draft import Column, Draft, Line, Survey, Table, Values
from sync.core.model import Person, Property
from sync.core.values import key

LINK, LINKS = "GitHub", ("github", "github issue", "github link", "github url", "issue", "issue link", "issue url")
"""What the property that carries the issue's address is called where it is made, and where it is found."""


@dataclass(frozen=True)
class Rule:
    """Which property suits an issue's field: one of these types and names, or else the `only` one of the first type."""

    github: str
    types: tuple[str, ...]
    names: tuple[str, ...]
    why: str
    only: bool = False


RULES = (
    Rule(
        "title", ("title",), (), "The title goes both ways. A page without a title is not born as an issue.", only=True
    ),
    Rule(
        "state",
        ("status", "select"),
        ("status", "state", "stage", "progress"),
        "Whether an issue is open. Of several options the first is written, and all of them are read.",
        only=True,
    ),
    Rule(
        "labels",
        ("multi_select",),
        ("labels", "label", "tags", "tag"),
        "All labels. What is added or taken away on either side is merged.",
        only=True,
    ),
    Rule(
        "assignees",
        ("people", "multi_select"),
        ("owner", "owners", "assignee", "assignees", "assigned to", "assigned", "responsible", "assign"),
        "Who works on it: people are found through `users` above.",
        only=True,
    ),
    Rule(
        "milestone", ("select", "rich_text"), ("milestone", "milestones"), "The milestone, which must exist on GitHub."
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
    (
        "priority",
        ("select",),
        ("priority",),
        "Of a family of labels one is shown; the row of all labels leaves it alone.",
    ),
    (
        "points",
        ("number", "select"),
        ("estimate", "points", "story points", "size"),
        "A label such as points/5 is the number 5.",
    ),
)
"""Label families by their stem: the property's types and names."""

PROGRESS, COMPLETE = "In progress", "Complete"
"""Groups of a status, whose names are Notion's own and fixed (reference, "Data source properties": status)."""
DONE = ("done", "closed", "complete", "completed", "finished", "resolved", "shipped", "released", "merged", "fixed")
DROPPED = (
    "won't",
    "won\u2019t",
    "wont",
    "cancel",
    "drop",
    "not planned",
    "reject",
    "declined",
    "abandoned",
    "obsolete",
    "invalid",
)
DUPLICATE = ("duplicate",)


def proposed(survey: Survey, table: Table, database: str) -> Draft:
    """Return the draft for a database as it is; what has no fitting property is left out."""
    chosen = Choosing(survey, table)
    lines = [line for rule in RULES if (line := chosen.line(rule)) is not None]
    lines[3:3] = [line for family in FAMILIES if (line := chosen.family(*family)) is not None]
    users, strangers = partners(survey.people, table.schema.people or ())
    return Draft(
        repositories=survey.repositories,
        database=database,
        link_property=chosen.link(),
        lines=(*lines, *_content()),
        users=users,
        strangers=strangers,
        missing=tuple(rule.github for rule in RULES[:3] if rule.github not in {line.github for line in lines}),
    )


def columns(survey: Survey) -> tuple[Column, ...]:
    """Return the properties of a new database that suits the repositories."""
    families = [stem for stem, *_ in FAMILIES if _prefix(stem, survey.labels)]
    plain = tuple(name for name in survey.labels if "," not in name and not _belongs(name, families, survey.labels))
    made = [
        Column("Name", "title"),
        Column("Status", "status"),
        Column("Labels", "multi_select", plain[:100]),
        Column("Owner", "people"),
        Column("Milestone", "select", tuple(each for each in survey.milestones if "," not in each)[:100]),
    ]
    if survey.types:
        made.append(Column("Type", "select", survey.types))
    if "priority" in families:
        made.append(Column("Priority", "select", _kin(_prefix("priority", survey.labels), survey.labels)))
    if "points" in families:
        made.append(Column("Estimate", "number"))
    if len(survey.repositories) > 1:
        made.append(Column("Repository", "select", survey.repositories))
    return (*made, Column("No.", "number"), Column("Author", "rich_text"), Column(LINK, "url"))


def partners(github: Iterable[Person], notion: Sequence[Person]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return (login, what Notion knows the person by) for everybody who is certain, and the logins of the others.

    Certain is one person alone with the same e-mail, with the login in front of the e-mail's @, or with the same name.
    """
    found, strangers = [], []
    for person in github:
        match = _partner(person, notion)
        if match is None:
            strangers.append(person.id)
        else:
            named = [each for each in notion if each.name == match.name]
            found.append((person.id, match.email or (match.name if len(named) == 1 and match.name else match.id)))
    return tuple(found), tuple(strangers)


def _partner(person: Person, notion: Sequence[Person]) -> Person | None:
    login, name, email = key(person.id), key(person.name), key(person.email or "")
    ways = (
        [each for each in notion if email and key(each.email or "") == email],
        [each for each in notion if key(each.email or "").partition("@")[0] == login],
        [each for each in notion if each.name and key(each.name) in {name, login}],
    )
    return next((found[0] for found in ways if len(found) == 1), None)


class Choosing:
    """One choice of properties: each is taken once, the better name first."""

    def __init__(self, survey: Survey, table: Table) -> None:
        self._survey, self._table = survey, table
        self._taken: set[str] = set()

    def line(self, rule: Rule) -> Line | None:
        """Return the row that a rule comes to, None where no property suits."""
        found = self._take(rule.types, rule.names, only=rule.types[0] if rule.only else None)
        if found is None:
            return None
        if rule.github == "state":
            values: Values | None = states(found, self._table)
            if len(values or ()) < 2:  # noqa: PLR2004 - open and closed
                self._taken.discard(found.id)
                return None
            return Line(rule.github, found.name, rule.why, values)
        known = {"type": self._survey.types, "milestone": self._survey.milestones}.get(rule.github, ())
        return Line(rule.github, found.name, rule.why, _respelled(known, found))

    def family(self, stem: str, types: Sequence[str], names: Sequence[str], why: str) -> Line | None:
        """Return the row of a label family; one that GitHub does not have yet is proposed for a priority only."""
        prefix = _prefix(stem, self._survey.labels)
        if not prefix and stem != "priority":
            return None
        found = self._take(types, names, only=None)
        if found is None:
            return None
        prefix = prefix or f"{stem}/"
        return Line(f"labels:{prefix}*", found.name, why, _respelled(_kin(prefix, self._survey.labels), found))

    def link(self) -> str:
        """Return the name of the property that carries the issue's address, whether it exists or is to be made."""
        urls = [each for each in self._table.schema.properties if each.type == "url"]
        named = [each.name for wanted in LINKS for each in urls if key(each.name) == wanted]
        if named:
            return named[0]
        there = {each.name for each in self._table.schema.properties}
        return next(name for name in (LINK, "GitHub issue", "GitHub link", "tandem link") if name not in there)

    def _take(self, types: Sequence[str], names: Sequence[str], *, only: str | None) -> Property | None:
        """Return the free property with the best of the names, or the one that alone is of the type `only`."""
        free = [each for each in self._table.schema.properties if each.id not in self._taken and each.type in types]
        ranked = [
            each for kind in types for name in names for each in free if each.type == kind and key(each.name) == name
        ]
        alone = [each for each in free if each.type == only]
        found = ranked[0] if ranked else alone[0] if len(alone) == 1 else None
        if found is not None:
            self._taken.add(found.id)
        return found


def states(found: Property, table: Table) -> Values:
    """Return an issue's states with the options that mean them, by the status's own groups or else by their names."""
    kept: dict[str, list[str]] = {"open": [], "closed": [], "closed:not_planned": [], "closed:duplicate": []}
    late: list[str] = []
    for id_, name in found.options:
        group = table.groups.get(id_)
        state = _state(name, group)
        (late if state == "open" and group == PROGRESS else kept[state]).append(name)
    kept["open"] += late
    if not kept["closed"] and (kept["closed:not_planned"] or kept["closed:duplicate"]):
        kept["closed"] = kept.pop("closed:not_planned") or kept.pop("closed:duplicate")
    return tuple((state, tuple(names)) for state, names in kept.items() if names)


def _state(name: str, group: str | None) -> str:
    said = key(name)
    if group not in (None, COMPLETE):
        return "open"
    if any(word in said for word in DROPPED):
        return "closed:not_planned"
    if any(word in said for word in DUPLICATE):
        return "closed:duplicate"
    return "closed" if group == COMPLETE or said.rstrip("!. ✅✓") in DONE else "open"


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


def _prefix(stem: str, labels: Iterable[str]) -> str:
    """Return how the labels of a family begin (`priority/`, `Priority: `), empty where there is no such family."""
    found = [match[0] for name in labels if (match := re.match(rf"{stem}\s*[/:=-]\s*(?=\S)", name, re.IGNORECASE))]
    return max(set(found), key=lambda each: (found.count(each), each)) if found else ""


def _kin(prefix: str, labels: Iterable[str]) -> tuple[str, ...]:
    return tuple(name[len(prefix) :] for name in labels if key(name).startswith(key(prefix)) and "," not in name)


def _belongs(name: str, stems: Iterable[str], labels: Sequence[str]) -> bool:
    return any(key(name).startswith(key(_prefix(stem, labels))) for stem in stems)


def _respelled(names: Iterable[str], found: Property) -> Values | None:
    """Return GitHub's names with the options that are spelled otherwise, None where every name is spelled alike."""
    options = {key(name): name for _, name in found.options}
    pairs = [(name, options[key(name)]) for name in names if key(name) in options]
    return tuple((name, (option,)) for name, option in pairs) if any(one != two for one, two in pairs) else None
