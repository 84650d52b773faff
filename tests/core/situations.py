"""Situations for the core's property tests: any bound mapping, records and shadows, and their mirror images."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from sync.core.bound import Bound, Field, Scope
from sync.core.forms import Alone, Figure, Flag, Formed, Joined, Prefixed
from sync.core.mapping import Births, Deletions, Guards, Policy
from sync.core.model import (
    UNREAD,
    Facet,
    Kind,
    Link,
    LinkState,
    Record,
    Ref,
    Shadow,
    Side,
)
from sync.core.state import Known, Observation
from sync.core.transforms import Choice, Lexicon, NameSet, Plain, Spelled, Table, Transform
from sync.core.translate import Times
from sync.core.values import key, names

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
STATE_PAIRS = (
    ("open", "To do"),
    ("open", "In progress"),
    ("closed:completed", "Done"),
    ("closed", "Done"),
    ("closed:not_planned", "Dropped"),
    ("closed:duplicate", "Done"),
)
PEOPLE_PAIRS = (("ada", "id-1"), ("bob", "id-2"), ("Bob-too", "id-2"), ("cy", "id-3"))

WORDS = {
    (Side.GITHUB, "title"): st.sampled_from(["a", "b", "Ünïcode 🎉", "c"]),
    (Side.NOTION, "title"): st.sampled_from(["a", "b", "Ünïcode 🎉", "c"]),
    (Side.GITHUB, "state"): st.sampled_from(sorted({one for one, _ in STATE_PAIRS})),
    (Side.NOTION, "state"): st.sampled_from([*sorted({two for _, two in STATE_PAIRS}), "Blocked"]),
    (Side.GITHUB, "points"): st.none() | st.sampled_from(["1", "2.5", "many", ("1", "2.5")]),
    (Side.NOTION, "points"): st.sampled_from([1, 2.5, 3]),
    (Side.GITHUB, "priority"): st.none() | st.sampled_from(["high", "HIGH", "low", "odd", "strange", ("high", "low")]),
    (Side.NOTION, "priority"): st.sampled_from(["High", "Urgent", "Low", "Normal", "Other"]),
    (Side.GITHUB, "box"): st.sampled_from(["open", "closed"]),
    (Side.NOTION, "box"): st.booleans(),
    (Side.GITHUB, "ticked"): st.none() | st.sampled_from(["now", "NOW", "maybe"]),
    (Side.NOTION, "ticked"): st.booleans(),
    (Side.GITHUB, "either"): st.none() | st.sampled_from(["true", "false", "maybe"]),
    (Side.NOTION, "either"): st.booleans(),
    (Side.GITHUB, "heading"): st.sampled_from(["a", "[API] a", "b"]),
    (Side.NOTION, "heading"): st.sampled_from(["a", "[API] a", "[API] [API] a", "[API] b", "[API] "]),
    (Side.GITHUB, "day"): st.none()
    | st.sampled_from([f"2026-11-23T12:0{n}Z" for n in ("1:00", "1:40", "2:00", "2:40")]),
    (Side.NOTION, "day"): st.sampled_from(["2026-11-23T12:01:00Z", "2026-11-23T12:02:00Z", "2026-11-23"]),
    (Side.GITHUB, "author"): st.none() | st.sampled_from(["ada", "bob", "robot[bot]"]),
    (Side.NOTION, "text"): st.sampled_from(["bug, ui", "bug,ui", "Bug", "late", "a b,  ui ,", ","]),
}
SETS = {
    (Side.GITHUB, "labels"): ["bug", "Bug", "ui", "a,b", "late"],
    (Side.NOTION, "labels"): ["bug", "UI", "late", "new"],
    (Side.GITHUB, "people"): ["ada", "ADA", "bob", "Bob-too", "robot[bot]"],
    (Side.NOTION, "people"): ["id-1", "id-2", "id-3", "guest"],
    (Side.GITHUB, "text"): ["bug", "Bug", "ui", "a,b", "late"],
    (Side.NOTION, "author"): ["id-1", "id-2", "guest"],
    (Side.GITHUB, "rest"): ["bug", "BUG", "ui", "odd", "*"],
    (Side.NOTION, "rest"): ["Defect", "ui", "odd", "Other", "bug"],
}
TRANSFORMS: dict[str, Transform] = {
    "title": Plain(frozenset({Side.GITHUB})),
    "state": Choice(Table(STATE_PAIRS), frozenset({Side.GITHUB})),
    "labels": NameSet(Spelled({Side.NOTION: ","})),
    "people": NameSet(Table(PEOPLE_PAIRS, fold=key)),
    "points": Formed(Choice(Spelled({})), Side.NOTION, Figure()),
    "priority": Choice(Table((("high", "High"), ("high", "Urgent"), ("low", "Low")), fold=key, rest=("Normal",))),
    "box": Formed(Choice(Table((("open", "false"), ("closed", "true")))), Side.NOTION, Flag()),
    "ticked": Formed(Choice(Table((("now", "true"),), fold=key)), Side.NOTION, Flag(None)),
    "either": Formed(Choice(Spelled({})), Side.NOTION, Flag()),
    "heading": Formed(Plain(frozenset({Side.GITHUB})), Side.NOTION, Prefixed("[API] ")),
    "day": Times(),
    "author": Formed(NameSet(Table(PEOPLE_PAIRS, fold=key)), Side.GITHUB, Alone()),
    "text": Formed(NameSet(Spelled({Side.NOTION: ","})), Side.NOTION, Joined()),
    "rest": NameSet(Table((("bug", "Defect"),), fold=key, rest=("*",))),
}
KINDS = {
    "title": (Kind.TEXT, Kind.TEXT),
    "state": (Kind.CHOICE, Kind.CHOICE),
    "labels": (Kind.CHOICES, Kind.CHOICES),
    "people": (Kind.PEOPLE, Kind.PEOPLE),
    "points": (Kind.CHOICE, Kind.NUMBER),
    "priority": (Kind.CHOICE, Kind.CHOICE),
    "box": (Kind.CHOICE, Kind.FLAG),
    "ticked": (Kind.CHOICE, Kind.FLAG),
    "either": (Kind.CHOICE, Kind.FLAG),
    "heading": (Kind.TEXT, Kind.TEXT),
    "day": (Kind.DATE, Kind.DATE),
    "author": (Kind.CHOICE, Kind.PEOPLE),
    "text": (Kind.CHOICES, Kind.TEXT),
    "rest": (Kind.CHOICES, Kind.CHOICES),
}
"""What kind of value each field has on GitHub and in Notion."""


def kind(side: Side, name: str) -> Kind:
    return KINDS[name][side is Side.NOTION]


def values(side: Side, name: str):
    """Any value that side may show of the field, empty where it can be."""
    if (side, name) in SETS:
        return st.lists(st.sampled_from(SETS[side, name]), max_size=4).map(names)
    some = WORDS[side, name]
    return some if side is Side.GITHUB else st.none() | some


def facet(side: Side, name: str) -> Facet:
    required = side is Side.GITHUB and name in {"title", "state", "heading"}
    return Facet(side, name, name, kind(side, name), required=required)


def times():
    return st.none() | st.integers(0, 400).map(lambda seconds: NOON + timedelta(seconds=seconds))


@st.composite
def bounds(draw):
    """A bound mapping: every field with any policy, flowing any way."""
    ways = st.sampled_from([frozenset(Side), frozenset({Side.NOTION}), frozenset({Side.GITHUB})])
    fields = tuple(
        Field(
            name,
            facet(Side.GITHUB, name),
            facet(Side.NOTION, name),
            TRANSFORMS[name],
            draw(st.sampled_from(Policy)),
            draw(ways),
        )
        for name in KINDS
    )
    return bound_of(fields)


def bound_of(fields):
    return Bound(
        name="roadmap",
        digest="",
        fields=fields,
        marks={side: Facet(side, "mark", "mark", Kind.URL, writable=False) for side in Side},
        titles={side: facet(side, "title") for side in Side},
        containers={Side.GITHUB: ("1",), Side.NOTION: ("d",)},
        scope=Scope(facet(Side.GITHUB, "labels")),
        births=Births(pages=True, issues=True),
        deletions=Deletions(),
        guards=Guards(),
    )


def record(side: Side, fields, time=NOON, **more) -> Record:
    ref = Ref(side, f"{side}-1", {Side.GITHUB: "1", Side.NOTION: "d"}[side], 1 if side is Side.GITHUB else None)
    grain = 1 if side is Side.GITHUB else 60
    return Record(ref, fields, time, f"address of {side}", f"the {side} record", grain=grain, **more)


@st.composite
def observations(draw, side: Side):
    shown = {name: draw(values(side, name) | st.just(UNREAD)) for name in KINDS}
    since = {name: draw(times()) for name in KINDS}
    return Observation(record(side, {**shown, "mark": None}), 1, NOON, since)


@st.composite
def situations(draw):
    """Everything that may be known of a linked link, and the mapping it is decided under."""
    shadows = {
        name: Shadow(*(TRANSFORMS[name].seen(side, draw(values(side, name))) for side in Side))
        for name in draw(st.sets(st.sampled_from(sorted(KINDS))))
    }
    github, notion = draw(observations(Side.GITHUB)), draw(observations(Side.NOTION))
    link = Link(1, "roadmap", LinkState.LINKED, github.record.ref, notion.record.ref)
    resolved = draw(st.dictionaries(st.sampled_from(sorted(KINDS)), st.sampled_from(Side), max_size=1))
    return Known(link, github, notion, shadows, resolved=resolved), draw(bounds())


def mirrored(known: Known, bound: Bound) -> tuple[Known, Bound]:
    """Return the same situation with the sides swapped in every particular."""
    link = replace(known.link, github=_ref(known.link.notion), notion=_ref(known.link.github))
    swapped = Known(
        link,
        _observation(known.notion),
        _observation(known.github),
        {name: Shadow(shadow.notion, shadow.github) for name, shadow in known.shadows.items()},
        resolved={name: side.other for name, side in known.resolved.items()},
    )
    fields = tuple(
        replace(
            field,
            github=_facet(field.notion),
            notion=_facet(field.github),
            transform=_transform(field.transform),
            policy={Policy.GITHUB: Policy.NOTION, Policy.NOTION: Policy.GITHUB}.get(field.policy, field.policy),
            flows=frozenset(side.other for side in field.flows),
        )
        for field in bound.fields
    )
    return swapped, replace(
        bound,
        fields=fields,
        marks={side.other: _facet(mark) for side, mark in bound.marks.items()},
        titles={side.other: _facet(title) for side, title in bound.titles.items()},
        containers={side.other: each for side, each in bound.containers.items()},
        scope=replace(bound.scope, facet=_facet(bound.scope.facet)),
        births=replace(bound.births, pages=bound.births.issues, issues=bound.births.pages),
    )


def _ref(ref):
    return ref and Ref(ref.side.other, ref.id, ref.container, ref.number)


def _observation(observation):
    if observation is None:
        return None
    return replace(observation, record=replace(observation.record, ref=_ref(observation.record.ref)))


def _facet(each: Facet) -> Facet:
    return replace(each, side=each.side.other)


def _transform(transform: Transform) -> Transform:
    match transform:
        case Plain(required):
            return type(transform)(frozenset(side.other for side in required))
        case Choice(lexicon, required):
            return Choice(_lexicon(lexicon), frozenset(side.other for side in required))
        case NameSet(lexicon):
            return NameSet(_lexicon(lexicon))
        case Formed(inner, side, form):
            return Formed(_transform(inner), side.other, form)
    raise AssertionError(transform)


def _lexicon(lexicon):
    if isinstance(lexicon, Spelled):
        return Spelled({side.other: each for side, each in lexicon.forbids.items()})
    return _Turned(lexicon)


@dataclass(frozen=True)
class _Turned:
    """A lexicon with its sides swapped."""

    lexicon: Lexicon

    def write(self, to: Side, name: str) -> str | None:
        return self.lexicon.write(to.other, name)

    def agree(self, github: str, notion: str) -> bool:
        return self.lexicon.agree(notion, github)
