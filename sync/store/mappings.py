"""What is remembered of a mapping as a whole: its state, its cursors and the records that stay out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Unpack

from sqlalchemy import delete, insert, select

from sync.core.model import Ref, Side
from sync.core.state import MappingChange, MappingState, Quarantine
from sync.store.engine import Queries
from sync.store.tables import cursors, mappings, quarantine


class MappingQueries(Queries):
    """Mappings, cursors and quarantine."""

    def mapping(self, name: str) -> MappingState:
        """Return what is remembered of the mapping; a new one's state where nothing is."""
        with self.database.reading() as connection:
            row = connection.execute(select(mappings).where(mappings.c.name == name)).first()
        return MappingState(*row) if row else MappingState(name)

    def change_mapping(self, name: str, **columns: Unpack[MappingChange]) -> None:
        """Remember those columns of a mapping's state, and leave the others alone."""
        added = self.database.insert(mappings).values(asdict(MappingState(name, **columns)))
        with self.database.writing(name) as connection:
            connection.execute(added.on_conflict_do_update(index_elements=[mappings.c.name], set_=columns))

    def cursor(self, mapping: str, side: Side, container: str) -> str | None:
        """Return the remote's cursor, None before the first complete list."""
        row = self._cursor(mapping, side, container)
        return row[0] if row else None

    def polled_at(self, mapping: str, side: Side, container: str) -> datetime | None:
        """Return when the last complete answer began."""
        row = self._cursor(mapping, side, container)
        return row[1] if row else None

    def save_cursor(self, mapping: str, side: Side, container: str, cursor: str | None, polled_at: datetime) -> None:
        """Move a cursor after all its records were kept."""
        place = {"mapping": mapping, "side": side, "container": container}
        moved = {"cursor": cursor, "polled_at": polled_at}
        added = self.database.insert(cursors).values({**place, **moved})
        with self.database.writing(mapping) as connection:
            connection.execute(
                added.on_conflict_do_update(index_elements=[cursors.c[name] for name in place], set_=moved)
            )

    def quarantine(self, mapping: str, found: Sequence[Quarantine]) -> None:
        """Replace the mapping's quarantined records by these; what stays keeps its `since`."""
        with self.database.writing(mapping) as connection:
            asked = select(quarantine.c.side, quarantine.c.id, quarantine.c.since)
            rows = connection.execute(asked.where(quarantine.c.mapping == mapping))
            known = {(row.side, row.id): row.since for row in rows}
            connection.execute(delete(quarantine).where(quarantine.c.mapping == mapping))
            if found:
                connection.execute(insert(quarantine), _rows(mapping, found, known))

    def quarantined(self, mapping: str) -> Sequence[Quarantine]:
        """Return the records that stay out until a person acts, the longest first."""
        asked = select(quarantine).where(quarantine.c.mapping == mapping).order_by(quarantine.c.since, quarantine.c.id)
        with self.database.reading() as connection:
            return [
                Quarantine(Ref(Side(row.side), row.id, row.container, row.number), row.reason, row.since)
                for row in connection.execute(asked)
            ]

    def _cursor(self, mapping: str, side: Side, container: str) -> tuple[str | None, datetime] | None:
        asked = select(cursors.c.cursor, cursors.c.polled_at).where(
            cursors.c.mapping == mapping, cursors.c.side == side, cursors.c.container == container
        )
        with self.database.reading() as connection:
            row = connection.execute(asked).first()
        return (row[0], row[1]) if row else None


def _rows(mapping: str, found: Sequence[Quarantine], known: dict[tuple[str, str], datetime]) -> list[dict[str, object]]:
    """Return one row a record: of two findings the first is told."""
    rows: dict[Ref, dict[str, object]] = {}
    for each in found:
        ref = each.ref
        rows.setdefault(
            ref,
            {
                "mapping": mapping,
                "side": ref.side,
                "id": ref.id,
                "container": ref.container,
                "number": ref.number,
                "reason": each.reason,
                "since": known.get((ref.side, ref.id), each.since),
            },
        )
    return list(rows.values())
