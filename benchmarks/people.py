"""How long a person waits: a webhook until its write is sent, by an idle worker and amid an import; no test.

Run it as `python -m benchmarks.people [EDITS] [ISSUES] [SCALE]`. Web process, worker and beat are real and work against
the sandbox. The import runs under the limits of every day, raised SCALE-fold on both sides of the wire.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

import httpx

from benchmarks.counting import Counting
from benchmarks.real_import import LATENCY, LIMITS
from sync.cli.sandbox import REPOSITORY, environment, mapping_file
from sync.cli.stack import Stack, stack
from sync.cli.stage import Stage
from sync.sandbox.exchange import Reply, Request
from sync.sandbox.front import Front
from sync.sandbox.seed import database, populate
from sync.sandbox.server import Sandbox

SECRET = "bench-secret"
FEW = 20
PATIENCE = 60.0
GUARDS = "\nguards: {max_overwrites: 100000}\n"
LAST = 0.8
BETWEEN = 0.8
"""Seconds between two edits amid the import."""


class Timed(Counting):
    """Counters that keep when each page was written to, by the title that was written."""

    def __init__(self, front: Front) -> None:
        self.titles: dict[str, float] = {}
        super().__init__(front)

    def record(self, request: Request, reply: Reply, fault: str | None = None) -> None:
        """Note the time of a write of a title."""
        super().record(request, reply, fault)
        if request.method == "PATCH":
            text = request.body.decode()
            self.titles.update({title: time.monotonic() for title in TITLES if title in text})


TITLES: set[str] = set()


class Hooks:
    """What GitHub would do: tells the web process of an edit."""

    def __init__(self, stage: Stage, port: int) -> None:
        self.stage = stage
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False)

    def ready(self) -> None:
        """Wait until the web process answers."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                self.client.get("/healthz")
            except httpx.HTTPError:
                time.sleep(0.1)
            else:
                return
        raise SystemExit("the web process does not answer")

    def edited(self, number: int, title: str) -> float:
        """Have a person rename an issue, and deliver the webhook; return when that began."""
        TITLES.add(title)
        self.stage.running.github.person("octocat").edit(REPOSITORY, number, title=title)
        issue = next(each for each in self.stage.issues().values() if each["number"] == number)
        repository = self.stage.running.github.world.repository(REPOSITORY)
        told: dict[str, Any] = {
            "action": "edited",
            "issue": issue,
            "repository": {"id": repository.id, "full_name": REPOSITORY, "name": repository.name},
        }
        body = json.dumps(told).encode()
        signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"x-github-event": "issues", "x-hub-signature-256": signature, "content-type": "application/json"}
        began = time.monotonic()
        answer = self.client.post("/webhooks/github", content=body, headers=headers)
        if answer.status_code != httpx.codes.ACCEPTED:
            raise SystemExit(f"the webhook was answered {answer.status_code}: {answer.text}")
        return began


def waited(notion: Timed, title: str, began: float) -> float:
    """Return the seconds until the title was written."""
    while title not in notion.titles:
        time.sleep(0.002)
        if time.monotonic() - began > PATIENCE:
            raise SystemExit(f"{title!r} was not written within {PATIENCE:.0f} s")
    return notion.titles[title] - began


def told(what: str, found: list[float]) -> None:
    """Print the percentiles of those seconds, where there were edits enough to have any."""
    if len(found) < 2:
        print(f"{what}: only {len(found)} edits were made, too few for percentiles: give more ISSUES")
        return
    cuts = quantiles(found, n=100)
    print(f"{what}: {len(found)} edits, p50 {cuts[49]:.3f} s, p95 {cuts[94]:.3f} s, p99 {cuts[98]:.3f} s")


@contextmanager
def web(processes: Stack) -> Iterator[None]:
    """Run the web process."""
    process = subprocess.Popen([sys.executable, "-m", "sync", "web"], env=processes.environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def idle(stage: Stage, hooks: Hooks, notion: Timed, edits: int) -> None:
    numbers = sorted(issue["number"] for issue in stage.issues().values())
    found = []
    for n in range(edits):
        title = f"Edited at leisure, {n:04}."
        found.append(waited(notion, title, hooks.edited(numbers[n % len(numbers)], title)))
        time.sleep(0.2)
    told("idle worker, webhook to write sent", found)


def busy(stage: Stage, hooks: Hooks, notion: Timed, sizes: tuple[int, int]) -> None:
    issues, scale = sizes
    found: list[float] = []
    while notion.creates < issues * LAST:
        born = sorted(int(page["properties"]["GitHub"].rpartition("/")[2]) for page in stage.pages())
        if len(born) > len(found):
            title = f"Edited amid an import, {len(found):04}."
            found.append(waited(notion, title, hooks.edited(born[len(found)], title)))
        time.sleep(BETWEEN)
    told(f"amid the first {LAST:.0%} of {issues} births, limits x {scale}, each call {LATENCY / scale:.2f} s", found)
    refused = sum(front.counters.snapshot()["limited"] for front in stage.running.fronts.values())
    print(f"answers 429: {refused}")


def limit(stage: Stage, scale: int) -> None:
    """Enforce the limits, and have each call take its time; a scale of 0 is neither."""
    for front, name, setting in (
        ("notion", "requests_per_minute", "NOTION_REQUESTS_PER_MINUTE"),
        ("github", "requests_per_hour", "GITHUB_REQUESTS_PER_HOUR"),
        ("github", "points_per_minute", "GITHUB_POINTS_PER_MINUTE"),
    ):
        stage.running.fronts[front].faults.switch(name, LIMITS[setting] * scale)
    for each in stage.running.fronts.values() if scale else ():
        each.faults.arm("slow", times=None, seconds=LATENCY / scale)


@contextmanager
def staged(issues: int, scale: int) -> Iterator[tuple[Stage, Hooks, Timed]]:
    """Give a sandbox with issues and no page, with web process, worker and beat at work on it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="tandem-bench-") as folder, Sandbox.start() as running:
        populate(running.github, REPOSITORY, issues)
        stage = Stage(running, database(running.notion))
        notion = running.fronts["notion"].counters = Timed(running.fronts["notion"])
        limit(stage, scale)
        settings = {
            **environment(running),
            **{name: str(each * scale) for name, each in LIMITS.items()},
            "POLL_INTERVAL": "60",
            "WEB_PORT": str(port),
            "GITHUB_WEBHOOK_SECRET": SECRET,
            "LOG_LEVEL": "warning",
        }
        file = mapping_file(stage.ids.database) + GUARDS
        with stack(Path(folder), file, settings) as processes, web(processes):
            hooks = Hooks(stage, port)
            hooks.ready()
            yield stage, hooks, notion


def main(edits: int, issues: int, scale: int) -> None:
    with staged(FEW, 0) as (stage, hooks, notion):
        stage.until(lambda: not stage.differences(), "agreement")
        time.sleep(5)
        idle(stage, hooks, notion, edits)
    with staged(issues, scale) as (stage, hooks, notion):
        busy(stage, hooks, notion, (issues, scale))


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given + [100, 2000, 10][len(given) :]))
