"""An ordinary week on both sides: births, edits, closes, a page trashed and an issue deleted, with passes between."""

from __future__ import annotations

from sync.cli.sandbox import REPOSITORY
from sync.sandbox.seed import populate

LATER = 120
"""Seconds that pass between what people do and the next pass: longer than any late read."""


def told(place):
    """Play the week; every pass must end converged."""
    place.set(STALE_SECONDS="4", CREATE_SETTLE_SECONDS="8")
    populate(place.running.github, REPOSITORY, 8)
    place.added("Born in Notion", Status="To do", Labels=["ui", "new label"], Owner=[])
    place.added("Born closed", Status="Won't do")
    place.running.clock.advance(LATER)
    place.synced()
    _edited(place)
    place.running.clock.advance(LATER)
    place.synced()
    _taken_away(place)
    place.running.clock.advance(LATER)
    place.synced("--full")


def agreed(place):
    """Assert that both sides agree and that one more full pass writes nothing."""
    place.running.clock.advance(LATER)
    before = place.count("writes")
    place.synced("--full")
    assert place.count("writes") == before
    closed = [each for each in place.differences() if "has 0 pages" not in each]
    assert closed == []
    assert place.duplicates() == 0


def _edited(place):
    person, pages = place.person(), place.pages()
    numbers = [issue["number"] for issue in place.issues().values() if issue["state"] == "open"]
    person.edit(REPOSITORY, numbers[0], title="Renamed on GitHub 🎉")
    person.label(REPOSITORY, numbers[1], "bug", "fresh label")
    person.close(REPOSITORY, numbers[1], "not_planned")
    person.assign(REPOSITORY, numbers[2], "octocat", "ada")
    person.create(REPOSITORY, "Born on GitHub", labels=["api"], assignees=["grace"])
    shown = {page["properties"]["GitHub"]: page["id"] for page in pages}
    open_ = [shown[place.issue(number)["html_url"]] for number in numbers]
    place.ada.edit(open_[3], {"Name": "Renamed in Notion", "Labels": ["ui"], "Status": "In progress"})
    place.ada.edit(open_[0], {"Status": "Done"})
    place.ada.edit(open_[2], {"Labels": []})
    place.added("Born later", Status="In progress")


def _taken_away(place):
    numbers = [issue["number"] for issue in place.issues().values() if issue["state"] == "open"]
    shown = {page["properties"]["GitHub"]: page["id"] for page in place.pages()}
    place.ada.trash(shown[place.issue(numbers[0])["html_url"]])
    place.ada.archive(shown[place.issue(numbers[1])["html_url"]])
    place.person().delete(REPOSITORY, numbers[2])
