"""What all tests share: how hard properties are tried, and that a run of CI can be repeated to the letter."""

import os

from hypothesis import settings

from tests.databases import migrated_file, migrated_server, server, url

__all__ = ["migrated_file", "migrated_server", "server", "url"]

settings.register_profile("here", deadline=None, print_blob=True)
settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
