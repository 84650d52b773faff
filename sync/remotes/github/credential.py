"""Who we are to GitHub: a personal token or an App's installation; the calls it takes are made by the door."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from github import Auth

from sync.remotes.network import NEVER

Ask = Callable[[str, str, Auth.Auth | None], Any]
"""Make one call (verb, path, as whom) through the door and return its JSON; None is the credential itself."""

EARLY = timedelta(minutes=2)
"""How long before its end a token is renewed: no call may outlive it."""


class Credential(Protocol):
    """A source of tokens."""

    def token(self, ask: Ask) -> str:
        """Return a token that is valid now."""
        ...

    def login(self, ask: Ask) -> str:
        """Return the login under which our issues appear."""
        ...


class PersonalToken:
    """A classic or fine-grained personal token."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._login = ""

    def token(self, ask: Ask) -> str:  # noqa: ARG002 - it needs no call
        """Return the token."""
        return self._token

    def login(self, ask: Ask) -> str:
        """Return the login of the token's owner (REST "Get the authenticated user")."""
        self._login = self._login or str(ask("GET", "/user", None)["login"])
        return self._login


class Installation:
    """A GitHub App on one account; where the installation's id is not given it is found by one of its repositories.

    Its token lives for one hour (docs.github.com, "Generating an installation access token for a GitHub App").
    """

    def __init__(self, app_id: str, private_key: str, *, installation: int | None = None, repository: str = "") -> None:
        self._app = Auth.AppAuth(app_id, private_key)
        self._id = installation
        self._repository = repository
        self._lock = threading.Lock()
        self._token, self._until, self._login = "", NEVER, ""

    def token(self, ask: Ask) -> str:
        """Return the installation's token, a new one where the last is about to end."""
        with self._lock:
            if datetime.now(UTC) + EARLY >= self._until:
                self._renew(ask)
            return self._token

    def login(self, ask: Ask) -> str:
        """Return the App's own login (REST "Get the authenticated app"): its slug with the suffix of bots."""
        self._login = self._login or f"{ask('GET', '/app', self._app)['slug']}[bot]"
        return self._login

    def _renew(self, ask: Ask) -> None:
        if self._id is None:
            self._id = int(ask("GET", f"/repos/{self._repository}/installation", self._app)["id"])
        made = ask("POST", f"/app/installations/{self._id}/access_tokens", self._app)
        self._token, self._until = made["token"], datetime.fromisoformat(made["expires_at"])
