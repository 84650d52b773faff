"""The nouns of a Notion workspace as the sandbox keeps them; nothing here is JSON that is sent."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias

from sync.sandbox.notion.identity import spelled

Json: TypeAlias = dict[str, Any]
Raw: TypeAlias = Any
"""JSON that nobody has looked at yet, or a value whose property knows its shape."""

ParentKind: TypeAlias = Literal["data_source_id", "page_id", "workspace"]
GROUPS = (("To-do", "gray"), ("In progress", "blue"), ("Complete", "green"))
"""The three groups of every status, whose names are fixed (recorded)."""


@dataclass
class User:
    """A person, a guest (a person whom no list shows) or a bot."""

    id: str
    name: str
    email: str | None = None
    kind: Literal["person", "guest", "bot"] = "person"
    avatar: str | None = None


@dataclass
class Option:
    """An option of a select, multi_select or status."""

    id: str
    name: str
    color: str = "default"
    group: str = GROUPS[0][0]


@dataclass
class Property:
    """A column; `config` is what its type needs beyond options."""

    id: str
    name: str
    type: str
    config: Json = field(default_factory=dict)
    options: list[Option] = field(default_factory=list)
    group_ids: Mapping[str, str] = field(default_factory=dict)
    description: str | None = None

    @property
    def spelled(self) -> str:
        """Return the id as responses spell it."""
        return spelled(self.id)

    def option(self, id_: object) -> Option | None:
        """Return the option with that id."""
        return next((each for each in self.options if each.id == id_), None)

    def named(self, name: object) -> Option | None:
        """Return the option with that name."""
        return next((each for each in self.options if each.name == name), None)


class Parent(NamedTuple):
    """Where something lives; a workspace has no id."""

    kind: ParentKind
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """What a block says and holds, wherever it comes from; an `id` names one that is there already.

    The body is the one of the API without `children`; a file of Notion's own is `{"upload": id}` in it.
    """

    type: str
    body: Json = field(default_factory=dict)
    children: tuple[Sketch, ...] = ()
    id: str = ""


@dataclass(frozen=True, kw_only=True)
class Block(Sketch):
    """A block in a page; one that stands for a child page or database has the id of it and no body."""

    children: tuple[Block, ...] = ()
    created_at: datetime
    created_by: str
    edited_at: datetime
    edited_by: str
    in_trash: bool = False


Blocks: TypeAlias = tuple[Block, ...]


@dataclass(frozen=True)
class State:
    """A page at one time; values by the property's id, in the form its type keeps.

    `saved_at` is when that began where it was no edit of the page: `edited_at` is older then.
    """

    values: Mapping[str, Raw]
    parent: Parent
    edited_at: datetime
    edited_by: str
    in_trash: bool = False
    is_archived: bool = False
    is_locked: bool = False
    icon: Json | None = None
    cover: Json | None = None
    content: Blocks = ()
    saved_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """Return when this state began."""
        return self.saved_at or self.edited_at


@dataclass
class Page:
    """A page with its past, so that a read can be late; `shuffle` is its place where nobody asked for an order."""

    id: str
    created_at: datetime
    created_by: str
    shuffle: float
    versions: list[State]
    number: int = 0
    shared: bool = True

    @property
    def now(self) -> State:
        """Return the page as it is."""
        return self.versions[-1]

    def at(self, moment: datetime | None) -> State | None:
        """Return the page as it was, None where it was not there yet."""
        if moment is None:
            return self.versions[-1]
        index = bisect_right(self.versions, moment, key=lambda state: state.since)
        return self.versions[index - 1] if index else None


@dataclass
class DataSource:
    """A table; `rows` holds whatever ever lived here, the latest edited last, as long as `ordered` stays true."""

    id: str
    database: Database
    title: list[Json]
    created_at: datetime
    created_by: str
    edited_at: datetime
    edited_by: str
    properties: dict[str, Property] = field(default_factory=dict)
    description: list[Json] = field(default_factory=list)
    icon: Json | None = None
    cover: Json | None = None
    in_trash: bool = False
    rows: dict[str, Page] = field(default_factory=dict)
    numbered: int = 0
    ordered: bool = True
    revision: int = 0
    orders: dict[str, tuple[int, list[Page]]] = field(default_factory=dict)

    def empty(self, property_id: str) -> None:
        """Empty a column whose type was changed."""
        for page in self.rows.values():
            kept = {id_: value for id_, value in page.now.values.items() if id_ != property_id}
            page.versions[-1] = replace(page.now, values=kept)

    def find(self, name: str) -> Property | None:
        """Return the property with that name or id, the id encoded or not."""
        for each in self.properties.values():
            if name == each.name:
                return each
        return next((each for each in self.properties.values() if name in {each.id, each.spelled}), None)


@dataclass
class Database:
    """A container of data sources."""

    id: str
    title: list[Json]
    parent: Parent
    created_at: datetime
    edited_at: datetime
    description: list[Json] = field(default_factory=list)
    sources: list[DataSource] = field(default_factory=list)
    icon: Json | None = None
    cover: Json | None = None
    is_inline: bool = False
    is_locked: bool = False
    in_trash: bool = False
    shared: bool = True


@dataclass
class Comment:
    """One comment of a discussion on a page."""

    id: str
    page: str
    discussion: str
    rich_text: list[Json]
    created_at: datetime
    edited_at: datetime
    created_by: str
    display_name: Json


@dataclass
class Upload:
    """A file in Notion's own store; nothing was sent yet while `content` is None."""

    id: str
    filename: str | None
    content_type: str | None
    created_at: datetime
    expires_at: datetime
    content: bytes | None = None
    attached: bool = False


class Ids(NamedTuple):
    """What a new database can be addressed by."""

    database: str
    data_source: str
