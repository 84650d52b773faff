"""The port over a page's discussion: its open comments, single ones and what is written of ours; no body is here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sync.core.bound import MARK
from sync.core.comments import AUTHOR, CREATED, TEXT, URL, Speech
from sync.core.document import Blocks, Run, Runs, tidy
from sync.core.errors import Denied, Forbidden, Rejected, Unsafe, Vanished
from sync.core.model import Batch, Presence, Reading, Record, Ref, Side
from sync.core.speech import flat, paragraphs
from sync.remotes.door import Behind
from sync.remotes.network import NEVER
from sync.remotes.notion import markdown, records, richtext
from sync.remotes.notion.client import Door
from sync.remotes.notion.values import ELEMENTS

Json = Mapping[str, Any]

SIGN = "↗ GitHub"
"""The words of the link at the end of a copy, which is its mark."""
NAME = 100
"""Characters of a display name; how many Notion takes is not documented."""
_MARK = re.compile(r"#issuecomment-(\d+)\Z")


class NotionComments(Behind[Door]):
    """The comments on the pages of one mapping. No list shows them all: each page is asked (guide "Comments")."""

    side = Side.NOTION

    def changes(self, container: str, cursor: str | None) -> Iterator[Batch]:  # noqa: ARG002 - the port's signature
        """Yield nothing: there is no such list."""
        return iter(())

    def of(self, ref: Ref) -> tuple[Record, ...]:
        """Return the comments of a page's open threads, inline ones left out; raises Vanished."""
        found: list[Record] = []
        query: dict[str, Any] = {"block_id": ref.id, "page_size": 100}
        while True:
            with _capable():
                body = self._door.read("comments", query=query).body
            found += [record(raw, ref.id) for raw in body["results"]]
            if not body.get("has_more"):
                return tuple(found)
            query["start_cursor"] = body["next_cursor"]

    def read(self, ref: Ref) -> Record:
        """Return one comment now; one that is not there may stand in a thread that was resolved, so it is hidden."""
        try:
            with _capable():
                return record(self._door.read(f"comments/{ref.bare}").body, ref.container)
        except Vanished:
            return absent(ref, Presence.HIDDEN)

    def words(self, text: str) -> Blocks:
        """Return what a comment's text says."""
        return markdown.tree(text)

    def say(self, ref: Ref, speech: Speech) -> Record:
        """Comment on a page, once, under the author's name."""
        name = {"type": "custom", "custom": {"name": speech.author[:NAME]}}
        body = {"parent": {"page_id": ref.id}, "rich_text": composed(speech), "display_name": name}
        with _capable():
            return _shown(self._door.write("POST", "comments", body).body, ref.id)

    def reword(self, ref: Ref, speech: Speech) -> Record:
        """Give a comment other words: a connection may do so with its own alone (changelog, 2026-04-17)."""
        with _ours():
            reply = self._door.write("PATCH", f"comments/{ref.bare}", {"rich_text": composed(speech)})
        return _shown(reply.body, ref.container)

    def take_back(self, ref: Ref) -> Record:
        """Delete a comment of our own; the reply shows it as it was."""
        with _ours():
            self._door.write("DELETE", f"comments/{ref.bare}")
        return absent(ref, Presence.DELETED, datetime.now(UTC))

    def find(self, ref: Ref, mark: str) -> Record | None:
        """Look for the marked comment on a page."""
        return next((each for each in self.of(ref) if each.read(MARK) == mark), None)


def record(raw: Json, page: str) -> Record:
    """Return a comment object as a record; one on a block names that, so the page is given."""
    page = records.dashed(str((raw.get("parent") or {}).get("page_id") or page))
    name = (raw.get("display_name") or {}).get("resolved_name")
    id_ = records.dashed(raw["id"])
    found = mark(raw["rich_text"])
    values: dict[str, Reading] = {
        TEXT: words(raw["rich_text"][:-1] if found else raw["rich_text"]) or None,
        MARK: found,
        AUTHOR: name or "Somebody",
        CREATED: raw["created_time"],
        URL: f"{records.page_url(page)}?d={str(raw['discussion_id']).replace('-', '')}",
    }
    return Record(
        ref=Ref.comment(Side.NOTION, id_, page),
        fields=values,
        time=records.moment(raw["last_edited_time"]),
        address=id_,
        label=f"a comment of {name or 'somebody'}",
        grain=records.MINUTE,
    )


def mark(elements: Sequence[Json]) -> str | None:
    """Return the identity of the comment that this one copies: it ends with a link to it, under words of its own.

    An address that somebody pasted shows itself, so it is no mark.
    """
    last = elements[-1] if elements else {}
    url = ((last.get("text") or {}).get("link") or {}).get("url") or ""
    found = _MARK.search(url)
    if found is None or (last["text"].get("content") or "").strip() == url:
        return None
    return Ref.comment(Side.GITHUB, found[1]).id


def words(elements: Sequence[Json]) -> str:
    """Return rich text in Notion's Markdown; a mention is the words that it shows."""
    plain = tuple(replace(run, own=None) for run in richtext.runs(elements))
    return markdown.written([replace(each, runs=tidy(each.runs)) for each in paragraphs(plain)])


def absent(ref: Ref, presence: Presence, time: datetime = NEVER) -> Record:
    """Return the record of a comment that no answer showed."""
    return Record(ref, {}, time, address=ref.bare, label=ref.bare, presence=presence, grain=records.MINUTE)


def composed(speech: Speech) -> list[dict[str, Any]]:
    """Return the rich text of a copy: the words, as far as one comment holds them, and the link that is its mark."""
    said = flat(speech.words)
    whole = richtext.elements(said)
    if len(whole) >= ELEMENTS:
        whole = richtext.elements(_bare(said))[: ELEMENTS - 1]
    gap = "\n\n" if whole else ""
    *rest, sign = richtext.elements((Run(gap), Run(SIGN, link=speech.url)))
    if gap and len(whole) + 2 > ELEMENTS:
        return [*whole, sign]
    return [*whole, *rest, sign]


def _bare(runs: Runs) -> Runs:
    """Return runs without their styles, which take elements: no word is lost."""
    return (Run("".join(run.text for run in runs)),)


def _shown(raw: Any, page: str) -> Record:  # noqa: ANN401 - JSON is any shape until it is looked at
    """Return what a write's reply shows; without the capability to read comments that is a bare id."""
    if not isinstance(raw, dict) or "rich_text" not in raw:
        made = raw.get("id") if isinstance(raw, dict) else None
        raise Unsafe("Notion answered a write without the comment", Ref.comment(Side.NOTION, made).id if made else None)
    return record(raw, page)


@contextmanager
def _capable() -> Iterator[None]:
    """Say which capabilities comments take: they are off by default (reference, "Capabilities")."""
    try:
        yield
    except Forbidden as denied:
        cure = "give the connection the capabilities to read and to insert comments in Notion's developer portal"
        raise Denied(denied.reason, cure) from denied


@contextmanager
def _ours() -> Iterator[None]:
    """Tell a comment that may not be changed from a connection that may do nothing."""
    try:
        yield
    except Forbidden as denied:
        cure = "only the connection that wrote a comment may change it: do it by hand, or delete it in Notion"
        raise Rejected(denied.reason, cure) from denied
