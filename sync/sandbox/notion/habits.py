"""What can be switched and what can go wrong in this Notion, by name; what comes of it stands where it happens."""

from __future__ import annotations

from sync.sandbox.faults import Faults, Switch

SWITCHES: dict[str, Switch] = {
    # Limits (reference, "Request limits"); 0 is none.
    "requests_per_minute": 180,
    "workspace_requests_per_minute": 0,
    "block_limit": False,
    "query_cap": 10_000,
    # How late a read may be; no consistency is documented for queries.
    "query_lag_seconds": 0.0,
    "read_lag_seconds": 0.0,
    "search_lag_seconds": 0.0,
    # What is allowed but seldom happens: a page with fewer rows than asked for, a field nobody knows.
    "short_pages": False,
    "unknown_fields": False,
    # Recorded in both forms in one summer: app.notion.com/p and www.notion.so.
    "app_urls": True,
    # Documented as unsupported, though the official client's types still have it.
    "query_in_trash_rejected": True,
    # Recorded for select and multi_select: the options left out of a partial list are gone.
    "partial_options_kept": False,
    # Reported (2022) of pages whose status nobody has set yet.
    "unset_status_is_null": False,
    # Version 2 of Markdown is an opt-in; where it is off, it is refused ("Migrate to Notion-flavored Markdown").
    "markdown_v2": True,
    # Reports differ on whether the API's writes of blocks are edits of their page (notero, issue 571); a person's are.
    "body_writes_touch_page": True,
    # A personal token acts for its owner, may not list users and knows no block limit.
    "personal_token": False,
}

FAULTS = {
    "rate_limited": "answer 429 with Retry-After of `seconds` (7) and a `reason`",
    "overloaded": "answer 529 with Retry-After of `seconds` (5)",
    "conflict": "answer 409 to a write, nothing happened",
    "unavailable": "answer 503 without a hint, nothing happened",
    "committed_503": "let a write happen, then answer the 503 that says so; a create names what it made",
}


class Habits:
    """A typed look at the switches."""

    def __init__(self, faults: Faults) -> None:
        faults.declare(FAULTS, SWITCHES)
        self._faults = faults

    def on(self, name: str) -> bool:
        """Tell whether a switch is on."""
        return bool(self._faults.switches[name])

    def amount(self, name: str) -> float:
        """Return the figure of a switch."""
        return float(self._faults.switches[name])
