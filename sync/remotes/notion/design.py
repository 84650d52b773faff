"""Databases and their properties as `init` and `check --fix` need them: looked at, made and added to, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from sync.core.draft import Column, Table
from sync.core.errors import Denied, Misconfigured, Problem, Rejected, TryLater, Unsafe, Vanished
from sync.remotes.notion.client import Door
from sync.remotes.notion.records import dashed, page_id, property_id, spelled
from sync.remotes.notion.schema import Asked, schema
from sync.remotes.notion.values import plain_text

Json = Mapping[str, Any]

NOWHERE = "00000000-0000-0000-0000-000000000000"
COMPLETE = "Complete"
"""The group of a status whose options mean that something is done with."""
MOST_FOUND = 20
"""So many databases are offered: more than that nobody reads."""
SHARE_PAGE = "open the page in Notion, then ••• > Connections > add this connection; or paste the link of another page"
WITH_OPTIONS = frozenset({"select", "multi_select"})

WRITTEN = {"update": "changed", "insert": "born"}


class Designer:
    """The port `sync.core.ports.Designer` over Notion's endpoints of databases and data sources."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def table(self, database: str, data_source: str | None = None) -> Table:
        """Return a data source as it is, with the people of the workspace as far as they are shown."""
        found = schema(self._door, database=database, data_source=data_source, asked=Asked(people=True))
        ((id_, _),) = found.containers
        columns = self._properties(id_).values()
        return Table(found, {option: name for each in columns for option, name in _groups(each)})

    def create(self, page: str, title: str, columns: Sequence[Column]) -> str:
        """Make a database with one data source under a page, and return the database's id."""
        parent = page_id(page)
        if parent is None:
            cure = "paste the page's link: ••• > Copy link"
            raise Misconfigured([Problem(f"{page!r} names no Notion page", where="--create-under", cure=cure)])
        body = {
            "parent": {"type": "page_id", "page_id": parent},
            "title": [{"type": "text", "text": {"content": title}}],
            "initial_data_source": {"properties": {each.name: _configured(each) for each in columns}},
        }
        try:
            made = self._door.write("POST", "databases", body).body
        except (Vanished, Rejected) as unseen:
            message = f"Notion lets this connection make no database under {page!r}"
            raise Misconfigured([Problem(message, where="--create-under", cure=SHARE_PAGE)]) from unseen
        for each in columns:
            if each.type == "status":
                self._ends(dashed(str(made["data_sources"][0]["id"])), each)
        return dashed(str(made["id"]))

    def databases(self) -> Sequence[tuple[str, str]]:
        """Return what a search finds, which is never sure to be all ("Search optimizations and limitations")."""
        wanted = {"filter": {"property": "object", "value": "data_source"}, "page_size": MOST_FOUND}
        found = self._door.read("search", body=wanted).body["results"]
        sources = [each for each in found if not each.get("in_trash") and "database_id" in each["parent"]]
        return [(dashed(each["parent"]["database_id"]), plain_text(each["title"])) for each in sources]

    def add(self, source: str, column: Column) -> None:
        """Add a property; one that meanwhile came to be is left as it is."""
        if column.name not in self._properties(source):
            self._change(source, {column.name: _configured(column)})

    def extend(self, source: str, property_id: str, options: Sequence[str], *, group: str | None = None) -> None:
        """Add options to a property: the whole list by id, read just before, with the new names at its end.

        What a partial list does is documented nowhere: recorded selects lose the options that it leaves out.
        """
        before = self._column(source, property_id)
        kind = str(before["type"])
        there: list[Json] = before[kind]["options"]
        grouped = {"group": group} if group else {}
        new = [{"name": name, **grouped} for name in options if name not in {each["name"] for each in there}]
        if not new:
            return
        whole = [{"id": each["id"]} for each in there] + new
        self._change(source, {spelled(property_id): {kind: {"options": whole}}})
        after = {each["id"] for each in self._column(source, property_id)[kind]["options"]}
        lost = ", ".join(each["name"] for each in there if each["id"] not in after)
        if lost:
            raise Rejected(f"Notion took away options of {before['name']!r}: {lost}", "add them again in Notion")

    def permissions(self) -> Sequence[Problem]:
        """Return which capabilities to write the connection lacks.

        No endpoint tells them, so two writes are tried whose target cannot be: they fail for everybody, but with a 403
        for who lacks the capability ("Capabilities" in the guide), and with something else for who has it.
        """
        nowhere = {"parent": {"type": "data_source_id", "data_source_id": NOWHERE}, "properties": {}}
        tried: tuple[tuple[str, str, str, Json], ...] = (
            ("update", "PATCH", f"pages/{NOWHERE}", {}),
            ("insert", "POST", "pages", nowhere),
        )
        return [_lacking(word) for word, verb, path, body in tried if self._denied(verb, path, body)]

    def _ends(self, source: str, column: Column) -> None:
        """Give a new status the options that mean an end; without them it still serves."""
        with suppress(Rejected):
            id_ = property_id(self._properties(source)[column.name]["id"])
            self.extend(source, id_, column.options, group=COMPLETE)

    def speech(self) -> Sequence[Problem]:
        """Return which capabilities for comments the connection lacks: they are off by default, and tried likewise."""
        nowhere = {"parent": {"page_id": NOWHERE}, "rich_text": [{"text": {"content": "?"}}]}
        tried: tuple[tuple[str, str, str, Json | None], ...] = (
            ("read", "GET", f"comments/{NOWHERE}", None),
            ("insert", "POST", "comments", nowhere),
        )
        return [_silent(word) for word, verb, path, body in tried if self._denied(verb, path, body)]

    def _denied(self, verb: str, path: str, body: Json | None) -> bool:
        try:
            self._door.write(verb, path, body)
        except Denied:
            return True
        except (Rejected, Vanished, Unsafe, TryLater):
            return False
        return False

    def _properties(self, source: str) -> Mapping[str, Json]:
        found: Mapping[str, Json] = self._door.read(f"data_sources/{source}").body["properties"]
        return found

    def _column(self, source: str, wanted: str) -> Json:
        for each in self._properties(source).values():
            if property_id(each["id"]) == wanted:
                return each
        raise Rejected("the property was deleted meanwhile", "run `tandem check` again")

    def _change(self, source: str, properties: Json) -> None:
        self._door.write("PATCH", f"data_sources/{source}", {"properties": properties})


def _configured(column: Column) -> Json:
    """Return a property as a request describes it.

    A status is left to Notion, which gives it three options, each in its group (changelog, 2026-03-19); groups can be
    named since 2026-06-22.
    """
    if column.type in WITH_OPTIONS:
        return {column.type: {"options": [{"name": name} for name in column.options]}}
    return {column.type: {"format": "number"} if column.type == "number" else {}}


def _lacking(word: str) -> Problem:
    return Problem(
        f"the connection lacks the capability to {word} content, so no page can be {WRITTEN[word]}",
        cure=f"tick '{word.title()} content' among its capabilities in Notion's developer portal",
    )


def _silent(word: str) -> Problem:
    return Problem(
        f"the connection lacks the capability to {word} comments, which a mapping has a row for",
        cure=f"tick '{word.title()} comments' among its capabilities in Notion's developer portal",
    )


def _groups(column: Json) -> list[tuple[str, str]]:
    groups = column["status"].get("groups") or () if column["type"] == "status" else ()
    return [(str(option), str(each["name"])) for each in groups for option in each["option_ids"]]
