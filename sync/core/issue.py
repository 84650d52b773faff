"""An issue's fields as a mapping names them, and which types of properties may hold each; nothing is bound here."""

from __future__ import annotations

from dataclasses import replace

from sync.core.model import Facet, Kind, Side

TITLE, STATE, LABELS, ASSIGNEES, REPOSITORY = "title", "state", "labels", "assignees", "repository"
BODY, CONTENT, LINE = "body", "content", "body_line:"
"""The text of an issue, what it is tied to on a page, and how a row begins that is about one line of it."""
COMMENTS = "comments"
"""The row of the discussion: no field of the issue, for each comment is a record of its own."""
FAMILY = f"{LABELS}:"
"""How a row begins that is about one family of labels: `labels:priority/*`."""


def _facet(name: str, kind: Kind) -> Facet:
    return Facet(Side.GITHUB, name, name, kind, type=name)


def _shown(name: str, kind: Kind) -> Facet:
    return replace(_facet(name, kind), writable=False)


ISSUE: dict[str, Facet] = {
    facet.name: facet
    for facet in (
        replace(_facet(TITLE, Kind.TEXT), required=True),
        # GitHub takes no state when an issue is made (REST "Create an issue").
        replace(_facet(STATE, Kind.CHOICE), required=True, creatable=False),
        _facet(LABELS, Kind.CHOICES),
        _facet(ASSIGNEES, Kind.PEOPLE),
        _facet("milestone", Kind.CHOICE),
        _facet("type", Kind.CHOICE),
        _facet(BODY, Kind.DOCUMENT),
        # Where an issue lives is decided when it is born; moving one is a transfer, which only a person makes.
        _shown(REPOSITORY, Kind.CHOICE),
        _shown("number", Kind.NUMBER),
        _shown("url", Kind.URL),
        _shown("author", Kind.CHOICE),
        _shown("created_at", Kind.DATE),
        _shown("updated_at", Kind.DATE),
        _shown("closed_at", Kind.DATE),
        _shown("comment_count", Kind.NUMBER),
        _shown("reactions", Kind.NUMBER),
        _shown("locked", Kind.FLAG),
    )
}
"""The fields of an issue that have a plain value."""

KINDS: dict[str, Kind] = {
    "title": Kind.TEXT,
    "rich_text": Kind.TEXT,
    "select": Kind.CHOICE,
    "status": Kind.CHOICE,
    "multi_select": Kind.CHOICES,
    "people": Kind.PEOPLE,
    "url": Kind.URL,
    "number": Kind.NUMBER,
    "checkbox": Kind.FLAG,
    "date": Kind.DATE,
    "email": Kind.TEXT,
    "phone_number": Kind.TEXT,
    "formula": Kind.TEXT,
    "rollup": Kind.TEXT,
    "unique_id": Kind.TEXT,
    "created_by": Kind.CHOICE,
    "last_edited_by": Kind.CHOICE,
}
"""What kind of value each property type holds; a formula's and a rollup's may be any plain value."""

COMPUTED = ("formula", "rollup", "unique_id", "created_by", "last_edited_by")
"""Types that Notion fills by itself: a source at most (reference, "Page property values")."""

_TEXT = ("rich_text",)
_ONE = ("select", "status", *_TEXT)
_SOURCES = ("formula", "rollup")
FITTING: dict[str, tuple[str, ...]] = {
    TITLE: ("title", *_TEXT, "email", "phone_number", "unique_id", *_SOURCES),
    STATE: ("status", "select", "checkbox", *_TEXT, *_SOURCES),
    LABELS: ("multi_select", *_TEXT, *_SOURCES),
    FAMILY: ("select", "status", "number", "multi_select", "checkbox", *_TEXT, "unique_id", *_SOURCES),
    ASSIGNEES: ("people", "multi_select", *_TEXT, "created_by", "last_edited_by"),
    "milestone": (*_ONE, *_SOURCES),
    "type": (*_ONE, *_SOURCES),
    REPOSITORY: (*_ONE, *_SOURCES),
    "number": ("number", *_TEXT),
    "url": ("url", *_TEXT),
    "author": ("select", "people", "multi_select", *_TEXT),
    "created_at": ("date", *_TEXT),
    "updated_at": ("date", *_TEXT),
    "closed_at": ("date", *_TEXT),
    "comment_count": ("number", *_TEXT),
    "reactions": ("number", *_TEXT),
    "locked": ("checkbox", "select", *_TEXT),
    LINE: ("date", "number", "select", "status", *_TEXT, "url", "email", "phone_number", *_SOURCES),
}
"""Which property types can hold an issue's field, the best first."""

STATES = ("open", "closed:completed", "closed", "closed:not_planned", "closed:duplicate")
"""Every canonical state of an issue; the reasons are those of REST "Update an issue", none on old issues."""


def facet_of(row: str, families: tuple[str, ...], *, many: bool) -> Facet:
    """Return the facet of an issue's field; `families` are the prefixes that other rows are about.

    A family shows one name, or all where the property holds `many`.
    """
    if row.startswith(LINE):
        return Facet(Side.GITHUB, BODY, row, Kind.TEXT, type=BODY, line=row.removeprefix(LINE).strip())
    if not row.startswith(FAMILY):
        issue = ISSUE[row]
        return replace(issue, but=families) if row == LABELS else issue
    prefix = row.removeprefix(FAMILY).removesuffix("*")
    kind = Kind.CHOICES if many else Kind.CHOICE
    return Facet(Side.GITHUB, LABELS, row, kind, type=LABELS, family=prefix)


def fitting(row: str) -> tuple[str, ...]:
    """Return the property types that can hold an issue's field."""
    return FITTING[next((each for each in (FAMILY, LINE) if row.startswith(each)), row)]


def content(how: str) -> Facet:
    """Return the facet of what a page holds; `how` is the way in which it can be written (Schema.content).

    Markdown is given when a page is born, blocks would take more calls than that one.
    """
    return Facet(Side.NOTION, CONTENT, CONTENT, Kind.DOCUMENT, type=how, creatable=how == "markdown", apart=True)
