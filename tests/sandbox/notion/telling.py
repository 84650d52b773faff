"""A recorded story told again: its requests in the sandbox's own ids, its answers held against the sandbox's."""

from __future__ import annotations

import json
import re
from datetime import datetime
from urllib.parse import parse_qs, quote, unquote, urlsplit

from sync.sandbox.clock import Clock
from sync.sandbox.exchange import Request
from sync.sandbox.faults import Faults
from sync.sandbox.notion import Notion
from tests.sandbox.notion.furnish import furnish, walk

UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
ADDRESS = re.compile(r"https://(?:www\.notion\.so|app\.notion\.com/p)/(?:.*-)?[0-9a-f]{32}\Z")
"""The address of a page, which was recorded in both forms within one summer."""
DIGIT = re.compile(r"\d")
ENVELOPE = {"request_id", "developer_survey"}
TIMES = {"created_time", "last_edited_time", "expiry_time"}
IDS = {"id", "synced_property_id", "rollup_property_id", "relation_property_id"}
"""Keys whose values are ids though they do not look it: those of properties and of options."""
OPTION = {"id", "name", "color"}


class Teller:
    """Tells one story in a workspace of its own; keeps which id of the recording is which of ours."""

    def __init__(self, exchanges):
        shown = (each for exchange in exchanges for each in walk(exchange["response"]["body"]))
        times = (each.get("last_edited_time") for each in shown)
        latest = max((each for each in times if isinstance(each, str)), default="2026-06-27T12:00:00Z")
        self.notion = Notion(Clock(datetime.fromisoformat(latest), scale=0), Faults())
        self.notion.faults.switch("requests_per_minute", 0)
        furnish(self.notion.world, exchanges)
        self.ours: dict[str, str] = {}

    def tell(self, request, response):
        """Ask what was asked, and return what the answer has other than the recorded one."""
        reply = self.notion.handle(self._asked(request, response))
        body = json.loads(reply.body)
        found = list(self._differences(response["body"], _aligned(request, response["body"], body, self.ours)))
        if reply.status != response["status"]:
            return [f"{reply.status} {body.get('message')}, not {response['status']}"]
        return found

    def _asked(self, request, response):
        path = urlsplit(request["url"])
        token = "somebody-else" if response["status"] == 401 else "sandbox-notion"
        headers = {"authorization": f"Bearer {token}", "notion-version": request["notion_version"]}
        steps = [self._swapped(each) for each in path.path.split("/")]
        query = {name: [self._swapped(each) for each in values] for name, values in parse_qs(path.query).items()}
        raw = request["body"]
        body = b"" if raw is None else json.dumps(self._swapped(raw)).encode()
        if isinstance(raw, str):
            # A form, whose boundary its first line tells.
            headers["content-type"] = f"multipart/form-data; boundary={raw.partition('--')[2].splitlines()[0]}"
            body = raw.encode()
        return Request(request["method"], "/".join(steps), query, headers, body)

    def _swapped(self, value):
        """Return a part of a request with every known id of the recording replaced by ours."""
        if isinstance(value, dict):
            return {self._swapped(key): self._swapped(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._swapped(each) for each in value]
        if not isinstance(value, str):
            return value
        if unquote(value) in self.ours:
            ours = self.ours[unquote(value)]
            return quote(ours, safe="!'()*") if "%" in value else ours
        return UUID.sub(lambda found: self.ours.get(bare(found[0]), found[0]), value)

    def _differences(self, theirs, ours, at="", key=""):
        """Yield what differs, and learn which ids stand in the same place."""
        if isinstance(theirs, dict) and isinstance(ours, dict):
            for name in sorted((theirs.keys() | ours.keys()) - ENVELOPE):
                if name not in theirs or name not in ours:
                    yield f"{at}.{name} is {'missing' if name in theirs else 'too much'}"
                elif name != "color" or not theirs.keys() >= OPTION:
                    # Whoever makes an option without a colour gets any.
                    yield from self._differences(theirs[name], ours[name], f"{at}.{name}", name)
        elif isinstance(theirs, list) and isinstance(ours, list):
            if len(theirs) != len(ours):
                yield f"{at} has {len(ours)}, not {len(theirs)}"
            for index, (one, other) in enumerate(zip(theirs, ours, strict=False)):
                yield from self._differences(one, other, f"{at}[{index}]", key)
        elif not self._same(theirs, ours, key):
            yield f"{at} is {ours!r}, not {theirs!r}"

    def _same(self, theirs, ours, key):
        if not isinstance(theirs, str) or not isinstance(ours, str):
            return theirs == ours and isinstance(theirs, bool) is isinstance(ours, bool)
        if key in TIMES:
            return DIGIT.sub("0", theirs) == DIGIT.sub("0", ours)
        if key in IDS or UUID.fullmatch(theirs):
            return self._tied(theirs, ours)
        if ADDRESS.match(theirs):
            return bool(ADDRESS.match(ours))
        if key == "upload_url":
            return UUID.sub("", theirs) == UUID.sub("", ours)
        return theirs == ours

    def _tied(self, theirs, ours):
        return self.ours.setdefault(bare(theirs), unquote(ours)) == unquote(ours)


def bare(id_):
    return id_.replace("-", "") if UUID.fullmatch(id_) else unquote(id_)


def _aligned(request, theirs, ours, known):
    """Return a list whose order nobody asked for in the order of the recorded one."""
    if not isinstance(ours.get("results"), list) or (request["body"] or {}).get("sorts") or "results" not in theirs:
        return ours
    if not request["url"].endswith(("/search", "/query")) and "/users" not in request["url"]:
        return ours
    places = {known.get(bare(each["id"]), each["id"]): index for index, each in enumerate(theirs["results"])}
    rows = sorted(ours["results"], key=lambda each: places.get(each["id"], len(places)))
    return {**ours, "results": rows}
