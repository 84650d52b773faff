"""Who we are to GitHub: a personal token or an App's installations; the calls it takes are made by the door."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from github import Auth

from sync.core.errors import Denied, Rejected
from sync.remotes.network import NEVER

Ask = Callable[[str, str, Auth.Auth | None], Any]
"""Make one call (verb, path, as whom) through the door and return its JSON; None is the credential itself."""

Tokens = dict[int, tuple[str, datetime]]
"""Tokens by installation with the time of their end, to be shared by all mappings of a process."""
EARLY = timedelta(minutes=2)
"""How long before its end a token is renewed: no call may outlive it."""
PLACE = re.compile(r"/(repos/[^/?]+/[^/?]+|repositories/\d+)")
"""What names a repository in an address: its name, or the id that outlives it."""


class Credential(Protocol):
    """A source of tokens; `url` is what is about to be asked."""

    def token(self, ask: Ask, url: str) -> str:
        """Return a token that is valid now."""
        ...

    def auth(self, ask: Ask, url: str) -> Auth.Auth:
        """Return as whom a call is made: the token's owner."""
        return Auth.Token(self.token(ask, url))

    def account(self, url: str) -> str:
        """Return whose budgets the call is charged to, an empty text where the credential has one account only."""
        ...

    def login(self, ask: Ask) -> str:
        """Return the login under which our issues appear."""
        ...


class PersonalToken(Credential):
    """A classic or fine-grained personal token."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._login = ""

    def token(self, ask: Ask, url: str) -> str:  # noqa: ARG002 - it needs no call
        """Return the token."""
        return self._token

    def account(self, url: str) -> str:  # noqa: ARG002 - it has one
        """Return nothing: all calls are one person's."""
        return ""

    def login(self, ask: Ask) -> str:
        """Return the login of the token's owner (REST "Get the authenticated user")."""
        self._login = self._login or str(ask("GET", "/user", None)["login"])
        return self._login


class Installations(Credential):
    """A GitHub App on one account or several: whose repository a call is about decides which installation makes it.

    Where no installation is given it is found for each of the repositories. A token lives for one hour
    (docs.github.com, "Generating an installation access token for a GitHub App"); each installation has rate limits of
    its own ("Rate limits for GitHub Apps").
    """

    def __init__(
        self,
        app_id: str,
        private_key: str,
        *,
        installation: int | None = None,
        repositories: Sequence[str] = (),
        tokens: Tokens | None = None,
    ) -> None:
        self._app = Auth.AppAuth(app_id, private_key)
        self._given = installation
        self._repositories = tuple(repositories)
        self._found: dict[str, int] = {}
        self._tokens: Tokens = {} if tokens is None else tokens
        self._lock = threading.Lock()
        self._login = ""

    def token(self, ask: Ask, url: str) -> str:
        """Return the token of the installation that the address is of, a new one where the last is about to end."""
        with self._lock:
            installation = self._installation(ask, url)
            try:
                return self._token(ask, installation)
            except Denied:
                if self._given is not None:
                    raise
                # It may be gone because the App was installed anew, which makes another one.
                self._found = {place: each for place, each in self._found.items() if each != installation}
            return self._token(ask, self._installation(ask, url))

    def account(self, url: str) -> str:
        """Return the installation, once its token was asked for; the one that is given needs no telling apart."""
        return "" if self._given is not None else str(self._known(url) or "")

    def login(self, ask: Ask) -> str:
        """Return the App's own login."""
        self._login = self._login or slug(ask, self._app)
        return self._login

    def _token(self, ask: Ask, installation: int) -> str:
        token, until = self._tokens.get(installation, ("", NEVER))
        if datetime.now(UTC) + EARLY < until:
            return token
        try:
            made = ask("POST", f"/app/installations/{installation}/access_tokens", self._app)
        except Rejected as gone:
            cure = "install the App on the repository's account, or correct GITHUB_APP_INSTALLATION_ID"
            raise Denied(f"installation {installation} of the GitHub App gives no token", cure) from gone
        self._tokens[installation] = made["token"], datetime.fromisoformat(made["expires_at"])
        return str(made["token"])

    def _installation(self, ask: Ask, url: str) -> int:
        """Return the installation of the address; one that names none of our repositories goes to the first's."""
        if self._given is not None:
            return self._given
        if self._known(url) is None:
            for name in self._repositories:
                self._locate(ask, name)
        return self._known(url) or self._found[f"repos/{self._repositories[0].casefold()}"]

    def _known(self, url: str) -> int | None:
        named = PLACE.search(url)
        place = named[1].casefold() if named else f"repos/{self._repositories[0].casefold()}"
        if len(self._repositories) == 1:
            place = f"repos/{self._repositories[0].casefold()}"
        return self._found.get(place)

    def _locate(self, ask: Ask, name: str) -> None:
        """Find the installation of a repository, and under which id the repository goes (REST "Get a repository")."""
        place = f"repos/{name.casefold()}"
        if place in self._found:
            return
        try:
            installation = int(ask("GET", f"/repos/{name}/installation", self._app)["id"])
        except Rejected as missing:
            cure = "install the App on the repository's account, with access to the repository"
            raise Denied(f"the GitHub App is not installed on {name}", cure) from missing
        if len(self._repositories) > 1:
            raw = ask("GET", f"/repos/{name}", Auth.Token(self._token(ask, installation)))
            self._found[f"repositories/{raw['id']}"] = installation
        self._found[place] = installation


class TheApp(Credential):
    """A GitHub App itself, for what is asked of no installation: its own webhook (REST "GitHub App webhooks")."""

    def __init__(self, app_id: str, private_key: str) -> None:
        self._app = Auth.AppAuth(app_id, private_key)

    def token(self, ask: Ask, url: str) -> str:  # noqa: ARG002 - it needs no call
        """Return a JSON web token, good for some minutes."""
        return self._app.token

    def auth(self, ask: Ask, url: str) -> Auth.Auth:  # noqa: ARG002 - the same
        """Return the App: such a token goes by another scheme than all others."""
        return self._app

    def account(self, url: str) -> str:  # noqa: ARG002 - it has one
        """Return nothing: the App has no budgets by account."""
        return ""

    def login(self, ask: Ask) -> str:
        """Return the App's own login."""
        return slug(ask, self._app)


def slug(ask: Ask, app: Auth.AppAuth) -> str:
    """Return the login of an App (REST "Get the authenticated app"): its slug with the suffix of bots."""
    return f"{ask('GET', '/app', app)['slug']}[bot]"
