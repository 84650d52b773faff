"""A state that every page has something to show of: a sandbox where people quarrelled, and passes that ran."""

from __future__ import annotations

import os
from datetime import timedelta

from sync.cli.sandbox import REPOSITORY
from sync.config.settings import load_settings
from sync.core.model import Side
from sync.sandbox.seed import populate
from sync.store.counters import CALLS
from tests.acceptance.place import FIELDS

HOSTILE = '<script>owned = 1</script><img src=x onerror="owned = 1">\'"&lt;</textarea>{{ 7 * 7 }}'
ISSUES = 56
QUARRELS = (1, 2, 3, 4)
"""Issues whose title both sides changed; the last one's is hostile."""
REFUSED = {"object": "error", "status": 400, "code": "validation_error", "message": f"{HOSTILE} is no title"}


def played(place):
    """Have the state come to be; return the issues' page ids by number."""
    place.map("conflict: hold", "guards: {max_overwrites: 2}", fields=FIELDS)
    populate(place.running.github, REPOSITORY, ISSUES)
    place.opened(HOSTILE, labels=["bug", "<b>bold</b>"], assignees=["octocat"])
    place.run("sync", "--full")
    pages = {number: place.page(url)["id"] for url, number in numbered(place)}
    for number in QUARRELS:
        place.person().edit(REPOSITORY, number, title=f"GitHub says {HOSTILE if number == QUARRELS[-1] else number}")
        place.ada.edit(pages[number], {"Name": f"Notion says {number}", "Status": "In progress"})
    place.person().edit(REPOSITORY, 6, title="Renamed on GitHub")
    place.ada.duplicate(pages[7])
    place.run("sync")
    for number in range(10, 17):
        place.ada.edit(pages[number], {"Labels": ["from Notion", "reviewed"]})
    place.person().edit(REPOSITORY, 9, title="Nobody will take this")
    place.faults("notion").arm("status", times=None, method="PATCH", path="/pages/", status=400, body=REFUSED)
    place.run("sync")
    place.faults("notion").armed.clear()
    return pages


def numbered(place):
    return [(url, issue["number"]) for url, issue in place.issues().items()]


def sampled(store, now):
    """Have three hours of samples be there, as ticks leave them."""
    for minute in range(170, -1, -1):
        wave = 40 + (minute * 37 % 60) + (75 if 60 < minute < 110 else 0)
        store.count({(CALLS, "roadmap", Side.GITHUB): wave // 3, (CALLS, "roadmap", Side.NOTION): wave})
        store.sample(now - timedelta(minutes=minute))


def settings(**more):
    """Return the place's settings for a web process."""
    return load_settings({**os.environ, "WEB_PORT": "0", "NOTION_REQUESTS_PER_MINUTE": "180", **more})
