"""Small charts as geometry: numbers over time in, points of an SVG out; colours and words are the template's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sync.core.model import Side
from sync.store.counters import KEPT, Sample

WIDTH, HEIGHT, TOP = 600, 120, 8
"""The viewBox, in its own units; the curve leaves a margin above."""
GAP = timedelta(minutes=10)
"""Samples further apart than this are not joined: nobody was there to count."""
MINUTE = 60.0

Series = Sequence[tuple[datetime, float]]


@dataclass(frozen=True)
class Chart:
    """One curve: `lines` are the points of polylines, `limit` the height of a limit's line, if it is within sight."""

    lines: tuple[str, ...]
    most: float
    last: float
    limit: float | None = None

    @property
    def areas(self) -> tuple[str, ...]:
        """Return the curves closed along the ground."""
        return tuple(_closed(line) for line in self.lines)


def rates(samples: Sequence[Sample], side: Side) -> Series:
    """Return the requests per minute between each two samples; a counter that fell began anew."""
    found = []
    for one, two in pairwise(samples):
        minutes = (two.at - one.at).total_seconds() / MINUTE
        if minutes > 0 and two.at - one.at <= GAP:
            found.append((two.at, max(two.calls[side] - one.calls[side], 0) / minutes))
    return found


def drawn(series: Series, now: datetime, *, limit: float = 0) -> Chart:
    """Return the curve of the last hours; a limit is drawn where the values come near it."""
    most = max([value for _, value in series], default=0.0)
    ceiling = max(most, limit if most > limit / 3 else 0, 1.0) * 1.05
    lines: list[list[str]] = []
    before = None
    for at, value in series:
        if before is None or at - before > GAP:
            lines.append([])
        lines[-1].append(f"{_x(at, now):.1f},{_y(value, ceiling):.1f}")
        before = at
    shown = _y(limit, ceiling) if 0 < limit <= ceiling else None
    return Chart(tuple(" ".join(line) for line in lines), most, series[-1][1] if series else 0.0, shown)


def _x(at: datetime, now: datetime) -> float:
    return max(WIDTH * (1 - (now - at) / KEPT), 0)


def _y(value: float, ceiling: float) -> float:
    return HEIGHT - (HEIGHT - TOP) * value / ceiling


def _closed(line: str) -> str:
    points = line.split(" ")
    first, last = points[0].partition(",")[0], points[-1].partition(",")[0]
    return f"{first},{HEIGHT} {line} {last},{HEIGHT}"
