"""The shape of a mapping file, as closed pydantic models, and its JSON Schema; rules between rows stand in `checks`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, NonNegativeInt, Strict, Tag
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from sync.config.scalars import (
    Amount,
    Constant,
    Database,
    FieldName,
    Name,
    Piece,
    Repository,
    Text,
    Version,
    Words,
)
from sync.core.mapping import Direction, Policy

Unique = Field(json_schema_extra={"uniqueItems": True})


class Closed(BaseModel):
    """A part of the file: exactly these keys, no conversion of types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class GitHubPart(Closed):
    """Which issues take part."""

    repositories: Annotated[list[Repository], Field(min_length=1), Unique]
    """OWNER/NAME, one or several; pages without a repository are born as issues of the first."""
    labels: Annotated[list[Text], Unique] = []
    """Only issues with all of these labels."""
    exclude_labels: Annotated[list[Text], Unique] = []
    """No issue with any of these labels."""


class NotionPart(Closed):
    """Which pages take part."""

    database: Database
    """URL or id of the database."""
    data_source: Text | None = None
    """Name or id of one data source, where the database has several."""
    link_property: Text = "GitHub"
    """A URL property that carries the issue's address."""


class WhenPart(Closed):
    """Conditions that a record must all meet."""

    when: Annotated[dict[Text, Words], Field(min_length=1)]
    """A name on the record's own side, and the value or values it may show."""


FLAG, CONDITIONS = "flag", "conditions"
"""The two ways to read a birth; pydantic puts the name of the one it took into where an error stands."""


def _way(raw: object) -> str:
    return CONDITIONS if isinstance(raw, dict | WhenPart) else FLAG


Birth = Annotated[Annotated[bool, Tag(FLAG)] | Annotated[WhenPart, Tag(CONDITIONS)], Discriminator(_way)]


class CreatePart(Closed):
    """Who may be born where."""

    pages: Birth
    """Whether an issue without a page gets one."""
    issues: Birth
    """Whether a page without an issue gets one."""
    quiet: NonNegativeInt = 60
    """Seconds that a record is left alone before it gives birth or its body flows."""


class DeletionsPart(Closed):
    """What follows a deletion."""

    issue_deleted: Literal["trash_page", "keep"] = "trash_page"
    """What becomes of the page of a deleted issue."""
    page_trashed: Literal["close_issue", "keep"] = "close_issue"
    """What becomes of the issue of a trashed page."""


class GuardsPart(Closed):
    """Above any of these limits none of that kind is written, and a person is asked."""

    max_destructive: Amount | None = None
    """Closes, trashes, comment deletions and values made empty: a number, or a share of the links (at least 5)."""
    max_new_issues: Amount | None = None
    """Issues born."""
    max_new_comments: Amount | None = None
    """Comments written on either side."""
    max_overwrites: Amount | None = None
    """Values replaced in one field: a number, or a share of the links (at least 5)."""


class RowPart(Closed):
    """One row: a field of the issue, or a constant, tied to a property of the page."""

    github: FieldName | None = None
    """The issue's field."""
    constant: Constant | None = None
    """A value written when a page is born or adopted, instead of an issue's field."""
    notion: Text
    """The property's name; `content` for the body and `comments` for the discussion."""
    direction: Annotated[Direction, Strict(strict=False)] | None = None
    """Which way the row flows; both where both sides can be written."""
    conflict: Annotated[Policy, Strict(strict=False)] | None = None
    """Who wins in this row; otherwise the mapping's `conflict`."""
    values: dict[Text, Words] | None = None
    """GitHub's values, each with Notion's: the first is written, all are read."""
    transform: Annotated[dict[Literal["prefix", "join"], Piece], Field(min_length=1, max_length=1)] | None = None
    """A two-way translation: `prefix` is text in front of a title on one side, `join` writes a set as text."""
    history: bool | None = None
    """Whether old comments are copied too."""


class FilePart(Closed):
    """A tandem mapping: which issues and pages are kept in step, and how."""

    version: Version
    """The version of this grammar."""
    name: Name | None = None
    """The mapping's name; otherwise the file's."""
    github: GitHubPart
    notion: NotionPart
    create: CreatePart
    match: Annotated[list[Literal["link", "title"]], Unique] = ["link", "title"]
    """How what exists on both sides is tied at the first pass."""
    conflict: Annotated[Policy, Strict(strict=False)] = Policy.NEWEST
    """Who wins where both sides changed one field and disagree."""
    deletions: DeletionsPart = DeletionsPart()
    guards: GuardsPart = Field(default_factory=GuardsPart)
    users: dict[Text, Text] = {}
    """GitHub login: Notion e-mail, name or user id."""
    fields: Annotated[list[RowPart], Field(min_length=1)]


class _Editor(GenerateJsonSchema):
    """A schema for editors: a key that may be left out may still not be empty."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        found = super().default_schema(schema)
        return {key: value for key, value in found.items() if key != "default" or value is not None}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a mapping file, for editors."""
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A tandem mapping"}
    return {**FilePart.model_json_schema(schema_generator=_Editor), **title}
