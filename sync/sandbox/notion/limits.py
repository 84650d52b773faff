"""Notion's request limits: fixed windows of 60 seconds by the sandbox's clock; it knows no request."""

from __future__ import annotations

import math
from datetime import datetime

from sync.sandbox.notion.habits import Habits
from sync.sandbox.notion.refusals import limited

WINDOW = 60
CONNECTION = "public_api_request_rate_limit"
WORKSPACE = "public_api_space_request_rate_limit"


class Windows:
    """The connection's window and the workspace's; both end on the full minute, and what is refused costs nothing."""

    def __init__(self, habits: Habits) -> None:
        self._habits = habits
        self._window, self._used = -1, 0

    def enter(self, now: datetime) -> None:
        """Count one request; raises the 429 of the limit that it breaks."""
        window = int(now.timestamp() // WINDOW)
        if window != self._window:
            self._window, self._used = window, 0
        for name, reason in (("requests_per_minute", CONNECTION), ("workspace_requests_per_minute", WORKSPACE)):
            limit = self._habits.amount(name)
            if limit and self._used >= limit:
                raise limited(max(1, math.ceil((window + 1) * WINDOW - now.timestamp())), reason)
        self._used += 1
