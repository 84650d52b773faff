"""A sandbox with real processes behind it, and what must be true of it in the end."""

from __future__ import annotations

import json

from sync.cli.sandbox import REPOSITORY, environment
from sync.cli.stack import Stack
from sync.cli.stage import Stage
from sync.sandbox.seed import database, populate
from tests.acceptance.place import LIMITS, UNLIMITED, mapping

PATIENCE = 90.0


class Team(Stage):
    """A stage with so many issues and pages, and processes behind it; `settings` are beyond those of any stack."""

    more = ()
    """Lines of the mapping beyond those of any."""

    def __init__(self, running, folder, issues, pages, **settings):
        populate(running.github, REPOSITORY, issues)
        super().__init__(running, database(running.notion))
        self.ada, self.octocat = running.notion.person("Ada Byron"), running.github.person("octocat")
        self.made = [self.add(f"Born in Notion {number}") for number in range(pages)]
        self.folder = folder
        for side, front in running.fronts.items():
            for switch in front.faults.switches.keys() & LIMITS:
                running.fronts[side].faults.switch(switch, 0)
        settings = {
            **environment(running),
            **UNLIMITED,
            "CREATE_SETTLE_SECONDS": "15",
            "STALE_SECONDS": "10",
            **settings,
        }
        self.stack = Stack(folder, mapping(self.ids.database, *self.more), settings)

    def start(self, *names):
        """Start the processes on a database that a command has migrated."""
        assert self.stack.tandem("check").returncode == 0
        for front in self.running.fronts.values():
            front.counters.reset()  # the check asks for a page that cannot be, to see whether it may
        self.stack.start(*names)

    def add(self, title):
        return self.ada.create(self.ids.data_source, {"Name": title, "Status": "To do"})

    def births(self):
        """Return how many creates each side has seen."""
        calls = {side: front.counters.snapshot()["calls"] for side, front in self.running.fronts.items()}
        return calls["github"].get("POST /repos/{repo}/issues", 0), calls["notion"].get("POST /v1/pages", 0)

    def agreed(self):
        """Wait until both sides agree and nothing is written any more."""
        self.until(lambda: not self.differences(), "agreement", PATIENCE)
        self.until(self.still(), "silence", PATIENCE)

    def once(self):
        """Assert that everything is there once, and that a full pass finds nothing to write."""
        assert self.duplicates() == 0
        assert len(self.issues()) == len(self.pages())
        before = self.count("writes")
        asked = self.stack.tandem("resync", "roadmap", "--full", "--wait", "--timeout", "60", "--json")
        assert asked.returncode == 0, asked
        assert self.count("writes") == before
        told = json.loads(self.stack.tandem("status", "--json").stdout)
        (row,) = told["mappings"]
        assert (row["queued"], row["in_flight"], row["failed"], row["quarantined"]) == (0, 0, 0, 0)
