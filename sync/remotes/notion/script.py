"""An edit of a page made block by block, as calls for someone else to make; nothing is asked or written here."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sync.core.document import (
    Block,
    Blocks,
    Callout,
    Code,
    Container,
    Equation,
    Heading,
    Image,
    Raw,
    Runs,
    Step,
    Table,
    Task,
    Text,
    Toggle,
    align,
    carried,
)
from sync.remotes.notion.blocks import LEVELS, Place, own_words, payload_of, payloads, row_of, spoken, traits
from sync.remotes.notion.richtext import elements, kept
from sync.remotes.notion.values import ELEMENTS

Payload = dict[str, Any]

WEIGHT = 1000
"""Block elements in one request ("Request limits")."""
SIZE = 400_000
"""Characters of JSON in one request, below the 500 KB that are allowed (same page)."""


@dataclass(frozen=True)
class Patch:
    """Change a block: `PATCH /v1/blocks/{id}` with `body`."""

    id: str
    body: Payload


@dataclass(frozen=True)
class Remove:
    """Take a block away: `DELETE /v1/blocks/{id}`."""

    id: str


@dataclass(frozen=True)
class Append:
    """Put blocks into a page or block: `PATCH /v1/blocks/{parent}/children`; the reply's ids are to be sent back."""

    parent: str
    children: tuple[Payload, ...]
    position: Payload

    @property
    def body(self) -> Payload:
        """Return the request's body."""
        return {"children": list(self.children), "position": self.position}


Call = Patch | Remove | Append
Calls = Generator[Call, Sequence[str], None]
"""Yields calls in their order and is sent the ids of the blocks that an Append made (anything for the others)."""

START: Payload = {"type": "start"}
END: Payload = {"type": "end"}


def behind(block: str) -> Payload:
    """Return the position after a block."""
    return {"type": "after_block", "after_block": {"id": block}}


@dataclass(frozen=True)
class _Growth:
    """A block as it is sent, and what is put into it once it has an id."""

    payload: Payload
    later: tuple[_Growth, ...] = ()


def born(blocks: Sequence[Block]) -> tuple[list[Payload], tuple[Block, ...]]:
    """Return the children that a page can be created with, and the blocks that must be appended afterwards."""
    children: list[Payload] = []
    for at, block in enumerate(blocks):
        grown = [_grown(each) for each in payload_of(block)]
        more = [*children, *(each.payload for each in grown)]
        if any(each.later for each in grown) or not _fits(more):
            return children, tuple(blocks[at:])
        children = more
    return children, ()


def appended(parent: str, blocks: Sequence[Block], position: Payload = END) -> Calls:
    """Yield the calls that put blocks into a page or block, of any number and depth."""
    yield from _append(parent, [_grown(each) for each in payloads(blocks)], position)


def _append(parent: str, growths: Sequence[_Growth], position: Payload) -> Generator[Call, Sequence[str], str | None]:
    """Yield the calls that append blocks; return the last one's id."""
    last: str | None = None
    for batch in _batches(growths):
        ids = yield Append(parent, tuple(each.payload for each in batch), position)
        for each, id_ in zip(batch, ids, strict=True):
            if each.later:
                yield from _append(id_, each.later, END)
        last, position = ids[-1], behind(ids[-1])
    return last


def _batches(growths: Sequence[_Growth]) -> Iterator[list[_Growth]]:
    batch: list[_Growth] = []
    for each in growths:
        if batch and not _fits([*(one.payload for one in batch), each.payload]):
            yield batch
            batch = []
        batch.append(each)
    if batch:
        yield batch


def _fits(children: Sequence[Payload]) -> bool:
    """Tell whether one request holds that many blocks."""
    return (
        len(children) <= ELEMENTS
        and sum(map(_weight, children)) <= WEIGHT
        and sum(len(repr(each)) for each in children) <= SIZE
    )


def _weight(payload: Payload) -> int:
    return 1 + sum(map(_weight, _inside(payload)))


def _depth(payload: Payload) -> int:
    return 1 + max(map(_depth, _inside(payload)), default=0)


def _inside(payload: Payload) -> list[Payload]:
    return list(payload[payload["type"]].get("children", ()))


def _grown(payload: Payload) -> _Growth:
    """Return a block as far as one call takes it, and the rest of what it holds."""
    inside = _inside(payload)
    kind = payload["type"]
    if _depth(payload) <= LEVELS and _fits(inside) and all(_fits(_inside(each)) for each in inside):
        return _Growth(payload)
    now = inside[:ELEMENTS] if kind == "table" else []
    body = {name: value for name, value in payload[kind].items() if name != "children"}
    later = tuple(_grown(each) for each in inside[len(now) :])
    return _Growth({**payload, kind: {**body, **({"children": now} if now else {})}}, later)


def script(root: str, base: Blocks, before: Blocks, after: Blocks) -> Calls:
    """Yield the calls that make on a page the edit which turned `before` into `after`.

    `base` is the page's tree as it was read, `root` the page's id; `before` and `after` are readings of the issue.
    Blocks that did not change are not touched, nor are those that GitHub only sees as a link.
    """
    yield from _Row(root, base, carried(before, after, base)).calls()


