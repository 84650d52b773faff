"""A sandbox with a repository and a database, a folder with a mapping, and the commands that are typed there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from typer.testing import CliRunner

from sync.cli.app import app
from sync.cli.sandbox import REPOSITORY, environment
from sync.cli.stage import Stage
from sync.core.model import Side
from sync.sandbox.seed import database, populate

FIELDS = (
    "{github: title, notion: Name}",
    (
        "{github: state, notion: Status, "
        """values: {open: [To do, In progress], closed: Done, "closed:not_planned": "Won't do"}}"""
    ),
    "{github: labels, notion: Labels}",
    "{github: assignees, notion: Owner}",
)
USERS = "{octocat: octocat@example.com, ada: ada@example.com, grace: grace@example.com}"
UNLIMITED = {
    "NOTION_REQUESTS_PER_MINUTE": "0",
    "GITHUB_REQUESTS_PER_HOUR": "0",
    "GITHUB_POINTS_PER_MINUTE": "0",
    "GITHUB_CREATES_PER_MINUTE": "0",
    "GITHUB_CREATES_PER_HOUR": "0",
}


def mapping(database, *more, fields=FIELDS, births="{pages: true, issues: true, quiet: 0}", repository=REPOSITORY):
    """Return a mapping file; `more` are lines of its top level."""
    lines = [
        "version: 1",
        f"github: {{repositories: [{repository}]}}",
        f"notion: {{database: {database}, link_property: GitHub}}",
        f"create: {births}",
        f"users: {USERS}",
        *more,
        "fields:",
        *(f"  - {field}" for field in fields),
    ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    document: dict[str, Any]
    said: str

    @property
    def only(self):
        """The document of the one mapping."""
        (found,) = self.document["mappings"]
        return found


class Place(Stage):
    """A stage with a command line; settings are those of the environment that `monkeypatch` keeps."""

    def __init__(self, running, folder, monkeypatch, redis_url):
        populate(running.github, REPOSITORY, 0)
        super().__init__(running, database(running.notion))
        self.folder, self._environment = folder, monkeypatch
        self.file = folder / "mappings" / "roadmap.yaml"
        self.file.parent.mkdir()
        self.map()
        monkeypatch.chdir(folder)
        self.set(
            **environment(running),
            **UNLIMITED,
            REDIS_URL=redis_url,
            DATABASE_URL=f"sqlite:///{folder / 'tandem.db'}",
            MAPPINGS_DIR=str(self.file.parent),
            STATE_DIR=str(folder),
        )
        for front in running.fronts.values():
            for switch in front.faults.switches.keys() & LIMITS:
                front.faults.switch(switch, 0)

    def set(self, **variables):
        """Set variables of the environment; None takes one away."""
        for name, value in variables.items():
            if value is None:
                self._environment.delenv(name)
            else:
                self._environment.setenv(name, value)

    def map(self, *more, **parts):
        """Write the mapping file."""
        self.file.write_text(mapping(self.ids.database, *more, **parts), encoding="utf-8")

    def run(self, *words):
        """Run a command with --json in this process, as its `main` would; an exception of any other kind is raised."""
        result = CliRunner().invoke(app, [*words, "--json"])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, json.loads(result.stdout), result.stderr)

    def told(self, *words):
        """Run a command as a person does, and return its exit code and everything that was printed."""
        result = CliRunner().invoke(app, [*words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    def synced(self, *words):
        """Run a pass that must end converged, and return its document."""
        ran = self.run("sync", *words)
        assert ran.code == 0, (ran.document, self.run("failures").document, self.run("conflicts").document)
        return ran.only

    def counted(self, *words):
        """Run a pass and return its document, with what the sandbox saw under `asked`; both counts must agree."""
        for front in self.running.fronts.values():
            front.counters.reset()
        ran = self.run("sync", *words)
        asked = {side.value: self.asked(side) for side in Side}
        assert ran.only["calls"] == {side: sum(calls.values()) for side, calls in asked.items()}
        return {**ran.only, "asked": asked, "code": ran.code}

    def asked(self, side):
        """Return the calls that one side saw, by verb and path."""
        return self.running.fronts[side].counters.snapshot()["calls"]

    def faults(self, side):
        return self.running.fronts[side].faults

    def person(self, login="octocat"):
        """Somebody on GitHub."""
        return self.running.github.person(login)

    @property
    def ada(self):
        """Somebody in Notion."""
        return self.running.notion.person("Ada Byron")

    def issue(self, number=1):
        """Return an issue as GitHub shows it."""
        return next(each for each in self.running.github.issues(REPOSITORY) if each["number"] == number)

    def page(self, url=None):
        """Return the only page, or the one that names this issue."""
        (found,) = [each for each in self.pages() if url in (None, each["properties"]["GitHub"])]
        return found

    def sandbox_types(self):
        """Add a repository of an organisation that has issue types."""
        people = dict.fromkeys(("octocat", "ada", "grace"), "push")
        self.running.github.add_repository("team/typed", access=people, types=["Bug", "Task"])

    def opened(self, title="First", **fields):
        """Have somebody open an issue."""
        return self.person().create(REPOSITORY, title, **fields)

    def added(self, title="First", **values):
        """Have somebody add a page, and return its id."""
        return self.ada.create(self.ids.data_source, {"Name": title, **values})


LIMITS = {
    "requests_per_minute",
    "requests_per_hour",
    "points_per_minute",
    "creates_per_minute",
    "creates_per_hour",
}
