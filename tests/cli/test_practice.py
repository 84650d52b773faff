"""`tandem demo` and `tandem sandbox` as people run them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import httpx
import pytest

from sync.cli.stack import free_port
from tests.queue.conftest import eventually
from tests.remotes.stand import Said, standing

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def test_the_demo_brings_both_sides_into_step_by_webhooks_and_prints_the_dashboards_address():
    words = [sys.executable, "-m", "sync", "demo", "--issues", "8", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert (found["issues"], found["pages"], found["duplicates"], found["second_pass_writes"]) == (10, 10, 0, 0)
    assert found["too_many_requests"] == 0
    assert found["webhooks"] >= found["edits"]
    assert "the dashboard: http://127.0.0.1:" in done.stderr


def test_the_sandbox_tells_a_web_process_of_what_happens_where_it_is_asked_to():
    with standing() as stand:
        stand.says(Said(202))
        words = [sys.executable, "-m", "sync", "sandbox", "--port", str(free_port()), "--webhooks", stand.url]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as sandbox:
            try:
                assert eventually(lambda: {asked.path for asked in stand.asked} == PLACES, 60)
            finally:
                sandbox.send_signal(signal.SIGINT)
            said = sandbox.stdout.read()
    assert "export GITHUB_WEBHOOK_SECRET=" in said
    assert "export NOTION_WEBHOOK_TOKEN=" in said
    assert "tandem up" in said


def test_the_sandbox_tells_programs_where_it_is_in_one_document():
    words = [sys.executable, "-m", "sync", "sandbox", "--port", str(port := free_port()), "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as sandbox:
        try:
            found = json.loads(sandbox.stdout.readline())
            pages = httpx.get(f"{found['url']}/", trust_env=False)
        finally:
            sandbox.send_signal(signal.SIGTERM)
        rest = sandbox.stdout.read()
    assert (pages.status_code, found["repository"], rest, sandbox.returncode) == (200, "acme/api", "", 0)
    assert found["settings"]["NOTION_API_URL"].startswith(f"http://127.0.0.1:{port}")
    assert found["database"]


PLACES = {"/webhooks/github", "/webhooks/notion"}
