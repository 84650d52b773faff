"""The same ordinary week, whichever way the two services have the habits that nobody could verify."""

from __future__ import annotations

import pytest

from tests.acceptance import story

HABITS = [
    ("github", "cursor_links", True),
    ("github", "labels_bump", False),
    ("github", "empty_patch_bumps", True),
    ("github", "reason_of_closed_changes", True),
    ("github", "list_lag_seconds", 3.0),
    ("github", "read_lag_seconds", 3.0),
    ("notion", "query_lag_seconds", 3.0),
    ("notion", "read_lag_seconds", 3.0),
    ("notion", "short_pages", True),
    ("notion", "unknown_fields", True),
    ("notion", "app_urls", False),
    ("notion", "query_in_trash_rejected", False),
    ("notion", "partial_options_kept", True),
    ("notion", "unset_status_is_null", True),
    ("notion", "personal_token", True),
]


def test_an_ordinary_week_ends_in_agreement(place):
    story.told(place)
    story.agreed(place)


@pytest.mark.parametrize(("side", "switch", "position"), HABITS, ids=[f"{side}-{name}" for side, name, _ in HABITS])
def test_an_ordinary_week_ends_in_agreement_with_the_other_habit(place, side, switch, position):
    faults = place.faults(side)
    assert faults.switches[switch] != position
    faults.switch(switch, position)
    story.told(place)
    story.agreed(place)
