"""How both sides spell bodies, for whoever shows the state and asks neither service."""

from __future__ import annotations

from collections.abc import Mapping

from sync.core.documents import Body
from sync.core.model import Side
from sync.remotes.github.markdown import GitHubBody
from sync.remotes.notion.markdown import NotionBody

BODIES: Mapping[Side, Body] = {Side.GITHUB: GitHubBody(), Side.NOTION: NotionBody()}
