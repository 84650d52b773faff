"""Which translation a row needs: what its two kinds imply, and what its `values` and `transform` add."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sync.core.forms import Alone, Day, Figure, Flag, Form, Formed, Joined, Prefixed
from sync.core.issue import COMPUTED, STATE, STATES
from sync.core.mapping import Row, Values
from sync.core.model import Facet, Kind, Reading, Side, Value
from sync.core.transforms import ALIKE, Choice, Leaving, Lexicon, NameSet, Plain, Spelled, Table, Transform
from sync.core.values import SETS, key

PREFIX, JOIN = "prefix", "join"
BLANK = " "
"""What no login holds, so that a person's full name is not taken for one."""


@dataclass(frozen=True)
class Times(Plain):
    """Points in time, told to the minute: that is as finely as Notion's own dialog sets one."""

    def say(self, to: Side, value: Value, base: Value) -> Reading:
        """Return the base where it tells the same minute."""
        return base if base is not None and _minute(base) == _minute(value) else super().say(to, value, base)

    def agree(self, github: Value, notion: Value) -> bool:
        """Compare to the minute."""
        return super().agree(_minute(github), _minute(notion))


def _minute(value: Value) -> Value:
    """Return a time rounded down to its minute; a day and a period stay as they are."""
    if not isinstance(value, str) or "T" not in value or "/" in value:
        return value
    return datetime.fromisoformat(value).replace(second=0, microsecond=0).isoformat()


def translation(row: Row, issue: Facet, page: Facet, people: tuple[tuple[str, str], ...]) -> Transform:
    """Return the translation of a row's values; `people` are (login, user id)."""
    required = frozenset(facet.side for facet in (issue, page) if facet.required)
    plain = _plain(row, issue, page, required)
    if plain is not None:
        return _prefixed(row, plain)
    many = issue.kind in SETS or page.kind in SETS
    lexicon = _lexicon(row, issue, page, people)
    lexicon = Leaving(lexicon, issue.but) if issue.but else lexicon
    inner: Transform = NameSet(lexicon) if many else Choice(lexicon, required)
    for facet in (issue, page):
        form = _form(row, facet, many=many)
        inner = Formed(inner, facet.side, form) if form else inner
    return inner


def _plain(row: Row, issue: Facet, page: Facet, required: frozenset[Side]) -> Transform | None:
    """Return the translation of kinds that need none."""
    if row.values or page.type in COMPUTED:
        return None
    if issue.kind is Kind.DATE:
        return Times(required)
    return Plain(required) if issue.kind is page.kind and issue.kind not in (*SETS, Kind.CHOICE) else None


def _prefixed(row: Row, plain: Transform) -> Transform:
    name, argument = row.transform or ("", "")
    return Formed(plain, Side.NOTION, Prefixed(argument)) if name == PREFIX else plain


def _form(row: Row, facet: Facet, *, many: bool) -> Form | None:
    """Return how a facet's own shape becomes one name, or a set of them."""
    match facet.kind:
        case Kind.NUMBER:
            return Figure()
        case Kind.FLAG:
            return Flag(_off(row))
        case Kind.DATE:
            return Day()
        case Kind.TEXT if many:
            name, argument = row.transform or ("", "")
            return Joined(argument) if name == JOIN else Joined()
        case Kind.CHOICE if many:
            return Alone()
        case Kind.TEXT if facet.type in COMPUTED:
            return Figure()
        case _:
            return None


def _off(row: Row) -> str | None:
    """Return what an unticked box means: a word of its own, or nothing where `values` give it no key."""
    named = row.values is None or any("false" in options for _, options in row.values)
    return "false" if named else None


def _lexicon(row: Row, issue: Facet, page: Facet, people: tuple[tuple[str, str], ...]) -> Lexicon:
    if row.github == STATE:
        return Table(tuple(state_pairs(row, page)))
    if row.values:
        return table(row.values)
    if page.kind is Kind.PEOPLE or page.type in ("created_by", "last_edited_by"):
        return Table(people, fold=key)
    joined = _form(row, page, many=True)
    here = (*page.forbids, *((joined.edge,) if isinstance(joined, Joined) and issue.kind in SETS else ()))
    return Spelled({Side.NOTION: here, Side.GITHUB: (BLANK,) if issue.kind is Kind.PEOPLE else ()})


def table(values: Values) -> Table:
    """Return the lexicon of a row's `values`; the key `*` is every name that no other key has."""
    pairs = tuple((github, notion) for github, each in values if github != ALIKE for notion in each)
    return Table(pairs, fold=key, rest=dict(values).get(ALIKE, ()))


def state_pairs(row: Row, page: Facet) -> list[tuple[str, str]]:
    """Return (state, option) pairs in the order in which they are preferred; the more specific key wins.

    The key `closed` stands for every reason that has no key of its own, `completed` first; `*` for what is left.
    """
    values = dict(row.values or default_states(page))
    pairs: list[tuple[str, str]] = []
    for state in STATES:
        options = values.get(state) or values.get(state.partition(":")[0]) or values.get(ALIKE) or ()
        pairs += [(state, option) for option in options]
    order = list(values)
    return sorted(pairs, key=lambda pair: _rank(order, pair[0]))


def default_states(page: Facet) -> Values:
    """Return what open and closed are called where the row does not say."""
    if page.kind is Kind.FLAG:
        return (("open", ("false",)), ("closed", ("true",)))
    return (("open", ("Open",)), ("closed", ("Closed",)))


def _rank(order: list[str], state: str) -> int:
    word = state.partition(":")[0]
    return next(order.index(each) for each in (state, word, ALIKE) if each in order)
