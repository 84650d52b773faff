"""Whose images have to be copied: nobody asks for those of repositories that everybody can see."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sync.core.ports import Picture
from sync.remotes.github.pictures import GitHubPictures

SOURCE = "https://{}/user-attachments/assets/00000000-0000-4000-8000-000000000000"


class Web:
    """A door behind which nobody but us is given the image."""

    def __init__(self, **private):
        self.private = private
        self.asked = []

    def read(self, path):
        self.asked.append(path)
        return SimpleNamespace(status=200, body={"private": self.private[path.rpartition("/")[2]]})

    def reaches(self, url):
        self.asked.append(url)
        return False

    def download(self, _url, _most):
        return b"bytes", "image/png"


def fetched(web, host="github.com"):
    api = f"https://api.{host}" if host == "github.com" else f"https://{host}/api/v3"
    pictures = GitHubPictures(lambda: web, api, [f"acme/{each}" for each in web.private])
    return [pictures.fetch(SOURCE.format(host)) for _ in range(2)]


def test_of_public_repositories_no_image_is_asked_for():
    web = Web(api=False, web=False)
    assert fetched(web) == [None, None]
    assert web.asked == ["/repos/acme/api", "/repos/acme/web"]


@pytest.mark.parametrize(("private", "host"), [(True, "github.com"), (False, "git.example")])
def test_of_a_private_one_and_on_a_server_of_ones_own_each_is(private, host):
    assert fetched(Web(api=False, web=private), host) == [Picture(b"bytes", "image/png")] * 2
