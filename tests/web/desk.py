"""A web process in a thread, on a real port, database and Redis, and the ways in which tests speak to it."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import uvicorn
from redis import Redis

from sync import wiring
from sync.config.settings import load_settings
from sync.core.model import Side
from sync.web.app import create
from sync.web.serve import listen
from tests.queue.conftest import eventually

SECRET = "a secret of the tests"
TOKEN = "the dashboard's token"
API, SOURCE, DATABASE = "101", "d5000000-0000-4000-8000-000000000001", "db000000-0000-4000-8000-000000000001"
FILE = f"""version: 1
github: {{repositories: [acme/api]}}
notion: {{database: {DATABASE}, link_property: GitHub}}
create: {{pages: true, issues: true}}
fields:
  - {{github: title, notion: Name}}
  - {{github: labels, notion: Labels}}
"""
BEARER = {"authorization": f"Bearer {TOKEN}"}
FORM = {"accept": "text/html"}


def schema(repositories=((API, "acme/api"),), sources=((SOURCE, "Roadmap"),)):
    """Return what a mapping remembers of its schemas, as a bind keeps it."""
    properties = [("title", "Name", "title"), ("lb", "Labels", "multi_select"), ("link", "GitHub", "url")]
    sides = {Side.GITHUB: (repositories, []), Side.NOTION: (sources, properties)}
    return json.dumps(
        {
            side: {
                "side": side,
                "containers": containers,
                "properties": [
                    {"id": id_, "name": name, "type": type_, "options": [], "open": True, "forbids": ""}
                    for id_, name, type_ in found
                ],
                "people": [],
                "own_id": "",
                "warnings": [],
            }
            for side, (containers, found) in sides.items()
        }
    )


@dataclass
class Desk:
    """A client of a running web process, and the Sync that stands behind it."""

    sync: wiring.Sync
    client: httpx.Client

    @property
    def store(self):
        return self.sync.store

    def remember(self, mapping="roadmap", **parts):
        """Have a mapping know where its records live."""
        now = self.sync.clock.now()
        self.store.change_mapping(mapping, digest="digest", first_pass=False, schema=schema(**parts), schema_at=now)

    def hints(self, mapping="roadmap"):
        """Take the hints that wait, as a worker does."""
        return self.store.take_hints(mapping)

    def github(self, event, payload, secret=SECRET, **headers):
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        given = {"x-github-event": event, "x-hub-signature-256": sign(body, secret), **headers}
        return self.client.post("/webhooks/github", content=body, headers=given)

    def notion(self, payload, token):
        body = json.dumps(payload).encode()
        given = {"x-notion-signature": sign(body, token)} if token else {}
        return self.client.post("/webhooks/notion", content=body, headers=given)

    def waiting(self):
        """Return the messages that wait in Redis, by task and key, once there are any."""
        with Redis.from_url(self.sync.settings.redis_url.get_secret_value(), decode_responses=True) as redis:
            found = eventually(lambda: redis.keys("tandem:waits:*"))
            return sorted(key.split("waits:")[1] for key in found)


def sign(body, secret):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def environment(folder, redis, **more):
    """Return the settings of a web process that lives in a folder; None takes one away."""
    variables = {
        "DATABASE_URL": f"sqlite:///{folder / 'tandem.db'}",
        "MAPPINGS_DIR": str(folder / "mappings"),
        "STATE_DIR": str(folder),
        "REDIS_URL": redis,
        "GITHUB_TOKEN": "a token",
        "NOTION_TOKEN": "a token",
        "GITHUB_WEBHOOK_SECRET": SECRET,
        "WEB_PORT": "0",
        **more,
    }
    return load_settings({name: value for name, value in variables.items() if value is not None})


@contextmanager
def running(settings):
    """Serve in a thread of this process, and give a desk."""
    with wiring.opened(env=settings) as sync, listen(settings) as sock:
        config = uvicorn.Config(
            create(sync), log_level="warning", access_log=False, proxy_headers=False, lifespan="off"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
        thread.start()
        port = sock.getsockname()[1]
        until_it_answers(port)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False) as client:
                yield Desk(sync, client)
        finally:
            server.should_exit = True
            thread.join(20)


def until_it_answers(port):
    with httpx.Client(transport=httpx.HTTPTransport(retries=5), trust_env=False) as client:
        assert client.get(f"http://127.0.0.1:{port}/healthz", timeout=20).status_code == 200


def nobodys_port():
    """Return a port on which nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]
