"""Somebody who works in Notion's own windows: what a user can do to pages, tables and comments; no API rule binds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sync.sandbox.notion import comments, content, identity, plain, schema, texts
from sync.sandbox.notion.editor import Editor
from sync.sandbox.notion.model import DataSource, Option, Parent, Property, Raw
from sync.sandbox.notion.pages import moved
from sync.sandbox.notion.writing import defaults, new_option


class Person(Editor):
    """A user at work; values are plain (`plain.kept`), pages go by id or title, tables by id, columns by name."""

    # Pages

    def create(self, data_source: str, values: Mapping[str, Raw], *, markdown: str = "") -> str:
        """Add a row with its content and return its id."""
        source = self._world.sources[data_source]
        said = {**defaults(self._world, source), **plain.kept(self._world, source, values)}
        made = self._world.add_page(self.id, Parent("data_source_id", source.id), said)
        if markdown:
            self.write(made.id, markdown)
        return made.id

    def edit(self, page: str, values: Mapping[str, Raw]) -> None:
        """Set some properties of a row."""
        found = self._page(page)
        source = self._world.source_of(found.now)
        if source is None:
            said: Mapping[str, Raw] = {identity.TITLE: texts.shown(values[identity.TITLE])}
        else:
            said = plain.kept(self._world, source, values)
        self._world.commit(found, self.id, values={**found.now.values, **said})

    def trash(self, page: str) -> None:
        """Move a page to the trash."""
        self._world.commit(self._page(page), self.id, in_trash=True)

    def restore(self, page: str) -> None:
        """Take a page out of the trash."""
        self._world.commit(self._page(page), self.id, in_trash=False)

    def delete_forever(self, page: str) -> None:
        """Empty the trash of one page: from now on nobody finds it."""
        self._world.forget(self._page(page))

    def archive(self, page: str) -> None:
        """Archive a page: out of sight, not in the trash."""
        self._world.commit(self._page(page), self.id, is_archived=True)

    def unarchive(self, page: str) -> None:
        """Bring an archived page back into sight."""
        self._world.commit(self._page(page), self.id, is_archived=False)

    def move(self, page: str, data_source: str) -> None:
        """Move a page into a table."""
        moved(self._world, self._page(page), Parent("data_source_id", data_source), actor=self.id)

    def move_out(self, page: str) -> None:
        """Move a page out of its table, under the sandbox's own page."""
        moved(self._world, self._page(page), Parent("page_id", self._world.root.id), actor=self.id)

    def take_away(self, page: str) -> None:
        """Move a page to where the connection sees nothing."""
        found = self._page(page)
        found.shared = False
        moved(self._world, found, Parent("workspace"), actor=self.id)

    def duplicate(self, page: str) -> str:
        """Copy a page with all its values, a link property's too, and return the copy's id."""
        original = self._page(page)
        values = dict(original.now.values)
        values[identity.TITLE] = texts.shown(f"{self._world.title(original.now)} (1)")
        copy = self._world.add_page(self.id, original.now.parent, values)
        living = content.living(original.now.content)
        blocks = self._world.born(copy, (each for each in living if each.type not in content.CHILDREN), self.id)
        copy.versions[-1] = replace(copy.now, content=blocks)
        return copy.id

    # Tables

    def rename_property(self, data_source: str, old: str, new: str) -> None:
        """Call a column something else; its id stays."""
        schema.rename(self._source(data_source), self._column(data_source, old), new)
        self._touch(data_source)

    def delete_property(self, data_source: str, name: str) -> None:
        """Delete a column."""
        del self._source(data_source).properties[self._column(data_source, name).id]
        self._touch(data_source)

    def add_property(self, data_source: str, name: str, config: Raw) -> None:
        """Add a column, described as in the API."""
        schema.change(self._world, self._source(data_source), {name: config})
        self._touch(data_source)

    def add_option(self, data_source: str, column: str, name: str) -> str:
        """Add an option, a status's too, and return its id."""
        made = new_option(self._world, self._column(data_source, column), {"name": name}, at="body")
        self._column(data_source, column).options.append(made)
        self._touch(data_source)
        return made.id

    def rename_option(self, data_source: str, column: str, *, old: str, new: str) -> None:
        """Call an option something else; its id stays, and so do the rows."""
        self._option(data_source, column, old).name = new
        self._touch(data_source)

    def delete_option(self, data_source: str, column: str, name: str) -> None:
        """Delete an option; rows that had it have none."""
        self._column(data_source, column).options.remove(self._option(data_source, column, name))
        self._touch(data_source)

    def unshare(self, database: str) -> None:
        """Take the connection away from a database."""
        self._world.databases[database].shared = False

    def share(self, database: str) -> None:
        """Give a database to the connection."""
        self._world.databases[database].shared = True

    def trash_database(self, database: str) -> None:
        """Move a database to the trash with all that is in it."""
        self._set_trash(database, in_trash=True)

    def restore_database(self, database: str) -> None:
        """Take a database out of the trash."""
        self._set_trash(database, in_trash=False)

    # Comments

    def comment(self, page: str, text: str, *, discussion: str | None = None) -> str:
        """Say something about a page and return the comment's id."""
        return comments.add(self._world, self._page(page), texts.shown(text), by=self.id, discussion=discussion).id

    def edit_comment(self, comment: str, text: str) -> None:
        """Change the words of a comment."""
        found = self._world.comments[comment]
        found.rich_text, found.edited_at = texts.shown(text), self._world.clock.now()

    def delete_comment(self, comment: str) -> None:
        """Take a comment back."""
        del self._world.comments[comment]

    def resolve(self, comment: str) -> None:
        """Close the discussion of a comment: the API does not show it any more."""
        self._world.resolved.add(self._world.comments[comment].discussion)

    def reopen(self, comment: str) -> None:
        """Open the discussion of a comment again."""
        self._world.resolved.discard(self._world.comments[comment].discussion)

    def _source(self, id_: str) -> DataSource:
        return self._world.sources[identity.dashed(id_)]

    def _column(self, data_source: str, name: str) -> Property:
        found = self._source(data_source).find(name)
        if found is None:
            raise KeyError(f"no property {name!r}")
        return found

    def _option(self, data_source: str, column: str, name: str) -> Option:
        found = self._column(data_source, column).named(name)
        if found is None:
            raise KeyError(f"no option {name!r}")
        return found

    def _touch(self, data_source: str) -> None:
        self._world.touch(self._source(data_source), self.id)

    def _set_trash(self, database: str, *, in_trash: bool) -> None:
        found = self._world.databases[database]
        found.in_trash, found.edited_at = in_trash, self._world.clock.now()
        for source in found.sources:
            source.revision += 1
