"""The repositories of a mapping as they are now, with everything that is wrong with them at once; no issue is read."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from sync.core.errors import Misconfigured, Problem
from sync.core.model import Schema, Side
from sync.remotes.github.answers import Answer
from sync.remotes.github.client import Door


def schema(door: Door, repositories: Sequence[str], *, types: bool = False) -> Schema:
    """Return the repositories by id; raises Misconfigured with a problem for each that cannot be synced.

    Where `types` matter, a repository without any is warned of.
    """
    containers: list[tuple[str, str]] = []
    problems: list[Problem] = []
    warnings: list[str] = []
    for index, name in enumerate(repositories):
        answer = door.read(f"/repos/{name}")
        fault = _fault(name, answer)
        if fault is not None:
            problems.append(Problem(fault[0], where=f"github.repositories.{index}", cure=fault[1]))
            continue
        containers.append((str(answer.body["id"]), str(answer.body["full_name"])))
        warnings += _warnings(name, answer)
        warnings += _untyped(door, name) if types else ()
    if problems:
        raise Misconfigured(problems)
    return Schema(Side.GITHUB, tuple(containers), own_id=door.login(), warnings=tuple(warnings))


def _untyped(door: Door, name: str) -> list[str]:
    """Return a warning where the owner has no issue types: only an organisation can (REST "List issue types")."""
    answer = door.read(f"/repos/{name}/issue-types")
    if answer.status == HTTPStatus.OK and answer.body:
        return []
    return [f"the owner of {name} has set up no issue types, so the row `type` does nothing there\ntake the row out"]


def _fault(name: str, answer: Answer) -> tuple[str, str] | None:
    """Return what is wrong and its cure.

    A private repository answers 404 to whoever may not see it (REST "Get a repository").
    """
    if answer.status != HTTPStatus.OK:
        return (
            f"GitHub shows no repository {name!r} to this credential",
            "correct the name, or give the token access to the repository with 'Issues: read and write'",
        )
    if not answer.body.get("has_issues", True):
        return f"issues are disabled in {name!r}", "enable Issues in the repository's settings, under Features"
    return None


def _warnings(name: str, answer: Answer) -> list[str]:
    """Return what does not keep the mapping from running, each with its cure on a line of its own."""
    raw: dict[str, Any] = answer.body
    found = []
    if str(raw["full_name"]).casefold() != name.casefold():
        found.append(f"the repository {name} is called {raw['full_name']} now\nchange the name in the mapping")
    if raw.get("archived"):
        found.append(f"{raw['full_name']} is archived, so nothing can be written there\nunarchive it on GitHub")
    rights = raw.get("permissions")
    if rights is not None and not (rights.get("push") or rights.get("triage")):
        # Without push access labels, assignees, milestone and type are dropped in silence (REST "Create an issue").
        found.append(
            f"the credential cannot push to {raw['full_name']}, so GitHub drops labels, assignees and milestones\n"
            "give its owner the role Write or Triage"
        )
    if _out_of_scope(answer):
        found.append(
            f"the token's scopes do not reach the issues of {raw['full_name']}, so nothing can be written there\n"
            f"give the classic token the scope {'repo' if raw.get('private') else 'public_repo'}, or take a "
            "fine-grained one with 'Issues: read and write'"
        )
    return found


def _out_of_scope(answer: Answer) -> bool:
    """Tell whether a classic token lacks the scope; only for such GitHub names scopes ("Scopes for OAuth apps")."""
    told = answer.headers.get("x-oauth-scopes")
    if told is None:
        return False
    scopes = {each.strip() for each in told.split(",")}
    return not scopes & ({"repo"} if answer.body.get("private") else {"repo", "public_repo"})
