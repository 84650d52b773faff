"""docs/tour.md is what somebody sees who types it: each command is carried out, and its output compared.

`make tour` writes the file anew.
"""

from __future__ import annotations

import os
import shutil

import pytest

from tests.acceptance.tour import Tour, alike


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.skipif(
    not (shutil.which("bash") and shutil.which("curl")), reason="the tour is typed into bash, with curl"
)
def test_whoever_follows_the_tour_sees_what_it_shows(tmp_path, checkout):
    file = checkout / "docs" / "tour.md"
    told = file.read_text(encoding="utf-8")
    seen = Tour(tmp_path).told(told)
    if os.environ.get("TOUR") == "write":
        file.write_text(seen, encoding="utf-8")
        return
    assert alike(seen).splitlines() == alike(told).splitlines()
