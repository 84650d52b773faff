"""A GitHub as it stood before a recorded exchange, and the exchange told again in it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qs, urlsplit

from sync.sandbox.clock import Clock
from sync.sandbox.exchange import Request
from sync.sandbox.faults import Faults
from sync.sandbox.github import GitHub
from sync.sandbox.github.load import LONG_AGO, _user, load
from sync.sandbox.github.state import Comment, History, IssueType, Label, Milestone

API, WEB = "http://127.0.0.1:1/github", "http://127.0.0.1:1"
WHO = "recorded"
BY_ID = re.compile(r"/repositories/(\d+)")
BY_NAME = re.compile(r"api\.github\.com/repos/([^/]+/[^/\"?]+)")
LAST = re.compile(r'[?&]page=(\d+)>; rel="last"')
LONG_ID = re.compile(r"\d{7,}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
SHOWN_HEADERS = ("location", "link")
SECONDS = 3
"""By how much a recorded time may lie before its answer's Date."""
ROLES = {"OWNER": "admin", "MEMBER": "push", "COLLABORATOR": "push", "": "push"}
"""What the author of a recorded object may do in the repository; whoever is no more than a reader has no role."""
LATER = {
    *("user_view_type", "sub_issues_summary", "issue_dependencies_summary", "timeline_url", "state_reason", "status"),
    *("closed_by", "reactions", "performed_via_github_app", "active_lock_reason", "type", "node_id", "gravatar_id"),
    *("default", "description", "author_association", "assignees", "draft", "documentation_url"),
}
"""Keys that came to GitHub's answers after some of the recordings."""
UNSET = {
    "state": {"state": "open", "state_reason": None, "closed_at": None, "closed_by": None},
    "assignees": {"assignees": []},
    "labels": {"labels": []},
    "milestone": {"milestone": None},
}
"""What an issue was like before a request that sets that key."""


