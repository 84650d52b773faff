"""`tandem sandbox`: a local GitHub and Notion with a few lifelike issues, and a mapping to try on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sync.cli.frame import Result, console, print_document
from sync.core.errors import Misconfigured, Problem

if TYPE_CHECKING:
    from sync.sandbox.server import Sandbox

REPOSITORY = "acme/api"
WEBHOOKS = "sandbox-webhooks"
"""What the sandbox signs its deliveries with, as GitHub's secret and as Notion's token; it is none."""
ISSUES = 25
EDITS = {
    "github": f'{{"do": "edit", "args": ["{REPOSITORY}", 1], "fields": {{"title": "Renamed on GitHub"}}}}',
    "notion": '{"do": "edit", "args": ["Renamed on GitHub", {"Status": "In progress"}]}',
}
"""What somebody may do on each side, as the sandbox is told; pages are named by id or title."""


@dataclass(frozen=True)
class Practice:
    """Where the sandbox is, and the settings that lead there."""

    url: str
    database: str
    settings: Mapping[str, str]


def sandbox(port: int, webhooks: str | None, *, as_json: bool) -> Result:
    """Serve until Ctrl-C; `webhooks` is where `tandem web` is told of what happens."""
    from sync.sandbox.server import serve

    try:
        serve(port, partial(_prepared, webhooks=webhooks, tell=_document if as_json else _page))
    except OSError as error:
        cure = "choose another with --port"
        raise Misconfigured([Problem(f"port {port} cannot be opened: {error.strerror}", cure=cure)]) from error
    return Result(None, lambda out: out.print("the sandbox is closed"))


def mapping_file(database: str) -> str:
    """Return a mapping file for the sandbox's repository and database."""
    return MAPPING.format(repository=REPOSITORY, database=database)


def environment(running: Sandbox) -> Mapping[str, str]:
    """Return the settings that lead to the sandbox; its tokens are no secrets."""
    return {
        "GITHUB_API_URL": running.github_url,
        "GITHUB_TOKEN": "sandbox-github",
        "NOTION_API_URL": running.notion_url,
        "NOTION_TOKEN": "sandbox-notion",
    }


def deliver(running: Sandbox, web: str) -> None:
    """Have both sides tell a web process of what happens from now on."""
    for side in running.fronts:
        running.hook(side, f"{web.rstrip('/')}/webhooks/{side}", WEBHOOKS)


def _prepared(running: Sandbox, *, webhooks: str | None, tell: Callable[[Practice], None]) -> None:
    """Fill the sandbox, and tell where it is."""
    from sync.sandbox.seed import database, populate

    populate(running.github, REPOSITORY, ISSUES)
    ids = database(running.notion)
    variables = dict(environment(running))
    if webhooks:
        deliver(running, webhooks)
        variables |= {"GITHUB_WEBHOOK_SECRET": WEBHOOKS, "NOTION_WEBHOOK_TOKEN": WEBHOOKS}
    tell(Practice(running.url, ids.database, variables))


def _document(place: Practice) -> None:
    print_document({"url": place.url, "repository": REPOSITORY, "database": place.database, "settings": place.settings})


def _page(place: Practice) -> None:
    """Tell what to type in another terminal."""
    out = console()
    out.print(f"[bold]A GitHub and a Notion to practise on[/], both to be seen at {place.url}/\n")
    out.print("[dim]# in another terminal:[/]")
    for name, value in place.settings.items():
        out.print(f"export {name}={value}", soft_wrap=True)
    out.print(f"tandem init --repo {REPOSITORY} --database {place.database}", soft_wrap=True)
    out.print(f"tandem check; tandem plan; tandem {'up' if 'NOTION_WEBHOOK_TOKEN' in place.settings else 'sync'}\n")
    out.print("[dim]# people edit there, too, for example:[/]")
    for side, deed in EDITS.items():
        out.print(f"curl {place.url}/_sandbox/{side}/people -d '{deed}'", soft_wrap=True, markup=False)
    out.print("\n[dim]Ctrl-C ends it; nothing is kept.[/]")
    out.file.flush()  # whoever reads it through a pipe waits for it


MAPPING = """version: 1
github:
  repositories: [{repository}]
notion:
  database: {database}
  link_property: GitHub
create: {{pages: true, issues: true, quiet: 0}}
users: {{octocat: octocat@example.com}}
fields:
  - {{github: title, notion: Name}}
  - github: state
    notion: Status
    values: {{open: [To do, In progress], closed: Done, "closed:not_planned": "Won't do"}}
  - {{github: labels, notion: Labels}}
  - {{github: assignees, notion: Owner}}"""
