from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sync.remotes.github.client import Door as GitHubDoor
from sync.remotes.github.credential import PersonalToken
from sync.remotes.github.remote import GitHubRemote
from sync.remotes.notion.client import Door as NotionDoor
from sync.remotes.notion.remote import NotionRemote
from tests.remotes.stand import Turnstile, standing


@pytest.fixture
def stand():
    with standing() as here:
        yield here


@pytest.fixture
def gate():
    return Turnstile()


@pytest.fixture
def github_door(stand, gate):
    return GitHubDoor(PersonalToken("sandbox-github"), gate, base_url=stand.url)


@pytest.fixture
def github(github_door):
    return GitHubRemote(github_door, ["acme/api"])


@pytest.fixture
def notion_door(stand, gate):
    door = NotionDoor("sandbox-notion", gate, base_url=stand.url)
    yield door
    door.close()


@pytest.fixture
def notion(notion_door):
    return NotionRemote(notion_door, database="281211f9000040008000000000000001")


@pytest.fixture(scope="session")
def app_key():
    made = rsa.generate_private_key(65537, 2048)
    form = serialization.PrivateFormat.PKCS8
    return made.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
