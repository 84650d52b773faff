"""What all tests share: their order, how hard properties are tried, that a run of CI can be repeated to the letter."""

import os

from hypothesis import settings

from tests.databases import migrated_file, migrated_server, server, url

__all__ = ["migrated_file", "migrated_server", "server", "url"]

settings.register_profile("here", deadline=None, print_blob=True)
settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_collection_modifyitems(items):
    """Deal out the tests that may take longest first, so that none is left alone with them at the end.

    Whoever runs tests beside others gets one run of them to begin with (pytest-xdist, "worksteal").
    """
    items.sort(key=_patience, reverse=True)
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items[:] = [each for first in range(workers) for each in items[first::workers]]


def _patience(item):
    """Return the seconds that a test may take, where it says so."""
    allowed = item.get_closest_marker("timeout")
    return allowed.args[0] if allowed else 0
