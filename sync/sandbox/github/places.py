"""The endpoints around issues: repositories, users, who may be assigned, issue types, limits; nothing here changes."""

from __future__ import annotations

from sync.sandbox.github.call import Answer, Call
from sync.sandbox.github.issues import http_time
from sync.sandbox.github.pages import numbered
from sync.sandbox.github.refusals import not_found
from sync.sandbox.github.state import Repository, User


def repository(call: Call) -> Answer:
    """Answer with the repository."""
    shown = call.render.repository(call.repository, call.user)
    return Answer(200, shown, {"last-modified": http_time(call.repository.updated_at)})


def viewer(call: Call) -> Answer:
    """Answer with the user the token stands for."""
    return Answer(200, call.render.account(call.actor))


def user(call: Call) -> Answer:
    """Answer with a user by login."""
    found = call.world.user(call.part("login"))
    if found is None:
        raise not_found()
    return Answer(200, call.render.account(found))


def assignees(call: Call) -> Answer:
    """List the users who may be assigned in a repository."""
    page, headers = numbered(call, _assignable(call, call.repository))
    return Answer(200, [call.render.user(each) for each in page], headers)


def assignee(call: Call) -> Answer:
    """Say 204 if the user may be assigned, else 404."""
    login = call.part("login").casefold()
    if login not in {each.login.casefold() for each in _assignable(call, call.repository)}:
        raise not_found()
    return Answer(204)


def _assignable(call: Call, repository: Repository) -> list[User]:
    return sorted((call.world.users[each] for each in repository.access), key=lambda each: each.login.casefold())


def types_of_repository(call: Call) -> Answer:
    """List the issue types that the owner has set up."""
    return _types(call, call.repository)


def types_of_organisation(call: Call) -> Answer:
    """List the issue types of an organisation."""
    owner = call.world.user(call.part("login"))
    owned = [each for each in call.world.repositories.values() if owner and each.owner.id == owner.id]
    if owner is None or owner.kind != "Organization" or not owned:
        raise not_found()
    return _types(call, owned[0])


def _types(call: Call, place: Repository) -> Answer:
    if place.owner.kind != "Organization":
        raise not_found()
    return Answer(200, [call.render.issue_type(each) for each in place.types])
