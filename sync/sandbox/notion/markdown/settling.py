"""What a page becomes when its Markdown says something new: which of its blocks stay themselves, and which are new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from sync.sandbox.notion import content
from sync.sandbox.notion.markdown.showing import Showing
from sync.sandbox.notion.model import Block, Blocks, Page, Sketch
from sync.sandbox.notion.world import World


@dataclass(frozen=True)
class Settling:
    """Settles one writing of one page by somebody."""

    world: World
    page: Page
    actor: str

    def kept(self, old: Blocks, new: Sequence[Sketch]) -> Blocks:
        """Return new content in which a block that says the same, or stands in its place, is the one that was there."""
        told, telling = [self._key(each) for each in old], [self._key(each) for each in new]
        row: list[Block] = []
        for way, i, j, k, m in SequenceMatcher(None, told, telling, autojunk=False).get_opcodes():
            row += old[i:j] if way == "equal" else self._paired(old[i:j], new[k:m])
        return self._once(row)

    def anew(self, old: Blocks, new: Sequence[Sketch]) -> Blocks:
        """Return new content in which every block is new but what only stands for a page, a database or the unknown."""
        row: list[Block] = []
        for each in new:
            there = content.find(old, each.id) if each.id else None
            if there:
                row.append(there)
            elif not each.id:
                (made,) = self.world.born(self.page, [replace(each, children=())], self.actor)
                row.append(replace(made, children=self.anew(old, each.children)))
        return self._once(row)

    def _paired(self, old: Blocks, new: Sequence[Sketch]) -> Blocks:
        """Return what comes in the place of old blocks: those of one type that stand opposite are changed."""
        row: list[Block] = []
        left = list(old)
        for each in new:
            there = next((one for one in left if one.type == each.type and not each.id), None)
            if there is None:
                row += self.anew(self.page.now.content, [each])
                continue
            del left[: left.index(there) + 1]
            row.append(self._changed(there, each))
        return tuple(row)

    def _changed(self, old: Block, new: Sketch) -> Block:
        below = self.kept(content.living(old.children), new.children)
        unshown = {name: old.body[name] for name in _UNSHOWN.get(old.type, ()) if name in old.body}
        body = {**new.body, **unshown}
        if body == old.body:
            return replace(old, children=below)
        return replace(old, body=body, children=below, edited_at=self.world.clock.now(), edited_by=self.actor)

    def _key(self, block: Sketch) -> str:
        """Return what tells whether two blocks say the same."""
        if block.id and block.type in {*content.CHILDREN, "unknown"}:
            return block.id
        showing = Showing(self.world, self.page.id, signature="0")
        text = showing.one(block)
        return block.id if showing.unknown == [block.id] else text

    def _once(self, row: Sequence[Block]) -> Blocks:
        """Return blocks, each only where it comes first."""
        first: dict[str, Block] = {}
        for each in row:
            first.setdefault(each.id, each)
        return tuple(first.values())


_UNSHOWN = {"code": ("caption",), "paragraph": ("icon",)}
"""What Markdown does not say of a block."""
