"""Notion's half of the sandbox: pages and their content, data sources, users, comments, files, search; their habits.

Here live the nouns of a workspace, one file for the endpoints of each, and a person who works in it; both dialects of
Markdown have a folder of their own; no server.
"""

from sync.sandbox.notion.api import Notion
from sync.sandbox.notion.model import Ids
from sync.sandbox.notion.person import Person

__all__ = ["Ids", "Notion", "Person"]
