"""How many unchanged links the pure core decides in a second, on one core: `python -m benchmarks.core [LINKS]`."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from sync.core.bind import bind
from sync.core.mapping import Births, GitHubScope, Mapping, NotionScope, Row
from sync.core.model import Link, LinkState, Person, Property, Record, Ref, Schema, Shadow, Side
from sync.core.plan import decide
from sync.core.state import Known, Observation

TARGET = 20_000
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MAPPING = Mapping(
    name="bench",
    github=GitHubScope(("acme/api",)),
    notion=NotionScope("d"),
    create=Births(pages=True, issues=True),
    users=tuple((f"login{n}", f"id{n}") for n in range(20)),
    rows=(
        Row("title", "Name"),
        Row("state", "Status", values=(("open", ("To do", "In progress")), ("closed", ("Done",)))),
        Row("labels", "Labels"),
        Row("assignees", "Owner"),
    ),
)
PAGE = Schema(
    Side.NOTION,
    (("d", "Bench"),),
    (
        Property("title", "Name", "title"),
        Property("st", "Status", "status", (("1", "To do"), ("2", "In progress"), ("3", "Done"))),
        Property("lb", "Labels", "multi_select"),
        Property("pp", "Owner", "people"),
        Property("gh", "GitHub", "url"),
    ),
    people=tuple(Person(f"id{n}", f"Person {n}") for n in range(20)),
)


def known(number: int, keys: dict[str, str]) -> Known:
    """Return a link whose two records agree, as its shadows say."""
    issue_ref, page_ref = Ref(Side.GITHUB, str(number), "1", number), Ref(Side.NOTION, f"p{number}", "d")
    url = f"https://github.com/acme/api/issues/{number}"
    labels, login, person = ("bug", f"area/{number % 9}"), f"login{number % 20}", f"id{number % 20}"
    issue = {"title": f"Issue {number}", "state": "open", "labels": labels, "assignees": (login,), "mark": None}
    page = {"title": f"Issue {number}", "st": "To do", "lb": labels, "pp": (person,), "gh": url}
    shadows = {
        keys["title"]: Shadow(issue["title"], page["title"]),
        keys["state"]: Shadow("open", "To do"),
        keys["labels"]: Shadow(labels, labels),
        keys["assignees"]: Shadow((login,), (person,)),
    }
    return Known(
        Link(number, "bench", LinkState.LINKED, issue_ref, page_ref),
        Observation(Record(issue_ref, issue, NOON, url, f"acme/api#{number}"), 1, NOON),
        Observation(Record(page_ref, page, NOON, page_ref.id, "page", grain=60), 1, NOON),
        shadows,
    )


def main(count: int) -> None:
    bound = bind(MAPPING, Schema(Side.GITHUB, (("1", "acme/api"),)), PAGE)
    keys = {field.key.partition("~")[0]: field.key for field in bound.fields}
    links = [known(number, keys) for number in range(1, count + 1)]
    rates = []
    for _ in range(5):
        began = time.perf_counter()
        plans = [decide(link, bound) for link in links]
        rates.append(count / (time.perf_counter() - began))
        assert all(not plan.ops and not plan.shadows for plan in plans)
    rates.sort()
    print(f"links decided per second: median {rates[2]:,.0f} (of 5: {rates[0]:,.0f} to {rates[-1]:,.0f})")
    print(f"records compared per second: median {2 * rates[2]:,.0f}, target {TARGET:,}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
