"""How a mapping stands, in one word and one sentence for people; the figures are the store's."""

from __future__ import annotations

from dataclasses import dataclass

from sync.core.state import DONE
from sync.store.overview import Status
from sync.web.look import plural


@dataclass(frozen=True)
class Standing:
    """`tone` is `good`, `busy`, `asks` (a person) or `rests`; it is never told by colour alone."""

    tone: str
    word: str
    why: str = ""


def standing(row: Status) -> Standing:
    """Return how a mapping stands, what matters most to a person first."""
    if row.paused:
        return Standing("rests", "Paused", row.paused)
    asks = [
        plural(count, word)
        for count, word in (
            (len(row.refusals), "refusal"),
            (row.conflicts, "conflict"),
            (row.failed, "failure"),
        )
        if count
    ]
    asks += [f"{row.quarantined} in quarantine"] if row.quarantined else []
    if asks:
        return Standing("asks", "Needs you", ", ".join(asks))
    if row.last_pass is None:
        return Standing("rests", "Not run yet", "the first pass reads both sides before anything is written")
    if not row.last_pass.outcome and row.last_pass.ended_at is None:
        return Standing("busy", "Reading", f"a pass began ({row.last_pass.mode})")
    if row.queued + row.in_flight:
        return Standing("busy", "Writing", plural(row.queued + row.in_flight, "write") + " to go")
    if row.last_pass.outcome != DONE:
        return Standing("busy", "Waiting", row.last_pass.outcome)
    return Standing("good", "In step")
