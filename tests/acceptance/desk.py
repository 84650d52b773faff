"""One issue and its page in a place, as one row ties them, and how either is edited and read."""

from __future__ import annotations

TYPED = "team/typed"
"""A repository of an organisation that has issue types."""


class Desk:
    """One issue and its page in a place, as a row ties them."""

    def __init__(self, place, row, column):
        self.place = place
        place.sandbox_types()
        place.set(STALE_SECONDS="0")  # an old value that is back within the window would be doubted first
        place.ada.add_property(place.ids.data_source, "X", column)
        rows = [row] if "notion: Name" in row else ["{github: title, notion: Name, direction: to_notion}", row]
        place.map(fields=rows, repository=TYPED)

    @property
    def person(self):
        return self.place.person()

    def milestone(self, fields):
        """Return fields with the milestone by its number, made where it is missing."""
        title = fields.get("milestone")
        if not title:
            return fields
        there = self.place.running.github.world.repository(TYPED).milestones.values()
        number = next((each.number for each in there if each.title == title), None)
        return fields | {"milestone": number or self.person.create_milestone(TYPED, title)["number"]}

    def opens(self, fields):
        self.number = self.person.create(TYPED, **self.milestone({"title": "Some", **fields}))["number"]

    def edits(self, fields):
        self.person.edit(TYPED, self.number, **self.milestone(fields))

    def page(self):
        (found,) = self.place.pages()
        return found

    def shown(self):
        found = self.page()["properties"]["X"]
        return sorted(found) if isinstance(found, list) else found

    def writes(self, value):
        self.place.ada.edit(self.page()["id"], {"X": value})

    def issue(self):
        (raw,) = self.place.running.github.issues(TYPED)
        return {
            "title": raw["title"],
            "state": raw["state"],
            "labels": sorted(label["name"] for label in raw["labels"]),
            "assignees": sorted(user["login"] for user in raw["assignees"]),
            "milestone": raw["milestone"] and raw["milestone"]["title"],
            "type": raw["type"] and raw["type"]["name"],
        }
