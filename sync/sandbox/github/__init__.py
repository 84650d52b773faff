"""A GitHub in memory: state, rules, one module per group of endpoints, and the people who edit; no server, no Notion.

`GitHub` is the whole of it; `GitHub.handle` answers clients, `GitHub.person` edits as somebody else.
"""

from sync.sandbox.github.api import BOT, TOKEN, GitHub
from sync.sandbox.github.person import Person

__all__ = ["BOT", "TOKEN", "GitHub", "Person"]
