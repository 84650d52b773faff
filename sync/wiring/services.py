"""The two services as the settings name them: a door to each, and what stands on it; who asks for what is not known."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sync.config.settings import App, Settings
from sync.core.mapping import Mapping
from sync.core.ports import Designer, Discussions, Gate, Pictures, Remote, Surveyor

if TYPE_CHECKING:
    from sync.remotes.github.client import Door as GitHubDoor
    from sync.remotes.github.credential import Credential
    from sync.remotes.notion.client import Door as NotionDoor
    from sync.remotes.notion.files import Signer

Both = tuple[Remote, Discussions]
"""The records of one side of a mapping, and what is said below them."""


@dataclass(frozen=True)
class Services:
    """Both services; `closing` lets the connections go.

    `tokens` keeps those of an App's installations, `ends` when the personal token ends.
    """

    settings: Settings
    closing: ExitStack
    tokens: dict[int, tuple[str, datetime]] = field(default_factory=dict)
    ends: deque[datetime] = field(default_factory=lambda: deque(maxlen=1))

    def github(self, mapping: Mapping, gate: Gate, shown: Iterable[Mapping]) -> Both:
        """Return the issues of a mapping and their comments; `shown` are the mappings that see what it reads."""
        from sync.remotes.github.comments import GitHubComments
        from sync.remotes.github.remote import GitHubRemote

        door = self._github_door(gate, mapping.github.repositories)
        types = any(row.github == "type" for row in mapping.rows)
        bodies = any(row.github.startswith("body") for each in shown for row in each.rows)
        remote = GitHubRemote(door, mapping.github.repositories, types=types, bodies=bodies)
        return remote, GitHubComments(door)

    def notion(self, mapping: Mapping, gate: Gate, signer: Signer | None) -> Both:
        """Return the pages of a mapping and their comments; the signer is for the files that Notion holds."""
        from sync.remotes.notion.comments import NotionComments
        from sync.remotes.notion.gallery import Gallery
        from sync.remotes.notion.remote import NotionRemote
        from sync.remotes.notion.schema import Asked

        notion = mapping.notion
        bodies = any(row.github == "body" for row in mapping.rows)
        asked = Asked(people=bool(mapping.users), content=self.settings.notion_body if bodies else "")
        door, gallery = self.notion_door(gate), Gallery(signer, self._pictures(mapping, gate))
        remote = NotionRemote(
            door, database=notion.database, data_source=notion.data_source, asked=asked, gallery=gallery
        )
        return remote, NotionComments(door)

    def _pictures(self, mapping: Mapping, gate: Gate) -> Pictures:
        from sync.remotes.github.pictures import GitHubPictures

        repositories = mapping.github.repositories
        return GitHubPictures(lambda: self._github_door(gate, repositories), self.settings.github_api_url, repositories)

    def designer(self, gate: Gate) -> Designer:
        """Return what databases are looked at and added to with, apart from any mapping."""
        from sync.remotes.notion.design import Designer as NotionDesigner

        return NotionDesigner(self.notion_door(gate))

    def surveyor(self, repository: str, gate: Gate) -> Surveyor:
        """Return what repositories are looked at with, apart from any mapping; an App is found by the one given."""
        from sync.remotes.github.survey import Surveyor as GitHubSurveyor

        return GitHubSurveyor(self._github_door(gate, [repository]))

    def redeliver(self, repository: str | None, now: datetime, gate: Gate) -> int:
        """Have GitHub's deliveries about a repository, or an App's own, made again that failed; return how many."""
        from sync.remotes.github.deliveries import ROUTE, Deliveries

        if repository is None and not isinstance(self.settings.require_github(), App):
            return 0
        door = self._opened(gate, [repository] if repository else [])
        ours = f"{self.settings.public_url}{ROUTE}" if self.settings.public_url else ""
        try:
            deliveries = Deliveries(door, ours)
            return deliveries.redeliver(repository, now) if repository else deliveries.redeliver_of_app(now)
        finally:
            door.close()

    def _github_door(self, gate: Gate, repositories: Sequence[str]) -> GitHubDoor:
        door = self._opened(gate, repositories)
        self.closing.callback(door.close)
        return door

    def _opened(self, gate: Gate, repositories: Sequence[str]) -> GitHubDoor:
        from sync.remotes.github.client import Door

        door = Door(self._credential(repositories), gate, base_url=self.settings.github_api_url)
        door.expires = self.ends.append
        return door

    def _credential(self, repositories: Sequence[str]) -> Credential:
        """Return who we are to those repositories; to none of them an App is itself."""
        from sync.remotes.github.credential import Installations, PersonalToken, TheApp

        secret = self.settings.require_github()
        if not isinstance(secret, App):
            return PersonalToken(secret.get_secret_value())
        key, given = secret.private_key.get_secret_value(), secret.installation_id
        if not repositories:
            return TheApp(secret.id, key)
        return Installations(secret.id, key, installation=given, repositories=repositories, tokens=self.tokens)

    def notion_door(self, gate: Gate) -> NotionDoor:
        """Return a door to Notion that stays open until all are closed."""
        from sync.remotes.notion.client import Door

        token = self.settings.require_notion().get_secret_value()
        door = Door(token, gate, base_url=self.settings.notion_api_url)
        self.closing.callback(door.close)
        return door
