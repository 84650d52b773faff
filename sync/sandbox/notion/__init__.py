"""Notion's half of the sandbox: pages, data sources, databases, users, comments and search, with their habits.

Here live the nouns of a workspace, one file for the endpoints of each, and a person who works in it; no server, and
no block's or Markdown's inside yet (`blocks.py` is the place).
"""

from sync.sandbox.notion.api import Notion
from sync.sandbox.notion.model import Ids
from sync.sandbox.notion.person import Person

__all__ = ["Ids", "Notion", "Person"]
