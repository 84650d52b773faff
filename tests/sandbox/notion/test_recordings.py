"""The recorded stories told again to the sandbox: the same requests, answered with the same status and shape."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from sync.sandbox.clock import Clock
from sync.sandbox.exchange import Request
from sync.sandbox.faults import Faults
from sync.sandbox.notion import Notion
from tests.sandbox.notion.desk import TRUTH

STORIES = TRUTH / "notion-recorded" / "stories.jsonl.gz"
UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
ELSEWHERE = re.compile(r"/children|/markdown|/views|/templates|/file_uploads|/async_tasks|/custom_emojis|/v1/blocks/")
"""Blocks, Markdown, views and files are not in this sandbox."""
SHARE = 0.99
"""Of 577 exchanges two differ: the values of a relation's mirror."""

pytestmark = pytest.mark.skipif(not STORIES.exists(), reason=f"no recorded stories in {TRUTH}")


def stories():
    with gzip.open(STORIES, "rt") as lines:
        return [json.loads(line) for line in lines]


class Teller:
    """Tells one story: keeps which id of the recording is which of ours."""

    def __init__(self):
        self.notion = Notion(Clock(datetime(2026, 6, 27, tzinfo=UTC)), Faults())
        self.notion.faults.switch("requests_per_minute", 0)
        self.ours: dict[str, str] = {}

    def known(self, text):
        return all(found.replace("-", "") in self.ours for found in UUID.findall(text))

    def swapped(self, text):
        text = UUID.sub(lambda found: self.ours.get(found[0].replace("-", ""), found[0]), text)
        for theirs, our in self.ours.items():
            if len(theirs) < 30:
                text = text.replace(theirs, our)
        return text

    def take_in(self, raw):
        """Stories happen below pages and with people that were there before: the root and its owner stand for them."""
        parent = (raw.get("parent") or {}).get("page_id") if isinstance(raw, dict) else None
        if parent:
            self.ours.setdefault(parent.replace("-", ""), self.notion.world.root.id)
        for found in re.findall(r'"people": \[[^]]*\]|"user": \{"id"[^}]*\}', json.dumps(raw)):
            for id_ in UUID.findall(found):
                self.ours.setdefault(id_.replace("-", ""), self.notion.world.owner.id)

    def ask(self, request):
        self.take_in(request["body"])
        path = urlsplit(request["url"])
        body = json.dumps(request["body"]) if request["body"] is not None else ""
        if not self.known(path.path + path.query + body):
            return None
        headers = {"authorization": "Bearer sandbox-notion", "notion-version": request["notion_version"]}
        query = parse_qs(self.swapped(path.query))
        reply = self.notion.handle(
            Request(request["method"], self.swapped(path.path), query, headers, self.swapped(body).encode())
        )
        return reply.status, json.loads(reply.body)

    def learn(self, theirs, ours, key=""):
        """Tie ids that stand in the same place."""
        if isinstance(theirs, dict) and isinstance(ours, dict):
            for name in theirs.keys() & ours.keys():
                self.learn(theirs[name], ours[name], name)
        elif isinstance(theirs, list) and isinstance(ours, list):
            for one, other in zip(theirs, ours, strict=False):
                self.learn(one, other, key)
        elif isinstance(theirs, str) and isinstance(ours, str):
            if UUID.fullmatch(theirs):
                self.ours.setdefault(theirs.replace("-", ""), ours)
            elif key in {"id", "synced_property_id"} and len(theirs) < 20 and theirs != "title":
                self.ours[theirs] = ours


def shape(value):
    """Keys and types, of a list those of its first element; formulas are not calculated here."""
    if isinstance(value, dict):
        if value.get("type") in {"formula", "rollup"} and "name" not in value:
            return {"id": "str", "type": "str"}
        return {key: shape(each) for key, each in value.items() if key not in {"request_id", "developer_survey"}}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def differences(theirs, ours, at=""):
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in sorted(theirs.keys() | ours.keys()):
            if key in theirs and key in ours:
                yield from differences(theirs[key], ours[key], f"{at}.{key}")
            else:
                yield f"{at}.{key} is {'missing' if key in theirs else 'too much'}"
    elif isinstance(theirs, list) and isinstance(ours, list) and theirs and ours:
        yield from differences(theirs[0], ours[0], f"{at}[]")
    elif theirs != ours:
        yield f"{at} is {ours}, not {theirs}"


def path_of(request):
    return urlsplit(request["url"]).path


def told():
    """Yield every exchange that can be told again, with what differs.

    Who is in the workspace and what a search finds stood there before: of those lists the frame alone is compared.
    """
    for story in stories():
        teller = Teller()
        for exchange in story["exchanges"]:
            request, response = exchange["request"], exchange["response"]
            if ELSEWHERE.search(request["url"]) or response["status"] == 401:
                continue
            answer = teller.ask(request)
            if answer is None:
                continue
            status, body = answer
            found = list(differences(shape(response["body"]), shape(body)))
            if path_of(request) in {"/v1/search", "/v1/users"}:
                found = [each for each in found if not each.startswith(".results")]
            if status != response["status"]:
                found = [f"{status} {body.get('message')}, not {response['status']}"]
            teller.learn(response["body"], body)
            yield story["story"], request, found


def test_the_recorded_stories_go_the_same_way_again():
    exchanges = list(told())
    alike = [each for each in exchanges if not each[2]]
    differing = [
        f"{story} {request['method']} {request['url']}: {found[:3]}" for story, request, found in exchanges if found
    ]
    assert len(exchanges) > 550
    assert len(alike) / len(exchanges) >= SHARE, "\n".join(differing)


@pytest.mark.parametrize(
    "name", ["error-400-invalid-request-url", "error-400-validation-uuid", "error-401-unauthorized", "error-404-page"]
)
def test_recorded_errors_are_said_in_the_same_words(desk, name):
    recorded = json.loads((TRUTH / "notion-recorded" / f"{name}.json").read_text())
    path = urlsplit(recorded["request"]["url"]).path
    error = desk.refused("GET", path, token="wrong" if "401" in name else "sandbox-notion")
    theirs = recorded["response"]["body"]
    assert error["code"] == theirs["code"]
    assert error["message"] == theirs["message"].replace('"notion-sdk-py"', '"tandem sandbox"')
    assert error.keys() == theirs.keys()