@dataclass
class _Row:
    """A row of blocks in one parent, being edited; `last` is the block behind which the next one stands."""

    parent: str
    before: Blocks
    after: Blocks
    last: str | None = None
    waiting: list[Block] = field(default_factory=list)

    def calls(self) -> Calls:
        """Yield the calls that turn the one row into the other."""
        for step in align(self.before, self.after):
            if step.before is None and step.after is not None:
                self.waiting.append(step.after)
            elif step.before is not None:
                yield from self._insert()
                yield from self._step(step)
        yield from self._insert()

    def _step(self, step: Step) -> Calls:
        block = step.before
        assert block is not None
        place = block.own
        assert isinstance(place, Place)
        if step.same or place.foreign:
            self._passed(place)
        elif step.after is None:
            for id_ in place.ids:
                yield Remove(id_)
        elif (body := patch(block, step.after)) is None:
            self.waiting.append(step.after)
            yield from self._insert()
            for id_ in place.ids:
                yield Remove(id_)
        else:
            self._passed(place)
            if body:
                yield Patch(place.ids[0], body)
            yield from _below(block, step.after, place)

    def _passed(self, place: Place) -> None:
        """Remember where the next block stands: behind this one, in the column or block that this one is in."""
        self.last, self.parent = place.ids[-1], place.parent

    def _insert(self) -> Calls:
        if not self.waiting:
            return
        position = behind(self.last) if self.last else START
        growths = [_grown(each) for each in payloads(self.waiting)]
        self.waiting = []
        self.last = yield from _append(self.parent, growths, position)


def _below(before: Block, after: Block, place: Place) -> Calls:
    """Yield the calls that a changed block's inside needs."""
    if isinstance(before, Container) and isinstance(after, Container):
        (_, old), (_, new) = _halves(before, after)
        yield from _Row(place.ids[0], old, new).calls()
    elif isinstance(before, Table) and isinstance(after, Table):
        yield from _rows(before, after, place)


def _rows(before: Table, after: Table, place: Place) -> Calls:
    """Yield the calls that change a table's rows."""
    width = max(map(len, before.rows))
    for id_, old, new in zip(place.rows, before.rows, after.rows, strict=False):
        if old != new:
            row = row_of(
                [kept(was, cell) for was, cell in zip(_padded(old, width), _padded(new, width), strict=True)], width
            )
            yield Patch(id_, {"table_row": row["table_row"]})
    for id_ in place.rows[len(after.rows) :]:
        yield Remove(id_)
    fresh = [_Growth(row_of(row, width)) for row in after.rows[len(before.rows) :]]
    yield from _append(place.ids[0], fresh, behind(place.rows[-1]))


def _padded(row: tuple[Runs, ...], width: int) -> tuple[Runs, ...]:
    return (*row, *((),) * (width - len(row)))


def patch(before: Block, after: Block) -> Payload | None:
    """Return the body that changes a block's own words, empty where they stay; None where it must be replaced.

    A block keeps its type for ever, and one that had to be cut in several is written anew.
    """
    place = before.own
    assert isinstance(place, Place)
    if len(place.ids) > 1 or type(before) is not type(after):
        return None
    if isinstance(before, Container) and isinstance(after, Container):
        return _container(before, after, place.type)
    new = list(payload_of(after))
    if len(new) > 1 or new[0]["type"] != place.type:
        return None
    return _leaf(before, after, place.type)


def _container(before: Container, after: Container, kind: str) -> Payload | None:
    (old, _), (new, _) = _halves(before, after)
    first = before.blocks[0].own if before.blocks else None
    body: Payload = {}
    if old != new:
        if isinstance(first, Place) and first.ids[0] == before.own.ids[0] and len(first.ids) > 1:
            return None
        body["rich_text"] = elements(kept(old, new))
    if isinstance(after, (Task, Callout)) and traits(before) != traits(after):
        body |= traits(after)
    if len(body.get("rich_text", ())) > ELEMENTS:
        return None
    return {kind: body} if body else {}


def _halves(before: Container, after: Container) -> tuple[tuple[Runs, Blocks], tuple[Runs, Blocks]]:
    """Return the own words of a container, and what it holds besides, before and after.

    A block that holds a paragraph and has no words of its own keeps it so.
    """
    first = before.blocks[0].own if before.blocks else None
    inside = isinstance(first, Place) and first.ids[0] != before.own.ids[0]
    if inside and isinstance(before.blocks[0], (Text, Raw)) and not isinstance(before, Toggle):
        return ((), before.blocks), ((), after.blocks)
    return own_words(before), own_words(after)


def _leaf(before: Block, after: Block, kind: str) -> Payload | None:
    match before, after:
        case Heading(level=was), Heading(level=level) if was != level:
            return None
        case Text(runs=old), Text(runs=new):
            words = elements(kept(old, new))
            return {kind: {"rich_text": words}} if len(words) <= ELEMENTS else None
        case Code() | Raw() | Equation(), Code() | Raw() | Equation():
            return _literal(before, after, kind)
        case Image(source=was), Image(source=now):
            body = next(payload_of(after))["image"]
            caption = {"caption": body.get("caption", [])}
            # What it is a picture of is only told where it is another one: Notion may hold a copy of this one.
            return {kind: caption if was == now else {"external": body["external"], **caption}}
        case Table(rows=old_rows), Table(rows=new_rows):
            same = max(map(len, old_rows), default=0) == max(map(len, new_rows), default=0)
            return {} if same and old_rows and new_rows else None
    return None


def _literal(before: Code | Raw | Equation, after: Code | Raw | Equation, kind: str) -> Payload | None:
    """Return the body of a block of code, whose language is left alone where it was not changed."""
    body = dict(next(payload_of(after))[kind])
    if kind == "code" and spoken(before) == spoken(after):
        body.pop("language"), body.pop("caption", None)
    elif kind == "code":
        body.setdefault("caption", [])
    return {kind: body}
