"""Every line of the Procfile and every service's command, started as written, with a real PostgreSQL and Redis."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from redis import Redis
from sqlalchemy import create_engine, text

from sync.cli.sandbox import REPOSITORY, environment
from sync.cli.stack import NOT_OURS, free_port
from sync.cli.stage import Stage
from sync.queue.binary import locate
from sync.sandbox.seed import database, populate
from sync.sandbox.server import Sandbox
from tests.acceptance.place import UNLIMITED, mapping
from tests.cli.house import PATIENCE
from tests.deployment.compose import ROOT, check, services
from tests.queue.conftest import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

PROCESSES = ("web", "worker", "beat")


@pytest.fixture
def stage():
    with Sandbox.start() as running:
        populate(running.github, REPOSITORY, 4)
        yield Stage(running, database(running.notion))


@pytest.fixture
def postgresql(server):
    """A database of its own, without our tables: the release makes them."""
    name, engine = f"d{uuid4().hex[:8]}", create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.replace("/postgres?", f"/{name}?")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def redis(tmp_path):
    """The Redis of the compose file, by its own command, but at a place of this test's."""
    place = free_port()
    _, *words = services()["redis"]["command"]
    command = [locate(), *words, "--port", str(place), "--bind", "127.0.0.1", "--dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        try:
            with Redis(port=place) as client:
                assert eventually(lambda: _answers(client), PATIENCE)
                kept = {name: client.config_get(name)[name] for name in ("appendonly", "maxmemory-policy", "save")}
            assert kept == {"appendonly": "yes", "maxmemory-policy": "noeviction", "save": ""}
            yield f"redis://127.0.0.1:{place}/0"
        finally:
            running.terminate()


def _answers(client):
    try:
        return client.ping()
    except OSError:
        return False
    except Exception as error:  # noqa: BLE001 - redis-py has its own ConnectionError
        return "Connection" not in type(error).__name__


class Deployed:
    """A folder, an environment, and the processes in it."""

    def __init__(self, folder, stage, variables):
        (folder / "mappings").mkdir()
        (folder / "mappings" / "roadmap.yaml").write_text(mapping(stage.ids.database), encoding="utf-8")
        self.folder, self.port = folder, str(free_port())
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in NOT_OURS},
            # Where a virtual environment keeps its programs, as in the image.
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            **environment(stage.running),
            **UNLIMITED,
            "MAPPINGS_DIR": str(folder / "mappings"),
            "POLL_INTERVAL": "1",
            "WEB_PORT": self.port,
            **variables,
        }

    def run(self, command, **more):
        """Run something to its end."""
        env = {**self.environment, **more}
        return subprocess.run(
            command, check=False, cwd=self.folder, env=env, shell=isinstance(command, str), timeout=PATIENCE
        ).returncode

    @contextmanager
    def running(self, command, **more):
        env = {**self.environment, **more}
        with subprocess.Popen(
            command, cwd=self.folder, env=env, shell=isinstance(command, str), start_new_session=True
        ) as process:
            try:
                yield process
            finally:
                os.killpg(process.pid, signal.SIGTERM)

    def ready(self):
        with httpx.Client(trust_env=False) as client:
            try:
                return client.get(f"http://127.0.0.1:{self.port}/readyz").status_code == 200
            except httpx.HTTPError:
                return False


def of_image():
    """Return the image's own health check."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    return json.loads(re.search(r"^HEALTHCHECK .*\n\s+CMD (.+)$", text, re.MULTILINE)[1])


def worked(deployed, stage, commands, environments):
    """Start all of them, and see that they do their work together."""
    with ExitStack() as stack:
        for name in PROCESSES:
            stack.enter_context(deployed.running(commands[name], **environments.get(name, {})))
        assert eventually(deployed.ready, PATIENCE)
        assert eventually(lambda: not stage.differences(), PATIENCE)
        yield


def test_every_line_of_the_procfile_starts_as_written(stage, postgresql, redis, tmp_path):
    lines = dict(re.findall(r"^(\w+): (.+)$", (ROOT / "Procfile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(lines) == {"release", *PROCESSES}
    deployed = Deployed(tmp_path, stage, {"DATABASE_URL": postgresql, "REDIS_URL": redis})
    assert deployed.run(lines["release"]) == 0
    for _ in worked(deployed, stage, lines, {}):
        assert {each.name for each in tmp_path.iterdir()} <= {"mappings", "appendonlydir"}


def test_every_service_of_the_compose_file_starts_as_written_and_is_healthy(stage, postgresql, redis, tmp_path):
    found = services()
    ours = {name: {**found[name]["environment"]} for name in ("release", *PROCESSES)}
    for each in ours.values():
        for place in ("DATABASE_URL", "REDIS_URL", "MAPPINGS_DIR", "STATE_DIR", "WEB_PORT"):
            each.pop(place, None)  # where things are in containers
    state = tmp_path / "state"
    variables = {"DATABASE_URL": postgresql, "REDIS_URL": redis, "STATE_DIR": str(state)}
    deployed = Deployed(tmp_path, stage, variables)
    assert deployed.run(found["release"]["command"], **ours["release"]) == 0
    commands = {name: found[name]["command"] for name in PROCESSES}
    for _ in worked(deployed, stage, commands, ours):
        assert deployed.run(check(found["worker"])) == 0
        assert deployed.run([word.replace("8080", deployed.port) for word in check(found["web"])]) == 0
        assert deployed.run(of_image()) == 0
        assert deployed.run(of_image(), WEB_PORT=str(free_port())) != 0
    assert not state.exists()
