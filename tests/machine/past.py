"""All that outlives a worker, as it was at one moment: the state, both services and the clock; to go back to it.

What a process knew that is gone is no part of it, so that going back is all there is to a death.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing


class Past:
    """One moment of a team whose state is in that file; `key` is the same where only the clock went on."""

    def __init__(self, team, file):
        self._team, self._file, self._moment = team, file, team.clock.moment
        with closing(sqlite3.connect(file)) as there, closing(sqlite3.connect(":memory:")) as here:
            there.backup(here)
            self._rows = tuple(here.iterdump())
            self._state = bytearray(here.serialize())
        # Bytes that say "WAL" cannot be opened in memory (sqlite.org/c3ref/deserialize.html).
        self._state[18:20] = b"\1\1"
        self._versions = [_copied(shelf.versions) for shelf in team.shelves.values()]
        self._said = [(_copied(talk.remarks), dict(talk.under), set(talk.resolved)) for talk in team.talks.values()]

    @property
    def key(self):
        return self._rows, repr(self._versions), repr(self._said)

    def again(self):
        """Make everything what it was then."""
        with closing(sqlite3.connect(self._file)) as there, closing(sqlite3.connect(":memory:")) as here:
            here.deserialize(self._state)
            here.backup(there)
        self._team.clock.moment = self._moment
        for shelf, versions in zip(self._team.shelves.values(), self._versions, strict=True):
            shelf.versions = _copied(versions)
        for talk, (remarks, under, resolved) in zip(self._team.talks.values(), self._said, strict=True):
            talk.remarks, talk.under, talk.resolved = _copied(remarks), dict(under), set(resolved)


def _copied(histories):
    return {id_: [*versions] for id_, versions in histories.items()}
