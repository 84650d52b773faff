"""What the settings allow of each service, and how much of it is for reading anew."""

from __future__ import annotations

from sync.config.settings import Settings
from sync.core.limits import MINUTE, Budget, github_budgets, notion_budgets
from sync.flow.world import Rotation
from sync.remotes.network import fingerprint

AT_A_SHELL = 10 * MINUTE
"""Seconds of whose budget a full pass at a shell takes its share for reading anew: nobody waits for an hour's."""
UNLIMITED = 180
"""How many calls a minute are shared out where Notion's limit is switched off: what its small plans allow."""


def budgets(settings: Settings) -> tuple[Budget, ...]:
    """Return the budgets of the credentials that are set, kept apart by the credential's fingerprint."""
    github = settings.github_token or settings.github_app_private_key
    notion = settings.notion_token
    return (
        *github_budgets(
            settings.github_requests_per_hour,
            settings.github_points_per_minute,
            creates_per_minute=settings.github_creates_per_minute,
            creates_per_hour=settings.github_creates_per_hour,
            credential=fingerprint(github.get_secret_value()) if github else "",
        ),
        *notion_budgets(
            settings.notion_requests_per_minute,
            credential=fingerprint(notion.get_secret_value()) if notion else "",
        ),
    )


def at_a_shell(settings: Settings) -> Rotation:
    """Return how many links' depths a pass at a shell reads."""
    return Rotation(full=_share_of(settings, AT_A_SHELL), lively=_share_of(settings, MINUTE))


def of_a_worker(settings: Settings) -> Rotation:
    """Return how many links' depths a worker's pass reads: the share of the budget between two polls, but some."""
    count = _share_of(settings, settings.poll_interval)
    return Rotation(poll=(count + 1) // 2, full=(count + 1) // 2, lively=count // 2)


def _share_of(settings: Settings, seconds: float) -> int:
    """Return how many calls of Notion's budget in that time are for reading anew, at least one."""
    limit = settings.notion_requests_per_minute or UNLIMITED
    return max(1, int(limit / MINUTE * seconds * settings.deep_share)) if settings.deep_share else 0
