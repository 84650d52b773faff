"""Notion's verification token: kept from the first handshake, shown once to the operator, forgotten only when asked."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sync.config.settings import Settings
from sync.core.ports import Clock
from sync.store import SqlStore

NOTE = "notion webhook"


@dataclass(frozen=True)
class Kept:
    """What is known of the token without showing it; `since` and `shown` are None for one that the settings hold."""

    since: datetime | None = None
    shown: datetime | None = None


@dataclass(frozen=True)
class Handshake:
    """The token's keeper: the setting goes before what a handshake brought."""

    settings: Settings
    store: SqlStore
    clock: Clock

    def token(self) -> str | None:
        """Return the token that deliveries are signed with, None before any handshake."""
        if self.settings.notion_webhook_token is not None:
            return self.settings.notion_webhook_token.get_secret_value()
        return self._note().get("token")

    def offer(self, token: str) -> bool:
        """Keep a handshake's token where there is none; True too where it is the very one that is kept."""
        fresh = json.dumps({"token": token, "since": self.clock.now().isoformat()})
        if self.token() is None and self.store.swap(NOTE, self._text(), fresh):
            return True
        return hmac.compare_digest((self.token() or "").encode(), token.encode(errors="replace"))

    def kept(self) -> Kept | None:
        """Return what may be said of the token, None where there is none."""
        if self.settings.notion_webhook_token is not None:
            return Kept()
        note = self._note()
        moments = (note.get(name) for name in ("since", "shown"))
        return Kept(*(datetime.fromisoformat(each) if each else None for each in moments)) if note else None

    def show(self) -> str | None:
        """Return the token, once; None afterwards, and for one that the operator has set."""
        text, note = self._text(), self._note()
        if self.settings.notion_webhook_token is not None or not note or note.get("shown"):
            return None
        shown = json.dumps({**note, "shown": self.clock.now().isoformat()})
        return str(note["token"]) if self.store.swap(NOTE, text, shown) else None

    def forget(self) -> None:
        """Have the next handshake kept in place of the last one."""
        self.store.note(NOTE, "{}")

    def _text(self) -> str | None:
        return self.store.noted(NOTE)

    def _note(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._text() or "{}")
        return found
