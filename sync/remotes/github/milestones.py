"""The milestones of repositories by title, for an issue is given one by its number; no issue is touched here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

from sync.core.errors import Rejected, TryLater, Unsafe
from sync.core.values import key
from sync.remotes.github import lists
from sync.remotes.github.client import Door

AGAIN = 1.0
"""Seconds until a milestone is looked for again of which nobody knows whether it was made."""


class Milestones:
    """What is known of milestones; one that a number is wanted of and that is not there is made."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}

    def number(self, door: Door, container: str, title: str) -> int:
        """Return a milestone's number: that is how one is written (golang/go issue 25024).

        Raises what reads and creates raise; a reply that was lost is no harm, for titles are unique in a repository.
        """
        place = (container, key(title))  # no twin is made of one that is only spelled in another case
        if not self._known(door, place):
            self._numbers[place] = _made(door, container, title)
        return self._numbers[place]

    def missing(self, door: Door, wanted: Iterable[tuple[str, str]]) -> int:
        """Return how many milestones, by container and title, are not there and would be made."""
        places = {(container, key(title)) for container, title in wanted}
        return sum(not self._known(door, place) for place in sorted(places))

    def _known(self, door: Door, place: tuple[str, str]) -> bool:
        if place not in self._numbers:
            listed = _listed(door, place[0])
            self._numbers |= {(place[0], key(each["title"])): int(each["number"]) for each in listed}
        return place in self._numbers

    def forget(self, container: str) -> None:
        """Look all of them up again: one of them was refused, so it was deleted or made anew."""
        self._numbers = {place: number for place, number in self._numbers.items() if place[0] != container}


def _listed(door: Door, container: str) -> Iterator[Any]:
    """Yield all milestones, closed ones too: an issue may go on belonging to one."""
    url: str | None = f"/repositories/{container}/milestones"
    parameters: dict[str, str] | None = {"state": "all", "per_page": "100"}
    while url:
        answer = door.read(url, parameters=parameters)
        yield from answer.body if answer.status == HTTPStatus.OK else ()
        url, parameters = lists.following(answer), None


def _made(door: Door, container: str, title: str) -> int:
    """Make an open milestone and return its number."""
    try:
        return int(door.create(f"/repositories/{container}/milestones", {"title": title}).body["number"])
    except Unsafe as lost:
        raise TryLater(AGAIN, f"the milestone {title!r} may have been made") from lost
    except Rejected as refused:
        if "already_exists" in refused.reason:  # somebody made it since it was looked for
            raise TryLater(AGAIN, f"the milestone {title!r} was just made") from refused
        raise
