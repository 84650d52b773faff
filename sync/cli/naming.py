"""What a person calls a record: OWNER/REPO#N, an issue's URL, a page's id or URL; whether it exists is not asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from sync.core.errors import Misconfigured, Problem
from sync.remotes.notion.records import page_id

ISSUE = re.compile(r"(?P<name>[^/\s#]+/[^/\s#]+)#(?P<number>[1-9]\d{0,17})")
PATH = re.compile(r"/(?:repos/)?(?P<name>[^/\s]+/[^/\s]+)/(?:issues|pull)/(?P<number>[1-9]\d{0,17})/?")
CURE = "name an issue as OWNER/REPO#N or by its URL, a page by its id or URL"


@dataclass(frozen=True)
class Issue:
    """An issue as people name it."""

    repository: str
    number: int

    def __str__(self) -> str:
        return f"{self.repository}#{self.number}"


def named(text: str) -> Issue | str:
    """Return the issue, or the dashed id of the page, that is meant; raises Misconfigured where it is neither."""
    try:
        address = urlsplit(text.strip())
        found = ISSUE.fullmatch(text.strip()) or PATH.fullmatch(address.path)
        page = _peeked(address.query) or page_id(text)
    except ValueError:  # brackets in an address that hold no IPv6 address
        found, page = None, None
    if found:
        return Issue(found["name"], int(found["number"]))
    if page is None:
        raise Misconfigured([Problem(f"{text!r} names no issue and no page", cure=CURE)])
    return page


def named_issue(text: str) -> Issue:
    """Return the issue that is meant; raises Misconfigured where it is none."""
    found = named(text)
    if not isinstance(found, Issue):
        raise Misconfigured([Problem(f"{text!r} names a page and no issue", cure="name an issue as OWNER/REPO#N")])
    return found


def named_page(text: str) -> str:
    """Return the dashed id of the page that is meant; raises Misconfigured where it is none."""
    found = named(text)
    if isinstance(found, Issue):
        raise Misconfigured([Problem(f"{text!r} names an issue and no page", cure="paste the page's link, or its id")])
    return found


def _peeked(query: str) -> str | None:
    """Return the page that is open beside a view: its address names the database in the path, and the page as `p`."""
    return next((page for each in parse_qs(query).get("p", ()) if (page := page_id(each))), None)
