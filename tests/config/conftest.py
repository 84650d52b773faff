"""A sound mapping file and a folder to change it in."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sync.config.mappings import Loaded, load_mappings

SOUND = """\
version: 1
name: roadmap
github:
  repositories: [acme/api]
  labels: [sync]
notion:
  database: https://www.notion.so/acme/Roadmap-0123456789abcdef0123456789abcdef?v=ffffffffffffffffffffffffffffffff
  link_property: GitHub
create:
  pages: true
  issues: {when: {Status: [To do, 5]}}
conflict: newest
guards:
  max_destructive: 10%
users:
  octocat: octocat@example.com
fields:
  - {github: title, notion: Name}
  - {github: state, notion: Status, values: {open: [To do, In progress], closed: Done}}
  - {github: labels, notion: Labels}
"""


@pytest.fixture
def sound() -> str:
    return SOUND


Load = Callable[..., Loaded]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Write files, named without their ending (`__` is a folder), and load those mappings or all."""

    def write_and_load(*names: str, **files: str | bytes) -> Loaded:
        for name, content in files.items():
            path = tmp_path / f"{name.replace('__', '/')}.yaml"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return load_mappings(tmp_path, names)

    return write_and_load
