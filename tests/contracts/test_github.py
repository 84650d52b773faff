from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from sync.core.model import Facet, Kind, Ref, Side, Value
from sync.remotes.github.client import Door
from sync.remotes.github.credential import PersonalToken
from sync.remotes.github.remote import GitHubRemote
from sync.sandbox.clock import Clock
from sync.sandbox.faults import Faults
from sync.sandbox.github import TOKEN, GitHub
from tests.contracts.serving import Serving
from tests.contracts.stage import Stage
from tests.contracts.suite import RemoteContract
from tests.remotes import truth
from tests.remotes.stand import Turnstile, standing

REPOSITORY = "acme/api"


class GitHubStage(Stage):
    """The real remote over HTTP, before a simulated GitHub that stands still between calls."""

    side = Side.GITHUB
    has_trash = False
    title = Facet(Side.GITHUB, "title", "title", Kind.TEXT, required=True)
    labels = Facet(Side.GITHUB, "labels", "labels", Kind.CHOICES)
    mark = Facet(Side.GITHUB, "mark", "mark", Kind.TEXT, writable=False)

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self.clock = Clock(datetime(2026, 11, 23, 9, 0, 10, tzinfo=UTC), scale=0)
        faults = Faults()
        self.service = GitHub(self.clock, faults, base_url=serving.stand.url)
        for limit in ("requests_per_hour", "points_per_minute", "creates_per_minute", "creates_per_hour"):
            faults.switch(limit, 0)
        self.repository = self.service.add_repository(REPOSITORY)
        self.container = str(self.repository.id)
        self.person = self.service.person("ada")
        serving.serve(self.service, self.clock)
        self.gate = Turnstile()
        self.door = Door(PersonalToken(TOKEN), self.gate, base_url=serving.stand.url)
        self.remote = GitHubRemote(self.door, [REPOSITORY])

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def person_creates(self, title: str) -> Ref:
        made = self.person.create(REPOSITORY, title)
        return Ref(self.side, str(made["id"]), self.container, made["number"])

    def person_edits(self, ref: Ref, facet: Facet, value: Value) -> None:
        self.person.edit(REPOSITORY, ref.number, **{facet.name: value})

    def person_takes_away(self, ref: Ref) -> None:
        self.person.delete(REPOSITORY, ref.number)

    def lose_request(self) -> None:
        self.serving.lose = "request"

    def lose_reply(self) -> None:
        self.serving.lose = "reply"

    def writes(self) -> int:
        return self.serving.writes


class TestGitHub(RemoteContract):
    never_was = Ref(Side.GITHUB, "999", "", 999)

    @pytest.fixture
    def stage(self):
        with standing() as stand:
            stage = GitHubStage(Serving(stand))
            self.never_was = Ref(Side.GITHUB, "999", stage.container, 999)
            yield stage
            self.every_request_is_charged_and_described(stage)

    def every_request_is_charged_and_described(self, stage: GitHubStage) -> None:
        """Hold all that a test sent against the service's own description, and against the gate."""
        assert len(stage.gate.entered) >= len(stage.serving.exchanges)
        if truth.FOLDER.is_dir():
            for request, _ in stage.serving.exchanges:
                if request.method != "GET":
                    body = json.loads(request.body)
                    assert truth.faults("github", request.method, request.path, body) == []
