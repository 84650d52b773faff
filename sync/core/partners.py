"""Who on GitHub is who in Notion, as far as e-mails and names tell; nobody is looked up here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sync.core.model import Person
from sync.core.values import key


def partners(github: Sequence[Person], notion: Sequence[Person]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return (login, what Notion knows the person by) for everybody who is certain, and the logins of the others.

    Certain is one person alone with the same e-mail, else with the login in front of the e-mail's @, else with the same
    name; and nobody is two logins.
    """
    found: dict[str, Person] = {}
    for way in WAYS:
        left = [each for each in notion if each not in found.values()]
        pairs = [(login.id, each) for login in github if login.id not in found for each in left if way(login, each)]
        logins, people = Counter(login for login, _ in pairs), Counter(each.id for _, each in pairs)
        found |= {login: each for login, each in pairs if logins[login] == people[each.id] == 1}
    known = tuple((each.id, _known_by(found[each.id], notion)) for each in github if each.id in found)
    return known, tuple(each.id for each in github if each.id not in found)


def _mail(one: Person, two: Person) -> bool:
    return bool(one.email) and key(one.email or "") == key(two.email or "")


def _mailbox(one: Person, two: Person) -> bool:
    return key(two.email or "").partition("@")[0] == key(one.id)


def _name(one: Person, two: Person) -> bool:
    return bool(two.name) and key(two.name) in {key(one.name), key(one.id)}


WAYS = (_mail, _mailbox, _name)
"""How a GitHub login and a person in Notion are told to be one, the surest first."""


def _known_by(person: Person, everybody: Sequence[Person]) -> str:
    """Return what a file calls somebody: the e-mail, a name that nobody else has, or the id."""
    namesakes = [each for each in everybody if each.name == person.name]
    return person.email or (person.name if person.name.strip() and len(namesakes) == 1 else person.id)
