"""Files on GitHub's web: who is given them, and where our token goes."""

from __future__ import annotations

import pytest

from sync.core.errors import Rejected, TryLater, Vanished
from tests.remotes.stand import Said, standing

PNG = {"content-type": "image/png"}


def test_our_token_goes_to_the_first_host_alone(github_door, stand):
    with standing() as elsewhere:
        elsewhere.says(Said(200, headers=PNG, text="bytes"))
        stand.says(Said(302, headers={"location": f"{elsewhere.url}/signed?x=1"}))
        assert github_door.download(f"{stand.url}/a", 10) == (b"bytes", "image/png")
        assert stand.asked[-1].headers["authorization"] == "token sandbox-github"
        assert "authorization" not in elsewhere.asked[-1].headers
        assert elsewhere.asked[-1].query == {"x": ["1"]}


@pytest.mark.parametrize(("said", "given"), [(Said(404), False), (Said(200, headers=PNG, text="x"), True)])
def test_whether_everybody_is_given_a_file_is_asked_without_a_token(github_door, stand, said, given):
    stand.says(said)
    assert github_door.reaches(f"{stand.url}/a") is given
    assert "authorization" not in stand.asked[-1].headers


def test_a_page_to_log_in_at_is_no_file(github_door, stand):
    stand.says(Said(200, headers={"content-type": "text/html; charset=utf-8"}, text="log in"))
    assert not github_door.reaches(f"{stand.url}/a")
    with pytest.raises(Vanished):
        github_door.download(f"{stand.url}/a", 10)


def test_what_is_too_large_is_not_read_to_its_end(github_door, stand):
    stand.says(Said(200, headers=PNG, text="x" * 11))
    with pytest.raises(Rejected):
        github_door.download(f"{stand.url}/a", 10)


@pytest.mark.parametrize("said", [Said(0), Said(502), Said(429)])
def test_an_outage_is_waited_for(github_door, stand, said):
    stand.says(said)
    with pytest.raises(TryLater):
        github_door.reaches(f"{stand.url}/a")
