"""A page's blocks as Notion keeps them, from its documentation: limits refused, ids given, rich text completed."""

import itertools

from sync.remotes.notion.blocks import tree
from sync.remotes.notion.files import View
from sync.remotes.notion.script import Append, Patch, Remove

ROOT, LIMIT, LEVELS = "page", 100, 3
ANNOTATIONS = dict.fromkeys(("bold", "italic", "strikethrough", "underline", "code"), False) | {"color": "default"}


class Page:
    """Blocks in a page, changed by the calls that the program would make."""

    def __init__(self):
        self.children = {ROOT: []}
        self.calls = []
        self._ids = itertools.count(1)

    @property
    def tree(self):
        return tree(self.children, ROOT, View("https://www.notion.so/page"))

    def put(self, payloads):
        """Create the page with its first children."""
        self._insert(ROOT, payloads, len(self.children[ROOT]))
        return self

    def run(self, calls):
        """Make calls as they come and answer each with the ids that it made."""
        try:
            call = next(calls)
            while True:
                self.calls.append(call)
                call = calls.send(self._answer(call))
        except StopIteration:
            return self

    def block(self, id_):
        return next(each for row in self.children.values() for each in row if each["id"] == id_)

    def _answer(self, call):
        match call:
            case Append(parent=parent, children=children, position=position):
                row = self.children.setdefault(parent, [])
                after = position.get("after_block", {}).get("id")
                at = 0 if position["type"] == "start" else len(row)
                at = next(i for i, each in enumerate(row) if each["id"] == after) + 1 if after else at
                return self._insert(parent, children, at)
            case Patch(id=id_, body=body):
                block = self.block(id_)
                (kind,) = body
                assert kind == block["type"], "a block keeps its type"
                check(body[kind])
                block[kind] = block[kind] | shown(body[kind])
            case Remove(id=id_):
                for row in self.children.values():
                    row[:] = [each for each in row if each["id"] != id_]
        return []

    def _insert(self, parent, payloads, at):
        assert len(payloads) <= LIMIT
        made = []
        for payload in payloads:
            assert depth(payload) <= LEVELS
            kind = payload["type"]
            body = dict(payload[kind])
            inside = body.pop("children", [])
            check(body)
            block = {"object": "block", "id": f"block-{next(self._ids)}", "type": kind, "has_children": bool(inside)}
            made.append(block | {kind: shown(body)})
            if inside:
                self._insert(block["id"], inside, 0)
        row = self.children.setdefault(parent, [])
        row[at:at] = made
        for each in itertools.chain(*self.children.values()):
            each["has_children"] = each["has_children"] or each["id"] == parent
        return [each["id"] for each in made]


def depth(payload):
    return 1 + max((depth(each) for each in payload[payload["type"]].get("children", ())), default=0)


def texts(body):
    rows = [body.get("rich_text", []), body.get("caption", []), *body.get("cells", [])]
    return [row for row in rows if row]


def check(body):
    for row in texts(body):
        assert len(row) <= 100
        for each in row:
            if each["type"] == "text":
                assert 0 < len(each["text"]["content"].encode("utf-16-le")) // 2 <= 2000
                assert each["text"].get("link") is None or each["text"]["link"]["url"].startswith(("http", "mailto:"))
            if each["type"] == "equation":
                assert len(each["equation"]["expression"]) <= 1000
    assert len(body.get("expression", "")) <= 1000


def shown(body):
    """Return a body as Notion answers it: rich text complete, neighbours of one look as one."""
    full = dict(body)
    for name in ("rich_text", "caption"):
        if name in full:
            full[name] = rich(full[name])
    if "cells" in full:
        full["cells"] = [rich(cell) for cell in full["cells"]]
    return full


def rich(elements):
    merged = []
    for each in elements:
        kind = each["type"]
        words = {"text": lambda e: e["text"]["content"], "equation": lambda e: e["equation"]["expression"]}
        text = words.get(kind, lambda _: "@someone")(each)
        look = ANNOTATIONS | each.get("annotations", {})
        link = (each.get("text", {}).get("link") or {}).get("url")
        full = each | {"annotations": look, "plain_text": text, "href": link}
        last = merged[-1] if merged else None
        if last and kind == last["type"] == "text" and (last["annotations"], last["href"]) == (look, link):
            text = last["plain_text"] + text
            if len(text.encode("utf-16-le")) // 2 <= 2000:
                merged[-1] = last | {"plain_text": text, "text": last["text"] | {"content": text}}
                continue
        merged.append(full)
    return merged
