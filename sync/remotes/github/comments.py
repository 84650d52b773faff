"""The port over issue comments: the repository's one list, single comments and what is written of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from sync.core.bound import MARK
from sync.core.comments import AUTHOR, CREATED, TEXT, URL, Speech
from sync.core.document import Blocks, Paragraph, Run, Style
from sync.core.errors import Forbidden, Rejected, Unsafe, Vanished
from sync.core.model import Batch, Presence, Reading, Record, Ref, Side
from sync.core.values import text
from sync.remotes.door import Behind
from sync.remotes.github import lists, markdown, records
from sync.remotes.github.client import Door
from sync.remotes.network import NEVER

Json = Mapping[str, Any]

GHOST = "ghost"
"""Who is shown for an account that was deleted."""
# As the mark of a body: alone on its line, and of several the last one counts.
_MARK = re.compile(r"^<!--[ \t]*tandem:comment=([0-9a-fA-F-]{32,36})[ \t]*-->[ \t]*$", re.MULTILINE)


class GitHubComments(Behind[Door]):
    """The comments on issues of the repositories of one mapping; those on pull requests are none of them."""

    side = Side.GITHUB

    def changes(self, container: str, cursor: str | None) -> Iterator[Batch]:
        """Yield the comments of a repository that changed since the cursor, or all; one batch is one call."""
        return lists.changes(self._door, container, cursor, COMMENTS)

    def of(self, ref: Ref) -> tuple[Record, ...]:
        """Return all comments of an issue; raises Vanished where it is not there."""
        return tuple(self._under(ref))

    def read(self, ref: Ref) -> Record:
        """Return one comment now: it is deleted where it is not there though its issue is."""
        answer = self._door.read(f"{_repository(ref)}/issues/comments/{ref.bare}")
        if answer.status == HTTPStatus.OK:
            return next(iter(rows([answer.body], ref.container)), absent(ref, Presence.AWAY))
        issue = self._door.read(f"{_repository(ref)}/issues/{ref.number}")
        lives = issue.status == HTTPStatus.OK and not (answer.moved or issue.moved)
        return absent(ref, Presence.DELETED if lives else Presence.HIDDEN)

    def words(self, text: str) -> Blocks:
        """Return what a comment's text says."""
        return markdown.tree(_MARK.sub("", text))

    def say(self, ref: Ref, speech: Speech) -> Record:
        """Comment on an issue, once."""
        answer = self._door.create(f"{_repository(ref)}/issues/{ref.number}/comments", {"body": composed(speech)})
        return _shown(answer.body, ref.container)

    def reword(self, ref: Ref, speech: Speech) -> Record:
        """Give a comment other words."""
        with _ours():
            url = f"{_repository(ref)}/issues/comments/{ref.bare}"
            answer = self._door.update(url, {"body": composed(speech)})
        return _shown(answer.body, ref.container)

    def take_back(self, ref: Ref) -> Record:
        """Delete a comment."""
        with _ours():
            self._door.delete(f"{_repository(ref)}/issues/comments/{ref.bare}")
        return absent(ref, Presence.DELETED, datetime.now(UTC))

    def find(self, ref: Ref, mark: str) -> Record | None:
        """Look for the marked comment under an issue, the oldest of several."""
        return next((each for each in self._under(ref) if each.read(MARK) == mark), None)

    def _under(self, ref: Ref) -> Iterator[Record]:
        url: str | None = f"{_repository(ref)}/issues/{ref.number}/comments"
        parameters: Mapping[str, str] | None = {"per_page": "100"}
        while url is not None:
            answer = self._door.read(url, parameters=parameters)
            if answer.status != HTTPStatus.OK or answer.moved:
                raise Vanished(f"GitHub answered {answer.status} {answer.message}")
            yield from rows(answer.body, ref.container)
            url, parameters = lists.following(answer), None


def rows(raw: Sequence[Json], container: str) -> tuple[Record, ...]:
    """Return what a list of comments shows; one on a pull request is told by its address alone (REST "Comments")."""
    return tuple(record(each, container) for each in raw if "/pull/" not in each["html_url"])


COMMENTS = lists.Feed("issues/comments", "comments", rows)


def record(raw: Json, container: str) -> Record:
    """Return a comment object as a record of the repository with that id."""
    number = int(str(raw["issue_url"]).rsplit("/", 1)[-1])
    place = raw["html_url"].partition("#")[0].split("/")
    return Record(
        ref=Ref.comment(Side.GITHUB, str(raw["id"]), container, number),
        fields=fields(raw),
        time=records.moment(raw["updated_at"]),
        address=raw["html_url"],
        label=f"{place[-4]}/{place[-3]}#{number}",
    )


def fields(raw: Json) -> dict[str, Reading]:
    """Return the canonical values of a comment object."""
    return {
        TEXT: text(raw["body"]),
        MARK: mark(raw["body"]),
        AUTHOR: (raw.get("user") or {}).get("login") or GHOST,
        CREATED: raw["created_at"],
        URL: raw["html_url"],
    }


def mark(body: str | None) -> str | None:
    """Return the identity of the comment that this one copies, None where it is an original."""
    found = _MARK.findall((body or "").replace("\r\n", "\n"))
    id_ = records.dashed(found[-1]) if found else None
    return Ref.comment(Side.NOTION, id_).id if id_ else None


def absent(ref: Ref, presence: Presence, time: datetime = NEVER) -> Record:
    """Return the record of a comment that no answer showed."""
    return Record(ref, {}, time, address="", label=f"#{ref.number}", presence=presence)


def composed(speech: Speech) -> str:
    """Return the body of a copy: who wrote it where, the words, and the mark; what is too long leads on to the page."""
    name = Paragraph(runs=(Run(" ".join(speech.author.split()), frozenset({Style.BOLD})),))
    head = f"{markdown.written([name])} wrote [in Notion]({speech.url}):\n\n"
    tail = f"\n\n<!-- tandem:comment={Ref(Side.NOTION, speech.mark).bare} -->"
    said, room = markdown.written(speech.words), markdown.LIMIT - len(head) - len(tail)
    if len(said) > room:
        note = f"\n\n[{markdown.GOES_ON}]({speech.url})"
        said = said[: room - len(note)] + note
    return f"{head}{said}{tail}"


def _repository(ref: Ref) -> str:
    """Return a repository's path by its id, which outlives its name."""
    return f"/repositories/{ref.container}"


def _shown(raw: Any, container: str) -> Record:  # noqa: ANN401 - JSON is any shape until it is looked at
    if not isinstance(raw, dict) or "issue_url" not in raw:
        raise Unsafe("GitHub answered a write without the comment")
    return record(raw, container)


@contextmanager
def _ours() -> Iterator[None]:
    """Tell a comment that may not be changed from a credential that may do nothing."""
    try:
        yield
    except Forbidden as denied:
        cure = "the copy was written by another account: edit or delete it by hand"
        raise Rejected(denied.reason, cure) from denied
