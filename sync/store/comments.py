"""Links with depths: which comments stand under which issue and page, and what is to be read in rotation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, select, tuple_, update

from sync.core.model import ISSUE, Link, LinkState, Ref, Side
from sync.core.state import Known
from sync.store.engine import Queries, chunks
from sync.store.known import gathered
from sync.store.links import to_link
from sync.store.tables import ALIVE, links, observations

BELOW = links.alias()
"""The links of comments, where those above them are asked for."""


class CommentQueries(Queries):
    """What is asked of comments' links and of the links above them."""

    def parents(self, mapping: str, refs: Iterable[Ref]) -> Mapping[Ref, Link]:
        """Return, for comments, the living links of the issues and pages that they stand under."""
        kept = list(refs)
        issues = self._issues(mapping, {(ref.container, ref.number or 0) for ref in kept if ref.side is Side.GITHUB})
        pages = self._pages_of(mapping, {ref.container for ref in kept if ref.side is Side.NOTION})
        found = {
            ref: pages.get(ref.container) if ref.side is Side.NOTION else issues.get((ref.container, ref.number or 0))
            for ref in kept
        }
        return {ref: link for ref, link in found.items() if link is not None}

    def children(self, link: int) -> Sequence[Known]:
        """Return what is known of the living links of the comments under that link's issue and page."""
        asked = select(links).where(links.c.parent == link, ALIVE).order_by(links.c.id)
        with self.database.reading() as connection:
            rows = connection.execute(asked).all()
            return [known for chunk in chunks(rows) for known in gathered(connection, chunk)]

    def stirred(self, mapping: str, since: int, at: datetime, count: int) -> Sequence[Link]:
        """Return the links of issues whose page was seen to change since a tick, or that were made since a time."""
        page = (observations.c.link == links.c.id) & (observations.c.side == Side.NOTION)
        seen = (links.c.marked >= since) & (observations.c.seq >= since)
        asked = select(links).join(observations, page).where(links.c.mapping == mapping, links.c.kind == ISSUE, ALIVE)
        asked = asked.where(seen | (links.c.tied_at >= at), links.c.marked.is_not(None))
        return self._links(asked.order_by(links.c.id).limit(count))

    def longest_unread(self, mapping: str, count: int, *, lively: datetime | None = None) -> Sequence[Link]:
        """Return the linked issues' links whose depths were read longest ago, those never read first.

        With `lively`, only of those that were made, or commented on, since then.
        """
        mine = (links.c.mapping == mapping, links.c.kind == ISSUE, links.c.state == LinkState.LINKED)
        asked = select(links).where(*mine)
        if lively is not None:
            talked = exists().where(BELOW.c.parent == links.c.id, BELOW.c.tied_at >= lively)
            asked = asked.where((links.c.tied_at >= lively) | talked)
        return self._links(asked.order_by(links.c.deep_at.nulls_first(), links.c.id).limit(count))

    def deep_read(self, links_read: Iterable[int], at: datetime) -> None:
        """Note that the depths of links were read at that time."""
        with self.database.writing() as connection:
            for chunk in chunks(links_read):
                connection.execute(update(links).where(links.c.id.in_(chunk)).values(deep_at=at))

    def _issues(self, mapping: str, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Link]:
        found: dict[tuple[str, int], Link] = {}
        place = (observations.c.container, observations.c.number)
        with self.database.reading() as connection:
            for chunk in chunks(places):
                asked = select(links, *place).join(observations, observations.c.link == links.c.id)
                mine = (observations.c.mapping == mapping, observations.c.side == Side.GITHUB)
                rows = connection.execute(asked.where(*mine, observations.c.kind == ISSUE, tuple_(*place).in_(chunk)))
                found |= {(row.container, row.number): to_link(row) for row in rows}
        return found

    def _pages_of(self, mapping: str, pages: Iterable[str]) -> dict[str, Link]:
        found: dict[str, Link] = {}
        with self.database.reading() as connection:
            for chunk in chunks(pages):
                rows = connection.execute(
                    select(links).where(links.c.mapping == mapping, links.c.notion.in_(chunk), ALIVE)
                )
                found |= {row.notion: to_link(row) for row in rows}
        return found

    def _links(self, asked: Select[Any]) -> Sequence[Link]:
        with self.database.reading() as connection:
            return [to_link(row) for row in connection.execute(asked)]
