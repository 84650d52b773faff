"""What a person leafs through: links by page and by word, the journal of a pass, who holds a record; only reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, tuple_

from sync.core.model import ISSUE, Link, LinkState, Record, Ref, Side
from sync.core.state import MappingState, Observation
from sync.store import codec
from sync.store.engine import Queries, chunks
from sync.store.journal import Line, to_line
from sync.store.links import to_link
from sync.store.observations import folded, to_observation
from sync.store.report import Place, places_of
from sync.store.tables import ALIVE, journal, links, mappings, observations

NUMBER = re.compile(r"#?([1-9]\d{0,17})")
SILENT = re.compile(r"\A(?:https?://|\d{4}-\d\d-\d\dT)")


@dataclass(frozen=True)
class LinkRow:
    """One link as a list shows it; a record that was never seen is None."""

    link: Link
    github: Record | None
    notion: Record | None
    waiting_since: datetime | None


@dataclass(frozen=True)
class Wanted:
    """Which links: of a mapping, with a word anywhere in a record, in a state.

    Beside the states of a link there are `waiting`, with work to be done, and `withheld`, of which a guard keeps some.
    """

    mapping: str | None = None
    word: str = ""
    state: str = ""


class BrowseQueries(Queries):
    """Questions of the dashboard and of the webhooks."""

    def browse(self, wanted: Wanted, *, skip: int = 0, count: int = 50) -> tuple[int, Sequence[LinkRow]]:
        """Return how many links are wanted, and some of them, the newest first."""
        which = _wanted(wanted)
        with self.database.reading() as connection:
            if wanted.word:
                ids = _found(connection, which, wanted.word)
                total, which = len(ids), [links.c.id.in_(ids[skip : skip + count])]
                skip = 0
            else:
                total = connection.execute(select(func.count()).select_from(links).where(*which)).scalar_one()
            asked = select(links).where(*which).order_by(links.c.id.desc()).offset(skip).limit(count)
            rows = connection.execute(asked).all()
            seen = _records(connection, [row.id for row in rows])
        return total, [_row(row, seen) for row in rows]

    def because(self, link: int) -> str:
        """Return what the last decision of a link said."""
        with self.database.reading() as connection:
            return connection.scalar(select(links.c.because).where(links.c.id == link)) or ""

    def latest(self, link: int, count: int) -> Sequence[Line]:
        """Return the last lines of a link's journal, newest first."""
        asked = select(journal).where(journal.c.link == link).order_by(journal.c.id.desc()).limit(count)
        with self.database.reading() as connection:
            return [to_line(row) for row in connection.execute(asked)]

    def told_in(self, pass_id: str, count: int) -> tuple[int, Sequence[tuple[Line, Place]]]:
        """Return how many lines the journal has of a pass, and the first of them, with what people call the records."""
        mine = journal.c.pass_id == pass_id
        with self.database.reading() as connection:
            total = connection.execute(select(func.count()).select_from(journal).where(mine)).scalar_one()
            rows = connection.execute(select(journal).where(mine).order_by(journal.c.id).limit(count)).all()
            named = places_of(connection, (row.link for row in rows if row.link))
        return total, [(to_line(row), named.get(row.link, Place(None, None))) for row in rows]

    def written_by(self, passes: Iterable[str]) -> Mapping[str, int]:
        """Return how many writes were made for each of those passes."""
        found: dict[str, int] = {}
        with self.database.reading() as connection:
            for chunk in chunks(passes):
                asked = select(journal.c.pass_id, func.count()).where(journal.c.pass_id.in_(chunk))
                asked = asked.where(journal.c.event == "wrote").group_by(journal.c.pass_id)
                found |= {row[0]: row[1] for row in connection.execute(asked)}
        return found

    def schema_times(self) -> Mapping[str, datetime | None]:
        """Return the mappings that are remembered, with when their schemas were last read."""
        with self.database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(select(mappings.c.name, mappings.c.schema_at))}

    def remembered(self, names: Iterable[str]) -> Sequence[MappingState]:
        """Return what is remembered of those mappings."""
        found: list[MappingState] = []
        with self.database.reading() as connection:
            for chunk in chunks(names):
                rows = connection.execute(select(mappings).where(mappings.c.name.in_(chunk)))
                found += [MappingState(*row) for row in rows]
        return found

    def seen_by(self, names: Iterable[str], ref: Ref) -> Mapping[str, Observation]:
        """Return the observations of one record in all of those mappings that know it."""
        found: dict[str, Observation] = {}
        with self.database.reading() as connection:
            for chunk in chunks(names):
                keys = [(name, str(ref.side), ref.id) for name in chunk]
                key = tuple_(observations.c.mapping, observations.c.side, observations.c.id)
                rows = connection.execute(select(observations).where(key.in_(keys)))
                found |= {row.mapping: to_observation(row) for row in rows}
        return found


def _wanted(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return the conditions on links."""
    found: list[ColumnElement[bool]] = [links.c.kind == ISSUE]
    if wanted.mapping:
        found.append(links.c.mapping == wanted.mapping)
    if wanted.state == "waiting":
        found.append(links.c.waiting_since.is_not(None))
    elif wanted.state == "withheld":
        found.append(links.c.withheld != "")
    else:
        found.append(links.c.state == wanted.state if wanted.state in tuple(LinkState) else ALIVE)
    return found


def _found(connection: Connection, which: Sequence[ColumnElement[bool]], word: str) -> list[int]:
    """Return the links of which a record says the word, newest first; `#7` is a number and nothing else.

    An issue's URL and a page's id find just that record.
    """
    number = NUMBER.fullmatch(word)
    named = observations.c.number == int(number[1]) if number else observations.c.address == folded(word)
    # Records are kept as JSON in ASCII, so the word is looked for as it is spelled there; its keys do not count.
    spelled = observations.c.record.icontains(codec.dump(word)[1:-1], autoescape=True)
    asked = select(links.c.id, observations.c.record, named.label("named"))
    asked = asked.join(observations, observations.c.link == links.c.id).order_by(links.c.id.desc())
    asked = asked.where(*which, named if number and word.startswith("#") else named | spelled)
    rows = connection.execute(asked)
    return list(dict.fromkeys(row.id for row in rows if row.named or _says(codec.load_record(row.record), word)))


def _says(record: Record, word: str) -> bool:
    """Tell whether a person who looks at the record reads the word; times and addresses are nobody's words."""
    said = [record.label]
    for value in record.fields.values():
        said += value if isinstance(value, tuple) else [value] if isinstance(value, str) else []
    return any(word.casefold() in each.casefold() for each in said if not SILENT.search(each))


def _records(connection: Connection, ids: Sequence[int]) -> Mapping[tuple[int, str], Record]:
    asked = select(observations.c.link, observations.c.side, observations.c.record)
    rows = connection.execute(asked.where(observations.c.link.in_(ids)))
    return {(row.link, row.side): codec.load_record(row.record) for row in rows}


def _row(row: Row[Any], seen: Mapping[tuple[int, str], Record]) -> LinkRow:
    one, two = (seen.get((row.id, side)) for side in (Side.GITHUB, Side.NOTION))
    return LinkRow(to_link(row), one, two, row.waiting_since)
