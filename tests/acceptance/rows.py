"""Rows that flow both ways, by what they say: each field of an issue with each type of property that fits it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


def options(kind, *names):
    return {kind: {"options": [{"name": name} for name in names]}}


@dataclass(frozen=True)
class Both:
    """A row that flows both ways: what GitHub's fields are born with and edited to, and what the property then shows.

    `notion` is what a person writes into the property, and `then` what the issue shows.
    """

    row: str
    column: dict[str, Any]
    born: tuple[dict[str, Any], Any]
    edited: tuple[dict[str, Any], Any]
    notion: tuple[Any, dict[str, Any]]


def labels(*names):
    return {"labels": list(names)}


BOTH = {
    "a title in rich text": Both(
        "{github: title, notion: X}",
        {"rich_text": {}},
        ({"title": "First"}, "First"),
        ({"title": "Second 🎉"}, "Second 🎉"),
        ("Third", {"title": "Third"}),
    ),
    "a title behind a prefix": Both(
        "{github: title, notion: X, transform: {prefix: '[API] '}}",
        {"rich_text": {}},
        ({"title": "First"}, "[API] First"),
        ({"title": "Second"}, "[API] Second"),
        ("[API] Third", {"title": "Third"}),
    ),
    "a title as an e-mail address": Both(
        "{github: title, notion: X}",
        {"email": {}},
        ({"title": "ada@example.com"}, "ada@example.com"),
        ({"title": "bob@example.com"}, "bob@example.com"),
        ("cy@example.com", {"title": "cy@example.com"}),
    ),
    "a title as a phone number": Both(
        "{github: title, notion: X}",
        {"phone_number": {}},
        ({"title": "+49 30 1"}, "+49 30 1"),
        ({"title": "+49 30 2"}, "+49 30 2"),
        ("+49 30 3", {"title": "+49 30 3"}),
    ),
    "a label as a box": Both(
        "{github: 'labels:blocked/*', notion: X, values: {now: true}}",
        {"checkbox": {}},
        (labels("bug"), False),
        (labels("blocked/now", "bug"), True),
        (False, labels("bug")),
    ),
    "a label for either state of a box": Both(
        "{github: 'labels:blocked/*', notion: X}",
        {"checkbox": {}},
        (labels("blocked/true", "bug"), True),
        (labels("blocked/false", "bug"), False),
        (True, labels("blocked/true", "bug")),
    ),
    "a state as a box": Both(
        "{github: state, notion: X}",
        {"checkbox": {}},
        ({}, False),
        ({"state": "closed"}, True),
        (False, {"state": "open"}),
    ),
    "a state as a box the other way round": Both(
        "{github: state, notion: X, values: {open: true, closed: false}}",
        {"checkbox": {}},
        ({}, True),
        ({"state": "closed", "state_reason": "not_planned"}, False),
        (True, {"state": "open"}),
    ),
    "a state as a select with a catch-all": Both(
        "{github: state, notion: X, values: {open: Open, 'closed:completed': Done, '*': Gone}}",
        options("select", "Open", "Done", "Gone"),
        ({}, "Open"),
        ({"state": "closed", "state_reason": "duplicate"}, "Gone"),
        ("Open", {"state": "open"}),
    ),
    "a state in rich text": Both(
        "{github: state, notion: X, values: {open: running, closed: over}}",
        {"rich_text": {}},
        ({}, "running"),
        ({"state": "closed"}, "over"),
        ("running", {"state": "open"}),
    ),
    "labels in rich text": Both(
        "{github: labels, notion: X}",
        {"rich_text": {}},
        (labels("bug", "api"), "api, bug"),
        (labels("bug", "api", "ui"), "api, bug, ui"),
        ("ui, docs", labels("docs", "ui")),
    ),
    "labels joined by a bar": Both(
        "{github: labels, notion: X, transform: {join: ' | '}}",
        {"rich_text": {}},
        (labels("bug", "a, b"), "a, b | bug"),
        (labels("bug"), "bug"),
        ("bug | c, d", labels("bug", "c, d")),
    ),
    "labels with a table and a catch-all": Both(
        "{github: labels, notion: X, values: {bug: [Bug, Defect], '*': '*'}}",
        options("multi_select", "Bug", "Defect"),
        (labels("bug", "api"), ["Bug", "api"]),
        (labels("bug", "ui"), ["Bug", "ui"]),
        (["Defect", "docs"], labels("bug", "docs")),
    ),
    "one label of a family as a select": Both(
        "{github: 'labels:priority/*', notion: X}",
        options("select"),
        (labels("priority/high", "bug"), "high"),
        (labels("priority/low", "bug"), "low"),
        ("mid", labels("bug", "priority/mid")),
    ),
    "a family with a table": Both(
        "{github: 'labels:priority/*', notion: X, values: {high: [High, Urgent], low: Low, '*': Normal}}",
        options("select", "High", "Urgent", "Low", "Normal"),
        (labels("priority/high"), "High"),
        (labels("priority/odd", "bug"), "Normal"),
        ("Urgent", labels("bug", "priority/high")),
    ),
    "a family as a number": Both(
        "{github: 'labels:points/*', notion: X}",
        {"number": {}},
        (labels("points/5", "bug"), 5),
        (labels("points/2.5", "bug"), 2.5),
        (8, labels("bug", "points/8")),
    ),
    "a family as a status": Both(
        "{github: 'labels:stage/*', notion: X, values: {todo: Not started, doing: In progress, done: Done}}",
        {"status": {}},
        (labels("stage/doing"), "In progress"),
        (labels("stage/done", "bug"), "Done"),
        ("Not started", labels("bug", "stage/todo")),
    ),
    "all labels of a family as options": Both(
        "{github: 'labels:area/*', notion: X}",
        options("multi_select"),
        (labels("area/ui", "area/db", "bug"), ["db", "ui"]),
        (labels("area/ui", "bug"), ["ui"]),
        (["api", "ui"], labels("area/api", "area/ui", "bug")),
    ),
    "a family emptied": Both(
        "{github: 'labels:priority/*', notion: X}",
        options("select"),
        (labels("priority/high", "bug"), "high"),
        (labels("bug"), None),
        ("low", labels("bug", "priority/low")),
    ),
    "assignees as logins": Both(
        "{github: assignees, notion: X}",
        options("multi_select"),
        ({"assignees": ["ada"]}, ["ada"]),
        ({"assignees": ["ada", "grace"]}, ["ada", "grace"]),
        (["grace"], {"assignees": ["grace"]}),
    ),
    "assignees in rich text": Both(
        "{github: assignees, notion: X}",
        {"rich_text": {}},
        ({"assignees": ["ada", "grace"]}, "ada, grace"),
        ({"assignees": ["ada"]}, "ada"),
        ("grace", {"assignees": ["grace"]}),
    ),
    "a milestone as a select": Both(
        "{github: milestone, notion: X}",
        options("select"),
        ({"milestone": "M1"}, "M1"),
        ({"milestone": "M2"}, "M2"),
        ("M3", {"milestone": "M3"}),
    ),
    "a milestone in rich text, taken away": Both(
        "{github: milestone, notion: X}",
        {"rich_text": {}},
        ({"milestone": "M1"}, "M1"),
        ({"milestone": None}, ""),
        ("M2", {"milestone": "M2"}),
    ),
    "a milestone taken away in Notion": Both(
        "{github: milestone, notion: X}",
        options("select"),
        ({"milestone": "M1"}, "M1"),
        ({"milestone": "M2"}, "M2"),
        (None, {"milestone": None}),
    ),
    "an issue type": Both(
        "{github: type, notion: X}",
        options("select"),
        ({"type": "Bug"}, "Bug"),
        ({"type": "Task"}, "Task"),
        ("Bug", {"type": "Bug"}),
    ),
}
