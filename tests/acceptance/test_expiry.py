"""A token that is about to end is announced while there is time, and one that was renewed is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sync.remotes.github.expiry import expiry

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2026-07-02 09:51:24 UTC", datetime(2026, 7, 2, 9, 51, 24, tzinfo=UTC)),
        ("2025-10-19 14:18:25 +0900", datetime(2025, 10, 19, 5, 18, 25, tzinfo=UTC)),
        ("", None),
        ("some day", None),
    ],
)
def test_the_end_of_a_token_is_read_in_both_forms_that_were_seen(text, told):
    assert expiry({"github-authentication-token-expiration": text}) == told


@pytest.mark.parametrize(("days", "code", "said"), [(30, 0, False), (10, 0, True), (3, 3, True), (-1, 3, True)])
def test_a_token_is_announced_two_weeks_before_it_ends_and_needs_a_person_in_the_last_one(place, days, code, said):
    ends = (datetime.now(UTC) + timedelta(days=days, hours=1)).replace(microsecond=0)
    place.running.github.grant("sandbox-github", "tandem-bot", expires=f"{ends:%Y-%m-%d %H:%M:%S} UTC")
    place.synced()
    status = place.run("status")
    assert (status.code, status.document["tokens"]) == (code, {"github": {"expires_at": ends.isoformat()}})
    assert ("GITHUB_TOKEN" in place.told("status")[1]) is said
    place.running.github.grant("another-token", "tandem-bot")
    place.set(GITHUB_TOKEN="another-token")
    place.synced()
    renewed = place.run("status")
    assert (renewed.code, renewed.document["tokens"]) == (0, {"github": {"expires_at": None}})
