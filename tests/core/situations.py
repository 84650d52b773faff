"""Situations for the core's property tests: any bound mapping, records and shadows, and their mirror images."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from sync.core.bound import Bound, Field, Scope
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
from sync.core.transforms import Choice, Names, Plain, Spelled, Table, Transform
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
}
SETS = {
    (Side.GITHUB, "labels"): ["bug", "Bug", "ui", "a,b", "late"],
    (Side.NOTION, "labels"): ["bug", "UI", "late", "new"],
    (Side.GITHUB, "people"): ["ada", "ADA", "bob", "Bob-too", "robot[bot]"],
    (Side.NOTION, "people"): ["id-1", "id-2", "id-3", "guest"],
}
TRANSFORMS: dict[str, Transform] = {
    "title": Plain(frozenset({Side.GITHUB})),
    "state": Choice(Table(STATE_PAIRS), frozenset({Side.GITHUB})),
    "labels": Names(Spelled({Side.NOTION: ","})),
    "people": Names(Table(PEOPLE_PAIRS, fold=key)),
}
KINDS = {"title": Kind.TEXT, "state": Kind.CHOICE, "labels": Kind.CHOICES, "people": Kind.PEOPLE}


def values(side: Side, name: str):
    """Any value that side may show of the field, empty where it can be."""
    if (side, name) in SETS:
        return st.lists(st.sampled_from(SETS[side, name]), max_size=4).map(names)
    some = WORDS[side, name]
    return some if side is Side.GITHUB else st.none() | some


def facet(side: Side, name: str) -> Facet:
    return Facet(side, name, name, KINDS[name], required=side is Side.GITHUB and name in {"title", "state"})


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
            return Plain(frozenset(side.other for side in required))
        case Choice(lexicon, required):
            return Choice(_lexicon(lexicon), frozenset(side.other for side in required))
        case Names(lexicon):
            return Names(_lexicon(lexicon))
    raise AssertionError(transform)


def _lexicon(lexicon):
    if isinstance(lexicon, Spelled):
        return Spelled({side.other: each for side, each in lexicon.forbids.items()})
    return Table(tuple((two, one) for one, two in lexicon.pairs), lexicon.fold)