class Scene:
    """One repository in a GitHub of its own, with everything in it that an exchange shows and did not make."""

    def __init__(self, exchange):
        self.request, self.response = exchange["request"], exchange["response"]
        body = self.response["body"]
        self.shown = [each for each in (body if isinstance(body, list) else [body]) if isinstance(each, dict)]
        self.path, self.sent = urlsplit(self.request["url"]).path, self.request["body"] or {}
        self.github = GitHub(Clock(_date(self.response["headers"]), scale=0), Faults(), API, WEB)
        self.world, self.tied = self.github.world, {}
        for each in _users(body):
            _user(self.world, each)
        self.author = next((each["login"] for name in ("user", "creator") if (each := self._first(name))), "somebody")
        closer = self._first("closed_by") if "state" in self.sent else None
        self.actor = self.author if self.request["method"] == "POST" else closer["login"] if closer else "writer"
        self.github.grant(WHO, self.actor)
        self.place = self._place()
        if self.place is not None:
            self._furnish()

    def tell(self, *, token=WHO, headers=None):
        """Ask what was asked, and return what the answer has other than the recorded one."""
        parts = urlsplit(self.request["url"])
        auth = {"authorization": f"token {token}", **(headers or {})}
        raw = json.dumps(self.request["body"]).encode() if self.request["body"] is not None else b""
        reply = self.github.handle(
            Request(self.request["method"], parts.path, parse_qs(parts.query), auth, raw),
        )
        ours = json.loads(reply.body) if reply.body else None
        if reply.status != self.response["status"]:
            return [f"{reply.status} {(ours or {}).get('message')}, not {self.response['status']}"]
        theirs = {each: self.response["headers"].get(each) for each in SHOWN_HEADERS}
        found = self._differences(theirs, {each: reply.headers.get(each) for each in SHOWN_HEADERS}, "headers")
        return [*found, *self._differences(self.response["body"], ours, "")]

    # --- what was there

    def _place(self):
        """Make the repository, under the id and the name that the exchange has for it."""
        told = json.dumps(self.response) + self.request["url"]
        name = next(iter(BY_NAME.findall(told)), None)
        if name is None or (self.response["status"] == 404 and "/issues" not in self.path):
            return None
        issues = [each for each in self.shown if "labels_url" in each and "labels" in each]
        association = self._first("author_association") or ""
        organised = association == "MEMBER" or any("type" in each for each in issues)
        access = {"writer": "push"} | ({self.author: ROLES[association]} if association in ROLES else {})
        place = self.github.add_repository(name, access=access, types=[] if organised else None)
        for kind in {each["type"]["id"]: each["type"] for each in issues if each.get("type")}.values():
            place.types.append(IssueType(*(kind[key] for key in ("id", "node_id", "name", "description", "color"))))
        place.has_issues = self._first("full_name") is None or self.response["body"]["has_issues"]
        for number in BY_ID.findall(told)[:1]:
            del self.world.repositories[place.id]
            place.id = int(number)
            self.world.repositories[place.id] = place
        return place

    def _furnish(self):
        """Put in what there was: what the answer shows unless the request made it, and what the address names."""
        before = [{**each, **unset} for each in self.shown if (unset := self._unset())]
        made = self.response["status"] == 201
        for raw in self.shown + before + self._around():
            if "labels" in raw:
                load(self.world, self.place, [raw])
            elif "issue_url" in raw:
                self._comment(raw)
            elif "color" in raw and not made:
                self._label(raw)
            elif "creator" in raw and not made:
                self._milestone(raw)
        if made and self.path.endswith("/issues"):
            self.place.issues.clear()
            self.place.tally.clear()
            self.place.last_number = self.shown[0]["number"] - 1
        named = re.search(r"/issues/(\d+)(/|$)", self.path)
        if named and int(named[1]) not in self.place.issues:
            self._issue(int(named[1]))
        if made and "issue_url" in self.shown[0]:
            self.place.comments.clear()
        self.place.comments = dict(sorted(self.place.comments.items()))

    def _first(self, name):
        return next((each[name] for each in self.shown if each.get(name)), None)

    def _unset(self):
        """Return what the issue of a PATCH was like before it."""
        if self.request["method"] != "PATCH" or "/issues/" not in self.path:
            return {}
        return {key: value for name, values in UNSET.items() if name in self.sent for key, value in values.items()}

    def _around(self):
        """Return what stands on the pages before and after a page of a list."""
        link = self.response["headers"].get("link") or ""
        query = parse_qs(urlsplit(self.request["url"]).query)
        last = LAST.search(link)
        if last is None:
            return []
        size, page = int(query["per_page"][0]), int(query.get("page", ["1"])[0])
        counts = {-1: size * (page - 1), 1: size * (int(last[1]) - page)}
        return [
            self._beside(self.shown[0 if step < 0 else -1], step * index)
            for step, count in counts.items()
            for index in range(1, count + 1)
        ]

    def _beside(self, raw, step):
        """Return a neighbour in a list: comments stand in the order of their ids, issues against it."""
        if "issue_url" in raw:
            return {**raw, "id": raw["id"] + step}
        return {**raw, "id": raw["id"] - step, "number": raw["number"] - step}

    def _issue(self, number):
        who, now = self.world.user(self.author), self.world.now()
        user = {"id": who.id, "login": who.login, "node_id": who.node_id}
        row = {"number": number, "title": "Before", "user": user, "state": "open", "created_at": now, "updated_at": now}
        load(self.world, self.place, [row])

    def _comment(self, raw):
        number = int(raw["issue_url"].rsplit("/", 1)[1])
        if number not in self.place.issues:
            self._issue(number)
        words = [raw[key] for key in ("body", "created_at", "updated_at", "author_association")]
        kept = Comment(raw["id"], raw["node_id"], number, raw["user"]["id"], *words)
        self.place.comments.setdefault(kept.id, History()).put(kept, LONG_AGO)

    def _label(self, raw):
        keys = ("id", "node_id", "name", "color", "description", "default")
        self.place.labels[raw["id"]] = Label(*(raw[key] for key in keys))

    def _milestone(self, raw):
        keys = ("id", "node_id", "number", "title", "description", "state", "created_at", "updated_at", "closed_at")
        known = {key: raw[key] for key in keys}
        self.place.milestones[raw["number"]] = Milestone(**known, due_on=raw["due_on"], creator=raw["creator"]["id"])

    # --- what differs

    def _differences(self, theirs, ours, at):
        if isinstance(theirs, dict) and isinstance(ours, dict):
            for key in sorted((theirs.keys() | ours.keys()) - {"documentation_url"}):
                if key in theirs and key in ours:
                    yield from self._differences(theirs[key], ours[key], f"{at}.{key}")
                elif key in theirs or key not in LATER:
                    yield f"{at}.{key} is {'missing' if key in theirs else 'too much'}"
        elif isinstance(theirs, list) and isinstance(ours, list):
            if len(theirs) != len(ours):
                yield f"{at} has {len(ours)}, not {len(theirs)}"
            for index, (one, other) in enumerate(zip(theirs, ours, strict=False)):
                yield from self._differences(one, other, f"{at}[{index}]")
        elif not self._same(theirs, ours, at):
            yield f"{at} is {ours!r}, not {theirs!r}"

    def _same(self, theirs, ours, at):
        if at.endswith((".id", ".node_id")):
            return self.tied.setdefault(theirs, ours) == ours
        if not isinstance(theirs, str) or not isinstance(ours, str):
            return theirs == ours
        if TIME.fullmatch(theirs) and TIME.fullmatch(ours):
            apart = datetime.fromisoformat(theirs) - datetime.fromisoformat(ours)
            return abs(apart.total_seconds()) <= SECONDS
        if at.endswith(("url", "link", "location")):
            theirs = theirs.replace("https://api.github.com", API).replace("https://github.com", WEB)
            return LONG_ID.sub("0", theirs) == LONG_ID.sub("0", ours)
        return theirs == ours


def _date(headers):
    """Return when an answer was given; templates of recordings have no time."""
    try:
        return parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return datetime(2022, 1, 1, tzinfo=UTC)


def _users(value):
    """Yield every user in a document."""
    if isinstance(value, dict):
        if "login" in value and "id" in value:
            yield {"node_id": "", **value}
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _users(each)
