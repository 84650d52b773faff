"""The page at / for people: both sides next to each other, counters and the last calls; it only shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from sync.sandbox.front import Front
from sync.sandbox.github import GitHub
from sync.sandbox.github.state import Issue, Repository
from sync.sandbox.github.world import present
from sync.sandbox.notion import Notion

MOST_LINES, MOST_CALLS = 60, 15
TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)


@dataclass(frozen=True)
class Line:
    """One issue or page: its title, its state in a word, small print, and the path of its own page here."""

    title: str
    state: str
    notes: Sequence[str] = ()
    number: str = ""
    path: str = ""
    dim: bool = False


Shown = Callable[[int], Sequence[Line]]


def issues(github: GitHub, most: int) -> list[Line]:
    """Return the issues that were changed last, newest first."""
    found = [
        (issue.updated_at, issue.id, repository, issue)
        for repository in github.world.repositories.values()
        for issue in present(repository.issues, None)
        if issue.pull is None
    ]
    return [_issue(github, *each[2:]) for each in nlargest(most, found, key=lambda each: each[:2])]


def _issue(github: GitHub, repository: Repository, issue: Issue) -> Line:
    milestone = repository.milestones.get(issue.milestone or 0)
    notes = [
        *(repository.labels[each].name for each in issue.labels),
        *(f"@{github.world.users[each].login}" for each in issue.assignees),
        *([f"milestone {milestone.title}"] if milestone else []),
        *([f"{issue.comments} comments"] if issue.comments else []),
    ]
    state = issue.state if issue.state == "open" else f"closed, {(issue.state_reason or 'merged').replace('_', ' ')}"
    path = f"/{repository.full_name}/issues/{issue.number}"
    return Line(issue.title, state, notes, f"{repository.name}#{issue.number}", path, dim=issue.state == "closed")


def issue_page(github: GitHub, repository: str, number: int) -> str | None:
    """Return the page of one issue as HTML, where its html_url leads; None if there is no such issue."""
    places = {each.full_name for each in github.world.repositories.values()}
    found = [each for each in github.issues(repository) if each["number"] == number] if repository in places else []
    if not found:
        return None
    template = TEMPLATES.get_template("issue.html")
    return template.render(issue=found[0], comments=github.comments(repository, number), repository=repository)


def pages(notion: Notion, most: int) -> list[Line]:
    """Return the rows that were changed last, newest first."""
    rows = [row for source in notion.world.sources for row in notion.pages(source)]
    rows.sort(key=lambda row: row["edited"])
    return [_page(notion, row) for row in rows[: -most - 1 : -1]]


def _page(notion: Notion, row: dict[str, Any]) -> Line:
    """Show a row."""
    page = notion.world.pages[row["id"]]
    kinds = {column.name: column.type for column in notion.world.properties(page.now)}
    values = {name: value for name, value in row["properties"].items() if value not in (None, "", [], False)}
    state = next((str(value) for name, value in values.items() if kinds[name] == "status"), "")
    notes = [
        f"{name}: {_told(notion, value)}"
        for name, value in values.items()
        if kinds[name] not in {"title", "status", "unique_id"}
    ]
    gone = row["in_trash"] or row["is_archived"]
    state = "trash" if row["in_trash"] else "archived" if row["is_archived"] else state
    return Line(notion.world.title(page.now) or "Untitled", state, notes, dim=gone or state in {"Done", "Won't do"})


def _told(notion: Notion, value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_told(notion, each) for each in value)
    user = notion.world.users.get(str(value))
    return user.name if user else str(value)


def page(fronts: Mapping[str, Front], shown: Mapping[str, Shown]) -> str:
    """Return the page as HTML."""
    return TEMPLATES.get_template("page.html").render(sides=[_side(each, fronts[each], shown[each]) for each in fronts])


def _side(name: str, front: Front, shown: Shown) -> dict[str, Any]:
    with front.lock:
        return {
            "name": name,
            "lines": shown(MOST_LINES),
            "figures": front.counters.snapshot(),
            "faults": list(front.faults.armed),
            "calls": list(front.counters.exchanges)[: -MOST_CALLS - 1 : -1],
        }
