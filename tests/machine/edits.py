"""What people write into the fields of either side, and which fields they edit."""

from __future__ import annotations

from hypothesis import strategies as st

from sync.core.model import Side

VALUES = {
    (Side.GITHUB, "title"): st.sampled_from(["a1", "b2 ", "c3", "d4"]),
    (Side.NOTION, "title"): st.sampled_from(["a1", "b2", "c3 ", "e5"]),
    (Side.GITHUB, "state"): st.sampled_from(["open", "closed:completed", "closed:not_planned"]),
    (Side.NOTION, "state"): st.sampled_from(["To do", "In progress", "Done", "Dropped", "Blocked", None]),
    (Side.GITHUB, "labels"): st.sets(st.sampled_from(["bug", "ui", "x,y", "late"])).map(
        lambda each: tuple(sorted(each)) or None
    ),
    (Side.NOTION, "labels"): st.sets(st.sampled_from(["bug", "UI", "new"])).map(
        lambda each: tuple(sorted(each)) or None
    ),
    (Side.GITHUB, "assignees"): st.sets(st.sampled_from(["ada", "bob", "robot"])).map(
        lambda each: tuple(sorted(each)) or None
    ),
    (Side.NOTION, "assignees"): st.sets(st.sampled_from(["id-ada", "id-bob", "guest"])).map(
        lambda each: tuple(sorted(each)) or None
    ),
    (Side.GITHUB, "milestone"): st.sampled_from([None, "v1", "v2"]),
    (Side.NOTION, "milestone"): st.sampled_from([None, "v1", "V2", "v3"]),
    (Side.GITHUB, "labels:points/*"): st.sampled_from([None, "1", "3", "many"]),
    (Side.NOTION, "labels:points/*"): st.sampled_from([None, 1, 3, 5.5]),
    (Side.GITHUB, "labels:blocked/*"): st.sampled_from([None, "now", "Now", "maybe"]),
    (Side.NOTION, "labels:blocked/*"): st.booleans(),
    (Side.GITHUB, "locked"): st.booleans(),
    (Side.NOTION, "locked"): st.booleans(),
}
SETS, SINGLE = ("labels", "assignees"), ("title", "state", "milestone", "labels:points/*", "labels:blocked/*")
NAMES = st.sampled_from([*SINGLE, *SETS, "locked", "title", "state", "labels"])
"""The fields that people edit, those more often about which more can go wrong."""
SIDES = st.sampled_from(Side)
