"""A client's side of the sandbox: requests in one line, every answer held to the strict oracle where it is at hand."""

from __future__ import annotations

import importlib.util
import json
import os
import warnings
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sync.sandbox.exchange import Request

TRUTH = Path(os.environ.get("TANDEM_GROUND_TRUTH", Path(__file__).parents[4] / "shared" / "data"))
VERSION = "2026-03-11"


@cache
def oracle(version: str = VERSION) -> Any:
    """The judge of shapes, None where it is absent."""
    module = TRUTH.parent / "tools" / "notion_oracle.py"
    if not module.exists() or not (TRUTH / "notion-schemas").exists():
        return None
    spec = importlib.util.spec_from_file_location("notion_oracle", module)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded.Oracle(str(TRUTH / "notion-schemas"), version)


def judged(verb, path, shown, status):
    """Return what the oracle finds wrong with an answer."""
    with warnings.catch_warnings():
        # It leaves the files that it reads to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        return oracle().errors(verb, path, "response", shown, status)


class Desk:
    """Asks one Notion as its bot; `seen` collects which routes were asked."""

    def __init__(self, notion, *, judge=True):
        self.notion, self.judge = notion, judge
        self.headers: dict[str, str] = {}
        self.seen: set[tuple[str, str]] = set()

    def ask(self, verb, path, body=None, *, token="sandbox-notion", version=VERSION, headers=None):
        """Return the reply as it came."""
        parts = urlsplit(path)
        headers = {"authorization": f"Bearer {token}", "notion-version": version, **(headers or {})}
        headers = {name: value for name, value in headers.items() if value is not None}
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        reply = self.notion.handle(Request(verb, parts.path, parse_qs(parts.query), headers, raw))
        self.seen.add((verb, parts.path))
        if self.judge and oracle() and version == VERSION and not self.notion.habits.on("unknown_fields"):
            shown = json.loads(reply.body)
            faults = judged(verb, parts.path, shown, reply.status)
            assert not faults or faults[0].startswith("no schema") or unjudged(shown), (faults, shown)
        return reply

    def get(self, path, **kw):
        return self._good("GET", path, **kw)

    def post(self, path, body, **kw):
        return self._good("POST", path, body, **kw)

    def patch(self, path, body, **kw):
        return self._good("PATCH", path, body, **kw)

    def delete(self, path, **kw):
        return self._good("DELETE", path, **kw)

    def refused(self, verb, path, body=None, **kw):
        """Return the error object of a request that must not work."""
        reply = self.ask(verb, path, body, **kw)
        shown = json.loads(reply.body)
        assert reply.status >= 400, shown
        assert shown["object"] == "error"
        assert shown["status"] == reply.status
        return shown

    def query(self, source, **body):
        return self.post(f"/v1/data_sources/{source}/query", body)

    def walk(self, source, **body):
        """Return the rows of a whole query."""
        rows, start = [], {}
        while True:
            answer = self.query(source, **body, **start)
            rows += answer["results"]
            assert answer["has_more"] is (answer["next_cursor"] is not None)
            if not answer["has_more"]:
                return rows
            start = {"start_cursor": answer["next_cursor"]}

    def row(self, source, properties):
        return self.post("/v1/pages", {"parent": {"data_source_id": source}, "properties": properties})

    def value(self, page, name):
        """Return what a page shows of a property."""
        shown = self.get(f"/v1/pages/{page}")["properties"][name]
        return shown[shown["type"]]

    def send(self, upload, raw, *, name="a.png", kind="image/png"):
        """Send the bytes of an upload as a form."""
        head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
        form = {"content-type": "multipart/form-data; boundary=b"}
        whole = head.encode() + raw + b"\r\n--b--\r\n"
        return self.post(f"/v1/file_uploads/{upload}/send", whole, headers=form)

    def _good(self, verb, path, body=None, **kw):
        reply = self.ask(verb, path, body, **kw)
        shown = json.loads(reply.body)
        assert reply.status == 200, shown
        return shown


def unjudged(shown):
    """The official types know neither 409, 529 nor what comes without a read capability."""
    return shown.get("status") in {409, 529} or set(shown) == {"object", "id", "request_id"}


def text(words):
    """Rich text as a client writes it."""
    return [{"text": {"content": words}}]
