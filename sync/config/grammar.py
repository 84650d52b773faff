"""The shape of a mapping file, as closed pydantic models, and its JSON Schema; rules between rows stand in `checks`."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    NonNegativeInt,
    PlainValidator,
    Strict,
    Tag,
    WithJsonSchema,
)
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import PydanticCustomError, core_schema

from sync.config.fields import FAMILY, LINE, READ_ONLY, WRITABLE, known, nearest_field
from sync.core.mapping import Direction, Policy


def refuse(text: str, *, nearest: str | None = None, cure: str | None = None) -> PydanticCustomError:
    """Return the error that becomes a problem with these words."""
    return PydanticCustomError("refused", "{text}", {"text": text, "nearest": nearest, "cure": cure})


def _repository(name: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9][\w-]*/(?!\.{1,2}$)[\w.-]+", name, re.ASCII):
        return name
    pasted = re.search(r"github[^/]*/([\w-]+/[\w.-]+?)(?:\.git)?/?$", name, re.ASCII)
    raise refuse(f"{name!r} is not OWNER/NAME", nearest=pasted[1] if pasted else None)


def _database(text: str) -> str:
    """Return the dashed id in a URL or an id: the last 32 hexadecimal digits of the path, whatever host it has."""
    place = re.sub(r"[?#].*", "", text).rstrip("/").rpartition("/")[2]
    found = re.search(r"[0-9a-f]{32}$", place.replace("-", "").casefold())
    if found is None:
        raise refuse(f"no database id in {text!r}", cure="paste the database's URL from Notion ('Copy link')")
    return re.sub(r"(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5", found[0])


def _field(name: str) -> str:
    if not known(name):
        raise refuse(f"GitHub has no field {name!r}", nearest=nearest_field(name))
    return name


def _amount(raw: object) -> int | Fraction:
    if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0:
        return raw
    share = re.fullmatch(r"(\d{1,3}(?:\.\d{1,3})?) ?%", raw, re.ASCII) if isinstance(raw, str) else None
    if share is None:
        raise refuse(f"expected a number from 0 or a share such as 10%, found {told(raw)}")
    if (percent := Fraction(share[1])) > 100:  # noqa: PLR2004 - a hundred per cent
        raise refuse(f"a share lies between 0% and 100%, found {told(raw)}")
    return percent / 100


def told(raw: object) -> str:
    """Return how a value of the file is called in a message."""
    match raw:
        case dict():
            return "keys and values"
        case list():
            return "a list"
        case None:
            return "nothing"
        case bool():
            return str(raw).lower()
        case _:
            return repr(raw) if len(str(raw)) <= 60 else repr(str(raw)[:57] + "…")  # noqa: PLR2004 - fits a line


def _spelled(raw: object) -> object:
    return str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw


def _listed(raw: object) -> object:
    return raw if isinstance(raw, list) else [raw]


Text = Annotated[str, Field(pattern=r"\S")]
"""Text that is not empty."""
Word = Annotated[Text, BeforeValidator(_spelled), WithJsonSchema({"type": ["string", "integer"], "pattern": r"\S"})]
"""Text, or a whole number that is meant as text: an option may be called 5."""
Words = Annotated[
    list[Word],
    Field(min_length=1),
    BeforeValidator(_listed),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["string", "integer"], "pattern": r"\S"},
                {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": ["string", "integer"]}},
            ]
        }
    ),
]
"""One word, or a list of them."""
Unique = Field(json_schema_extra={"uniqueItems": True})
Repository = Annotated[Text, AfterValidator(_repository)]
Database = Annotated[Text, AfterValidator(_database)]
FieldName = Annotated[
    Text,
    AfterValidator(_field),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": [*WRITABLE, *READ_ONLY]},
                {"type": "string", "pattern": rf"^{FAMILY}[^*]+\*$"},
                {"type": "string", "pattern": rf"^{LINE}.*\S"},
            ]
        }
    ),
]
Amount = Annotated[
    int | Fraction,
    PlainValidator(_amount),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"^(\d{1,2}(\.\d{1,3})?|100) ?%$"}]}
    ),
]


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


def _kind_of_birth(raw: object) -> str:
    return "#conditions" if isinstance(raw, dict | WhenPart) else "#yes or no"


Birth = Annotated[
    Annotated[bool, Tag("#yes or no")] | Annotated[WhenPart, Tag("#conditions")], Discriminator(_kind_of_birth)
]


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
    constant: Word | None = None
    """A value written when a page is born or adopted, instead of an issue's field."""
    notion: Text
    """The property's name; `content` for the body and `comments` for the discussion."""
    direction: Annotated[Direction, Strict(strict=False)] | None = None
    """Which way the row flows; both where both sides can be written."""
    conflict: Annotated[Policy, Strict(strict=False)] | None = None
    """Who wins in this row; otherwise the mapping's `conflict`."""
    values: dict[Text, Words] | None = None
    """GitHub's values, each with Notion's: the first is written, all are read."""
    transform: Annotated[dict[Literal["prefix", "join"], str], Field(min_length=1, max_length=1)] | None = None
    """A two-way translation: `prefix` is text in front of a title on one side, `join` writes a set as text."""
    history: bool | None = None
    """Whether old comments are copied too."""


class FilePart(Closed):
    """A tandem mapping: which issues and pages are kept in step, and how."""

    version: Literal[1]
    """The version of this grammar."""
    name: Annotated[str, Field(pattern=r"^\w[\w .-]*$")] | None = None
    """The mapping's name; otherwise the file's."""
    github: GitHubPart
    notion: NotionPart
    create: CreatePart
    match: Annotated[list[Literal["link", "title"]], Unique] = ["link", "title"]
    """How what exists on both sides is tied at the first pass."""
    conflict: Annotated[Policy, Strict(strict=False)] = Policy.NEWEST
    """Who wins where both sides changed one field and disagree."""
    deletions: DeletionsPart = DeletionsPart()
    guards: GuardsPart = GuardsPart()
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
