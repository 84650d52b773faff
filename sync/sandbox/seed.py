"""Lifelike issues and a Notion database that fits them, made up from a seed; the same seed gives the same ones."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sync.sandbox.github import GitHub
from sync.sandbox.github.state import stamp
from sync.sandbox.notion import Ids, Notion

PEOPLE = {"octocat": "Mona Lisa", "ada": "Ada Byron", "grace": "Grace Murray", "margaret": "Margaret Elaine"}
LABELS = ("bug", "enhancement", "documentation", "good first issue", "ui", "api", "performance", "🔥 urgent")
PRIORITIES = ("low", "medium", "high")
MILESTONES = ("1.0", "1.1", "Autumn clean-up")
PARTS = ("the importer", "search", "the login page", "webhooks", "the export to CSV", "the settings page", "caching")
TROUBLES = (
    "{part} fails when the name has a quotation mark",
    "{part} is slow with more than 10 000 rows",
    "{part} forgets the time zone",
    "Crash in {part} after an update",
    "Dark mode for {part} 🌙",
    "Describe how {part} can be switched off",
    "Retry in {part} should wait longer each time",
    "تحسين {part} للغة العربية",
    "שיפור {part}",  # right to left as well
    "Überarbeitung: {part} für große Projekte",
    "<b>{part}</b> & co. show HTML as text",
)
STEPS = (
    "Open the page and wait.",
    'Type `name = "x"` into the field.',
    "Press **Save** twice, quickly.",
    "Look at the log.",
    "Compare with yesterday's export 📈.",
)
FENCE = "```python\nfor row in rows:\n    print(row)\n```"
TABLE = "| version | result |\n|---|---|\n| 1.0 | works |\n| 1.1 | fails |"


def populate(github: GitHub, repository: str, count: int, seed: int = 1) -> int:
    """Fill a repository, made if it is not there, with `count` more issues and return how many."""
    for login, name in PEOPLE.items():
        github.add_user(login, name=name)
    if repository not in {each.full_name for each in github.world.repositories.values()}:
        github.add_repository(repository, access=dict.fromkeys(PEOPLE, "push"))
    place, somebody = github.world.repository(repository), github.person("octocat")
    dice = random.Random(seed)  # noqa: S311 - a game, not a secret
    for name in [*LABELS, *(f"priority/{each}" for each in PRIORITIES)]:
        if place.label(name) is None:
            somebody.create_label(repository, name, f"{dice.randrange(1 << 24):06x}")
    for title in MILESTONES[: 0 if place.milestones else None]:
        somebody.create_milestone(repository, title)
    return github.load(repository, Rows(github, repository, dice).make(count))


class Rows:
    """Makes rows as REST lists show them."""

    def __init__(self, github: GitHub, repository: str, dice: random.Random) -> None:
        self._dice, self._now = dice, github.clock.now()
        self._place = github.world.repository(repository)
        self._people = [github.world.add_user(login) for login in PEOPLE]
        self._milestones = [github.render.milestone(self._place, each) for each in self._place.milestones.values()]

    def make(self, count: int) -> Iterator[dict[str, Any]]:
        """Yield the rows, the oldest first."""
        first = self._place.last_number + 1
        start = self._now - timedelta(days=365)
        for number in range(first, first + count):
            yield self._row(number, start + timedelta(days=364) * (number - first) / count)

    def _row(self, number: int, born: datetime) -> dict[str, Any]:
        dice = self._dice
        edited = min(self._now, born + timedelta(minutes=dice.expovariate(1 / 20_000)))
        closed = dice.random() < 0.35  # noqa: PLR2004 - as in repositories with many open issues
        reason = dice.choices(("completed", "not_planned", "duplicate"), (8, 2, 1))[0] if closed else None
        return {
            "number": number,
            "title": dice.choice(TROUBLES).format(part=dice.choice(PARTS)).strip(),
            "body": self._body(),
            "user": self._user(),
            "labels": self._labels(),
            "assignees": self._some(dice.choices((0, 1, 2), (5, 5, 1))[0]),
            "milestone": dice.choice(self._milestones) if dice.random() < 0.4 else None,  # noqa: PLR2004 - some have one
            "state": "closed" if closed else "open",
            "state_reason": reason,
            "closed_by": self._user() if closed else None,
            "closed_at": stamp(edited) if closed else None,
            "created_at": stamp(born),
            "updated_at": stamp(edited),
            "author_association": "COLLABORATOR",
        }

    def _labels(self) -> list[str]:
        plain = self._dice.sample(LABELS, self._dice.choices((0, 1, 2, 3), (2, 5, 3, 1))[0])
        priority = self._dice.choice((*PRIORITIES, None, None))
        return [*plain, *([f"priority/{priority}"] if priority else [])]

    def _body(self) -> str | None:
        dice = self._dice
        if dice.random() < 0.1:  # noqa: PLR2004 - some say nothing
            return None
        steps = [f"{n}. {step}" for n, step in enumerate(dice.sample(STEPS, dice.randint(2, 4)), 1)]
        parts = ["### What happens", dice.choice(STEPS), "### Steps", "\n".join(steps)]
        parts += dice.sample((FENCE, TABLE, "- [ ] write a test\n- [x] find the cause", "> said on the phone"), 2)
        text = "\n\n".join(parts)
        # Most bodies were last saved in the web editor, which writes CRLF (2,787 of 3,019 real ones have it).
        return text.replace("\n", "\r\n") if dice.random() < 0.9 else text  # noqa: PLR2004 - see above

    def _some(self, count: int) -> list[dict[str, Any]]:
        return [
            {"id": each.id, "login": each.login, "node_id": each.node_id}
            for each in self._dice.sample(self._people, count)
        ]

    def _user(self) -> dict[str, Any]:
        return self._some(1)[0]


def database(notion: Notion, title: str = "Roadmap") -> Ids:
    """Make a database whose columns fit the issues of `populate`, and let the same people join."""
    for login, name in PEOPLE.items():
        notion.add_user(name, f"{login}@example.com")
    named = {"To do": "To-do", "In progress": "In progress", "Done": "Complete", "Won't do": "Complete"}
    return notion.create_database(
        title,
        {
            "Name": {"title": {}},
            "GitHub": {"url": {}},
            "Status": {"status": {"options": [{"name": name, "group": group} for name, group in named.items()]}},
            "Labels": {"multi_select": {"options": [{"name": name} for name in LABELS]}},
            "Owner": {"people": {}},
            "Priority": {"select": {"options": [{"name": name} for name in PRIORITIES]}},
        },
    )
